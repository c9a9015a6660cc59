"""Changes of the rota, judged: what an absence makes of a team that is set.

Pure values; the rota given is the rota as it would be. Covers count: whoever stands in for somebody serves as they did,
and an anchor stays one where only people with production access stand in.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, datetime, time
from enum import StrEnum

from bot.hours import SupportHours
from bot.people import Person
from bot.rota.duty import on_duty
from bot.rota.iteration import iteration_of
from bot.rota.picking import PAIR, Member, Picker, Rule, Stint, pair_of, situation
from bot.rota.presence import DAY, WEEK, Presence, working_days
from bot.rota.shift import Absence, Override, Role, Rota, Shift

FARTHEST = 26  # iterations ahead in which shifts are changed


def whole_days(person: str, first: date, last: date, hours: SupportHours) -> Absence:
    """Return an absence from 00:00 of the first day to 24:00 of the last, in the desk's zone."""
    midnight = time()
    return Absence(person, hours.moment(first, midnight), hours.moment(last + DAY, midnight))


def with_absences(rota: Rota, some: Iterable[Absence]) -> Rota:
    """Return a rota with more absences, joined with those of the same people that they overlap or touch."""
    absences = list(rota.absences)
    for new in some:
        near = [one for one in absences if one.person == new.person and one.start <= new.end and new.start <= one.end]
        joined = replace(
            new, start=min([new.start, *(one.start for one in near)]), end=max([new.end, *(one.end for one in near)])
        )
        absences = [*(one for one in absences if one not in near), joined]
    return replace(rota, absences=tuple(absences))


def serving_on(rota: Rota, presence: Presence, day: date) -> tuple[Person, ...]:
    """Return who serves on a working day and is present: SUPPORT and FALLBACK, each once."""
    found: dict[str, Person] = {}
    for shift in rota.of(iteration_of(day)):
        person = rota.people.get(presence.server(shift.person, day))
        serves = shift.role is not Role.OBSERVER and shift.is_for(day)
        if serves and person is not None and presence.has(person, day):
            found[person.id] = person
    return tuple(found.values())


def is_gap(people: Collection[Person]) -> bool:
    """Say whether those who serve are fewer than two, or none of them has production access."""
    return len(people) < PAIR or not any(one.production_access for one in people)


def gaps(rota: Rota, iteration: date, hours: SupportHours) -> tuple[date, ...]:
    """Return the working days of an iteration that are gaps, with those who serve on them by the rota."""
    presence = Presence(rota, hours)
    return tuple([day for day in working_days(iteration, hours) if is_gap(serving_on(rota, presence, day))])


def gaps_made(before: Rota, after: Rota, iteration: date, hours: SupportHours) -> tuple[date, ...]:
    """Return the gaps of an iteration that a change makes or widens: somebody serves no more, or has no access now."""
    presence = Presence(before, hours)
    known = {day: _able(serving_on(before, presence, day)) for day in working_days(iteration, hours)}
    presence = Presence(after, hours)
    return tuple(
        [day for day in gaps(after, iteration, hours) if not known[day] <= _able(serving_on(after, presence, day))]
    )


def broken(rota: Rota, iteration: date, hours: SupportHours) -> tuple[Rule, ...]:
    """Return the rules that the pair of an iteration breaks; none where two are not set."""
    pair = pair_of(rota, iteration)
    if len(pair) != PAIR:
        return ()
    presence = Presence(rota, hours)
    days = working_days(iteration, hours)
    covered = {id_ for id_ in pair for day in days if presence.server(id_, day) != id_}
    people = {id_: replace(one, left=None) if id_ in covered else one for id_, one in rota.people.items()}
    plan = situation(replace(rota, people=people), iteration, hours)
    members = {one.id: one for one in plan.members}
    if not pair <= members.keys():
        return (Rule.BELONGS,)
    for id_ in covered:
        kept = [day for day in days if _keeps(rota, presence, people[id_], day)]
        members[id_] = replace(members[id_], days=frozenset(kept))
    return Picker(replace(plan, members=tuple(members.values()))).judge(pair).broken


