"""What the model says that no plan can go below."""

from dataclasses import replace
from math import inf
from time import monotonic

import pytest

from bot.people import WORKING_WEEK
from bot.rota.plan import Aim, Question
from bot.solver.course import Course
from bot.solver.fairness import MOST_TALLIES
from bot.solver.model import Model
from bot.solver.rules import Rules
from tests.solver.teams import FIRST, Kind, team

LEAST = 14  # of the debts' squares of any plan of these weeks


@pytest.mark.parametrize("most", [6, LEAST - 1, LEAST, 10 * LEAST])
def test_plans_of_more_fairness_than_is_looked_at_are_none_and_nothing_is_said_of_them(most: int) -> None:
    rota, hours = team(1454, 6, 3, Kind(access=0.9, day_off=0.6, history=4))
    rules = Rules(Course(Question(rota, hours, FIRST, 3)))
    model = Model(rules)
    model.most_fairness = most
    model.hold(Aim.COVERAGE, rules.least_coverage())
    answer = model.least([Aim.FAIRNESS], monotonic() + inf, None)
    assert (answer and answer[0]) == ([LEAST] if most >= LEAST else None)


def test_fairness_is_left_unproved_where_shifts_of_many_lengths_are_more_than_can_be_looked_at_in_time() -> None:
    rota, hours = team(3, 20, 52, Kind(leave=0.3, history=26))
    six = {id_: replace(one, working_days=one.working_days | {5}) for id_, one in rota.people.items()}
    open_ = replace(hours, weekdays=WORKING_WEEK | {5})
    rules = Rules(Course(Question(replace(rota, people=six), open_, FIRST, 52)))
    model = Model(rules)
    model.most_fairness = 10_000
    model.hold(Aim.COVERAGE, rules.least_coverage())
    assert model.least([Aim.FAIRNESS], monotonic() + inf, None) == ([0], None)
    assert len(rules.program.upper) < MOST_TALLIES
