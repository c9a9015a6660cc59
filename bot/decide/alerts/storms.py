"""A storm of alerts: one digest, which keeps the first of each kind, instead of a card for each; none is lost.

It calls people once for all of them, and what is done to one of a kind is offered for all of it.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

from bot.alerts.alert import Alert, Status, alike
from bot.alerts.storm import Gust, Storm
from bot.commands import Right
from bot.decide.alerts import calls, showing
from bot.decide.desk_steps import DeskStep
from bot.decide.draft import Draft
from bot.effects import Show
from bot.support.words import MINUTE

STORM = "storm"  # how the keys of digests begin
CALM = MINUTE  # without a new alert, after which a storm is over
PAUSE = timedelta(seconds=5)  # between two versions of a digest that tell of nothing new but more of the same
MOST_GUSTS = 25  # shown
EXCERPT = 90


def caught(draft: Draft, alert: Alert) -> Alert:
    """Return an alert as it was triggered now: in a storm, if too many came within a minute."""
    weather, now = draft.facts.weather, draft.now
    came = tuple(at for at in weather.came_at if now - at < CALM)[-draft.policy.storm_over :]
    weather = replace(weather, came_at=(*came, now))
    storm = weather.storms[-1] if weather.storms and now - weather.storms[-1].last_at < CALM else None
    if len(came) < draft.policy.storm_over:
        draft.put_facts(replace(draft.facts, weather=weather))
        return replace(alert, storm="")
    if storm is None:
        number = weather.last_storm + 1
        pair_at, further_at = calls.clock(draft, now)
        storm = Storm(f"S-{number}", now, now, pair_at=pair_at, further_at=further_at)
        weather = replace(weather, last_storm=number)
    new = _joined(storm, alert)
    shown_at = storm.shown_at
    due = shown_at is None or len(new.gusts) > len(storm.gusts) or now - shown_at >= PAUSE
    new = _drawn(replace(new, last_at=now), now) if due else replace(new, last_at=now, redraw_at=now + PAUSE)
    draft.put_facts(replace(draft.facts, weather=replace(weather, storms=_with(weather.storms, new))))
    return replace(alert, storm=storm.id, pair_at=None, further_at=None)


def struck(draft: Draft) -> None:
    """Call whoever is due about a storm, and let its digest say how it stands, to whoever came on duty too.

    What is over is kept no longer.
    """
    kept = []
    for storm in draft.facts.weather.storms:
        some = _alerts(draft, storm)
        over = draft.now - storm.last_at >= CALM and not any(one.is_live for one in some) and not _waits(draft, storm)
        waits = any(one.status is Status.TRIGGERED for one in some)
        new = _call(draft, storm, waits=waits) if draft.is_open else storm
        redraw = storm.redraw_at is not None and storm.redraw_at <= draft.now
        if redraw or (waits and _keys(draft, new) != storm.cards):
            new = _drawn(new, draft.now)
        if not over:
            kept.append(new)
    if tuple(kept) != draft.facts.weather.storms:
        _put(draft, tuple(kept))


def follow(draft: Draft) -> None:
    """Show the digest of each storm of which something was done or called, or is to be told."""
    acted = {one.storm for one in draft.changed_alerts() if one.storm and _has_moved(draft, one)}
    known = {one.id: one for one in draft.state.facts.weather.storms}
    for storm in draft.facts.weather.storms:
        before = known.get(storm.id)
        if storm.id not in acted and before is not None and before.shown == storm.shown:
            continue
        keys = _keys(draft, storm)
        for key in keys:
            first = before is None or key not in before.cards
            draft.show(key, showing.place_of(draft, key), card(draft, storm, key), first=first)
        if keys != storm.cards:
            storms = _with(draft.facts.weather.storms, replace(storm, cards=keys))
            _put(draft, storms)


def show_all(draft: Draft) -> None:
    """Show the digest of each storm of which something is live, also what could not be shown until now."""
    for storm in draft.facts.weather.storms:
        if any(one.is_live for one in _alerts(draft, storm)):
            keys = _keys(draft, storm)
            for key in keys:
                draft.follow_with(Show(key, showing.place_of(draft, key), card(draft, storm, key)))
            _put(draft, _with(draft.facts.weather.storms, replace(storm, cards=keys)))


def call_again(draft: Draft, id_: str, at: datetime, called: tuple[str, ...]) -> None:
    """Let a storm call whoever is on duty at once, but for those ``called`` already, unless its clock still goes on."""
    storm = next((one for one in draft.facts.weather.storms if one.id == id_), None)
    if storm is None or storm.further_at is not None:
        return
    _, further_at = calls.clock(draft, at)
    again = replace(storm, pair_at=draft.hours.next_open(at), further_at=further_at, called=called)
    again = _call(draft, again, waits=True) if draft.is_open else again
    _put(draft, _with(draft.facts.weather.storms, _drawn(again, draft.now)))


def goes_on(draft: Draft, alert: Alert) -> bool:
    """Say whether an alert is on the digest of a storm that is not over."""
    return any(one.id == alert.storm for one in draft.facts.weather.storms)


def _waits(draft: Draft, storm: Storm) -> bool:
    """Say whether a ticket may still give alerts of a storm back."""
    asked = {id_ for ticket in draft.facts.tickets.values() if ticket.is_live for id_ in ticket.matters}
    return any(gust.first in asked for gust in storm.gusts)


def _keys(draft: Draft, storm: Storm) -> tuple[str, ...]:
    """Return the keys of the messages that show a storm's digest, of those who came on duty too."""
    people = showing.readers(draft)
    some = (f"{STORM}:{storm.id}:1{f':{one}' if one else ''}" for one in people)
    return tuple(dict.fromkeys((*storm.cards, *some)))


def _alerts(draft: Draft, storm: Storm) -> list[Alert]:
    return [one for one in draft.alerts() if one.storm == storm.id]


def _kind(alert: Alert) -> str:
    return alike(alert.latest) or alert.key


def _joined(storm: Storm, alert: Alert) -> Storm:
    kind = _kind(alert)
    known = next((one for one in storm.gusts if one.kind == kind), None)
    if known is None:
        return replace(storm, gusts=(*storm.gusts, Gust(kind, alert.id)))
    more = replace(known, count=known.count + 1)
    return replace(storm, gusts=tuple(more if one is known else one for one in storm.gusts))


def _with(storms: tuple[Storm, ...], new: Storm) -> tuple[Storm, ...]:
    return (*(one for one in storms if one.id != new.id), new)


def _put(draft: Draft, storms: tuple[Storm, ...]) -> None:
    draft.put_facts(replace(draft.facts, weather=replace(draft.facts.weather, storms=storms)))


def _has_moved(draft: Draft, alert: Alert) -> bool:
    before = draft.state.alerts.get(alert.id)
    return before is not None and (before.status, before.owner) != (alert.status, alert.owner)


STEPS: Mapping[str, DeskStep] = MappingProxyType({STORM: DeskStep(Right.COLLEAGUE, None, _take)})
"""The steps of a digest."""
