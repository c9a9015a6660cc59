"""A storm of alerts: one digest, which keeps the first of each kind, instead of a card for each; none is lost.

It calls people once for all of them, and what is done to one of a kind is offered for all of it.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

from bot.alerts.alert import TRANSITIONS, Act, Alert, Deed, Status, acknowledged, alike
from bot.alerts.storm import Gust, Storm
from bot.commands import Right
from bot.decide.alerts import calls, cards, showing, slack
from bot.decide.desk_steps import DeskStep
from bot.decide.draft import Draft
from bot.effects import Answer, Card, Show
from bot.errors import Refused
from bot.events import Send
from bot.support.words import MINUTE, moment
from bot.views import Button, PlanCard, PlanPart

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


def held(draft: Draft, alert: Alert) -> list[Alert]:
    """Return the alerts of an alert's kind in the same storm that stand as it does, with its owner, itself first."""
    return [one for one in kin(draft, alert) if (one.status, one.owner) == (alert.status, alert.owner)]


def kin(draft: Draft, alert: Alert, act: Act | None = None) -> list[Alert]:
    """Return the live alerts of an alert's kind that came in the same storm, itself first; only itself elsewhere.

    With an ``act`` only those to which it can happen: what somebody has is taken from nobody.
    """
    others = [one for one in draft.alerts() if alert.storm and one.storm == alert.storm and one.id != alert.id]
    some = [one for one in others if one.is_live and kind_of(one) == kind_of(alert)]
    return [alert, *(one for one in some if act is None or (one.status, act) in TRANSITIONS)]


def card(draft: Draft, storm: Storm, key: str) -> PlanCard:
    """Return a storm's digest as the message under ``key`` shows it: of each kind the first, and how it stands."""
    some = _alerts(draft, storm)
    waiting = Counter(kind_of(one) for one in some if one.status is Status.TRIGGERED)
    parts = tuple(
        _part(draft, storm, at, _first(draft, gust, some), waiting[gust.kind], key)
        for at, gust in enumerate(storm.gusts[:MOST_GUSTS])
    )
    count, kinds = sum(one.count for one in storm.gusts), len(storm.gusts)
    since = moment(storm.started_at, draft.now, draft.hours)
    left = sum(waiting.values())
    text = f"Nobody has {left} of them yet." if left else "Somebody has each of them."
    more = kinds - MOST_GUSTS
    note = f"{more} more kinds: write alerts to see them." if more > 0 else ""
    what = f"{count} alerts of {kinds} kinds" if kinds > 1 else f"{count} alert{'' if count == 1 else 's'}"
    title = f"A storm: {what}, since {since}"
    return PlanCard(title, text, parts=parts, note=note)


def _first(draft: Draft, gust: Gust, some: list[Alert]) -> Alert | None:
    """Return the alert that stands for a kind: the first of it, or once that is over one of it that is not."""
    first = draft.alert(gust.first)
    if first is not None and first.is_live:
        return first
    return next((one for one in some if one.is_live and kind_of(one) == gust.kind), first)


def _part(draft: Draft, storm: Storm, at: int, first: Alert | None, waiting: int, key: str) -> PlanPart:
    gust = storm.gusts[at]
    if first is None:  # it is over, and held no longer
        return PlanPart(f"{gust.first} and {gust.count - 1} more are over")
    times = f" · {gust.count} alerts" if gust.count > 1 else ""
    stands = "" if waiting else f"{cards.headline(draft, first)}. "
    text = f"{stands}{cards.excerpt(first, EXCERPT)}"
    handle = Button(draft.desk.id, "", key, cards.HANDLE, "send", "storm", f"{storm.id}|{at}")
    more = Button(draft.desk.id, first.id, key, cards.MORE, "open", "alert")
    return PlanPart(f"{cards.title(first)}{times}", text, (handle,) if waiting else (), () if waiting else (more,))


def _take(draft: Draft, event: Send) -> Answer:
    """Give all alerts of a kind in a storm to whoever pressed."""
    showing.check_place(draft, event)
    id_, _, at = event.choice.partition("|")
    storm = next((one for one in draft.facts.weather.storms if one.id == id_), None)
    if storm is None or not at.isdecimal() or int(at) >= len(storm.gusts):
        raise Refused("That storm is over.")
    gust = storm.gusts[int(at)]
    some = [one for one in _alerts(draft, storm) if kind_of(one) == gust.kind and one.status is Status.TRIGGERED]
    for number, alert in enumerate(some):
        taken = acknowledged(alert, event.author, event.happened_at)
        deed = Deed(event.author, event.happened_at, "took it")
        taken = replace(taken, deed=deed, before=replace(alert, before=None))
        if not number:
            slack.tell_the_pair(draft, alert, event.author, "took", of=len(some))
            all_ = f" all {len(some)} alerts of this kind" if len(some) > 1 else " it"
            taken = slack.say(draft, taken, f"{event.author.name} is handling{all_}.")
        draft.put_alert(taken)
    return Card(card(draft, storm, event.card))


def _waits(draft: Draft, storm: Storm) -> bool:
    """Say whether a ticket may still give alerts of a storm back."""
    asked = {id_ for ticket in draft.facts.tickets.values() if ticket.is_live for id_ in ticket.matters}
    return any(gust.first in asked for gust in storm.gusts)


def _call(draft: Draft, storm: Storm, *, waits: bool) -> Storm:
    people = calls.due(draft, storm.pair_at, storm.further_at, storm.called) if waits else ()
    new = tuple(cards.call_key(storm.id, 1, one, storm.cards) for one in people)
    return replace(
        storm,
        pair_at=calls.left(draft, storm.pair_at),
        further_at=calls.left(draft, storm.further_at),
        called=(*storm.called, *people),
        cards=(*storm.cards, *new),
    )


def _drawn(storm: Storm, now: datetime) -> Storm:
    return replace(storm, shown_at=now, shown=storm.shown + 1, redraw_at=None)


def _keys(draft: Draft, storm: Storm) -> tuple[str, ...]:
    """Return the keys of the messages that show a storm's digest, of those who came on duty too."""
    people = showing.readers(draft)
    some = (f"{STORM}:{storm.id}:1{f':{one}' if one else ''}" for one in people)
    return tuple(dict.fromkeys((*storm.cards, *some)))


def _alerts(draft: Draft, storm: Storm) -> list[Alert]:
    return [one for one in draft.alerts() if one.storm == storm.id]


def kind_of(alert: Alert) -> str:
    """Return what an alert of a storm has in common with others of its kind: its project and class, if it has any."""
    return alike(alert.latest) or alert.key


def _joined(storm: Storm, alert: Alert) -> Storm:
    kind = kind_of(alert)
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
