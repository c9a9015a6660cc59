"""What of a request is compared with others."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.people import Author
from bot.support.likeness import compared
from bot.support.request import Outcome, Request

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
REQUEST = Request("R-1", Author("olga", "Olga Brandt"), " labels fail \n", NOW, "19:c;messageid=1", NOW, NOW)


def test_a_request_is_compared_by_its_text() -> None:
    assert compared(REQUEST) == "labels fail"


def test_of_several_matters_in_one_post_each_is_compared_by_its_own_words() -> None:
    assert compared(replace(REQUEST, matter="the printer")) == "the printer"


def test_a_follow_up_is_compared_with_nothing_until_it_is_a_matter_of_its_own() -> None:
    assert compared(replace(REQUEST, follow_up=True, lead="R-0")) == ""


@pytest.mark.parametrize("outcome", Outcome)
def test_what_was_withdrawn_or_is_no_request_is_compared_with_nothing(outcome: Outcome) -> None:
    left_out = outcome in (Outcome.WITHDRAWN, Outcome.NOT_A_REQUEST)
    assert bool(compared(replace(REQUEST, outcome=outcome))) is not left_out
