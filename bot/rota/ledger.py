"""The ledger: what each person served in an iteration and how often they could, and what an iteration made of them.

An iteration that is over is settled once: its numbers are kept, so that neither erasure nor a later change of
somebody's days changes them. One that is planned or running is counted as if all went as planned.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from bot.hours import SupportHours
from bot.people import FORMER, Person
from bot.rota.presence import WEEK, Presence, working_days
from bot.rota.shift import Role, Rota, Tally

WINDOW = 52  # iterations that count for fairness, with the one that is being picked
OBSERVING_DAYS = 3  # that make a week of observing


def history(rota: Rota) -> dict[date, dict[str, tuple[int, int]]]:
    """Return days served and chances by person of every settled iteration; one that had no team counts for nobody."""
    counted: dict[date, dict[str, tuple[int, int]]] = {}
    for row in rota.ledger:
        people = counted.setdefault(row.iteration, {})
        served, chances = people.get(row.person, (0, 0))
        people[row.person] = served + row.served, chances + row.chances
    return counted


def settled(rota: Rota, until: date, hours: SupportHours, presence: Presence | None = None) -> Rota:
    """Return a rota with every iteration before ``until`` settled that has a team and is not settled yet.

    Whoever observed has observed, and whoever had a SUPPORT shift is experienced; who asked for another week of
    observing has to observe again. What counts no longer is dropped. ``presence`` may be given where it is at hand.
    """
    oldest = until - WINDOW * WEEK
    done = {one.iteration for one in rota.ledger}
    due = sorted({one.iteration for one in rota.shifts if oldest <= one.iteration < until} - done)
    if not due:
        return rota
    presence = presence or Presence(rota, hours)
    for iteration in due:
        counted = _counted(rota, iteration, hours, presence)
        rows = [Tally(iteration, person, *days) for person, days in sorted(counted.items())]
        rota = replace(rota, ledger=(*rota.ledger, *rows), people=_grown(rota, iteration, presence))
    return replace(rota, ledger=tuple([one for one in rota.ledger if one.iteration >= oldest]))


def summed(rows: Iterable[Tally]) -> tuple[Tally, ...]:
    """Return tallies with those of former colleagues of an iteration as one."""
    rows = tuple(rows)
    former: dict[date, Tally] = {}
    for one in rows:
        if one.person == FORMER:
            so_far = former.get(one.iteration, Tally(one.iteration, FORMER, 0, 0))
            former[one.iteration] = replace(
                so_far, served=so_far.served + one.served, chances=so_far.chances + one.chances
            )
    return (*[one for one in rows if one.person != FORMER], *former.values())


def window(iteration: date, joined: date | None) -> tuple[date, ...]:
    """Return the iterations before ``iteration`` that count with it for somebody, from the one in which they joined."""
    some = [iteration - number * WEEK for number in range(WINDOW - 1, 0, -1)]
    return tuple([one for one in some if joined is None or joined < one + WEEK])


def _counted(rota: Rota, iteration: date, hours: SupportHours, presence: Presence) -> dict[str, tuple[int, int]]:
    days = working_days(iteration, hours)
    served = _served(rota, iteration, days, presence)
    counted = {}
    for person in rota.people.values():
        chances = 0 if person.must_observe(iteration) else sum([presence.has(person, day) for day in days])
        counted[person.id] = served[person.id], chances
    if served[FORMER]:
        counted[FORMER] = served[FORMER], 0
    return counted


def _served(rota: Rota, iteration: date, days: tuple[date, ...], presence: Presence) -> Counter[str]:
    served: Counter[str] = Counter()
    seen: set[tuple[str, date]] = set()
    for shift in rota.of(iteration):
        for day in days if shift.role is not Role.OBSERVER else ():
            if not shift.is_for(day):
                continue
            id_ = presence.server(shift.person, day)
            person = rota.people.get(id_)
            if person is None or (presence.has(person, day) and (id_, day) not in seen):
                seen.add((id_, day))
                served[id_ if person else FORMER] += 1
    return served


def _grown(rota: Rota, iteration: date, presence: Presence) -> dict[str, Person]:
    """Return the people as they are after an iteration."""
    people = dict(rota.people)
    for shift in rota.of(iteration):
        person = people.get(shift.person)
        if person is None or person.experienced:
            continue
        theirs = [day for day in presence.days(person, iteration) if shift.is_for(day)]
        days = [day for day in theirs if presence.server(person.id, day) == person.id]
        if shift.role is Role.SUPPORT and days:
            people[person.id] = replace(person, experienced=True, again=False)
        elif shift.role is Role.OBSERVER and person.again:
            people[person.id] = replace(person, again=False, observed=None)
        elif shift.role is Role.OBSERVER and len(days) >= OBSERVING_DAYS:
            people[person.id] = replace(person, observed=iteration)
    return people
