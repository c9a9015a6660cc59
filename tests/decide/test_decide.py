"""The decision's own edge."""

import pytest

from bot.decide import decide
from bot.events import Event
from bot.state import DeskInfo, Knowledge, State
from tests.journeys.town import at


def test_an_event_of_no_known_kind_is_a_bug() -> None:
    noon = at("2026-11-23 12:00")
    with pytest.raises(TypeError):
        decide(State(DeskInfo("backend", "t", "team", "19:c")), Event(key="x", happened_at=noon), noon, Knowledge())
