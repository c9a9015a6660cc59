"""What of somebody's calendar is an absence: when they are away, and nothing else."""

import io
import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.calendars.absences import Span, read_absences
from bot.calendars.apart import answer, read_apart
from bot.errors import Misconfigured

BERLIN = ZoneInfo("Europe/Berlin")
SINCE, UNTIL = datetime(2026, 10, 1, tzinfo=UTC), datetime(2027, 10, 1, tzinfo=UTC)
WHOLE_DAY = "DTSTART;VALUE=DATE:20261123\r\n"
MEETING = "DTSTART:20261123T090000Z\r\nDTEND:20261123T100000Z\r\n"

OUTLOOK = """\
BEGIN:VCALENDAR
METHOD:PUBLISH
PRODID:-//Microsoft Corporation//Outlook 16.0 MIMEDIR//EN
VERSION:2.0
X-WR-CALNAME:Ana Lindqvist Calendar
BEGIN:VTIMEZONE
TZID:W. Europe Standard Time
BEGIN:STANDARD
DTSTART:16010101T030000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT
CLASS:PUBLIC
DTSTART;VALUE=DATE:20261214
DTEND;VALUE=DATE:20261219
SUMMARY:Ski\\, with the family
TRANSP:OPAQUE
UID:040000008200E00074C5B7101A82E00800000001
X-MICROSOFT-CDO-BUSYSTATUS:OOF
X-MICROSOFT-CDO-ALLDAYEVENT:TRUE
END:VEVENT
BEGIN:VEVENT
DTSTART;TZID=W. Europe Standard Time:20261124T130000
DTEND;TZID=W. Europe Standard Time:20261124T150000
SUMMARY:Dentist
TRANSP:OPAQUE
UID:040000008200E00074C5B7101A82E00800000002
X-MICROSOFT-CDO-BUSYSTATUS:OOF
END:VEVENT
BEGIN:VEVENT
DTSTART;TZID=W. Europe Standard Time:20261125T090000
DTEND;TZID=W. Europe Standard Time:20261125T170000
SUMMARY:Workshop
TRANSP:OPAQUE
UID:040000008200E00074C5B7101A82E00800000003
X-MICROSOFT-CDO-BUSYSTATUS:BUSY
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20261126
DTEND;VALUE=DATE:20261127
SUMMARY:Working from home
TRANSP:TRANSPARENT
UID:040000008200E00074C5B7101A82E00800000004
X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE
END:VEVENT
BEGIN:VEVENT
DTSTART;TZID=W. Europe Standard Time:20261005T140000
DTEND;TZID=W. Europe Standard Time:20261005T180000
RRULE:FREQ=WEEKLY;UNTIL=20261102T130000Z;BYDAY=MO
EXDATE;TZID=W. Europe Standard Time:20261012T140000
SUMMARY:Language course
TRANSP:OPAQUE
UID:040000008200E00074C5B7101A82E00800000005
X-MICROSOFT-CDO-BUSYSTATUS:OOF
END:VEVENT
BEGIN:VEVENT
DTSTART;TZID=W. Europe Standard Time:20261020T100000
DTEND;TZID=W. Europe Standard Time:20261020T120000
RECURRENCE-ID;TZID=W. Europe Standard Time:20261019T140000
SUMMARY:Language course
TRANSP:OPAQUE
UID:040000008200E00074C5B7101A82E00800000005
X-MICROSOFT-CDO-BUSYSTATUS:OOF
END:VEVENT
END:VCALENDAR
"""

