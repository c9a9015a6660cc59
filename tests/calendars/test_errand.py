"""The errand to somebody's calendar: when they are away in the next twelve months, or why that can't be said."""

from datetime import UTC, datetime

import aiohttp
import pytest

from bot.calendars.errand import calendar_errand
from bot.effects import FetchCalendar
from bot.teams.hosts import ServiceHosts
from tests.calendars.test_fetch import Calendars, allowing, calendars, session
from tests.journeys.town import Town

__all__ = ["calendars", "session"]


@pytest.mark.parametrize("allowed", [True, False])
async def test_it_tells_when_somebody_is_away_or_why_not(
    calendars: Calendars,
    session: aiohttp.ClientSession,
    *,
    allowed: bool,
) -> None:
    hosts = allowing(calendars) if allowed else ServiceHosts(())
    errand = calendar_errand(session, hosts.allows, lambda: datetime(2026, 11, 23, 9, tzinfo=UTC))
    effect = FetchCalendar("calendar:1", "person:eva", "eva", calendars.address("eva.ics"))
    found = await errand.run(await Town().desk(), effect)
    assert found["person"] == "eva"
    if allowed:
        assert found["spans"] == ()
    else:
        assert "The calendar was not read" in found["failure"]
    assert errand.failed is not None
    assert "an error of mine" in errand.failed(effect, "an error of mine")["failure"]
