"""Who is present on a day."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.hours import SupportHours
from bot.people import Person
from bot.rota.presence import Presence, working_days
from bot.rota.shift import Absence
from tests.rota.desks import DAY, DAYS, FRI, HOURS, MON, PICKED, THU, TUE, WED, able, desk, moment


def days(person: Person, *absences: Absence, hours: SupportHours = HOURS) -> list[date]:
    """Return the days of the iteration on which somebody is present."""
    return sorted(Presence(desk(person, away=absences), hours).days(person, PICKED))


def without(*days: date) -> list[date]:
    """Return the iteration's other days."""
    return [day for day in DAYS if day not in days]


@pytest.mark.parametrize(
    ("start", "end", "present"),
    [
        ("09:00", "13:29", True),
        ("09:00", "13:30", False),
        ("13:30", "18:00", False),
        ("13:31", "18:00", True),
        ("00:00", "09:00", True),
        ("18:00", "23:00", True),
        ("00:00", "23:59", False),
        ("15:00", "12:00", True),
    ],
)
def test_half_of_the_support_hours_away_is_a_day_away(start: str, end: str, *, present: bool) -> None:
    absence = Absence("ana", moment(WED, start), moment(WED, end))
    assert (WED in days(able("ana"), absence)) is present


def test_hours_of_several_absences_add_up() -> None:
    some = [
        Absence("ana", moment(WED, start), moment(WED, end)) for start, end in (("09:00", "11:00"), ("15:00", "18:00"))
    ]
    assert days(able("ana"), *some) == without(WED)


def test_overlapping_absences_count_once() -> None:
    some = [
        Absence("ana", moment(WED, start), moment(WED, end)) for start, end in (("09:00", "12:00"), ("10:00", "13:00"))
    ]
    assert days(able("ana"), *some) == without()


def test_an_absence_within_another_takes_nothing_from_it() -> None:
    assert days(able("ana"), Absence("ana", moment(WED), moment(MON)), Absence("ana", moment(THU), moment(TUE))) == [
        TUE
    ]


def test_an_absence_is_of_its_person_only() -> None:
    assert days(able("ana"), Absence("ben", moment(WED), moment(FRI))) == without()


def test_an_absence_over_a_weekend_is_of_its_working_days() -> None:
    assert days(able("ana"), Absence("ana", moment(FRI), moment(MON + DAY))) == without(FRI, MON)


@pytest.mark.parametrize("years", [1, 3, 10, 60])
def test_a_long_absence_is_one_to_its_end(years: int) -> None:
    absence = Absence("ana", moment(WED - years * timedelta(days=365)), moment(THU + years * timedelta(days=365)))
    assert days(able("ana"), absence) == []


def test_an_absence_of_all_time_is_one() -> None:
    ever = Absence("ana", datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
    assert days(able("ana"), ever) == []


def test_a_day_off_a_holiday_of_one_s_own_and_the_desk_s_are_no_days_of_presence() -> None:
    hours = SupportHours(holidays=frozenset({THU}), elsewhere=(("PL", frozenset({MON})), ("FR", frozenset({WED}))))
    assert days(able("ana", holidays="PL", working_days=frozenset({0, 1, 2, 3})), hours=hours) == [WED, DAYS[4]]


def test_nobody_without_working_days_is_present() -> None:
    assert days(able("ana", working_days=frozenset())) == []


def test_people_are_present_from_the_day_they_join_until_the_day_they_leave() -> None:
    assert days(able("ana", joined=THU, left=MON)) == [THU, FRI]


@pytest.mark.parametrize("picked", [date(2026, 10, 21), date(2027, 3, 24)])
def test_half_a_day_is_half_a_day_when_the_clocks_change(picked: date) -> None:
    sunday, monday = picked + 4 * DAY, picked + 5 * DAY
    hours = SupportHours(weekdays=frozenset({0, 6}))
    for day in (sunday, monday):
        person = able("ana")
        half = Absence("ana", moment(day, "09:00"), moment(day, "13:30"))
        less = replace(half, end=half.end - timedelta(minutes=1))
        assert day not in Presence(desk(person, away=[half]), hours).days(person, picked)
        assert day in Presence(desk(person, away=[less]), hours).days(person, picked)


@pytest.mark.parametrize(
    ("weekdays", "offsets"),
    [
        (range(5), (0, 1, 2, 5, 6)),
        ((6, 0, 1, 2, 3), (0, 1, 4, 5, 6)),
        (range(6), (0, 1, 2, 3, 5, 6)),
        ((2, 3, 4), (0, 1, 2)),
        ((), ()),
    ],
)
def test_working_days_come_in_the_order_of_the_iteration(weekdays: tuple[int, ...], offsets: tuple[int, ...]) -> None:
    hours = SupportHours(weekdays=frozenset(weekdays))
    assert working_days(PICKED, hours) == tuple(PICKED + n * DAY for n in offsets)


def test_the_iteration_of_week_53_has_the_days_of_both_years() -> None:
    hours = SupportHours(holidays=frozenset({date(2027, 1, 1)}))
    assert [day.isoformat() for day in working_days(date(2026, 12, 30), hours)] == [
        "2026-12-30",
        "2026-12-31",
        "2027-01-04",
        "2027-01-05",
    ]
