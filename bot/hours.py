"""Support hours: when they are, and arithmetic that counts only them.

Everything is computed on UTC instants between openings and closings taken in the desk's zone, so that five minutes
are five elapsed minutes over every change of the clocks. Hours are half open: [opens, closes).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

HORIZON = 400  # days looked ahead for an opening before the hours are called impossible
DAY = timedelta(days=1)
BERLIN = ZoneInfo("Europe/Berlin")


@dataclass(frozen=True, slots=True)
class SupportHours:
    """When a desk is staffed: its zone, daily hours, weekdays, and the public holidays on which it is not."""

    zone: ZoneInfo = BERLIN
    opens: time = time(9)
    closes: time = time(18)
    weekdays: frozenset[int] = frozenset(range(5))
    holidays: frozenset[date] = frozenset()

    def local(self, at: datetime) -> datetime:
        """Return ``at`` in the desk's zone."""
        return at.astimezone(self.zone)

    def is_working_day(self, day: date) -> bool:
        """Say whether the desk works on ``day``."""
        return day.weekday() in self.weekdays and day not in self.holidays

    def is_open(self, at: datetime) -> bool:
        """Say whether ``at`` lies within support hours."""
        here = self.local(at)
        return self.opens <= here.time() < self.closes and self.is_working_day(here.date())

    def next_open(self, at: datetime) -> datetime:
        """Return ``at`` if it is within support hours, else the next opening (UTC)."""
        opening, _ = self._coming(at)
        return max(at, opening)

    def add(self, at: datetime, span: timedelta) -> datetime:
        """Return the instant (UTC) at which ``span`` of support time has passed since ``at``.

        The result lies within support hours: what would end exactly at closing falls due at the next opening.
        """
        opening, closing = self._coming(at)
        start = max(at, opening)
        while span >= closing - start:
            span -= closing - start
            start, closing = self._coming(closing)
        return start + span

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """Return the support time between two instants."""
        total, at = timedelta(), start
        while at < end:
            opening, closing = self._coming(at)
            total += max(timedelta(), min(end, closing) - max(at, opening))
            at = closing
        return total

    def duty_day(self, at: datetime) -> date:
        """Return the day whose people are on duty at ``at``: the last that has opened, for duty changes at opening."""
        here = self.local(at)
        day = here.date() if here.time() >= self.opens else here.date() - DAY
        for _ in range(HORIZON):
            if self.is_working_day(day):
                return day
            day -= DAY
        raise ValueError(self._impossible(at))

    def opening(self, day: date) -> datetime:
        """Return the instant (UTC) at which ``day`` opens."""
        return _instant(day, self.opens, self.zone)

    def _coming(self, at: datetime) -> tuple[datetime, datetime]:
        """Return the opening and closing (UTC) of the hours that ``at`` lies in or that come next."""
        for day in self._days(self.local(at).date()):
            closing = _instant(day, self.closes, self.zone)
            if at < closing:
                return _instant(day, self.opens, self.zone), closing
        raise ValueError(self._impossible(at))

    def _days(self, day: date) -> Iterator[date]:
        for _ in range(HORIZON):
            if self.is_working_day(day):
                yield day
            day += DAY

    def _impossible(self, at: datetime) -> str:
        return f"no support hours within {HORIZON} days of {at.isoformat()}"


@lru_cache(maxsize=1024)  # openings and closings are asked for many times a turn, and the zone is slow to say
def _instant(day: date, moment: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, moment, zone).astimezone(UTC)