def fallback(rota: Rota, iteration: date, hours: SupportHours, days: Collection[date]) -> tuple[Stint, ...]:
    """Return the best FALLBACK for those of some days that are gaps, by the rules of the pick."""
    presence = Presence(rota, hours)
    there = {day: serving_on(rota, presence, day) for day in working_days(iteration, hours) if day in days}
    plan = situation(rota, iteration, hours)
    support = pair_of(rota, iteration)
    able = frozenset([day for day, people in there.items() if any(one.production_access for one in people)])
    more = frozenset([day for day, people in there.items() if len(people) > (day in able)])
    free = [
        replace(one, days=frozenset([day for day in one.days if day in there and one.id not in _ids(there[day])]))
        for one in plan.members
        if one.id not in support
    ]
    # Two who stand for all that serve: one for whoever has access, one for whoever is there besides.
    pair = _nobody("\0access", able, access=True), _nobody("\0more", more, access=False)
    picker = Picker(replace(plan, days=tuple(there), members=(*pair, *free)))
    return picker.judge([one.id for one in pair]).fallbacks


def with_fallback(rota: Rota, iteration: date, stints: Iterable[Stint]) -> Rota:
    """Return a rota with people as FALLBACK on more days."""
    shifts = list(rota.shifts)
    for stint in stints:
        days = frozenset([day.weekday() for day in stint.days])
        new = Shift(iteration, stint.person, Role.FALLBACK, days)
        old = next((one for one in shifts if replace(one, days=days) == new), None)
        if old is None:
            shifts.append(new)
        else:
            shifts[shifts.index(old)] = replace(old, days=old.days | days)
    return replace(rota, shifts=tuple(sorted(shifts, key=lambda one: one.iteration)))


def with_team(rota: Rota, iteration: date, team: Iterable[Shift]) -> Rota:
    """Return a rota in which the shifts of an iteration are these, and no others."""
    others = [one for one in rota.shifts if one.iteration != iteration]
    return replace(rota, shifts=tuple(sorted((*others, *team), key=lambda one: one.iteration)))


def without_fallback(rota: Rota, person: str, day: date) -> Rota:
    """Return a rota in which somebody is not FALLBACK on a day."""
    theirs = Shift(iteration_of(day), person, Role.FALLBACK)
    shifts = [
        replace(one, days=one.days - {day.weekday()}) if replace(one, days=theirs.days) == theirs else one
        for one in rota.shifts
    ]
    return replace(rota, shifts=tuple([one for one in shifts if one.days]))


def swapped(rota: Rota, one: Shift, other: Shift) -> Rota:
    """Return a rota in which two exchanged their SUPPORT shifts; without FALLBACK in both iterations, to be found."""
    takers = {one: other.person, other: one.person}
    comes = {(shift.iteration, person) for shift, person in takers.items()}
    kept = [
        replace(shift, person=takers.get(shift, shift.person))
        for shift in rota.shifts
        if shift.iteration not in {one.iteration, other.iteration}
        or shift.role is Role.SUPPORT
        or (shift.role is Role.OBSERVER and (shift.iteration, shift.person) not in comes)
    ]
    return replace(rota, shifts=tuple(kept))


class Unfit(StrEnum):
    """Why somebody could not cover: the first of these that holds."""

    UNREACHED = "not to be reached in Teams"
    AWAY = "away"
    NEW = "new or observing"
    SERVES = "serving already"
    ACCESS = "without the production access that is needed"


def with_cover(rota: Rota, shift: Shift, stand_in: str, start: datetime, end: datetime, hours: SupportHours) -> Rota:
    """Return a rota in which somebody takes a shift from ``start`` to ``end``; all of it is theirs altogether."""
    whole = days_between(shift, hours.opening(shift.iteration), hours.opening(shift.iteration + WEEK), hours)
    if days_between(shift, start, end, hours) != whole or start > hours.opening(whole[0]):
        return replace(rota, overrides=(*rota.overrides, Override(shift.person, stand_in, start, end)))
    if shift.role is Role.FALLBACK:
        rota = replace(rota, shifts=tuple([one for one in rota.shifts if one != shift]))
        return with_fallback(rota, shift.iteration, [Stint(stand_in, frozenset(whole))])
    theirs = replace(shift, person=stand_in)  # with the days of the team before, where they were of that
    before = [one for one in rota.shifts if replace(one, days=shift.days) == theirs]
    theirs = replace(theirs, days=theirs.days.union(*(one.days for one in before)))
    shifts = [theirs if one == shift else one for one in rota.shifts if one not in before]
    return replace(rota, shifts=tuple(shifts))


def relieved(rota: Rota, shift: Shift, person: str, start: datetime, end: datetime, hours: SupportHours) -> Rota:
    """Return a rota in which whoever takes a SUPPORT shift is no FALLBACK on its days, where no gap comes of it."""
    days, freed = days_between(shift, start, end, hours), rota
    for day in days if shift.role is Role.SUPPORT else ():
        freed = without_fallback(freed, person, day)
    then = gaps(with_cover(freed, shift, person, start, end, hours), shift.iteration, hours)
    return rota if {*then}.intersection(days).difference(gaps(rota, shift.iteration, hours)) else freed


