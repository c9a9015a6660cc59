"""What the model says that no plan can go below."""

from math import inf
from time import monotonic

import pytest

from bot.rota.plan import Aim, Question
from bot.solver.course import Course
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
