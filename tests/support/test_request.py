"""A request's life: its table, and that the README draws the same."""

import re
from itertools import product
from pathlib import Path

import pytest

from bot.errors import Refused
from bot.people import Author
from bot.support.request import TRANSITIONS, Act, Request, Status, diagram, step
from tests.journeys.town import at

NOON = at("2026-11-23 12:00")


@pytest.mark.parametrize(("status", "act"), [pair for pair in product(Status, Act) if pair not in TRANSITIONS])
def test_a_step_that_is_not_in_the_table_is_refused_in_words(status: Status, act: Act) -> None:
    request = Request("R-1", Author("olga", "Olga"), "", NOON, "19:c", NOON, NOON, status, claimer=Author("ana", "Ana"))
    with pytest.raises(Refused, match="R-1"):
        step(request, act)


def test_the_readme_draws_the_table() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    drawn = re.search(r"<!-- transitions -->\s*```mermaid\n(.*?)\n```\s*<!-- /transitions -->", readme, re.DOTALL)
    assert drawn is not None
    assert drawn[1] == diagram()
