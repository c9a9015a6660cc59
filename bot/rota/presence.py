"""Who is present on a day: one of the team, on a day of theirs, and away for less than half of its support hours.

Whole days are what the rota is planned and counted in; who answers at a moment is ``duty``'s to say.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from bot.hours import SupportHours
from bot.people import Person
from bot.rota.shift import Absence, Override, Rota

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
LONGEST = 800  # days of one absence that are looked at: more than any plan reaches


def working_days(iteration: date, hours: SupportHours) -> tuple[date, ...]:
    """Return the days of an iteration on which the desk works, in their order: Wed, Thu, Fri, Mon, Tue."""
    return tuple([day for n in range(7) if hours.is_working_day(day := iteration + n * DAY)])


class Presence:
    """Answers who is present on which day, for one rota and the support hours of its desk."""

    def __init__(self, rota: Rota, hours: SupportHours) -> None:
        """Read the absences once."""
        self._hours = hours
        self._away: Mapping[str, frozenset[date]] = _days_of(rota.absences, hours)
        self._overrides = [(one, _most_of(one, hours)) for one in rota.overrides]

    def has(self, person: Person, day: date) -> bool:
        """Say whether a person is present on a working day of the desk."""
        return (
            person.belongs(day)
            and person.works(day)
            and not self._hours.is_holiday(person.holidays, day)
            and day not in self._away.get(person.id, ())
        )

    def days(self, person: Person, iteration: date) -> frozenset[date]:
        """Return the working days of an iteration on which a person is present."""
        return frozenset([day for day in working_days(iteration, self._hours) if self.has(person, day)])

    def server(self, person_id: str, day: date) -> str:
        """Return who serves on a day in a person's place: they themselves, or whoever stands in for most of it."""
        for override, days in self._overrides:
            if override.person == person_id and day in days:
                return override.stand_in
        return person_id


def _days_of(absences: Iterable[Absence], hours: SupportHours) -> dict[str, frozenset[date]]:
    """Return on which working days people are away for at least half of the support hours."""
    spans: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    for away in absences:
        spans[away.person].append((away.start, away.end))
    return {person: _half_days(_joined(some), hours) for person, some in spans.items()}


def _most_of(override: Override, hours: SupportHours) -> frozenset[date]:
    return _half_days([(override.start, override.end)], hours)


def _joined(spans: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Return spans without their overlaps, so that no hour counts twice."""
    joined: list[tuple[datetime, datetime]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _half_days(spans: list[tuple[datetime, datetime]], hours: SupportHours) -> frozenset[date]:
    covered: dict[date, timedelta] = defaultdict(timedelta)
    for start, end in spans:
        day = hours.local(start).date()
        for _ in range(LONGEST):
            opening, closing = hours.span(day)
            if opening >= end:
                break
            covered[day] += max(timedelta(), min(end, closing) - max(start, opening))
            day += DAY
    return frozenset(day for day, away in covered.items() if away and 2 * away >= _length(day, hours))


def _length(day: date, hours: SupportHours) -> timedelta:
    opening, closing = hours.span(day)
    return closing - opening
