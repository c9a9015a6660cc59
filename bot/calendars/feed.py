"""The rota as an iCalendar feed (RFC 5545): of a desk, or of one person at it.

Names and shifts only: never ids, e-mails or absences. An equal rota gives equal bytes, and an event keeps its UID as
long as it is the same person's in the same role, whoever serves beside them. Calendars show a feed hours late: it is
for looking ahead, and what is due is told by the bot.
"""

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from bot.hours import DAY, SupportHours
from bot.people import FORMER
from bot.rota.presence import WEEK
from bot.rota.shift import Role, Rota, Shift

if TYPE_CHECKING:
    from icalendar import Event

PRODUCT = "-//Hotseat//Support rota//EN"
REFRESH = timedelta(hours=1)
# When an event was written is not known, and a moment of each reading would make the bytes differ.
STAMP = datetime(2020, 1, 1, tzinfo=UTC)
LABELS = {Role.SUPPORT: "Support", Role.FALLBACK: "Fallback", Role.OBSERVER: "Observer"}


@dataclass(frozen=True, slots=True)
class _Run:
    """A shift's days that are one event, until ``end`` (exclusive); ``working`` are the desk's working days in it."""

    start: date
    end: date
    working: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    """What is to be an event: whose it is, in which words, from when until when (days, or instants in UTC)."""

    whose: tuple[str, ...] = field(repr=False)
    summary: str
    start: date | datetime
    end: date | datetime


def render_feed(rota: Rota, desk: str, hours: SupportHours, person: str = "") -> bytes:
    """Return the feed of ``desk``, by its name, or of one ``person`` at it, by id.

    A SUPPORT or OBSERVER shift is an event from its Wednesday to the next, or of its own days where the team changed
    within the iteration; a FALLBACK one is an event for each run of consecutive working days. Whoever stands in has an
    event of their own: of whole days, or in UTC where it is a part of a day. A shift in which others stand in on each
    working day is not shown.
    """
    from icalendar import Calendar, Timezone, TimezoneStandard, vDuration, vText  # noqa: PLC0415 - memory

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    title = f"Support rota ({desk})" + (f": {_name(rota, person)}" if person else "")
    for name in ("name", "x-wr-calname"):
        calendar.add(name, vText(title))
    for name in ("refresh-interval", "x-published-ttl"):
        calendar.add(name, vDuration(REFRESH, params={"VALUE": "DURATION"} if name == "refresh-interval" else {}))
    seen: Counter[tuple[str, ...]] = Counter()
    for entry in _Feed(rota, desk, hours, person).entries():
        calendar.add_component(_event(entry, desk, seen[entry.whose]))
        seen[entry.whose] += 1
    if not seen:  # a calendar must hold some component, and a time zone is the one that nobody sees
        standard, zone = TimezoneStandard(), Timezone()
        standard.add("dtstart", datetime(1970, 1, 1))  # noqa: DTZ001 - local by the standard
        standard.add("tzoffsetfrom", timedelta())
        standard.add("tzoffsetto", timedelta())
        zone.add("tzid", "UTC")
        zone.add_component(standard)
        calendar.add_component(zone)
    return bytes(calendar.to_ical())


def _event(entry: _Entry, desk: str, number: int) -> "Event":
    """Return an entry as an event; ``number`` tells those apart that are the same but for whose they once were."""
    from icalendar import Event  # noqa: PLC0415 - memory

    event = Event()
    key = "\n".join([desk, *entry.whose, *([str(number)] if number else [])])
    event.add("uid", f"{hashlib.sha256(key.encode()).hexdigest()[:40]}@hotseat")
    event.add("dtstamp", STAMP)
    event.add("dtstart", entry.start)
    event.add("dtend", entry.end)
    event.add("summary", entry.summary)
    event.add("transp", "TRANSPARENT")
    event.add("x-microsoft-cdo-busystatus", "FREE")
    return event