GOOGLE = """\
BEGIN:VCALENDAR
PRODID:-//Google Inc//Google Calendar 70.9054//EN
VERSION:2.0
CALSCALE:GREGORIAN
METHOD:PUBLISH
X-WR-CALNAME:ana@example.com
X-WR-TIMEZONE:Europe/Berlin
BEGIN:VEVENT
DTSTART:20261207T080000Z
DTEND:20261209T170000Z
DTSTAMP:20261101T090000Z
UID:a1@google.com
STATUS:CONFIRMED
SUMMARY:Out of office
TRANSP:OPAQUE
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20261224
DTEND;VALUE=DATE:20270102
UID:a2@google.com
STATUS:CONFIRMED
SUMMARY:Christmas
TRANSP:OPAQUE
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20261111
DTEND;VALUE=DATE:20261112
UID:a3@google.com
SUMMARY:Ben's birthday
TRANSP:TRANSPARENT
END:VEVENT
BEGIN:VEVENT
DTSTART;TZID=Europe/Berlin:20261102T093000
DTEND;TZID=Europe/Berlin:20261102T094500
RRULE:FREQ=DAILY
UID:a4@google.com
SUMMARY:Stand-up
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20270111
DTEND;VALUE=DATE:20270116
UID:a5@google.com
STATUS:CANCELLED
SUMMARY:Training
END:VEVENT
END:VCALENDAR
"""


def calendar(*events: str, head: str = "") -> bytes:
    """Return an iCalendar file with these events' lines, each a UID of its own unless it brings one."""
    named = [lines if "UID:" in lines else f"UID:{number}\r\n{lines}" for number, lines in enumerate(events)]
    made = [f"BEGIN:VEVENT\r\n{lines.rstrip()}\r\nEND:VEVENT\r\n" for lines in named]
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\n{head}{''.join(made)}END:VCALENDAR\r\n".encode()


def read(content: bytes | str) -> list[tuple[str, str]]:
    """Return the absences as the desk's clocks show them."""
    content = content.encode() if isinstance(content, str) else content
    spans = read_absences(content, BERLIN, SINCE, UNTIL)
    return [
        (f"{one.start.astimezone(BERLIN):%m-%d %H:%M}", f"{one.end.astimezone(BERLIN):%m-%d %H:%M}") for one in spans
    ]


def children() -> str:
    """Return the ids of this process's own processes."""
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text()


def test_of_an_outlook_calendar_out_of_office_counts_and_nothing_else() -> None:
    assert read(OUTLOOK) == [
        ("10-05 14:00", "10-05 18:00"),
        ("10-20 10:00", "10-20 12:00"),  # moved; the 12th was taken out
        ("10-26 14:00", "10-26 18:00"),  # the clocks have changed since
        ("11-02 14:00", "11-02 18:00"),
        ("11-24 13:00", "11-24 15:00"),
        ("12-14 00:00", "12-19 00:00"),
    ]


def test_of_a_calendar_that_has_no_word_for_away_whole_days_and_long_events_count() -> None:
    assert read(GOOGLE) == [("12-07 09:00", "12-09 18:00"), ("12-24 00:00", "01-02 00:00")]


@pytest.mark.parametrize(("hours", "counts"), [("1259", False), ("1300", True)])
def test_four_hours_are_long(hours: str, counts: bool) -> None:  # noqa: FBT001
    content = calendar(f"DTSTART:20261123T090000Z\r\nDTEND:20261123T{hours}00Z")
    assert bool(read(content)) is counts


def test_nothing_is_kept_but_from_when_until_when() -> None:
    (span,) = read_absences(calendar(f"{WHOLE_DAY}SUMMARY:Surgery"), BERLIN, SINCE, UNTIL)
    assert span == Span(datetime(2026, 11, 22, 23, tzinfo=UTC), datetime(2026, 11, 23, 23, tzinfo=UTC))


def test_what_touches_or_overlaps_is_one_and_what_lies_outside_is_cut() -> None:
    content = calendar(
        "DTSTART;VALUE=DATE:20260901\r\nDTEND;VALUE=DATE:20261003",
        "DTSTART;VALUE=DATE:20261124",
        WHOLE_DAY,
        "DTSTART:20261124T110000Z\r\nDTEND:20261125T110000Z",
        "DTSTART:20261124T120000Z\r\nDTEND:20261124T180000Z",
        "DTSTART;VALUE=DATE:20260801",
    )
    assert read(content) == [("10-01 02:00", "10-03 00:00"), ("11-23 00:00", "11-25 12:00")]


