"""Arithmetic in support hours."""

from datetime import date, timedelta

import pytest

from bot.hours import SupportHours
from tests.journeys.town import at

HOURS = SupportHours(holidays=frozenset({date(2026, 12, 25)}))


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2026-11-23 10:00", "2026-11-23 10:07", 7),
        ("2026-11-20 17:58", "2026-11-23 09:03", 5),
        ("2026-11-23 20:00", "2026-11-23 22:00", 0),
        ("2026-12-24 17:00", "2026-12-28 10:00", 120),
        ("2026-11-23 10:00", "2026-11-23 09:00", 0),
    ],
)
def test_elapsed_counts_support_hours_only(start: str, end: str, minutes: int) -> None:
    assert HOURS.elapsed(at(start), at(end)) == timedelta(minutes=minutes)


@pytest.mark.parametrize(("end", "is_open"), [("08:59", False), ("09:00", True), ("17:59", True), ("18:00", False)])
def test_hours_are_half_open(end: str, is_open: bool) -> None:  # noqa: FBT001 - a table's column
    assert HOURS.is_open(at(f"2026-11-23 {end}")) is is_open


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-11-25 08:59", date(2026, 11, 24)),
        ("2026-11-25 09:00", date(2026, 11, 25)),
        ("2026-11-22 12:00", date(2026, 11, 20)),
        ("2026-12-25 12:00", date(2026, 12, 24)),
    ],
)
def test_duty_is_of_the_day_that_opened_last(moment: str, day: date) -> None:
    assert HOURS.duty_day(at(moment)) == day


def test_hours_that_never_come_are_called_impossible() -> None:
    never = SupportHours(weekdays=frozenset())
    with pytest.raises(ValueError, match="no support hours within 400 days"):
        never.next_open(at("2026-11-23 10:00"))
    with pytest.raises(ValueError, match="no support hours within 400 days"):
        never.duty_day(at("2026-11-23 10:00"))
