"""Small desks made by chance, with everything that a pick may meet: a seed and two sizes are a world."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import permutations
from random import Random
from typing import TypeVar

from bot.hours import BERLIN, SupportHours
from bot.people import FORMER, WORKING_WEEK, Person
from bot.policy import GOALS, Goal
from bot.rota.shift import Absence, Override, Role, Rota, Shift, Tally

T = TypeVar("T")
DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
WEDNESDAYS = (date(2026, 12, 2), date(2026, 12, 23), date(2026, 12, 30), date(2026, 10, 21), date(2027, 3, 24))
DESKS = (
    WORKING_WEEK,
    WORKING_WEEK,
    WORKING_WEEK,
    frozenset({6, 0, 1, 2, 3}),
    frozenset(range(6)),
    frozenset({2, 3, 4}),
)
FREE = (frozenset[int](), frozenset({4}), frozenset({0, 1}), frozenset({2}), WORKING_WEEK)


@dataclass(frozen=True)
class World:
    """What a pick is made from."""

    rota: Rota
    iteration: date
    hours: SupportHours
    goals: tuple[Goal, ...] = GOALS
    taken: tuple[str, ...] = ()
    declined: tuple[str, ...] = ()


def moment(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """Return a time of a day in Berlin."""
    return datetime.combine(day, time(hour, minute), BERLIN).astimezone(UTC)


def world(seed: int, size: int, weeks: int) -> World:
    """Return a world of some people and weeks of history."""
    chance = Random(seed)  # noqa: S311 - nothing is secret here
    iteration = chance.choice(WEDNESDAYS)
    first = iteration - weeks * WEEK
    span = [first + n * DAY for n in range((weeks + 1) * 7)]
    week = span[-7:]
    hours = SupportHours(
        weekdays=chance.choice(DESKS),
        holidays=frozenset(some(chance, span, 0.03) + some(chance, week, chance.choice((0, 0, 0.3, 0.7)))),
        elsewhere=(("PL", frozenset(some(chance, span, 0.04) + some(chance, week, 0.1))),),
    )
    people = {one.id: one for one in (person(chance, number, iteration) for number in range(size))}
    shifts, ledger = [], []
    for number in range(weeks):
        past = iteration - (number + 1) * WEEK
        shifts += team(chance, [*people], past) if chance.random() < 0.9 else []
        if number and chance.random() < 0.8:
            ledger += [Tally(past, one, chance.randrange(6), chance.randrange(6)) for one in (*people, FORMER)]
    shifts += team(chance, [*people], iteration) if chance.random() < 0.2 else []
    return World(
        rota=Rota(
            people,
            tuple(shifts),
            tuple(away(chance, people, chance.choice((span, week))) for _ in range(chance.randrange(2 * size))),
            tuple(instead(chance, people, span) for _ in range(chance.randrange(4))),
            tuple(ledger),
        ),
        iteration=iteration,
        hours=hours,
        goals=chance.choice(list(permutations(GOALS))),
        taken=tuple(sorted(chance.sample([*people], 2))) if chance.random() < 0.3 else (),
        declined=tuple(some(chance, [*people], 0.1)),
    )


def person(chance: Random, number: int, iteration: date) -> Person:
    """Return somebody: three in four experienced, the others in every state of a newcomer."""
    experienced = chance.random() < 0.75
    joined = iteration + chance.randrange(-30, 8) * DAY if not experienced or chance.random() < 0.3 else None
    if joined and chance.random() < 0.3:
        joined -= chance.randrange(60) * WEEK
    left = iteration + chance.randrange(-30, 30) * DAY if chance.random() < 0.15 else None
    return Person(
        id=f"{chance.randrange(1000):03}-{number}",
        name=f"Person {number}",
        production_access=chance.random() < 0.6,
        working_days=WORKING_WEEK - (chance.choice(FREE) if chance.random() < 0.4 else frozenset()),
        experienced=experienced,
        joined=joined,
        left=max(left, joined + DAY) if left and joined else left,
        holidays="PL" if chance.random() < 0.2 else "",
        observed=iteration - chance.randrange(1, 6) * WEEK if chance.random() < (0.1 if experienced else 0.5) else None,
        waived=chance.random() < 0.2,
        again=chance.random() < 0.2,
    )


def team(chance: Random, ids: list[str], iteration: date) -> list[Shift]:
    """Return a support team of anybody, now and then three, somebody for some days only, or somebody unknown."""
    named = chance.sample(ids, min(len(ids), 4))
    named = [FORMER if chance.random() < 0.05 else one for one in named]
    roles = [Role.SUPPORT, Role.SUPPORT, chance.choice(list(Role)), chance.choice((Role.FALLBACK, Role.OBSERVER))]
    some_days = frozenset(some(chance, range(7), 0.4))
    days = [WORKING_WEEK, chance.choice((WORKING_WEEK, WORKING_WEEK, frozenset({2, 3}))), some_days, frozenset({4})]
    return [
        Shift(iteration, one, role, WORKING_WEEK if role is Role.OBSERVER else on)
        for one, role, on in zip(named, roles, days, strict=False)
        if chance.random() < 0.9
    ]


def away(chance: Random, people: dict[str, Person], days: list[date]) -> Absence:
    """Return an absence of days or of a part of one."""
    start = chance.choice(days)
    who = chance.choice([*people])
    if chance.random() < 0.4:
        begins = chance.randrange(7, 18)
        return Absence(who, moment(start, begins, 30), moment(start, chance.randrange(begins, 22) + 1))
    length = chance.choice((1, 2, 3, 7, 14, 900))
    return Absence(who, moment(start - (length > 100) * 800 * DAY), moment(start + length * DAY))


def instead(chance: Random, people: dict[str, Person], days: list[date]) -> Override:
    """Return somebody who stands in for somebody, some days or hours."""
    one, other = chance.choice([*people]), chance.choice([*people])
    start = chance.choice(days)
    return Override(one, other, moment(start, chance.randrange(15)), moment(start + chance.randrange(9) * DAY, 18))


def some(chance: Random, values: Sequence[T], share: float) -> list[T]:
    """Return some of the values."""
    return [one for one in values if chance.random() < share]
