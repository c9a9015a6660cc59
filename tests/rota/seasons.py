"""Half a year of picks: each taken, served as planned, settled, and the next one made of it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from random import Random

from bot.hours import SupportHours
from bot.people import WORKING_WEEK, Person
from bot.rota.ledger import settled
from bot.rota.picking import Ranking, Situation, rank, situation
from bot.rota.shift import Absence, Role, Rota, Shift
from tests.rota.desks import DAY, HOURS, PICKED, WEEK, moment

WEEKS = 26


@dataclass(frozen=True)
class Week:
    """One iteration of a season: what it was picked from, the ranking, and the rota with its team."""

    iteration: date
    plan: Situation
    ranking: Ranking
    rota: Rota


def season(rota: Rota, hours: SupportHours = HOURS, weeks: int = WEEKS) -> Iterator[Week]:
    """Yield the iterations of a season, in order; one that no pair may serve is without a team."""
    for number in range(weeks):
        iteration = PICKED + number * WEEK
        rota = settled(rota, iteration, hours)
        plan = situation(rota, iteration, hours)
        ranking = rank(plan)
        rota = replace(rota, shifts=(*rota.shifts, *shifts(ranking)))
        yield Week(iteration, plan, ranking, rota)


def shifts(ranking: Ranking) -> Iterator[Shift]:
    """Yield the shifts of the best team."""
    for team in ranking.teams[:1]:
        for id_ in team.pair:
            yield Shift(ranking.iteration, id_, Role.SUPPORT)
        for stint in team.fallbacks:
            yield Shift(ranking.iteration, stint.person, Role.FALLBACK, frozenset(day.weekday() for day in stint.days))
    for id_ in ranking.observers:
        yield Shift(ranking.iteration, id_, Role.OBSERVER)


def backend(seed: int, size: int, anchors: float = 0.6, free: float = 0.25, leave: float = 0.1) -> Rota:
    """Return a team by chance: shares of people with access, with a day off, and of weeks on leave; newcomers come."""
    chance = Random(seed)  # noqa: S311 - nothing is secret here
    people = {}
    for number in range(size):
        new = number > 2 and chance.random() < 0.3
        joined = PICKED + chance.randrange(-14, WEEKS * 7) * DAY if new else None
        one = Person(
            id=f"{number:02}",
            name=f"Person {number}",
            production_access=number < 2 or chance.random() < anchors,
            working_days=WORKING_WEEK - {chance.randrange(5)}
            if number > 1 and chance.random() < free
            else WORKING_WEEK,
            experienced=not new,
            joined=joined,
            again=new and chance.random() < 0.2,
        )
        people[one.id] = one
    weeks = [PICKED + number * WEEK for number in range(WEEKS)]
    absences = [
        Absence(id_, moment(start), moment(start + WEEK))
        for id_ in people
        for week in weeks
        if chance.random() < leave
        for start in [week + chance.randrange(-2, 3) * DAY]
    ]
    return Rota(people, absences=tuple(absences))
