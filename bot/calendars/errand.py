"""The errand to somebody's calendar: from its address to when they are away, or why that can't be said."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp

from bot.calendars.apart import read_apart
from bot.calendars.fetch import fetch_calendar
from bot.courier import Errand
from bot.effects import FetchCalendar
from bot.errors import Misconfigured
from bot.events import CalendarFetched
from bot.ports import Clock, Origin

AHEAD = timedelta(days=366)


def calendar_errand(session: aiohttp.ClientSession, allows: Callable[[str], bool], clock: Clock) -> Errand:
    """Return how a desk reads the next twelve months of a calendar; ``allows`` says which hosts may be asked."""

    async def run(desk: Origin, effect: FetchCalendar) -> Mapping[str, Any]:
        now = clock()
        try:
            content = await fetch_calendar(session, allows, effect.address)
            spans = await read_apart(content, ZoneInfo(desk.info.policy.zone), now, now + AHEAD)
        except Misconfigured as why:
            return {"person": effect.person, "failure": str(why)}
        return {"person": effect.person, "spans": tuple((span.start, span.end) for span in spans)}

    def failed(effect: FetchCalendar, reason: str) -> Mapping[str, Any]:
        return {"person": effect.person, "failure": f"The calendar was not read: {reason}."}

    return Errand(CalendarFetched, run, failed)
