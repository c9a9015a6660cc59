"""When the rituals of an iteration fall due, over holidays."""

from datetime import date, timedelta

from bot.hours import SupportHours
from bot.policy import Policy
from bot.rota.rituals import Ritual, rituals
from tests.journeys.town import at

ITERATION = date(2026, 11, 25)


def due(*holidays: date) -> dict[Ritual, object]:
    return dict(rituals(ITERATION, SupportHours(holidays=frozenset(holidays)), Policy()))


def test_what_belongs_to_the_pick_moves_to_the_working_day_before_a_holiday() -> None:
    moved = due(date(2026, 11, 23), date(2026, 11, 20))
    assert moved[Ritual.PROPOSE] == at("2026-11-19 14:00")
    assert moved[Ritual.REMIND] == at("2026-11-19 17:00")
    assert moved[Ritual.CHASE] == at("2026-11-24 09:30")


def test_on_a_tuesday_that_is_a_holiday_nobody_is_chased() -> None:
    assert not {Ritual.CHASE, Ritual.CHASE_AGAIN} & due(date(2026, 11, 24)).keys()


def test_what_belongs_to_the_change_of_duty_moves_to_the_first_working_day() -> None:
    moved = due(ITERATION, ITERATION + timedelta(days=1))
    assert moved[Ritual.STAY] == at("2026-11-27 08:30")
    assert moved[Ritual.HAND_OVER] == at("2026-11-27 09:00")
    assert moved[Ritual.SETTLE] == at("2026-11-27 10:00")


def test_a_week_without_a_working_day_has_no_change_of_duty() -> None:
    free = [ITERATION + timedelta(days=number) for number in range(7)]
    assert due(*free).keys() == {Ritual.PROPOSE, Ritual.REMIND, Ritual.CHASE, Ritual.CHASE_AGAIN}


def test_after_a_fortnight_without_a_working_day_the_pick_stays_where_it_was() -> None:
    free = [date(2026, 11, 23) - timedelta(days=number) for number in range(14)]
    assert due(*free)[Ritual.PROPOSE] == at("2026-11-23 14:00")
