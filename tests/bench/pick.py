"""How long a pick takes: ``python -m tests.bench.pick [people]``, no Teams and no stores in it."""

import sys
from collections.abc import Callable
from dataclasses import replace
from random import Random
from statistics import median
from time import perf_counter

from bot.hours import SupportHours
from bot.people import WORKING_WEEK, Person
from bot.rota.ledger import settled
from bot.rota.picking import rank, situation
from bot.rota.shift import Absence, Role, Rota, Shift
from tests.rota.desks import DAY, HOURS, PICKED, WEEK, moment

HISTORY = 52
ROUNDS = 7


def backend(size: int) -> Rota:
    """Return people with a year of shifts, of which nothing is settled, and ten absences each."""
    chance = Random(size)  # noqa: S311 - nothing is secret here
    people = {
        f"{number:03}": Person(
            id=f"{number:03}",
            name=f"Person {number}",
            production_access=chance.random() < 0.6,
            working_days=WORKING_WEEK - ({chance.randrange(5)} if chance.random() < 0.25 else set()),
        )
        for number in range(size)
    }
    shifts = [
        Shift(PICKED - (weeks + 1) * WEEK, id_, Role.SUPPORT)
        for weeks in range(HISTORY)
        for id_ in chance.sample([*people], 2)
    ]
    starts = [(id_, PICKED + chance.randrange(-364, 14) * DAY) for id_ in people for _ in range(10)]
    absences = [Absence(id_, moment(day), moment(day + chance.randrange(1, 8) * DAY)) for id_, day in starts]
    return Rota(people, tuple(shifts), tuple(absences))


def seconds(work: Callable[[], object]) -> float:
    """Return how long something takes, the median of several times."""
    times = []
    for _ in range(ROUNDS):
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return median(times)


def measured(size: int, hours: SupportHours = HOURS) -> dict[str, float]:
    """Return the seconds of a pick's parts for a team of ``size``."""
    fresh = backend(size)
    rota = settled(fresh, PICKED, hours)
    plan = situation(rota, PICKED, hours)
    nobody = replace(plan, members=tuple([replace(one, access=False) for one in plan.members]))
    thin = [
        replace(one, days=frozenset(plan.days[: number % 5] + plan.days[number % 5 + 1 :]))
        for number, one in enumerate(plan.members)
    ]
    return {
        "settling a year": seconds(lambda: settled(fresh, PICKED, hours)),
        "situation": seconds(lambda: situation(rota, PICKED, hours)),
        "every pair ranked": seconds(lambda: rank(plan)),
        "conflict: nobody with access": seconds(lambda: rank(nobody)),
        "conflict: a day off for each": seconds(lambda: rank(replace(plan, members=tuple(thin)))),
    }


if __name__ == "__main__":
    for people in [int(one) for one in sys.argv[1:]] or [10, 20, 35, 60]:
        parts = ", ".join(f"{name} {1000 * took:.1f} ms" for name, took in measured(people).items())
        print(f"{people} people: {parts}")  # noqa: T201 - what it is for
