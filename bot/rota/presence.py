"""Who is present on a day: one of the team, on a day of theirs, and away for less than half of its support hours.

Whole days are what the rota is planned and counted in; who answers at a moment is ``duty``'s to say.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from bot.hours import SupportHours
from bot.people import Person
from bot.rota.shift import Override, Rota

DAY = timedelta(days=1)
WEEK = timedelta(days=7)


def working_days(iteration: date, hours: SupportHours) -> tuple[date, ...]:
    """Return the days of an iteration on which the desk works, in their order: Wed, Thu, Fri, Mon, Tue."""
    return tuple([day for n in range(7) if hours.is_working_day(day := iteration + n * DAY)])


class Presence:
    """Answers who is present on which day, for one rota and the support hours of its desk."""

    def __init__(self, rota: Rota, hours: SupportHours) -> None:
        """Sort absences and overrides by whom they are of."""
        self._hours = hours
        self._spans: dict[date, tuple[datetime, datetime]] = {}
        self._known: dict[tuple[str, date], bool] = {}
        self._away: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
        self._instead: dict[str, list[Override]] = defaultdict(list)
        for away in rota.absences:
            self._away[away.person].append((away.start, away.end))
        for override in reversed(rota.overrides):
            self._instead[override.person].append(override)

    def has(self, person: Person, day: date) -> bool:
        """Say whether a person is present on a working day of the desk."""
        return (
            person.belongs(day)
            and person.works(day)
            and not self._hours.is_holiday(person.holidays, day)
            and not self._is_away(person.id, day)
        )

    def days(self, person: Person, iteration: date) -> frozenset[date]:
        """Return the working days of an iteration on which a person is present."""
        return frozenset([day for day in working_days(iteration, self._hours) if self.has(person, day)])

    def server(self, person_id: str, day: date) -> str:
        """Return who serves on a day in a person's place: whoever stands in for half of it, the last named first."""
        spans: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
        for one in self._instead.get(person_id, ()):
            spans[one.stand_in].append((one.start, one.end))
            if self._is_half(day, spans[one.stand_in]):
                return one.stand_in
        return person_id

    def _is_away(self, person_id: str, day: date) -> bool:
        known = self._known.get((person_id, day))
        if known is None:
            known = self._known[person_id, day] = self._is_half(day, self._away.get(person_id, ()))
        return known

    def _is_half(self, day: date, spans: Iterable[tuple[datetime, datetime]]) -> bool:
        """Say whether spans come to at least half of a day's support hours; an hour in two of them counts once."""
        if not spans:
            return False
        if day not in self._spans:
            self._spans[day] = self._hours.span(day)
        opening, closing = self._spans[day]
        total, until = timedelta(), opening
        for start, end in sorted([span for span in spans if span[0] < closing and span[1] > until]):
            if until < end and start < end:
                total += min(end, closing) - max(start, until)
                until = min(end, closing)
        return 2 * total >= closing - opening
