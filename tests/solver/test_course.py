"""The fast course of weeks says what plain scoring says, which says what the brute force of the pick says."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from bot.people import WORKING_WEEK
from bot.rota.plan import Aim, PlanScore, Question, aims
from bot.rota.shift import Role, Shift
from bot.solver.course import Course, Pair, shown
from bot.solver.scoring import replayed, score
from tests.rota.desks import HOURS, PICKED, WEEK, able, ago, desk, helper, newcomer, pair
from tests.solver.plain import pairs_of, picked, question, simulated

SEEDS = st.integers(0, 10**9)
HISTORIES = st.integers(0, 8) | st.integers(45, 60)  # weeks: few, or about as many as count


def by_chance(course: Course, seed: int) -> list[Pair | None]:
    """Return a plan that the rules allow, whatever it is worth."""
    chance, state, pairs = Random(seed), course.states[0].copy(), list[Pair | None]()  # noqa: S311 - no secret
    for number in range(len(course.weeks)):
        possible = course.pairs(number, state.supported)
        pair = course.greedy[0] if not number else chance.choice(possible) if possible else None
        pairs.append(pair)
        course.advance(number, state, pair)
    return pairs


def has_its_weeks(course: Course, pairs: list[Pair | None]) -> bool:
    """Say whether a plan has a team in the weeks in which the one that is there at once has one."""
    return [pair is None for pair in pairs] == [pair is None for pair in course.greedy]


def sums(found: PlanScore) -> dict[Aim, int]:
    return {aim: found.of(aim) for aim in Aim}


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, size=st.integers(3, 7), history=HISTORIES, weeks=st.integers(1, 6))
def test_any_plan_is_worth_what_a_plain_simulation_says(seed: int, size: int, history: int, weeks: int) -> None:
    asked = question(seed, size, history, weeks)
    course = Course(asked)
    pairs = by_chance(course, seed)
    assume(has_its_weeks(course, pairs))
    plan = shown(course, pairs)
    assert sums(plan.score) == simulated(asked, pairs_of(plan))
    assert score(asked.rota, plan, asked.hours, asked.goals, asked.taken, asked.declined) == plan.score
    state = course.walk(pairs, 0, course.states)
    assert state is not None
    assert course.key(state) == tuple(plan.score.of(aim) for aim in aims(asked.goals))


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, size=st.integers(4, 7), history=HISTORIES, weeks=st.integers(1, 6))
def test_who_fills_in_alone_counts_as_picking_counts_them(seed: int, size: int, history: int, weeks: int) -> None:
    asked = question(seed, size, history, weeks)
    course, chance = Course(asked), Random(seed)  # noqa: S311 - no secret
    pairs = by_chance(course, seed)
    assume(has_its_weeks(course, pairs))
    states = [course.states[0]] * (len(pairs) + 1)
    course.walk(pairs, 0, states, states)
    fills = {
        number: chance.choice(able)
        for number, pair in enumerate(pairs)
        if pair and number
        if (able := [who for who in range(len(course.ids)) if course.can_fill(number, states[number], pair, who)])
    }
    plan = shown(course, pairs, fills)
    assert all(
        [stint.person for stint in week.team.fallbacks] == [course.ids[fills[number]]]
        for number, week in enumerate(plan.weeks)
        if number in fills and week.team
    )
    assert score(asked.rota, plan, asked.hours, asked.goals, asked.taken, asked.declined) == plan.score
    state = course.walk(pairs, 0, course.states, fills=fills)
    assert state is not None
    assert course.key(state) == tuple(plan.score.of(aim) for aim in aims(asked.goals))


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS, size=st.integers(3, 7), history=st.integers(0, 60), weeks=st.integers(1, 5))
@example(seed=104, size=7, history=55, weeks=3)
@example(seed=104, size=7, history=53, weeks=5)
def test_the_plan_that_is_there_at_once_takes_the_best_team_of_each_week(
    seed: int, size: int, history: int, weeks: int
) -> None:
    asked = question(seed, size, history, weeks)
    course = Course(asked)
    plan = shown(course, course.greedy)
    assert pairs_of(plan) == picked(asked)
    assert course.key(course.states[-1]) == tuple(plan.score.of(aim) for aim in aims(asked.goals))


TEAM = desk(able("ana"), helper("ben"), able("chen"))


def test_a_plan_that_breaks_a_rule_is_worth_nothing() -> None:
    plan = replayed(Question(TEAM, HOURS, PICKED, 1), [("ana", "ben")])
    without = desk(helper("ana"), helper("ben"), able("chen"))
    with pytest.raises(ValueError, match="ana and ben break anchor"):
        score(without, plan, HOURS)


def test_whoever_has_supported_is_experienced_in_every_week_of_a_plan_however_long_ago_that_was() -> None:
    dilan = newcomer("dilan", production_access=True, waived=True)
    rota = desk(able("ana"), helper("ben"), dilan, shifts=pair(ago(52), "ana", "dilan"))
    plan = replayed(Question(rota, HOURS, PICKED, 2), [("ana", "ben"), ("ben", "dilan")])
    assert pairs_of(plan)[1] == ("ben", "dilan")


def test_whoever_fills_in_alone_is_there_on_every_day_that_needs_it_and_no_part_of_the_pair() -> None:
    friday_off = WORKING_WEEK - {4}
    rota = desk(
        able("ana"), helper("ben", working_days=friday_off), helper("chen"), helper("dora", working_days=friday_off)
    )
    asked = Question(rota, HOURS, PICKED, 1)
    assert replayed(asked, [("ana", "ben")], {0: "chen"}).weeks == replayed(asked, [("ana", "ben")]).weeks
    for who in ("dora", "ana", "eva"):
        with pytest.raises(ValueError, match=f"{who} could not fill in for ana and ben"):
            replayed(asked, [("ana", "ben")], {0: who})
    with pytest.raises(ValueError, match="chen could not fill in for ana and eli"):
        replayed(
            Question(desk(able("ana"), able("eli"), helper("chen")), HOURS, PICKED, 1), [("ana", "eli")], {0: "chen"}
        )


def test_a_plan_leaves_no_week_out_that_somebody_could_serve() -> None:
    with pytest.raises(ValueError, match="has no team, but"):
        replayed(Question(TEAM, HOURS, PICKED, 1), [None])


def test_a_plan_whose_observers_are_others_is_none() -> None:
    plan = replayed(Question(TEAM, HOURS, PICKED, 1), [("ana", "ben")])
    other = replace(plan, weeks=(replace(plan.weeks[0], observers=("chen",)),))
    with pytest.raises(ValueError, match="not those that follow"):
        score(TEAM, other, HOURS)


def test_a_week_in_which_nobody_can_serve_has_no_team_and_counts_for_nobody() -> None:
    rota = desk(able("ana", left=PICKED + WEEK), helper("ben"), helper("chen"))
    course = Course(Question(rota, HOURS, PICKED, 3))
    plan = shown(course, course.greedy)
    assert [week.team is None for week in plan.weeks] == [False, True, True]
    assert (plan.score.missing, plan.score.debts) == (2, plan.weeks[0].team.score.debts)  # type: ignore[union-attr]
    assert plan.weeks[1].conflict is not None


def test_a_taken_week_changes_only_for_something_better() -> None:
    shifts = [Shift(PICKED + WEEK, one, Role.SUPPORT) for one in ("ana", "ben")]
    course = Course(Question(desk(able("ana"), helper("ben"), able("chen"), shifts=shifts), HOURS, PICKED, 2))
    plan = shown(course, course.greedy)
    assert plan.weeks[1].team is not None
    assert plan.score.change == len({"ana", "ben"} - set(plan.weeks[1].team.pair))