@pytest.mark.parametrize(
    ("day", "hours"),
    [("20261025", 25), ("20270328", 23), ("20261026", 24)],
)
def test_a_day_on_which_the_clocks_change_is_whole(day: str, hours: int) -> None:
    (span,) = read_absences(calendar(f"DTSTART;VALUE=DATE:{day}"), BERLIN, SINCE, UNTIL)
    assert (span.end - span.start).total_seconds() == hours * 3600


def test_a_time_of_day_stays_one_when_the_clocks_change() -> None:
    weekly = "DTSTART;TZID=Europe/Berlin:20270322T120000\r\nDTEND;TZID=Europe/Berlin:20270322T170000\r\n"
    assert read(calendar(f"{weekly}RRULE:FREQ=WEEKLY;COUNT=2")) == [
        ("03-22 12:00", "03-22 17:00"),
        ("03-29 12:00", "03-29 17:00"),
    ]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("DTSTART:20261123T090000", "DTEND:20261123T170000", ("11-23 09:00", "11-23 17:00")),
        ("DTSTART;TZID=Nowhere/At all:20261123T090000", "DURATION:PT8H", ("11-23 09:00", "11-23 17:00")),
        ("DTSTART;TZID=America/New_York:20261123T090000", "DURATION:PT8H", ("11-23 15:00", "11-23 23:00")),
        ("DTSTART;TZID=Tokyo Standard Time:20261123T090000", "DURATION:PT8H", ("11-23 01:00", "11-23 09:00")),
        ("DTSTART:20261123T090000Z", "DTEND:20261123T170000Z", ("11-23 10:00", "11-23 18:00")),
    ],
)
def test_a_time_is_in_its_own_zone_and_in_the_desks_where_it_has_none(
    start: str, end: str, expected: tuple[str, str]
) -> None:
    assert read(calendar(f"{start}\r\n{end}")) == [expected]


def test_single_days_are_added_and_taken_out_of_a_rule() -> None:
    lines = f"{WHOLE_DAY}RRULE:FREQ=WEEKLY;COUNT=3\r\nRDATE;VALUE=DATE:20261126\r\nEXDATE;VALUE=DATE:20261130\r\n"
    assert [start for start, _ in read(calendar(lines))] == ["11-23 00:00", "11-26 00:00", "12-07 00:00"]


def test_an_occurrence_that_is_cancelled_or_made_free_is_none() -> None:
    lines = f"UID:x\r\n{WHOLE_DAY}RRULE:FREQ=WEEKLY;COUNT=3"
    gone = "UID:x\r\nRECURRENCE-ID;VALUE=DATE:20261130\r\nDTSTART;VALUE=DATE:20261130\r\nSTATUS:CANCELLED"
    free = "UID:x\r\nRECURRENCE-ID;VALUE=DATE:20261207\r\nDTSTART;VALUE=DATE:20261207\r\nTRANSP:TRANSPARENT"
    assert read(calendar(lines, gone, free)) == [("11-23 00:00", "11-24 00:00")]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=WEEKLY",
        "FREQ=WEEKLY;COUNT=1000000000",
        "FREQ=WEEKLY;UNTIL=99991231T000000Z",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    ],
)
def test_a_rule_that_never_ends_is_read_as_far_as_is_asked_for(rule: str) -> None:
    began = time.monotonic()
    found = read(calendar(f"DTSTART;VALUE=DATE:20261102\r\nRRULE:{rule}"))
    assert 10 < len(found) < 60
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    "broken",
    ["DTSTART;VALUE=DATE:20261203\r\nDTEND;VALUE=DATE:20261201", "DTSTART:2026-12-03", "SUMMARY:no start"],
)
def test_an_event_that_cannot_be_is_left_out_and_hides_no_other(broken: str) -> None:
    assert read(calendar(broken, WHOLE_DAY)) == [("11-23 00:00", "11-24 00:00")]


