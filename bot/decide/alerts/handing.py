"""Alerts that change hands: given back, or at the change of duty finished or handed over by whoever had them."""

from collections.abc import Container
from dataclasses import replace
from datetime import datetime

from bot.alerts.alert import Act, Alert, Status, step
from bot.decide.alerts import calls, cards, showing, slack, storms
from bot.decide.draft import Draft
from bot.rota.planning import Handover
from bot.support.words import moment
from bot.views import Button, PlanPart

MOST_LINES = 6
MOST_ASKED = 8


def let_go(draft: Draft, alert: Alert, at: datetime, called: tuple[str, ...] = ()) -> Alert:
    """Return an alert that nobody has from now on: the pair is called at once, but for those ``called`` already.

    In a storm that goes for all of its kind that its owner has, and it is the storm that calls, once.
    """
    if showing.in_storm(draft, alert):
        for one in storms.held(draft, alert)[1:]:
            draft.put_alert(_free(one, at))
        storms.call_again(draft, alert.storm, at, called)
        return _free(alert, at)
    _, further_at = calls.clock(draft, at)
    pair_at = draft.hours.next_open(at)
    free = replace(_free(alert, at), storm="", pair_at=pair_at, further_at=further_at, called=called)
    return showing.call(draft, free) if draft.is_open else free


def _free(alert: Alert, at: datetime) -> Alert:
    return replace(
        alert,
        status=step(alert, Act.LET_GO),
        owner=None,
        owned_at=None,
        eyes="",
        triggered_at=at,
        changed_at=at,
        pair_at=None,
        further_at=None,
        called=(),
        deed=None,
        before=None,
    )


def unsettled(draft: Draft, handover: Handover, gone: Container[str]) -> list[Alert]:
    """Return what somebody of the pair before still has who has ``gone`` off duty, and does not finish.

    Of a kind in a storm it is the first one.
    """
    some = [one for one in draft.alerts() if one.status is Status.ACKNOWLEDGED and one.id not in handover.finishing]
    return _firsts(
        draft, [one for one in some if one.owner and one.owner.id in handover.outgoing and one.owner.id in gone]
    )


def settle(draft: Draft, alert: Alert, why: str) -> None:
    """Let the pair on duty be called about what nobody settled."""
    owner = alert.owner.name if alert.owner else ""
    free = let_go(draft, alert, draft.now)
    draft.put_alert(slack.say(draft, free, f"{owner} {why}: nobody has it now."))


def parts(draft: Draft, handover: Handover, card: str, asks: Container[str], end: datetime) -> tuple[PlanPart, ...]:
    """Return the alerts of a handover: some of those that are asked about by themselves, all others a line each."""
    known = _firsts(draft, [one for id_ in handover.matters if (one := draft.alert(id_)) and one.is_live])
    asked = [one for one in known if one.id in asks][:MOST_ASKED]
    rest = [one for one in known if one not in asked]
    lines = [f"{cards.named(one)}: {_how(draft, one, handover, end)}" for one in rest[:MOST_LINES]]
    more = len(rest) - MOST_LINES
    lines += [f"… and {more} more: alerts shows them."] if more > 0 else []
    single = tuple(_part(draft, one, card) for one in asked)
    return (*single, *((PlanPart("Alerts", "\n".join(lines)),) if lines else ()))


def _firsts(draft: Draft, some: list[Alert]) -> list[Alert]:
    """Return alerts without those that stand with an earlier one: of its kind in a storm, and with the same owner."""
    beside: set[str] = set()
    firsts = []
    for alert in some:
        if alert.id not in beside:
            firsts.append(alert)
            beside.update(one.id for one in storms.held(draft, alert))
    return firsts


def _how(draft: Draft, alert: Alert, handover: Handover, end: datetime) -> str:
    if alert.id in handover.finishing and alert.owner:
        return f"{alert.owner.name} finishes it by {moment(end, draft.now, draft.hours)}"
    return cards.headline(draft, alert)


def _part(draft: Draft, alert: Alert, card: str) -> PlanPart:
    finish = Button(draft.desk.id, alert.id, card, "I finish it", "send", "alert_finish")
    hand = Button(draft.desk.id, alert.id, card, "Hand over", "send", "alert_back")
    return PlanPart(f"{cards.title(alert)} · {alert.id}", f"{cards.headline(draft, alert)}.", (finish, hand))
