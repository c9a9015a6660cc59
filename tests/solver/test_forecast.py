"""The forecast: begins with the pick, is no worse than the plan before it, and never says "proved" of what is not."""

from dataclasses import replace
from itertools import pairwise
from math import inf
from time import monotonic

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.policy import Goal
from bot.rota.picking import rank, situation
from bot.rota.plan import Aim, Plan, Question, aims
from bot.rota.shift import Tally
from bot.solver.course import Course
from bot.solver.forecast import _Stages, plans
from bot.solver.scoring import replayed, score
from bot.solver.search import Search
from tests.rota.desks import DAY, HOURS, PICKED, WEEK, able, desk, helper
from tests.solver.plain import MANY, every_plan, pairs_of, question
from tests.solver.teams import FIRST, Kind, team

SEEDS = st.integers(0, 10**9)
LIVELY = Kind(joiners=0.15, leavers=0.15, history=4, taken=0.3, overrides=0.2, holidays=0.05, newcomers=0.3)


def key(plan: Plan, asked: Question) -> tuple[int, ...]:
    return tuple(plan.score.of(aim) for aim in aims(asked.goals))


def is_said_truly(asked: Question) -> None:
    """Compare what is said of a forecast with every plan there is."""
    first, last = plans(replace(asked, seconds=5))
    found, known = key(last, asked), every_plan(asked)
    assert key(last, asked) <= key(first, asked)
    assert pairs_of(last)[0] == pairs_of(first)[0]
    assert score(asked.rota, last, asked.hours, asked.goals, asked.taken, asked.declined) == last.score
    assert tuple(bound.reached for bound in last.bounds) == found
    assert [bound.aim for bound in last.bounds] == list(aims(asked.goals))
    assert all(bound.at_least <= bound.reached for bound in last.bounds)
    if len(known) == MANY:
        return
    assert found in known
    best = min(known)
    for place, bound in enumerate(last.bounds):
        no_more = [one for one in known if all(a <= b for a, b in zip(one[:place], found[:place], strict=True))]
        assert bound.at_least <= min(one[place] for one in no_more)
        assert not bound.proved or found[: place + 1] == best[: place + 1]
    assert not last.proved or found == best
    assert all(one.proved or not other.proved for one, other in pairwise(last.bounds))


@settings(max_examples=150, deadline=None)
@given(seed=SEEDS, size=st.integers(3, 5), history=st.integers(0, 4), weeks=st.integers(1, 3))
def test_what_is_proved_is_true_of_every_plan(seed: int, size: int, history: int, weeks: int) -> None:
    is_said_truly(question(seed, size, history, weeks))


@settings(max_examples=100, deadline=None)
@given(seed=SEEDS, size=st.integers(3, 5), weeks=st.integers(2, 4))
def test_it_is_true_of_lively_teams(seed: int, size: int, weeks: int) -> None:
    rota, hours = team(seed, size, weeks, LIVELY)
    is_said_truly(Question(rota, hours, FIRST, weeks))


@settings(max_examples=100, deadline=None)
@given(seed=SEEDS, size=st.integers(3, 6), history=st.integers(0, 30), weeks=st.integers(1, 4))
def test_its_first_week_is_the_pick(seed: int, size: int, history: int, weeks: int) -> None:
    asked = question(seed, size, history, weeks)
    teams = rank(situation(asked.rota, asked.first, asked.hours, asked.goals, asked.taken, asked.declined)).teams
    first, last = plans(replace(asked, seconds=1))
    assert [plan.weeks[0].team for plan in (first, last)] == [teams[0] if teams else None] * 2


def test_a_team_of_equals_is_planned_with_proof() -> None:
    rota = desk(*[able(f"p{number}") for number in range(6)])
    _, plan = plans(Question(rota, HOURS, PICKED, 6))
    assert plan.proved
    assert (plan.score.rest, plan.score.coverage, plan.score.turn) == (0, 0, 0)