def test_a_calendar_without_an_event_has_no_absence() -> None:
    assert read(calendar()) == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"x" * 1_000_001, "it is larger than 1 MB; export fewer months"),
        (b"", "it is no iCalendar file; export it as one, .ics"),
        (b"PK\x03\x04" + b"\x00" * 1000, "it is no iCalendar file"),
        (b"<html><body>Sign in</body></html>", "it is no iCalendar file"),
        (b"BEGIN:VEVENT\r\nEND:VEVENT\r\n", "it is no iCalendar file"),
        (b"BEGIN:VCALENDAR\r\n" * 50_000, "it is no iCalendar file"),
        (b"BEGIN:VCALENDAR\r\nX-A:" + b"a" * 999_000, "it is no iCalendar file"),
        ("BEGIN:VCALENDAR\r\nX-A:\xe4".encode("latin-1"), "it is not UTF-8; export it as"),
        (calendar(f"{MEETING}RRULE:FREQ=SECONDLY"), "repeats more often than daily; remove that event"),
        (calendar(f"{MEETING}RRULE:freq=minutely;COUNT=1000000000"), "repeats more often than daily"),
        (
            calendar(f"{MEETING}RRULE:INTERVAL=2;FR\r\n EQ=HOURLY;UNTIL=99991231T000000Z"),
            "repeats more often than daily",
        ),
        (
            calendar(f"{MEETING}RRULE:FREQ=DAILY;BYHOUR={','.join(map(str, range(24)))}"),
            "repeats more often than daily",
        ),
        (
            calendar(f"{MEETING}RRULE:FREQ=FORTNIGHTLY"),
            r"an event in it cannot be read \(\w+\); export the calendar anew",
        ),
    ],
    ids=lambda value: "" if isinstance(value, str) else f"{len(value)} bytes",
)
def test_what_cannot_be_taken_is_refused_with_what_to_do(content: bytes, said: str) -> None:
    began = time.monotonic()
    with pytest.raises(Misconfigured, match=rf"^The calendar was not taken: .*{said}.*\.$"):
        read_absences(content, BERLIN, SINCE, UNTIL)
    assert time.monotonic() - began < 5


async def test_read_apart_a_calendar_says_the_same() -> None:
    assert await read_apart(OUTLOOK.encode(), BERLIN, SINCE, UNTIL) == read_absences(
        OUTLOOK.encode(), BERLIN, SINCE, UNTIL
    )
    with pytest.raises(Misconfigured, match="it is no iCalendar file"):
        await read_apart(b"nonsense", BERLIN, SINCE, UNTIL)
    with pytest.raises(Misconfigured, match="larger than 1 MB"):
        await read_apart(b"x" * 10_000_000, BERLIN, SINCE, UNTIL)


@pytest.mark.parametrize(
    "content",
    [
        calendar(*[f"{MEETING}RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"] * 6_000),
        calendar(f"{MEETING}RRULE:FREQ=YEARLY;INTERVAL=0"),
        calendar(*["DTSTART;VALUE=DATE:20200101\r\nRRULE:FREQ=DAILY"] * 12_000),
    ],
    ids=["never", "on the spot", "each day, often"],
)
async def test_a_calendar_that_would_take_for_ever_is_refused_in_time_and_leaves_no_process(content: bytes) -> None:
    began, before = time.monotonic(), children()
    with pytest.raises(Misconfigured, match="it takes too long to read; export fewer months"):
        await read_apart(content, BERLIN, SINCE, UNTIL, seconds=1)
    assert time.monotonic() - began < 3
    assert children() == before


async def test_a_process_that_dies_is_a_calendar_that_was_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.calendars.apart.__name__", "bot.calendars.no_such_module")
    with pytest.raises(Misconfigured, match="was not taken"):
        await read_apart(calendar(), BERLIN, SINCE, UNTIL)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (calendar(WHOLE_DAY), {"spans": [["2026-11-22T23:00:00+00:00", "2026-11-23T23:00:00+00:00"]]}),
        (
            b"x",
            {"refused": "The calendar was not taken: it is no iCalendar file; export it as one, .ics, and try again."},
        ),
    ],
)
def test_the_process_answers_in_json(content: bytes, said: dict[str, object]) -> None:
    written = io.StringIO()
    answer(["Europe/Berlin", SINCE.isoformat(), UNTIL.isoformat()], io.BytesIO(content), written)
    assert json.loads(written.getvalue()) == said