class _Feed:
    """What one feed shows of a rota."""

    def __init__(self, rota: Rota, desk: str, hours: SupportHours, person: str) -> None:
        self._rota = rota
        self._desk = desk
        self._hours = hours
        self._person = person

    def entries(self) -> Iterator[_Entry]:
        """Yield what is to be an event, by iteration and in the order in which the shifts were set."""
        for shift in sorted(self._rota.shifts, key=lambda shift: shift.iteration):
            for run in _runs(shift, self._hours):
                stand_ins = _stand_ins(self._rota, shift, run, self._hours)
                if self._person in {"", shift.person} and _serves(run, stand_ins):
                    yield _Entry(_whose(shift, run.start, shift.person), self._summary(shift), run.start, run.end)
                for stand_in, start, end in stand_ins:
                    if self._person in {"", shift.person, stand_in}:
                        whose = (*_whose(shift, start, stand_in), shift.person)
                        yield _Entry(whose, self._summary(shift, stand_in), start, end)

    def _summary(self, shift: Shift, stand_in: str = "") -> str:
        """Return what an event says: whose shift it is, and who stands in."""
        label = f"{LABELS[shift.role]} ({self._desk})"
        name, other = _name(self._rota, shift.person), _name(self._rota, stand_in)
        if stand_in and self._person == stand_in:
            return f"{label}, standing in for {name}"
        if stand_in:
            return f"{label}: {other} (stands in for {'you' if self._person else name})"
        return f"{label}{self._beside(shift)}" if self._person else f"{label}: {name}"

    def _beside(self, shift: Shift) -> str:
        """Return with whom of the pair a person serves, as " with A and B", "" where there is nobody."""
        names = []
        for other in self._rota.of(shift.iteration):
            if other.role is not Role.SUPPORT or other.person == self._person or not shift.days & other.days:
                continue
            for run in _runs(other, self._hours):
                stand_ins = _stand_ins(self._rota, other, run, self._hours)
                people = [other.person] if _serves(run, stand_ins) else [one for one, _, _ in stand_ins]
                names += [_name(self._rota, one) for one in people if one != self._person]
        return f" with {' and '.join(dict.fromkeys(names))}" if names else ""


_StandIn = tuple[str, date | datetime, date | datetime]


def _runs(shift: Shift, hours: SupportHours) -> list[_Run]:
    """Return the runs of consecutive working days in which a FALLBACK serves; any other shift is one.

    That lasts from Wednesday to Wednesday, less what is another team's where the team changed within the iteration.
    """
    week = [day for day in (shift.iteration + number * DAY for number in range(7)) if hours.is_working_day(day)]
    if shift.role is not Role.FALLBACK:
        own = [day for day in week if shift.is_for(day)]
        if week and not own:
            return []
        start = shift.iteration if own[:1] == week[:1] else own[0]
        end = shift.iteration + WEEK if own[-1:] == week[-1:] else own[-1] + DAY
        return [_Run(start, end, tuple(own))]
    runs = []
    for theirs, group in groupby(week, shift.is_for):
        days = tuple(group)
        if theirs:
            runs.append(_Run(days[0], days[-1] + DAY, days))
    return runs


def _stand_ins(rota: Rota, shift: Shift, run: _Run, hours: SupportHours) -> list[_StandIn]:
    """Return who stands in during a run, one after another; of two overrides at once the later in the rota counts.

    Duty changes at opening: the run lasts from its first day's opening to that of the day after it.
    """
    first, last = hours.opening(run.start), hours.opening(run.end)
    mine = [one for one in rota.overrides if one.person == shift.person and one.start < last and first < one.end]
    edges = sorted({max(first, one.start) for one in mine} | {min(last, one.end) for one in mine})
    spans: list[tuple[str, datetime, datetime]] = []
    for start, end in pairwise(edges):
        who = next((one.stand_in for one in reversed(mine) if one.start <= start < one.end), "")
        if spans and spans[-1][0] == who:
            spans[-1] = (who, spans[-1][1], end)
        else:
            spans.append((who, start, end))
    return [(who, *_days(start, end, hours)) for who, start, end in spans if who]


def _days(start: datetime, end: datetime, hours: SupportHours) -> tuple[date | datetime, date | datetime]:
    """Return a span as days where it begins and ends outside support hours, else as it is, in UTC."""
    first, until = _day(start, hours), _day(end, hours)
    if first and until and first < until:
        return first, until
    return start.astimezone(UTC), end.astimezone(UTC)


def _day(at: datetime, hours: SupportHours) -> date | None:
    """Return the day that begins with the next opening on any day, None within the hours."""
    here = hours.local(at)
    if here.time() <= hours.opens:
        return here.date()
    return here.date() + DAY if here.time() >= hours.closes else None


def _serves(run: _Run, stand_ins: list[_StandIn]) -> bool:
    """Say whether there is a working day in a run on which nobody stands in for the whole day."""
    whole = [(start, end) for _, start, end in stand_ins if not isinstance(start, datetime)]
    return not stand_ins or any(not any(start <= day < end for start, end in whole) for day in run.working)


def _whose(shift: Shift, start: date, person: str) -> tuple[str, ...]:
    return (shift.iteration.isoformat(), person, shift.role, start.isoformat())


def _name(rota: Rota, person: str) -> str:
    """Return a person's name on one line, without characters that no calendar may hold."""
    found = rota.people.get(person)
    name = " ".join((found.name if found else FORMER).split())
    name = name.replace("\\", "/")  # the library takes \N for a line break before it escapes anything
    return "".join(char for char in name if unicodedata.category(char) not in {"Cc", "Cs"})
