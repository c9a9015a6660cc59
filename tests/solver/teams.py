"""Teams of our own making: a random rota of any size, the same for the same seed."""

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.hours import BERLIN, SupportHours
from bot.people import WORKING_WEEK, Person
from bot.rota.presence import WEEK
from bot.rota.shift import Absence, Override, Role, Rota, Shift

FIRST = date(2026, 11, 25)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Kind:
    """How a team is: shares of its people, and what it has behind it and before it."""

    access: float = 0.6
    day_off: float = 0.25
    leave: float = 0.1
    newcomers: float = 0.1
    joiners: float = 0.0
    leavers: float = 0.0
    history: int = 0
    taken: float = 0.0
    overrides: float = 0.0
    holidays: float = 0.0


def team(seed: int, people: int, weeks: int, kind: Kind = Kind()) -> tuple[Rota, SupportHours]:
    """Return a rota whose first iteration to pick is FIRST, and its hours."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    ids = [f"p{number:03}" for number in range(people)]
    everybody = {id_: _person(chance, id_, weeks, kind) for id_ in ids}
    absences = [
        _away(id_, FIRST + week * WEEK + chance.randrange(3) * DAY, chance.randint(1, 7))
        for week in range(weeks)
        for id_ in ids
        if chance.random() < kind.leave
    ]
    shifts = []
    for number in range(-kind.history, weeks):
        if number >= 0 and chance.random() >= kind.taken:
            continue
        iteration = FIRST + number * WEEK
        pair = chance.sample(ids, 2)
        shifts += [Shift(iteration, id_, Role.SUPPORT) for id_ in pair]
        shifts.append(Shift(iteration, chance.choice(ids), Role.FALLBACK, frozenset([chance.randrange(5)])))
    overrides = [
        Override(chance.choice(ids), chance.choice(ids), _at(day, 0), _at(day + 3 * DAY, 0))
        for week in range(-kind.history, weeks)
        if chance.random() < kind.overrides and (day := FIRST + week * WEEK)
    ]
    days = [FIRST + number * DAY for number in range(weeks * 7)]
    closed = frozenset(day for day in days if chance.random() < kind.holidays)
    return Rota(everybody, tuple(shifts), tuple(absences), tuple(overrides)), SupportHours(holidays=closed)


def _person(chance: random.Random, id_: str, weeks: int, kind: Kind) -> Person:
    off = {chance.randrange(5)} if chance.random() < kind.day_off else set()
    new = chance.random() < kind.newcomers
    return Person(
        id_,
        id_.upper(),
        production_access=chance.random() < kind.access,
        working_days=WORKING_WEEK - off,
        experienced=not new,
        observed=chance.choice([None, FIRST - chance.randint(1, 4) * WEEK]) if new else None,
        waived=new and chance.random() < 0.2,
        again=new and chance.random() < 0.2,
        joined=FIRST + chance.randint(-20, 7 * weeks) * DAY if chance.random() < kind.joiners else None,
        left=FIRST + chance.randint(-20, 7 * weeks) * DAY if chance.random() < kind.leavers else None,
    )


def _away(id_: str, day: date, days: int) -> Absence:
    return Absence(id_, _at(day, 9), _at(day + days * DAY, 9))


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), BERLIN)
