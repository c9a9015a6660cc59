"""What a plan is worth: each week's team applied to the rota and judged by picking, one after the other.

Slow and plainly right. It shares nothing with what finds plans, and whatever is shown was scored by it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from types import MappingProxyType

from bot.hours import SupportHours
from bot.policy import GOALS, Goal
from bot.rota.ledger import settled
from bot.rota.picking import Picker, Team, observers, situation
from bot.rota.plan import Plan, PlannedWeek, PlanScore, Question
from bot.rota.presence import WEEK, Presence
from bot.rota.shift import Role, Rota, Shift

Pair = tuple[str, str]
NONE: Mapping[int, str] = MappingProxyType({})


def score(
    rota: Rota,
    plan: Plan,
    hours: SupportHours,
    goals: tuple[Goal, ...] = GOALS,
    taken: tuple[str, ...] = (),
    declined: Iterable[str] = (),
) -> PlanScore:
    """Return what a plan is worth; raise ValueError where it breaks a rule or leaves a week out that need not be."""
    question = Question(rota, hours, plan.weeks[0].iteration, len(plan.weeks), goals, taken, frozenset(declined))
    teams = [week.team for week in plan.weeks]
    alone = {
        number: team.fallbacks[0].person
        for number, team in enumerate(teams)
        if number and team and len(team.fallbacks) == 1 and not team.score.coverage
    }
    again = replayed(question, [team.pair if team else None for team in teams], alone)
    if again.weeks != plan.weeks:
        raise ValueError("The plan's fallbacks, observers or conflicts are not those that follow from its pairs.")
    return again.score


def replayed(question: Question, pairs: Sequence[Pair | None], fills: Mapping[int, str] = NONE) -> Plan:
    """Return the plan that has these pairs, one a week, with who fills in alone in some; raise ValueError as ``score``.

    In every other week those fill in whom picking chooses.
    """
    hours, presence = question.hours, Presence(question.rota, question.hours)
    # Once: what the iterations before made of people stays, though they are too long ago for a later week to count.
    rota = settled(question.rota, question.first, hours, presence)
    weeks = []
    for number, pair in enumerate(pairs):
        iteration = question.first + number * WEEK
        taken, declined = ((), frozenset[str]()) if number else (question.taken, question.declined)
        plan = situation(rota, iteration, hours, question.goals, taken, declined, presence)
        picker = Picker(plan)
        if pair is None:
            ranking = picker.rank()
            if ranking.teams:
                raise ValueError(f"{iteration} has no team, but {' and '.join(ranking.teams[0].pair)} could be one.")
            week = PlannedWeek(iteration, None, conflict=ranking.conflict)
        else:
            team = picker.judge(pair, fills.get(number))
            if team.broken:
                raise ValueError(f"{iteration}: {' and '.join(pair)} break {', '.join(team.broken)}.")
            week = PlannedWeek(iteration, team, observers(plan))
        weeks.append(week)
        rota = settled(applied(rota, week), iteration + WEEK, hours, presence)
    return Plan(tuple(weeks), _summed(weeks))


def applied(rota: Rota, week: PlannedWeek) -> Rota:
    """Return a rota in which a week is as planned, whatever was planned for it before."""
    others = [shift for shift in rota.shifts if shift.iteration != week.iteration]
    return replace(rota, shifts=(*others, *_shifts(week.iteration, week.team, week.observers)))


def _shifts(iteration: date, team: Team | None, watching: tuple[str, ...]) -> list[Shift]:
    if team is None:
        return []
    stints = [(stint.person, frozenset([day.weekday() for day in stint.days])) for stint in team.fallbacks]
    return [
        *[Shift(iteration, id_, Role.SUPPORT) for id_ in team.pair],
        *[Shift(iteration, id_, Role.FALLBACK, days) for id_, days in stints],
        *[Shift(iteration, id_, Role.OBSERVER) for id_ in watching],
    ]


def _summed(weeks: Iterable[PlannedWeek]) -> PlanScore:
    teams = [week.team for week in weeks]
    scores = [team.score for team in teams if team is not None]
    return PlanScore(
        missing=sum(team is None for team in teams),
        turn=sum(one.turn for one in scores),
        coverage=sum(one.coverage for one in scores),
        rest=sum(one.rest for one in scores),
        debts=scores[-1].debts if scores else 0,
        fallback_days=sum(one.fallback_days for one in scores),
        fallback_people=sum(one.fallback_people for one in scores),
        mixing=sum(one.mixing for one in scores),
        change=sum(one.change for one in scores),
        exact=scores[-1].exact if scores else Fraction(),
    )
