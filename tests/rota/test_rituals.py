"""When the week's rituals fall due, on calendars that no journey has."""

from dataclasses import replace
from datetime import date, timedelta

from bot.hours import SupportHours
from bot.policy import Policy
from bot.rota.rituals import Ritual, rituals

WEDNESDAY = date(2026, 12, 23)
ALWAYS_CLOSED = replace(SupportHours(), holidays=frozenset(date(2026, 12, 1) + timedelta(days=n) for n in range(40)))


def test_an_iteration_without_a_working_day_hands_nothing_over_and_chases_nobody() -> None:
    assert set(rituals(WEDNESDAY, ALWAYS_CLOSED, Policy())) == {Ritual.PROPOSE, Ritual.REMIND}


def test_where_no_working_day_is_near_the_pick_stays_on_its_monday() -> None:
    due = rituals(WEDNESDAY, ALWAYS_CLOSED, Policy())
    assert due[Ritual.PROPOSE].date() == date(2026, 12, 21)
