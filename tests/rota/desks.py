"""A small desk for the rules of the pick; a test states only its deviation.

The iteration that is picked is Wednesday 2026-12-02 to Tuesday 2026-12-08, five working days: ``DAYS``.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from bot.hours import BERLIN, SupportHours
from bot.people import WORKING_WEEK, Person
from bot.policy import GOALS, Goal
from bot.rota.picking import Ranking, Team, rank, situation
from bot.rota.shift import Absence, Role, Rota, Shift, Tally

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
PICKED = date(2026, 12, 2)
WED, THU, FRI, MON, TUE = DAYS = tuple(PICKED + n * DAY for n in (0, 1, 2, 5, 6))
HOURS = SupportHours()


def ago(weeks: int) -> date:
    """Return the iteration so many before the one that is picked."""
    return PICKED - weeks * WEEK


def moment(day: date, at: str = "00:00") -> datetime:
    """Return a time of a day in Berlin."""
    return datetime.combine(day, time.fromisoformat(at), BERLIN).astimezone(UTC)


def able(id_: str, **changes: object) -> Person:
    """Return somebody experienced with production access, there every day."""
    return Person(**{"id": id_, "name": id_.title(), "production_access": True, **changes})  # type: ignore[arg-type]


def helper(id_: str, **changes: object) -> Person:
    """Return somebody experienced without production access, there every day."""
    return able(id_, **{"production_access": False, **changes})


def newcomer(id_: str, **changes: object) -> Person:
    """Return somebody new without production access, who has to observe unless the changes say otherwise."""
    return helper(id_, **{"experienced": False, **changes})


def desk(
    *people: Person,
    shifts: Iterable[Shift] = (),
    away: Iterable[Absence] = (),
    ledger: Iterable[Tally] = (),
) -> Rota:
    """Return a rota of some people."""
    return Rota({one.id: one for one in people}, tuple(shifts), tuple(away), (), tuple(ledger))


def away(person: str, *days: date) -> tuple[Absence, ...]:
    """Return absences of whole days."""
    return tuple(Absence(person, moment(day), moment(day + DAY)) for day in days)


def pair(iteration: date, *people: str) -> tuple[Shift, ...]:
    """Return the SUPPORT shifts of an iteration."""
    return tuple(Shift(iteration, one, Role.SUPPORT) for one in people)


def shift(iteration: date, person: str, role: Role, *days: date) -> Shift:
    """Return a shift, of some days."""
    return Shift(iteration, person, role, frozenset(day.weekday() for day in days) or WORKING_WEEK)


def served(iteration: date, **days: tuple[int, int]) -> tuple[Tally, ...]:
    """Return an iteration's settled rows: days served and chances of each person."""
    return tuple(Tally(iteration, one, *counts) for one, counts in days.items())


def pick(
    rota: Rota,
    iteration: date = PICKED,
    hours: SupportHours = HOURS,
    goals: tuple[Goal, ...] = GOALS,
    taken: tuple[str, ...] = (),
    declined: tuple[str, ...] = (),
) -> Ranking:
    """Return the ranking of an iteration."""
    return rank(situation(rota, iteration, hours, goals, taken, declined))


def pairs(ranking: Ranking) -> list[tuple[str, str]]:
    """Return the pairs, the best first."""
    return [team.pair for team in ranking.teams]


def team(ranking: Ranking, one: str, other: str) -> Team:
    """Return the team of two."""
    return next(each for each in ranking.teams if each.pair == tuple(sorted((one, other))))
