"""Who is on duty at a moment: shifts, then overrides, less absences and days that are not theirs."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from bot.hours import SupportHours
from bot.people import Person
from bot.rota.duty import Duty, on_duty, present
from bot.rota.iteration import iteration_of
from bot.rota.shift import Override, Role, Rota
from tests.rota.desks import (
    DAY,
    FRI,
    HOURS,
    MON,
    PICKED,
    TUE,
    WED,
    WEEK,
    able,
    away,
    desk,
    helper,
    moment,
    newcomer,
    pair,
    shift,
)

PEOPLE = able("ana"), helper("ben"), helper("chen"), able("eva"), newcomer("dilan")
TEAM = (*pair(PICKED, "ana", "ben"), shift(PICKED, "dilan", Role.OBSERVER))
NOON = moment(FRI, "12:00")


def ids(people: tuple[Person, ...]) -> list[str]:
    """Return who they are."""
    return [one.id for one in people]


def duty(rota: Rota, at: datetime = NOON, hours: SupportHours = HOURS) -> tuple[list[str], list[str]]:
    """Return the pair and further fallbacks."""
    found = on_duty(rota, at, hours)
    return ids(found.pair), ids(found.further)


@pytest.mark.parametrize(
    ("day", "wednesday"), [(WED, WED), (TUE, WED), (TUE + DAY, WED + WEEK), (date(2027, 1, 1), date(2026, 12, 30))]
)
def test_an_iteration_is_named_by_its_wednesday(day: date, wednesday: date) -> None:
    assert iteration_of(day) == wednesday


def test_the_pair_answers_and_an_observer_does_not() -> None:
    found = on_duty(desk(*PEOPLE, shifts=TEAM), NOON, HOURS)
    assert (ids(found.responders), ids(found.observers), found.nobody) == (["ana", "ben"], ["dilan"], False)
    assert (found.may_claim("ana"), found.may_claim("chen"), found.may_claim("dilan")) == (True, False, False)
    assert (found.observes("dilan"), found.observes("ana")) == (True, False)


def test_a_fallback_fills_the_pair_on_named_days() -> None:
    shifts = (*TEAM, shift(PICKED, "chen", Role.FALLBACK, FRI))
    rota = desk(*PEOPLE, shifts=shifts, away=[*away("ben", FRI), *away("ben", MON)])
    assert duty(rota) == (["ana", "chen"], [])
    assert duty(rota, moment(MON, "12:00")) == (["ana"], [])


def test_a_fallback_is_a_further_one_beside_a_whole_pair() -> None:
    assert duty(desk(*PEOPLE, shifts=(*TEAM, shift(PICKED, "chen", Role.FALLBACK)))) == (["ana", "ben"], ["chen"])


def test_a_fallback_with_access_joins_a_pair_that_has_none() -> None:
    shifts = (*pair(PICKED, "ben", "chen"), shift(PICKED, "eva", Role.FALLBACK))
    assert duty(desk(*PEOPLE, shifts=shifts)) == (["ben", "chen", "eva"], [])


def test_a_pair_without_access_stays_so_where_no_fallback_has_it() -> None:
    shifts = (*pair(PICKED, "ben", "chen"), shift(PICKED, "fay", Role.FALLBACK))
    assert duty(desk(*PEOPLE, helper("fay"), shifts=shifts)) == (["ben", "chen"], ["fay"])


def test_whoever_stands_in_answers_while_they_do_and_of_two_the_one_named_last() -> None:
    span = moment(FRI), moment(FRI + DAY)
    rota = desk(*PEOPLE, shifts=TEAM)
    rota = replace(rota, overrides=(Override("ben", "chen", *span), Override("ben", "eva", *span)))
    assert duty(rota) == (["ana", "eva"], [])
    assert duty(rota, moment(MON, "12:00")) == (["ana", "ben"], [])


def test_whoever_stands_in_and_is_away_leaves_a_gap() -> None:
    rota = desk(*PEOPLE, shifts=TEAM, away=away("chen", FRI))
    rota = replace(rota, overrides=(Override("ben", "chen", moment(FRI), moment(FRI + DAY)),))
    assert duty(rota) == (["ana"], [])


def test_somebody_with_two_shifts_answers_once() -> None:
    assert duty(desk(*PEOPLE, shifts=(*TEAM, shift(PICKED, "ana", Role.FALLBACK)))) == (["ana", "ben"], [])


def test_with_nobody_on_duty_everybody_present_but_observers_stands_in_by_name() -> None:
    found = on_duty(desk(*PEOPLE, shifts=TEAM[2:], away=away("eva", FRI)), NOON, HOURS)
    assert (found.nobody, ids(found.responders), ids(found.observers)) == (True, ["ana", "ben", "chen"], ["dilan"])
    assert on_duty(desk(), NOON, HOURS) == Duty()


def test_people_besides_are_as_if_away() -> None:
    rota = desk(*PEOPLE, shifts=TEAM)
    assert ids(on_duty(rota, NOON, HOURS, ("ana",)).pair) == ["ben"]
    assert ids(on_duty(rota, NOON, HOURS, ("ana", "ben")).standing_in) == ["chen", "eva"]


def test_the_pair_is_on_duty_on_a_saturday_and_a_friday_s_fallback_is_not() -> None:
    hours = SupportHours(weekdays=frozenset(range(6)))
    shifts = (*TEAM, shift(PICKED, "chen", Role.FALLBACK, FRI))
    assert duty(desk(*PEOPLE, shifts=shifts), moment(FRI + DAY, "12:00"), hours) == (["ana", "ben"], [])


def test_nobody_is_present_on_days_that_are_not_theirs() -> None:
    people = (
        able("ana", working_days=frozenset({0, 1, 2, 3})),
        able("ben", left=FRI),
        able("chen", joined=MON),
        able("eva", holidays="PL"),
        able("fay"),
    )
    hours = SupportHours(elsewhere=(("PL", frozenset({FRI})),))
    assert ids(present(desk(*people), NOON, hours)) == ["fay"]
