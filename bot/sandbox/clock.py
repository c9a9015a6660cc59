"""The sandbox's clock: real time plus an offset that the page moves; what the bot reads under `HOTSEAT_CLOCK`.

Knows support hours only as far as its buttons need them. Where real time comes from is passed in.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays

ZONE = ZoneInfo("Europe/Berlin")
OPENING, PEAK_NEARS, LATE = time(9), time(15, 30), time(17, 30)
SATURDAY = 5
MOMENTS = {"monday-14": (0, time(14)), "monday-17": (0, time(17)), "wednesday-9": (2, time(9))}


class Clock:
    """A clock that runs at real speed from wherever it was set."""

    def __init__(self, real: Callable[[], datetime]) -> None:
        """Start at real time; `real` answers aware datetimes."""
        self._real = real
        self.offset = timedelta()
        self.note = ""
        self._holidays = holidays.country_holidays("DE", subdiv="BE")

    def now(self) -> datetime:
        """Give the sandbox's time, in UTC."""
        return (self._real() + self.offset).astimezone(UTC)

    def today(self) -> date:
        """Give the date in Berlin."""
        return self.now().astimezone(ZONE).date()

    def set(self, moment: datetime) -> None:
        """Let it be `moment` (aware) now."""
        self.offset = moment - self._real()

    def add(self, step: timedelta) -> None:
        """Move by `step`."""
        self.offset += step

    def reset(self) -> None:
        """Return to real time."""
        self.offset = timedelta()

    def begin(self) -> None:
        """Start in support hours: outside Mon-Fri 09:00-17:30 it becomes 10:00 on the next working day."""
        local = self._real().astimezone(ZONE)
        if self.working(local.date()) and OPENING <= local.time() < LATE:
            self.reset()
            return
        start = datetime.combine(self._opening_day(local), time(10), ZONE)
        self.set(start)
        self.note = f"It is outside support hours now, so the clock here began on {start:%A} at 10:00."

    def to(self, name: str) -> None:
        """Go forward to a named moment ("next-opening", and those of MOMENTS), back to "real", or to an ISO time.

        Raises ValueError for anything else, or for a time without an offset.
        """
        local = self.now().astimezone(ZONE)
        match name:
            case "real":
                self.reset()
            case "next-opening":
                self.set(datetime.combine(self._opening_day(local), OPENING, ZONE))
            case "monday-14" | "monday-17" | "wednesday-9":
                weekday, hour = MOMENTS[name]
                day = local.date() + timedelta(days=weekday - local.weekday())
                moment = datetime.combine(day, hour, ZONE)
                self.set(moment if moment > local else datetime.combine(day + timedelta(weeks=1), hour, ZONE))
            case _:
                moment = datetime.fromisoformat(name)
                if moment.tzinfo is None:
                    message = "a time needs its offset"
                    raise ValueError(message)
                self.set(moment)

    def off_peak(self) -> bool:
        """Say whether it is a working day between opening and 15:30, well before the peak."""
        local = self.now().astimezone(ZONE)
        return self.working(local.date()) and OPENING <= local.time() < PEAK_NEARS

    def working(self, day: date) -> bool:
        """Say whether Berlin works on `day`."""
        return day.weekday() < SATURDAY and day not in self._holidays

    def _opening_day(self, local: datetime) -> date:
        day = local.date()
        if local.time() >= OPENING:
            day += timedelta(days=1)
        while not self.working(day):
            day += timedelta(days=1)
        return day
