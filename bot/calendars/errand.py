"""How a calendar is read that somebody named by its address: fetched, read apart, and told as spans."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp

from bot.calendars.apart import read_apart
from bot.calendars.fetch import fetch_calendar
from bot.courier import Errand, Undelivered
from bot.effects import FetchCalendar
from bot.errors import Misconfigured
from bot.events import CalendarFetched
from bot.ports import Clock, Origin

AHEAD = timedelta(days=366)


def calendar_errand(session: aiohttp.ClientSession, allows: Callable[[str], bool], clock: Clock) -> Errand:
    """Return how the absences of the coming year are read from an address; ``allows`` says which may be called."""

    async def run(desk: Origin, effect: FetchCalendar) -> Mapping[str, Any]:
        now = clock()
        try:
            content = await fetch_calendar(session, allows, effect.address)
            spans = await read_apart(content, ZoneInfo(desk.info.policy.zone), now, now + AHEAD)
        except Misconfigured as failure:
            raise Undelivered(str(failure)) from failure
        return {"person": effect.person, "spans": tuple([(one.start, one.end) for one in spans])}

    def failed(effect: FetchCalendar, reason: str) -> Mapping[str, Any]:
        return {"person": effect.person, "failure": reason}

    return Errand(CalendarFetched, run, failed)
