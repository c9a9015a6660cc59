"""Which request or alert an effect is about, for the log."""

import pytest

from bot.effects import Effect, FindMatches, Say, WriteRota, concerns
from bot.views import Line
from tests.jira.house import TICKET, effect
from tests.store.samples import NOW


def said(key: str) -> Say:
    return Say(key, "19:x", Line(("x",)))


@pytest.mark.parametrize(
    ("about", "matter"),
    [
        (said("card:R-12"), "R-12"),
        (said("copy:R-12:1:ana"), "R-12"),
        (said("alert:A-3:1"), "A-3"),
        (said("line:BAR-12"), ""),
        (said("line:R-12b"), ""),
        (FindMatches("find:1", "R-7", "words", NOW), "R-7"),
        (effect(), TICKET.matter),
        (WriteRota(), ""),
    ],
)
def test_an_effect_is_about_the_matter_that_it_or_its_key_names(about: Effect, matter: str) -> None:
    assert concerns(about) == matter
