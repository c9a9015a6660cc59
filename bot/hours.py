"""Support hours: when they are, and arithmetic that counts only them.

Everything is computed on UTC instants between openings and closings taken in the desk's zone, so that five minutes
are five elapsed minutes over every change of the clocks. Hours are half open: [opens, closes).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

HORIZON = 400  # days looked ahead for an opening before the hours are called impossible


@dataclass(frozen=True, slots=True)
class SupportHours:
    """When a desk is staffed: its zone, daily hours, weekdays, and the public holidays on which it is not."""

    zone: ZoneInfo = ZoneInfo("Europe/Berlin")
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
        return self.is_working_day(here.date()) and self.opens <= here.time() < self.closes

    def next_open(self, at: datetime) -> datetime:
        """Return ``at`` if it is within support hours, else the next opening (UTC)."""
        for opening, closing in self._spans(at):
            if at < closing:
                return max(at, opening)
        raise AssertionError

    def close(self, at: datetime) -> datetime:
        """Return the end (UTC) of the support hours that ``at`` lies in or that come next after it."""
        return next(closing for _, closing in self._spans(at) if at < closing)

    def add(self, at: datetime, span: timedelta) -> datetime:
        """Return the instant (UTC) at which ``span`` of support time has passed since ``at``.

        The result lies within support hours: what would end exactly at closing falls due at the next opening.
        """
        left = span
        for opening, closing in self._spans(at):
            start = max(at, opening)
            if start < closing:
                if left < closing - start:
                    return start + left
                left -= closing - start
        raise AssertionError

    def duty_day(self, at: datetime) -> date:
        """Return the day whose people are on duty at ``at``: duty changes at opening, so a night is the day before."""
        here = self.local(at)
        return here.date() if here.time() >= self.opens else here.date() - timedelta(days=1)

    def _spans(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        first = self.local(at).date() - timedelta(days=1)
        for offset in range(HORIZON):
            day = first + timedelta(days=offset)
            if self.is_working_day(day):
                yield self._instant(day, self.opens), self._instant(day, self.closes)
        message = f"no support hours within {HORIZON} days of {at.isoformat()}"
        raise ValueError(message)

    def _instant(self, day: date, moment: time) -> datetime:
        return datetime.combine(day, moment, self.zone).astimezone(UTC)
