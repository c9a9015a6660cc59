"""Where alerts are shown: one card in the team channel, with none one to each on duty; calls besides; all edited.

Whatever happens to an alert, all that shows it says the same. Each time that it is triggered it has a new card.
"""

from dataclasses import replace
from datetime import datetime

from bot.alerts.alert import Alert, Status
from bot.decide import reach
from bot.decide.alerts import calls, cards
from bot.decide.draft import Draft
from bot.effects import Show
from bot.errors import Refused
from bot.events import Press
from bot.hours import SupportHours
from bot.places import channel_of, personal
from bot.state import State
from bot.support.texts import Text


def home(draft: Draft) -> str:
    """Return the channel in which alerts are shown, "" for none."""
    return draft.desk.channel if draft.policy.alerts_in_channel else draft.desk.team_channel


def check_place(draft: Draft, event: Press) -> None:
    """Raise Refused where a press comes from where no alert is ever shown to whoever pressed."""
    at_home = {draft.desk.team_channel, home(draft)} - {""}
    if event.place != personal(event.author.id) and channel_of(event.place) not in at_home:
        raise Refused(draft.say(Text.ELSEWHERE))


def readers(draft: Draft) -> tuple[str, ...]:
    """Return who is shown an alert now: "" for the channel, with none those on duty who may be written to."""
    if home(draft):
        return ("",)
    return reach.on_duty(draft)


def in_storm(draft: Draft, alert: Alert) -> bool:
    """Say whether an alert is on the digest of a storm that is not over."""
    return any(one.id == alert.storm for one in draft.facts.weather.storms)


def shown(draft: Draft, alert: Alert) -> Alert:
    """Return an alert with a card for each who is shown it now and has none; in a storm a digest is enough."""
    keys = () if in_storm(draft, alert) else (cards.card_key(alert, person) for person in readers(draft))
    return replace(alert, cards=tuple(dict.fromkeys((*alert.cards, *keys))))


def call(draft: Draft, alert: Alert) -> Alert:
    """Return an alert that has called whoever is due to be called about it."""
    people = calls.due(draft, alert.pair_at, alert.further_at, alert.called)
    if not people and alert.next_at is not None and alert.next_at > draft.now:
        return alert
    return replace(
        alert,
        pair_at=calls.left(draft, alert.pair_at),
        further_at=calls.left(draft, alert.further_at),
        called=(*alert.called, *people),
        cards=(*alert.cards, *(cards.call_key(alert.id, alert.round, person, alert.cards) for person in people)),
    )


def struck(draft: Draft) -> None:
    """Call whoever is due, show alerts to those who came on duty, and let all cards say their times by the day."""
    weather, today = draft.facts.weather, draft.hours.local(draft.now).date()
    anew = weather.drawn_on != today
    for alert in draft.alerts():
        if not alert.is_live:
            continue
        waits = alert.status is Status.TRIGGERED and draft.is_open
        now = call(draft, shown(draft, alert)) if waits else alert
        if now != alert:
            draft.put_alert(now)
        elif anew and alert.cards:
            _show(draft, alert, alert.cards)
    if anew and draft.state.alerts:
        draft.put_facts(replace(draft.facts, weather=replace(draft.facts.weather, drawn_on=today)))


def follow(draft: Draft) -> None:
    """Show each alert that was changed wherever it is shown."""
    changed = draft.changed_alerts()
    old = draft.unchanged(0) if changed else draft
    for one in changed:
        alert, before = one, old.alert(one.id)
        if one.is_live and one.storm and not one.cards:  # in a storm, which may be over
            alert = shown(draft, one)
            draft.put_alert(alert)
        known = before.cards if before else ()
        new = tuple(key for key in alert.cards if key not in known)
        for key in new:
            draft.show(key, place_of(draft, key), cards.card(draft, alert, key))
        if before is not None and cards.card(old, before, "") != cards.card(draft, alert, ""):
            _show(draft, alert, tuple(key for key in alert.cards if key in known))
        if before is not None and alert.round != before.round:
            for key in before.cards:
                draft.show(key, place_of(draft, key), cards.moved_on(draft, alert, key), first=False)


def show_all(draft: Draft) -> None:
    """Show every live alert as it stands, also what could not be shown until now."""
    for alert in draft.alerts():
        if alert.is_live:
            draft.put_alert(shown(draft, alert))  # what is new in it is shown by that
            for key in alert.cards:
                draft.follow_with(Show(key, place_of(draft, key), cards.card(draft, alert, key)))


def place_of(draft: Draft, key: str) -> str:
    """Return where the card under a key stands: "KIND:ALERT:ROUND" or "KIND:ALERT:ROUND:PERSON"."""
    person = key.split(":", 3)[3:]
    if person == [calls.TEAM]:
        return draft.desk.team_channel
    return personal(person[0]) if person else home(draft)


def _show(draft: Draft, alert: Alert, keys: tuple[str, ...]) -> None:
    for key in keys:
        draft.show(key, place_of(draft, key), cards.card(draft, alert, key), first=False)


def next_at(state: State, now: datetime, hours: SupportHours) -> datetime | None:
    """Return when somebody is next to be called or shown an alert, or its cards say another day."""
    live = [one for one in state.alerts.values() if one.is_live]
    if not live:
        return None
    storms = [at for one in state.facts.weather.storms for at in (one.pair_at, one.further_at, one.redraw_at) if at]
    moments = [*storms, *(at for one in live if (at := one.next_at))]
    opening = hours.next_open(now)
    coming = opening if opening > now else hours.next_open(hours.closing(now))
    return min([coming, *(max(at, opening) if at <= now else at for at in moments)])