def test_who_fills_in_is_chosen_where_that_is_fairer() -> None:
    rota, hours = team(7, 6, 4, Kind(history=10, day_off=0.6, newcomers=0))
    asked = Question(rota, hours, FIRST, 4)
    _, plan = plans(asked)
    by_least_debt = replayed(asked, pairs_of(plan))
    assert plan.proved
    assert plan.score.debts < by_least_debt.score.debts
    assert plan.score.fallback_people == by_least_debt.score.fallback_people
    assert plan.score.coverage == by_least_debt.score.coverage
    assert plan.weeks[0] == by_least_debt.weeks[0]


def test_half_a_year_of_fifty_people_is_proved_in_every_goal_given_time() -> None:
    rota, hours = team(3, 50, 26, Kind(history=26))
    asked = Question(rota, hours, FIRST, 26, seconds=1_000)  # no limit that a slow machine could meet
    first, last = plans(asked)
    assert last.proved
    assert key(last, asked) < key(first, asked)


@pytest.mark.uncounted  # of the same ground as the half-year
def test_a_year_of_two_hundred_people_is_proved_in_every_goal_given_time() -> None:
    rota, hours = team(1, 200, 52, Kind(history=26))
    asked = Question(rota, hours, FIRST, 52, seconds=1_000)
    first, last = plans(asked)
    assert last.proved
    assert key(last, asked) < key(first, asked)


def test_a_newcomers_turn_comes_before_what_it_costs_in_fairness() -> None:
    rota, hours = team(2, 50, 26, Kind(history=26))
    asked = Question(rota, hours, FIRST, 26, seconds=1_000)
    first, last = plans(asked)
    assert (first.score.turn, last.score.turn) == (1, 0), "week by week somebody waits once"
    assert last.proved


def test_the_same_question_gives_the_same_plan() -> None:
    rota, hours = team(3, 8, 8)
    assert [*plans(Question(rota, hours, FIRST, 8))] == [*plans(Question(rota, hours, FIRST, 8))]


def test_without_time_nothing_is_proved_that_needs_a_search() -> None:
    rota, hours = team(1, 8, 20)
    first, last = plans(Question(rota, hours, FIRST, 20, seconds=0))
    assert pairs_of(first) == pairs_of(last)
    assert not last.proved
    assert next(bound for bound in last.bounds if not bound.proved).aim is Aim.REST


def test_weeks_without_a_team_are_left_and_the_others_planned() -> None:
    rota = desk(
        able("ana", left=PICKED + 2 * WEEK), able("ben", left=PICKED + 2 * WEEK), helper("chen"), helper("dora")
    )
    _, plan = plans(Question(rota, HOURS, PICKED, 4))
    assert [week.team is not None for week in plan.weeks] == [True, True, False, False]
    assert plan.bounds[0].aim is Aim.MISSING
    assert (plan.bounds[0].reached, plan.bounds[0].proved) == (2, True)


def test_a_week_without_a_working_day_is_no_burden_for_whoever_should_not_serve_a_day_more() -> None:
    closed = replace(HOURS, holidays=frozenset(PICKED + 2 * WEEK + day * DAY for day in range(7)))
    people = able("ana"), able("ben"), helper("chen", working_days=frozenset())
    rota = desk(*people, ledger=[Tally(PICKED - 4 * WEEK, "chen", 1, 0)])
    is_said_truly(Question(rota, closed, PICKED, 3, goals=(Goal.FAIRNESS, Goal.REST, Goal.FALLBACK)))


def test_a_plan_that_is_best_in_the_first_goals_is_gone_on_from_though_the_next_one_cannot_be_looked_at() -> None:
    rota, hours = team(5, 8, 8, Kind(history=4, overrides=0.3))  # who stands in for whom is not in the model
    course = Course(Question(rota, hours, FIRST, 8))
    search = Search(course)
    rest = aims().index(Aim.REST)
    assert search.key[rest] == 1
    _Stages(course, search, monotonic() + inf)._aim()
    assert search.key[rest] == 0
