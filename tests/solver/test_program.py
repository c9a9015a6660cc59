"""Programs in whole numbers against looking at every solution."""

from itertools import product
from math import inf
from random import Random
from time import monotonic

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.solver.program import INFINITE, Program, Terms

COLUMNS = 8
Row = tuple[float, float, Terms]


def by_chance(seed: int) -> tuple[list[Row], Terms]:
    """Return rows over a few columns of 0 or 1, and what these cost."""
    chance = Random(seed)  # noqa: S311 - no secret
    rows: list[Row] = []
    for _ in range(chance.randint(0, 6)):
        terms: Terms = {column: chance.choice((-3, -2, -1, 1, 2, 3)) for column in chance.sample(range(COLUMNS), 4)}
        lower = chance.choice((-INFINITE, chance.randint(-3, 1)))
        rows.append((lower, chance.choice((INFINITE, max(lower, chance.randint(0, 4)))), terms))
    return rows, {column: chance.randint(-9, 20) for column in range(COLUMNS)}


def cost_of(values: tuple[float, ...], cost: Terms) -> float:
    return sum(values[column] * each for column, each in cost.items())


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 10**9), top=st.sampled_from((1, 5, 40)))
def test_the_least_is_that_of_all_solutions_and_one_of_them_is_given(seed: int, top: int) -> None:
    rows, cost = by_chance(seed)
    program = Program()
    for _ in range(COLUMNS):
        program.column()
    for lower, upper, terms in rows:
        program.row(terms, lower, upper)
    solutions = [
        values
        for values in product((0, 1), repeat=COLUMNS)
        if all(lower <= cost_of(values, terms) <= upper for lower, upper, terms in rows)
    ]
    answer = program.least(cost, monotonic() + 60, top)
    assert answer.least == min([cost_of(values, cost) for values in solutions], default=inf)
    if solutions:
        assert answer.values is not None
        found = tuple(round(value) for value in answer.values)
        assert found in solutions
        assert cost_of(found, cost) == answer.least
