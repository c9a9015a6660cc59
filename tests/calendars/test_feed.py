"""The feed: names and shifts only, right in two libraries, and the same bytes for the same rota."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import vobject
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from bot.calendars.feed import render_feed
from bot.hours import SupportHours
from bot.people import FORMER, Person
from bot.rota.shift import Absence, Override, Role, Rota, Shift

BERLIN = ZoneInfo("Europe/Berlin")
WEDNESDAY = date(2026, 11, 25)
NEXT = date(2026, 12, 2)
HOURS = SupportHours()
ANA_ID = "0a51c1f4-7c0e-4c39-8f0e-1d5b6a2e0003"
ANA = Person(ANA_ID, "Ana Lindqvist", ANA_ID, "ana@example.com", production_access=True)
BEN = Person("ben@example.com", "Ben Okafor", email="ben@example.com", working_days=frozenset({0, 1, 2, 3}))
CHEN = Person("Chen Wei", "Chen Wei")
DILAN = Person("dilan", "Dilan Kaya")
PEOPLE = {one.id: one for one in (ANA, BEN, CHEN, DILAN)}
PAIR = (Shift(WEDNESDAY, ANA.id, Role.SUPPORT), Shift(WEDNESDAY, BEN.id, Role.SUPPORT))
ROTA = Rota(PEOPLE, PAIR)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def fallback(*days: int, iteration: date = WEDNESDAY) -> Shift:
    return Shift(iteration, CHEN.id, Role.FALLBACK, frozenset(days))


def read(content: bytes) -> list[tuple[str, Any, Any]]:
    """Read a feed by both libraries, which agree, and return summary, start and end of each event."""
    found = [(str(one["SUMMARY"]), one.start, one.end) for one in Calendar.from_ical(content).events]
    second: Any = vobject.readOne(content.decode())
    second.validate(raiseException=True)
    again = [(one.summary.value, one.dtstart.value, one.dtend.value) for one in second.contents.get("vevent", [])]
    assert again == found
    return found


def summaries(rota: Rota, person: str = "", hours: SupportHours = HOURS) -> list[str]:
    return [summary for summary, _, _ in read(render_feed(rota, "backend", hours, person))]


def uids(rota: Rota, person: str = "") -> list[str]:
    return [str(one["UID"]) for one in Calendar.from_ical(render_feed(rota, "backend", HOURS, person)).events]


def spans(shifts: Iterable[Shift], hours: SupportHours = HOURS) -> list[tuple[date, date]]:
    content = render_feed(Rota(PEOPLE, tuple(shifts)), "backend", hours)
    return [(start, end) for _, start, end in read(content)]


def test_a_desks_feed_has_an_event_for_each_support_and_observer_shift_from_wednesday_to_wednesday() -> None:
    rota = Rota(PEOPLE, (*PAIR, Shift(WEDNESDAY, DILAN.id, Role.OBSERVER)))
    assert read(render_feed(rota, "backend", HOURS)) == [
        ("Support (backend): Ana Lindqvist", WEDNESDAY, NEXT),
        ("Support (backend): Ben Okafor", WEDNESDAY, NEXT),
        ("Observer (backend): Dilan Kaya", WEDNESDAY, NEXT),
    ]


def test_a_pair_that_was_taken_late_and_the_one_that_stayed_till_then_have_the_days_that_are_theirs() -> None:
    early = [replace(one, days=frozenset({2, 3})) for one in PAIR]
    late = [Shift(WEDNESDAY, one.id, Role.SUPPORT, frozenset({4, 0, 1})) for one in (CHEN, DILAN)]
    rota, friday = Rota(PEOPLE, (*early, *late)), date(2026, 11, 27)
    assert read(render_feed(rota, "backend", HOURS)) == [
        ("Support (backend): Ana Lindqvist", WEDNESDAY, friday),
        ("Support (backend): Ben Okafor", WEDNESDAY, friday),
        ("Support (backend): Chen Wei", friday, NEXT),
        ("Support (backend): Dilan Kaya", friday, NEXT),
    ]
    assert read(render_feed(rota, "backend", HOURS, CHEN.id)) == [("Support (backend) with Dilan Kaya", friday, NEXT)]
    assert summaries(rota, ANA.id) == ["Support (backend) with Ben Okafor"]


def test_a_support_of_days_that_are_all_holidays_is_not_shown() -> None:
    shift = replace(PAIR[0], days=frozenset({2}))
    assert spans((shift,), replace(HOURS, holidays=frozenset({WEDNESDAY}))) == []


def test_a_persons_feed_has_their_shifts_only_and_says_with_whom() -> None:
    rota = Rota(PEOPLE, (*PAIR, fallback(4), Shift(NEXT, CHEN.id, Role.SUPPORT), Shift(NEXT, DILAN.id, Role.OBSERVER)))
    assert summaries(rota, ANA.id) == ["Support (backend) with Ben Okafor"]
    assert summaries(rota, CHEN.id) == ["Fallback (backend) with Ana Lindqvist and Ben Okafor", "Support (backend)"]
    assert summaries(rota, DILAN.id) == ["Observer (backend) with Chen Wei"]


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ({4}, [("2026-11-27", "2026-11-28")]),
        ({2, 3}, [("2026-11-25", "2026-11-27")]),
        ({4, 0}, [("2026-11-27", "2026-12-01")]),  # Friday and Monday follow each other
        ({2, 4, 1}, [("2026-11-25", "2026-11-26"), ("2026-11-27", "2026-11-28"), ("2026-12-01", "2026-12-02")]),
        ({0, 1, 2, 3, 4}, [("2026-11-25", "2026-12-02")]),
    ],
)
def test_a_fallback_is_an_event_for_each_run_of_consecutive_working_days(
    days: set[int], expected: list[tuple[str, str]]
) -> None:
    assert spans([fallback(*days)]) == [(date.fromisoformat(one), date.fromisoformat(two)) for one, two in expected]


def test_a_fallback_on_a_public_holiday_is_none_and_a_holiday_parts_no_run() -> None:
    thursday = replace(HOURS, holidays=frozenset({date(2026, 11, 26)}))
    assert spans([fallback(3)], thursday) == []
    assert spans([fallback(2, 3, 4)], thursday) == [(WEDNESDAY, date(2026, 11, 28))]
    assert spans([fallback(2, 4)], thursday) == [(WEDNESDAY, date(2026, 11, 28))]


def test_a_fallback_of_saturday_alone_serves_on_it_at_a_desk_that_works_then_as_duty_says() -> None:
    saturdays = replace(HOURS, weekdays=frozenset(range(6)))
    assert spans([fallback(4)], saturdays) == [(date(2026, 11, 27), date(2026, 11, 28))]
    assert spans([fallback(5)], saturdays) == [(date(2026, 11, 28), date(2026, 11, 29))]
    assert spans([fallback(4, 5)], saturdays) == [(date(2026, 11, 27), date(2026, 11, 29))]


def test_whoever_stands_in_has_an_event_of_their_own_for_whole_days() -> None:
    rota = replace(ROTA, overrides=(Override(ANA.id, CHEN.id, at("2026-11-26 09:00"), at("2026-11-27 18:00")),))
    assert read(render_feed(rota, "backend", HOURS)) == [
        ("Support (backend): Ana Lindqvist", WEDNESDAY, NEXT),
        ("Support (backend): Chen Wei (stands in for Ana Lindqvist)", date(2026, 11, 26), date(2026, 11, 28)),
        ("Support (backend): Ben Okafor", WEDNESDAY, NEXT),
    ]
    assert summaries(rota, CHEN.id) == ["Support (backend), standing in for Ana Lindqvist"]
    assert summaries(rota, ANA.id) == [
        "Support (backend) with Ben Okafor",
        "Support (backend): Chen Wei (stands in for you)",
    ]


@pytest.mark.parametrize(
    ("start", "end", "first", "last"),
    [
        ("2026-11-26 00:00", "2026-11-27 00:00", "2026-11-26", "2026-11-27"),
        ("2026-11-26 09:00", "2026-11-27 09:00", "2026-11-26", "2026-11-27"),
        ("2026-11-25 19:00", "2026-11-26 18:00", "2026-11-26", "2026-11-27"),
        ("2026-11-20 00:00", "2026-12-20 00:00", "2026-11-25", "2026-12-02"),
    ],
)
def test_an_override_is_of_whole_days_where_it_changes_outside_support_hours(
    start: str, end: str, first: str, last: str
) -> None:
    rota = replace(ROTA, overrides=(Override(ANA.id, CHEN.id, at(start), at(end)),))
    (found,) = read(render_feed(rota, "backend", HOURS, CHEN.id))
    assert found[1:] == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("start", "end"),
    [("2026-11-26 12:00", "2026-11-26 18:00"), ("2026-11-25 09:00", "2026-11-26 12:00")],
)
def test_an_override_of_part_of_a_day_is_timed_in_utc(start: str, end: str) -> None:
    rota = replace(ROTA, overrides=(Override(ANA.id, CHEN.id, at(start), at(end)),))
    content = render_feed(rota, "backend", HOURS, CHEN.id)
    (found,) = read(content)
    assert found[1:] == (at(start), at(end))
    assert f"DTSTART:{at(start).astimezone(UTC):%Y%m%dT%H%M%SZ}".encode() in content


def test_a_shift_in_which_others_stand_in_on_each_day_is_theirs() -> None:
    halves = (
        Override(BEN.id, CHEN.id, at("2026-11-25 00:00"), at("2026-11-28 00:00")),
        Override(BEN.id, DILAN.id, at("2026-11-30 00:00"), at("2026-12-03 00:00")),
    )
    rota = replace(ROTA, overrides=halves)
    assert summaries(rota, BEN.id) == [
        "Support (backend): Chen Wei (stands in for you)",
        "Support (backend): Dilan Kaya (stands in for you)",
    ]
    assert summaries(rota, ANA.id) == ["Support (backend) with Chen Wei and Dilan Kaya"]


def test_of_two_overrides_at_once_the_later_counts_and_one_that_touches_no_shift_is_not_shown() -> None:
    overrides = (
        Override(ANA.id, CHEN.id, at("2026-11-25 00:00"), at("2026-11-28 00:00")),
        Override(ANA.id, DILAN.id, at("2026-11-26 00:00"), at("2026-11-27 00:00")),
        Override(ANA.id, DILAN.id, at("2027-01-26 00:00"), at("2027-01-27 00:00")),
        Override(CHEN.id, DILAN.id, at("2026-11-26 00:00"), at("2026-11-27 00:00")),
    )
    found = read(render_feed(replace(ROTA, overrides=overrides), "backend", HOURS))
    assert [(summary, start.day, end.day) for summary, start, end in found if "stands in" in summary] == [
        ("Support (backend): Chen Wei (stands in for Ana Lindqvist)", 25, 26),
        ("Support (backend): Dilan Kaya (stands in for Ana Lindqvist)", 26, 27),
        ("Support (backend): Chen Wei (stands in for Ana Lindqvist)", 27, 28),
    ]


def test_overrides_that_follow_each_other_are_one_event() -> None:
    overrides = (
        Override(ANA.id, CHEN.id, at("2026-11-25 00:00"), at("2026-11-26 00:00")),
        Override(ANA.id, CHEN.id, at("2026-11-26 00:00"), at("2026-11-27 00:00")),
    )
    (found,) = read(render_feed(replace(ROTA, overrides=overrides), "backend", HOURS, CHEN.id))
    assert found[1:] == (WEDNESDAY, date(2026, 11, 27))


MOMENTS = st.integers(0, 18 * 8).map(lambda number: at("2026-11-23 00:00") + number * timedelta(hours=3))
SHIFTS = st.builds(
    Shift,
    st.sampled_from([WEDNESDAY, NEXT]),
    st.sampled_from([*PEOPLE, FORMER]),
    st.sampled_from(Role),
    st.frozensets(st.integers(0, 4)),
)
OVERRIDES = st.tuples(st.sampled_from([*PEOPLE]), st.sampled_from([*PEOPLE]), MOMENTS, MOMENTS).map(
    lambda drawn: Override(drawn[0], drawn[1], min(drawn[2:]), max(drawn[2:]))
)


@settings(max_examples=200, deadline=None)
@given(st.lists(SHIFTS, max_size=8), st.lists(OVERRIDES, max_size=6), st.sampled_from(["", *PEOPLE]))
def test_whatever_the_rota_each_event_has_a_uid_of_its_own_and_lasts(
    shifts: list[Shift], overrides: list[Override], person: str
) -> None:
    rota = Rota(PEOPLE, tuple(shifts), overrides=tuple(overrides))
    assert all(start < end for _, start, end in read(render_feed(rota, "backend", HOURS, person)))
    found = uids(rota, person)
    assert len(set(found)) == len(found)


def test_a_shift_makes_nobody_busy_and_clients_are_told_how_often_to_look() -> None:
    lines = render_feed(ROTA, "backend", HOURS).decode().split("\r\n")
    assert lines.count("TRANSP:TRANSPARENT") == 2
    assert {
        "METHOD:PUBLISH",
        "PRODID:-//Hotseat//Support rota//EN",
        "X-WR-CALNAME:Support rota (backend)",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "DTSTART;VALUE=DATE:20261125",
        "DTEND;VALUE=DATE:20261202",
    } <= set(lines)
    assert b"X-WR-CALNAME:Support rota (backend): Ana Lindqvist\r\n" in render_feed(ROTA, "backend", HOURS, ANA.id)


def test_no_id_e_mail_or_absence_is_in_a_feed() -> None:
    away = replace(ROTA, absences=(Absence(ANA.id, at("2026-11-26 00:00"), at("2026-11-27 00:00")),))
    for person in ("", *PEOPLE):
        content = render_feed(away, "backend", HOURS, person)
        assert content == render_feed(ROTA, "backend", HOURS, person)
        unfolded = content.replace(b"\r\n ", b"")
        assert not [secret for secret in (ANA.id, ANA.email, BEN.id) if secret.encode() in unfolded]


def test_an_equal_rota_gives_equal_bytes_and_a_uid_outlives_the_other_person() -> None:
    again = Rota(dict(reversed(PEOPLE.items())), PAIR)
    assert render_feed(again, "backend", HOURS) == render_feed(ROTA, "backend", HOURS)
    ana, ben = uids(ROTA)
    assert ana != ben
    other = Rota(PEOPLE, (PAIR[0], Shift(WEDNESDAY, CHEN.id, Role.SUPPORT)))
    assert uids(other)[0] == uids(other, ANA.id)[0] == ana
    renamed = replace(ROTA, people={**PEOPLE, ANA.id: replace(ANA, name="Ana Berg")})
    assert uids(renamed) == [ana, ben]


def test_shifts_of_two_former_colleagues_are_two_events() -> None:
    rota = Rota(PEOPLE, (Shift(WEDNESDAY, FORMER, Role.SUPPORT), Shift(WEDNESDAY, FORMER, Role.SUPPORT)))
    assert summaries(rota) == ["Support (backend): former colleague"] * 2
    assert len(set(uids(rota))) == 2


def test_an_empty_rota_is_a_valid_calendar_without_an_event() -> None:
    content = render_feed(Rota(), "backend", HOURS)
    assert read(content) == []
    assert [one.name for one in Calendar.from_ical(content).subcomponents] == ["VTIMEZONE"]


HOSTILE = st.one_of(
    st.text(min_size=1, max_size=300),
    st.lists(
        st.sampled_from(
            [",", ";", ":", "\\", "\n", "\r\n", "\r", '"', "\u2028", "\x00", "👩‍💻", "ß", "BEGIN:VEVENT", "\\n", " "]
        ),
        min_size=1,
    ).map("".join),
)


@settings(max_examples=300, deadline=None)
@given(HOSTILE, HOSTILE)
def test_any_name_comes_out_as_one_line_and_stays_text(one: str, other: str) -> None:
    people = {"one": Person("one", one), "other": Person("other", other)}
    rota = Rota(people, (Shift(WEDNESDAY, "one", Role.SUPPORT), Shift(WEDNESDAY, "other", Role.SUPPORT)))
    for person in ("", "one"):
        content = render_feed(rota, "backend", HOURS, person)
        found = read(content)
        assert len(found) == (1 if person else 2)
        assert not any(set(summary) & {"\n", "\r"} for summary, _, _ in found)
        assert all(start == WEDNESDAY and end - start == timedelta(7) for _, start, end in found)
        assert all(len(line) <= 75 for line in content.split(b"\r\n"))
        assert b"\n" not in content.replace(b"\r\n", b"")


def test_a_hostile_name_is_shown_as_it_is_but_for_its_backslashes() -> None:
    name = 'Lindqvist, Ana; "née": CORP\\Nina 👩‍💻 ' + "x" * 500
    rota = replace(ROTA, people={**PEOPLE, ANA.id: replace(ANA, name=name)})
    assert summaries(rota)[0] == f"Support (backend): {name}".replace("\\", "/")
