"""Plans: support teams for weeks to come, how good they are together, and how much of that is proved.

What is asked of the forecast and what it answers, as values; who computes them is not known here. A plan begins with
the pick of its first iteration and sums each goal over its weeks, but for fairness, which is that after the last week
that has a team. After the first week, a plan says who fills in where somebody could alone; else those do whom picking
chooses. A week in which no pair satisfies the rules has no team and no observers: it counts in ``missing``
alone, which comes before every goal.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from bot.hours import SupportHours
from bot.policy import GOALS, Goal
from bot.rota.picking import Conflict, Team
from bot.rota.shift import Rota

FORECAST = 26  # weeks
LONGEST = 52  # weeks: more would leave the iterations that count for fairness
SECONDS = 10.0


class Aim(StrEnum):
    """What a plan has as little of as it can."""

    MISSING = "missing"
    TURN = "turn"
    COVERAGE = "coverage"
    REST = "rest"
    FAIRNESS = "fairness"
    FALLBACK_DAYS = "fallback days"
    FALLBACK_PEOPLE = "fallback people"
    MIXING = "mixing"
    CHANGE = "change"


def aims(goals: tuple[Goal, ...] = GOALS) -> tuple[Aim, ...]:
    """Return what plans are compared by, the most important first."""
    middle = {
        Goal.REST: (Aim.REST,),
        Goal.FAIRNESS: (Aim.FAIRNESS,),
        Goal.FALLBACK: (Aim.FALLBACK_DAYS, Aim.FALLBACK_PEOPLE),
    }
    ordered = [aim for goal in goals for aim in middle[goal]]
    return (Aim.MISSING, Aim.TURN, Aim.COVERAGE, *ordered, Aim.MIXING, Aim.CHANGE)


@dataclass(frozen=True, slots=True)
class Question:
    """What a forecast is asked: from ``first`` on, for at most LONGEST weeks, in at most some ``seconds``.

    ``taken`` and ``declined`` are those of the first iteration, as picking has them.
    """

    rota: Rota
    hours: SupportHours
    first: date
    weeks: int = FORECAST
    goals: tuple[Goal, ...] = GOALS
    taken: tuple[str, ...] = ()
    declined: frozenset[str] = frozenset()
    seconds: float = SECONDS


@dataclass(frozen=True, slots=True)
class PlannedWeek:
    """One iteration of a plan: its team and who observes, or why no pair satisfies the rules."""

    iteration: date
    team: Team | None
    observers: tuple[str, ...] = ()
    conflict: Conflict | None = None


@dataclass(frozen=True, slots=True)
class PlanScore:
    """How good a plan is, each goal exact, less is better; ``debts`` are squares of halves, ``exact`` is unrounded."""

    missing: int
    turn: int
    coverage: int
    rest: int
    debts: int
    fallback_days: int
    fallback_people: int
    mixing: int
    change: int
    exact: Fraction

    def key(self, goals: tuple[Goal, ...] = GOALS) -> tuple[int | Fraction, ...]:
        """Return what is compared, the most important first."""
        return (*[self.of(aim) for aim in aims(goals)], self.exact)

    def of(self, aim: Aim) -> int:
        """Return how much of one thing the plan has."""
        return {
            Aim.MISSING: self.missing,
            Aim.TURN: self.turn,
            Aim.COVERAGE: self.coverage,
            Aim.REST: self.rest,
            Aim.FAIRNESS: self.debts,
            Aim.FALLBACK_DAYS: self.fallback_days,
            Aim.FALLBACK_PEOPLE: self.fallback_people,
            Aim.MIXING: self.mixing,
            Aim.CHANGE: self.change,
        }[aim]


@dataclass(frozen=True, slots=True)
class Bound:
    """How little of one thing a plan could have that has no more of what is more important.

    It is proved when it has no more than that, and all that is more important is proved, too.
    """

    aim: Aim
    reached: int
    at_least: int
    proved: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """Support teams for some weeks, their score, and what is known of each goal, in the order of what is compared.

    ``bounds`` is empty in the plan that comes first, of which nothing is known yet.
    """

    weeks: tuple[PlannedWeek, ...]
    score: PlanScore
    bounds: tuple[Bound, ...] = ()

    @property
    def proved(self) -> bool:
        """Say whether no plan is better in any goal."""
        return bool(self.bounds) and all(bound.proved for bound in self.bounds)


@dataclass(frozen=True, slots=True)
class Load:
    """What somebody does in the weeks of a plan: SUPPORT shifts, and days of SUPPORT and FALLBACK."""

    person: str
    shifts: int
    days: int


class Change(StrEnum):
    """What could be different about a person."""

    ACCESS = "access"
    EXPERIENCED = "experienced"


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What everybody would do if one thing about one person were different, beside what they do now.

    Both are of the plan that picks the best team week by week: no proof is looked for. Sorted by person.
    """

    change: Change
    person: str
    before: tuple[Load, ...]
    after: tuple[Load, ...]
    score_before: PlanScore
    score_after: PlanScore

    @property
    def most_before(self) -> Load:
        """Return the load of whoever has most days now."""
        return _most(self.before)

    @property
    def most_after(self) -> Load:
        """Return the load of whoever would have most days."""
        return _most(self.after)


def _most(loads: tuple[Load, ...]) -> Load:
    return max(loads, key=lambda load: (load.days, load.shifts))
