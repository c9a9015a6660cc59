"""Alerts that change hands: given back, or at the change of duty finished or handed over by whoever had them."""

from collections.abc import Container
from dataclasses import replace
from datetime import datetime

from bot.alerts.alert import Act, Alert, Status, step
from bot.decide.alerts import calls, cards, showing, slack
from bot.decide.draft import Draft
from bot.rota.planning import Handover
from bot.support.words import moment
from bot.views import Button, PlanPart

MOST_LINES = 6


def let_go(draft: Draft, alert: Alert, at: datetime, called: tuple[str, ...] = ()) -> Alert:
    """Return an alert that nobody has from now on: the pair is called at once, but for those ``called`` already."""
    _, further_at = calls.clock(draft, at)
    free = replace(
        alert,
        status=step(alert, Act.LET_GO),
        owner=None,
        owned_at=None,
        eyes="",
        triggered_at=at,
        changed_at=at,
        pair_at=draft.hours.next_open(at),
        further_at=further_at,
        called=called,
    )
    return showing.call(draft, free) if draft.is_open else free


def unsettled(draft: Draft, handover: Handover, gone: Container[str]) -> list[Alert]:
    """Return what somebody of the pair before still has who has ``gone`` off duty, and does not finish."""
    some = [one for one in draft.alerts() if one.status is Status.ACKNOWLEDGED and one.id not in handover.finishing]
    return [one for one in some if one.owner and one.owner.id in handover.outgoing and one.owner.id in gone]


def settle(draft: Draft, alert: Alert, why: str) -> None:
    """Let the pair on duty be called about what nobody settled."""
    owner = alert.owner.name if alert.owner else ""
    free = let_go(draft, alert, draft.now)
    draft.put_alert(slack.say(draft, free, f"{owner} {why}: nobody has it now."))


def parts(draft: Draft, handover: Handover, card: str, asks: Container[str], end: datetime) -> tuple[PlanPart, ...]:
    """Return the alerts of a handover: each of those that are asked about by itself, all others a line each."""
    known = [one for id_ in handover.matters if (one := draft.alert(id_)) and one.is_live]
    single = tuple(_part(draft, one, card) for one in known if one.id in asks)
    rest = [one for one in known if one.id not in asks]
    lines = [f"{cards.named(one)}: {_how(draft, one, handover, end)}" for one in rest[:MOST_LINES]]
    more = len(rest) - MOST_LINES
    lines += [f"… and {more} more: alerts shows them."] if more > 0 else []
    return (*single, *((PlanPart("Alerts", "\n".join(lines)),) if lines else ()))


def _how(draft: Draft, alert: Alert, handover: Handover, end: datetime) -> str:
    if alert.id in handover.finishing and alert.owner:
        return f"{alert.owner.name} finishes it by {moment(end, draft.now, draft.hours)}"
    return cards.headline(draft, alert)


def _part(draft: Draft, alert: Alert, card: str) -> PlanPart:
    finish = Button(draft.desk.id, alert.id, card, "I finish it", "send", "alert_finish")
    hand = Button(draft.desk.id, alert.id, card, "Hand over", "send", "alert_back")
    return PlanPart(f"{cards.title(alert)} · {alert.id}", f"{cards.headline(draft, alert)}.", (finish, hand))