def servers(rota: Rota, shift: Shift, start: datetime, end: datetime, hours: SupportHours) -> tuple[str, ...]:
    """Return who serves for a shift on its days between two instants, each once."""
    presence = Presence(rota, hours)
    return tuple(dict.fromkeys([presence.server(shift.person, day) for day in days_between(shift, start, end, hours)]))


def unfit(
    rota: Rota, shift: Shift, person: Person, start: datetime, end: datetime, hours: SupportHours
) -> Unfit | None:
    """Say why somebody could not take a shift from ``start`` to ``end``, None where they could."""
    days, presence = days_between(shift, start, end, hours), Presence(rota, hours)
    week, at = shift.iteration, max(start, hours.opening(days[0]))
    if not person.entra_object_id:
        return Unfit.UNREACHED
    away = any(one.person == person.id and one.start <= at < one.end for one in rota.absences)
    if away or not all(presence.has(person, day) for day in days):
        return Unfit.AWAY
    observes = Shift(week, person.id, Role.OBSERVER) in rota.shifts
    if observes or not person.experienced or person.must_observe(week):
        return Unfit.NEW
    rota = relieved(rota, shift, person.id, start, end, hours)
    now = on_duty(rota, at, hours)
    if person in now.pair + now.further or any(person in serving_on(rota, presence, day) for day in days):
        return Unfit.SERVES
    able = replace(rota, people={**rota.people, person.id: replace(person, production_access=True)})
    lacks = [
        _lacks(with_cover(one, shift, person.id, start, end, hours), week, days, at, hours) for one in (rota, able)
    ]
    return Unfit.ACCESS if lacks[0] != lacks[1] else None


def _lacks(rota: Rota, week: date, days: Collection[date], at: datetime, hours: SupportHours) -> tuple[object, ...]:
    """Return what production access would mend: a pair with no anchor, gaps on some days, nobody able at a moment."""
    then = on_duty(rota, at, hours)
    able = any(one.production_access for one in then.pair + then.further)
    return Rule.ANCHOR in broken(rota, week, hours), set(gaps(rota, week, hours)).intersection(days), able


def iterations_set(rota: Rota, first: date) -> tuple[date, ...]:
    """Return the iterations from ``first`` on that have a SUPPORT team."""
    return tuple(sorted({one.iteration for one in rota.shifts if one.role is Role.SUPPORT and one.iteration >= first}))


def days_between(shift: Shift, start: datetime, end: datetime, hours: SupportHours) -> tuple[date, ...]:
    """Return the working days of a shift of which some lies between two instants."""
    days = sorted(days_of(shift, hours))
    return tuple([day for day in days if start < hours.span(day)[1] and hours.span(day)[0] < end])


def days_of(shift: Shift, hours: SupportHours) -> frozenset[date]:
    """Return the working days of a shift."""
    return frozenset([day for day in working_days(shift.iteration, hours) if shift.is_for(day)])


def stints_in(rota: Rota, iterations: Collection[date], hours: SupportHours) -> dict[str, frozenset[date]]:
    """Return who is FALLBACK in some iterations, on which days."""
    found: dict[str, frozenset[date]] = {}
    for shift in rota.shifts:
        if shift.role is Role.FALLBACK and shift.iteration in iterations:
            found[shift.person] = found.get(shift.person, frozenset()) | days_of(shift, hours)
    return found


def _keeps(rota: Rota, presence: Presence, person: Person, day: date) -> bool:
    """Say whether whoever serves for somebody on a day is present, with production access if they have it."""
    server = rota.people.get(presence.server(person.id, day))
    able = server is not None and (server.production_access or not person.production_access)
    return server is not None and able and presence.has(server, day)


def _nobody(id_: str, days: frozenset[date], *, access: bool) -> Member:
    """Return somebody who is there on some days, and of whom nothing else counts."""
    return Member(
        id=id_,
        name="",
        access=access,
        days=days,
        theirs=days,
        belongs=True,
        experienced=False,
        observes=False,
        observed=None,
        joined=None,
        served=0,
        chances=0,
        all_served=0,
        all_chances=0,
    )


def _able(people: Iterable[Person]) -> frozenset[tuple[str, bool]]:
    return frozenset([(one.id, one.production_access) for one in people])


def _ids(people: Iterable[Person]) -> frozenset[str]:
    return frozenset([one.id for one in people])
