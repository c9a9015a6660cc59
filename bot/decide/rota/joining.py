"""Joiners and leavers, access and experience: who changed what, what that does to a team, and who observes at once.

Whoever is new observes in the first iteration that has a team already and days enough; else the pick sees to it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from functools import partial

from bot.decide import marks
from bot.decide.draft import Draft
from bot.decide.pictures import names
from bot.decide.requests import clocks
from bot.decide.rota import covers, news, nominees, outlook, pickers, starting, words
from bot.events import Event, PeopleImported, Send
from bot.people import WORKING_WEEK, Author, Person
from bot.rota import changes
from bot.rota.ledger import OBSERVING_DAYS
from bot.rota.picking import MOST_OBSERVERS
from bot.rota.presence import Presence
from bot.rota.shift import Role, Shift

MOST_SAID = 8  # changes of people, beyond which they are counted


def follow(draft: Draft, event: Event) -> None:
    """Put a change of the people on the record, say it once with what it broke, and let whoever is new observe."""
    before = draft.state.rota
    if not before.people or draft.rota.people == before.people:
        return
    changed = [one for id_, one in draft.rota.people.items() if before.people.get(id_) != one]
    by = _whose(event)
    said = _put_on_record(draft, by, changed) if by else []
    _say(draft, by, changed, said)
    _let_observe(draft, [one for one in changed if one.id not in before.people])


def ahead(draft: Draft, changed: Person) -> tuple[str, ...]:
    """Return what it would do to the teams that are set if somebody were changed so."""
    people = {**draft.rota.people, changed.id: changed}
    return outlook.look(draft, replace(draft.rota, people=people)).lines


def _whose(event: Event) -> Author | None:
    """Return who changes people by an event; None where they learn, or where a file says itself what it did."""
    if isinstance(event, PeopleImported):
        return news.OPERATOR
    of_people = isinstance(event, Send) and event.step.partition(".")[0] in {"people", "setup"}
    return event.author if of_people else None  # type: ignore[attr-defined]


def _put_on_record(draft: Draft, by: Author, changed: Iterable[Person]) -> list[str]:
    """Note who changed whom how; return it as it is said."""
    today = draft.hours.local(draft.now).date()
    whats = [(_before(draft, one), one) for one in changed]
    for what in _short([what for old, new in whats for what in _changes(old, new, today, str)]):
        news.record(draft, by, what)
    said = [what for old, new in whats for what in _changes(old, new, today, partial(outlook.day_said, draft))]
    return [f"{by.name} {what}." for what in _short(said)]


def _before(draft: Draft, one: Person) -> Person | None:
    """Return somebody as they were, by another id if they have a new one."""
    known, people = draft.state.rota.people, draft.rota.people
    gone = [old for id_, old in known.items() if id_ not in people and old.name == one.name]
    return known.get(one.id) or next(iter(gone), None)


def _short(whats: list[str]) -> list[str]:
    return whats if len(whats) <= MOST_SAID else [f"made {len(whats)} changes of people"]


def _changes(old: Person | None, new: Person, today: date, said: Callable[[date], str]) -> Iterator[str]:
    """Yield what was changed of somebody that the rota depends on; dates are ``said`` as their reader has them."""
    name = new.name
    comes = "joins" if new.joined and new.joined > today else "joined"
    if old is None:
        yield f"added {name}{f', who {comes} on {said(new.joined)}' if new.joined else ''}"
        return
    if old.production_access != new.production_access:
        yield f"gave {name} production access" if new.production_access else f"took {name}'s production access"
    if old.experienced != new.experienced:
        yield f"noted that {name} is {'experienced' if new.experienced else 'new to support'}"
    if old.waived != new.waived:
        yield f"noted that {name} {'need not' if new.waived else 'has to'} observe first"
    if old.joined != new.joined:
        since = f"{name} {comes} on {said(new.joined)}" if new.joined else f"nothing is known of when {name} joined"
        yield f"noted that {since}"
    if old.left != new.left:
        goes = "leaves" if new.left and new.left > today else "left"
        yield f"noted that {name} {f'{goes} on {said(new.left)}' if new.left else 'stays'}"
    if old.working_days != new.working_days:
        off = words.weekdays(WORKING_WEEK - new.working_days)
        yield f"noted that {name} {f'never works on {off}' if off else 'works every day'}"
    if old.holidays != new.holidays:
        place = f"the public holidays of {new.holidays}" if new.holidays else "the desk's public holidays"
        yield f"noted that {name} has {place}"


def _say(draft: Draft, by: Author | None, changed: list[Person], said: list[str]) -> None:
    """Find FALLBACKs for new gaps; say once what was changed, and which rules a team breaks since then."""
    ids = [one.id for one in changed]
    follows = outlook.look(draft, draft.rota, replace(draft.state.rota, shifts=draft.rota.shifts))
    key = f"{draft.now.isoformat()}:{marks.mark(' '.join((*ids, *said, *follows.lines)))}"
    if not follows.lines:
        if said and draft.rota.shifts:
            news.announce(draft, f"people:{key}", "\n".join(said), ids, by)
        return
    if follows.rota != draft.rota:
        draft.put_rota(follows.rota)
        clocks.follow_duty(draft)
    mine = [one for one in outlook.coming_shifts(draft) if one.person in ids and one.role is Role.SUPPORT]
    broken = [one for one in mine if one.iteration in follows.broken]
    who = names(tuple([one for one in changed if one.id in {shift.person for shift in mine}]))
    title, *rest = said or [f"{who or 'The team'}: what changed touches a team that is set"]
    title = title.removesuffix(".")
    pair = [one.id for one in pickers.pickers(draft)]
    admins = [one.id for one in draft.rota.people.values() if draft.is_admin(Author(one.id, one.name))]
    nominees.fill(draft, key, follows.stints)
    covers.announce(draft, key, (title, *rest, *follows.lines), broken, (*pair, *admins))


def _let_observe(draft: Draft, new: list[Person]) -> None:
    """Let new people observe in the first iteration that has a team, room, and enough days on which they are there."""
    for person in sorted(new, key=lambda one: (one.joined or date.min, one.id)):
        weeks = changes.iterations_set(draft.rota, outlook.current(draft))
        week = next((one for one in weeks if _may_observe(draft, person, one)), None)
        if week is None:
            continue
        shift = Shift(week, person.id, Role.OBSERVER)
        draft.put_rota(changes.with_team(draft.rota, week, (*draft.rota.of(week), shift)))
        if week == outlook.current(draft):
            starting.joined(draft, shift)
            nominees.know(draft, week, [person.id])


def _may_observe(draft: Draft, person: Person, week: date) -> bool:
    today, days = draft.hours.duty_day(draft.opening), Presence(draft.rota, draft.hours).days(person, week)
    is_long = len([day for day in days if day >= today]) >= OBSERVING_DAYS
    observing = [one for one in draft.rota.of(week) if one.role is Role.OBSERVER]
    return person.must_observe(week) and is_long and len(observing) < MOST_OBSERVERS
