"""Absences out of somebody's calendar: when they are away, and nothing else of it.

What counts is decided here, since a calendar holds far more than absences, and no two products say "away" alike:

- what is cancelled, or shown as free (TRANSP:TRANSPARENT), never counts;
- if any event of the file carries Outlook's X-MICROSOFT-CDO-BUSYSTATUS, exactly those count that say OOF (out of
  office): to iCalendar they are OPAQUE as every meeting is;
- in any other file those of whole days count, and those of four hours or more: it has no word for "away", and whoever
  is in a shorter meeting can be called. Google's own "Out of office" is an ordinary event in what it exports.

An event that has no start that can be read, or ends before it starts, is left out: one broken event must not hide the
others. Whole days, and times without a zone or in one that nobody knows, are in the desk's zone.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import islice
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.errors import Misconfigured

if TYPE_CHECKING:
    from icalendar import Calendar, Event

MOST_BYTES = 1_000_000
MOST_OCCURRENCES = 2_000
LONG = timedelta(hours=4)
BUSY = "X-MICROSOFT-CDO-BUSYSTATUS"
AWAY = "OOF"
_FOLD = re.compile(r"\r?\n[ \t]")
_TOO_OFTEN = re.compile(r"^(?:RRULE|EXRULE)\b.*\bFREQ=(?:SECONDLY|MINUTELY|HOURLY)\b", re.IGNORECASE | re.MULTILINE)
_OFTEN = "an event in it repeats more often than daily; remove that event, or its repetition, and try again"


@dataclass(frozen=True, slots=True)
class Span:
    """From when until when somebody is away (instants in UTC, half open)."""

    start: datetime
    end: datetime


def read_absences(content: bytes, zone: ZoneInfo, since: datetime, until: datetime) -> tuple[Span, ...]:
    """Return when the owner of an iCalendar file is away between two instants, by time, merged where they touch.

    ``zone`` is the desk's. Raise Misconfigured, with what to do, for a file that is too large, no iCalendar, or repeats
    an event too often. It can take long over a hostile file: elsewhere than in tests, read it by ``read_apart``.
    """
    refuse_large(content)
    calendar = _parse(content)
    try:
        return _merged(_spans(calendar, zone, since, until))
    except Misconfigured:
        raise
    except Exception as error:  # noqa: BLE001 - whatever the libraries stumble over
        message = f"an event in it cannot be read ({type(error).__name__}); export the calendar anew, and try again"
        raise _refused(message) from None


def refuse_large(content: bytes) -> None:
    """Raise Misconfigured for a file that is not even looked into."""
    if len(content) > MOST_BYTES:
        raise _refused("it is larger than 1 MB; export fewer months, or a calendar with your absences only")


def _refused(why: str) -> Misconfigured:
    return Misconfigured(f"The calendar was not taken: {why}.")


def _parse(content: bytes) -> "Calendar":
    from icalendar import Calendar  # noqa: PLC0415 - memory

    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _refused("it is not UTF-8; export it as an iCalendar file, .ics, and try again") from None
    # Before the library sees it: to walk through such a rule takes for ever, even in a time zone.
    if _TOO_OFTEN.search(_FOLD.sub("", text)):
        raise _refused(_OFTEN)
    try:
        calendar = Calendar.from_ical(text)
    except Exception:  # noqa: BLE001 - whatever the library stumbles over
        calendar = None
    if not isinstance(calendar, Calendar):
        raise _refused("it is no iCalendar file; export it as one, .ics, and try again")
    return calendar


def _spans(calendar: "Calendar", zone: ZoneInfo, since: datetime, until: datetime) -> Iterator[Span]:
    """Yield when its owner is away, occurrence by occurrence."""
    import recurring_ical_events  # noqa: PLC0415 - memory

    calendar.subcomponents = [one for one in calendar.subcomponents if one.name != "VEVENT" or _is_sound(one)]  # type: ignore[arg-type]
    by_status = any(BUSY in event for event in calendar.events)
    here = since.astimezone(zone), until.astimezone(zone)
    for series in recurring_ical_events.of(calendar).series:
        occurrences = list(islice(series.between(*here), MOST_OCCURRENCES + 1))
        if len(occurrences) > MOST_OCCURRENCES:
            raise _refused(_OFTEN)
        for occurrence in occurrences:
            event: Event = occurrence.as_component(keep_recurrence_attributes=False)
            start, end = _instant(event.start, zone), _instant(event.end, zone)
            span = Span(max(start, since.astimezone(UTC)), min(end, until.astimezone(UTC)))
            if span.start < span.end and _is_absence(event, end - start, by_status=by_status):
                yield span


def _is_sound(event: "Event") -> bool:
    """Say whether an event has a start, and an end that is not before it."""
    try:
        start, end = event.start, event.end
    except Exception:  # noqa: BLE001 - whatever the library stumbles over
        return False
    return _instant(start, UTC) <= _instant(end, UTC)


def _is_absence(event: "Event", length: timedelta, *, by_status: bool) -> bool:
    if str(event.get("STATUS", "")).upper() == "CANCELLED" or str(event.get("TRANSP", "")).upper() == "TRANSPARENT":
        return False
    if by_status:
        return str(event.get(BUSY, "")).upper() == AWAY
    return not isinstance(event.start, datetime) or length >= LONG


def _instant(at: date, zone: tzinfo) -> datetime:
    """Return a day's beginning, or a time, as an instant; ``zone`` is for those that name none."""
    if not isinstance(at, datetime):
        at = datetime(at.year, at.month, at.day)  # noqa: DTZ001 - its zone follows
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def _merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.start, one.end)):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return tuple(merged)
