"""Nothing that anybody can send is a failure of the bot's; ten thousand tries, the same ones each time."""

import pytest

from tests.attack.fuzz import episode


@pytest.mark.parametrize("number", range(10))
def test_whatever_is_sent_the_bot_answers_as_it_should_and_lives(number: int) -> None:
    assert episode(number).total() >= 990
