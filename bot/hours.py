"""Support hours: when they are, and arithmetic that counts only them.

Everything is computed on UTC instants between openings and closings taken in the desk's zone, so that five minutes
are five elapsed minutes over every change of the clocks. Hours are half open: [opens, closes).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

HORIZON = 400  # days looked ahead for an opening before the hours are called impossible
DAY = timedelta(days=1)
BERLIN = ZoneInfo("Europe/Berlin")


@dataclass(frozen=True, slots=True)
class SupportHours:
    """When a desk is staffed: its zone, daily hours, weekdays, and the public holidays on which it is not.

    ``elsewhere`` are the public holidays of other places where some of its people are, by what those are called.
    """

    zone: ZoneInfo = BERLIN
    opens: time = time(9)
    closes: time = time(18)
    weekdays: frozenset[int] = frozenset(range(5))
    holidays: frozenset[date] = frozenset()
    elsewhere: tuple[tuple[str, frozenset[date]], ...] = ()

    def local(self, at: datetime) -> datetime:
        """Return ``at`` in the desk's zone."""
        return at.astimezone(self.zone)

    def is_working_day(self, day: date) -> bool:
        """Say whether the desk works on ``day``."""
        return day.weekday() in self.weekdays and day not in self.holidays

    def is_holiday(self, place: str, day: date) -> bool:
        """Say whether ``day`` is a public holiday of whoever has those of another place, "" for the desk's own."""
        return bool(place) and any(day in days for name, days in self.elsewhere if name == place)

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

    def closing(self, at: datetime) -> datetime:
        """Return the end (UTC) of the support hours that ``at`` lies in or that come next."""
        return self._coming(at)[1]

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
        raise ValueError(_impossible(day))

    def opening(self, day: date) -> datetime:
        """Return the instant (UTC) at which ``day`` opens."""
        return self.moment(day, self.opens)

    def moment(self, day: date, at: time) -> datetime:
        """Return the instant (UTC) of a time of a day in the desk's zone."""
        return datetime.combine(day, at, self.zone).astimezone(UTC)

    def span(self, day: date) -> tuple[datetime, datetime]:
        """Return when ``day`` opens and closes (UTC), whether or not the desk works on it."""
        return self.opening(day), self.moment(day, self.closes)

    def _coming(self, at: datetime) -> tuple[datetime, datetime]:
        """Return the opening and closing (UTC) of the hours that ``at`` lies in or that come next."""
        day = self.local(at).date()
        span = _span(self, day)
        return span if at < span[1] else _span(self, day + DAY)


@lru_cache(maxsize=1024)  # asked for many times a turn, and the zone is slow to say
def _span(hours: SupportHours, day: date) -> tuple[datetime, datetime]:
    """Return the opening and closing (UTC) of the first working day from ``day`` on."""
    for offset in range(HORIZON):
        one = day + offset * DAY
        if hours.is_working_day(one):
            return hours.span(one)
    raise ValueError(_impossible(day))


def _impossible(day: date) -> str:
    return f"no support hours within {HORIZON} days of {day}"
