"""What counts for fairness: who served, who could have, and what an iteration makes of people."""

from dataclasses import replace
from datetime import date

from bot.hours import SupportHours
from bot.people import FORMER
from bot.rota.ledger import history, settled
from bot.rota.shift import Absence, Override, Role, Rota, Tally
from tests.rota.desks import (
    DAY,
    FRI,
    HOURS,
    MON,
    PICKED,
    THU,
    TUE,
    WED,
    WEEK,
    able,
    ago,
    away,
    desk,
    helper,
    moment,
    newcomer,
    pair,
    served,
    shift,
)

NEXT = PICKED + WEEK


def tallies(rota: Rota, hours: SupportHours = HOURS) -> dict[str, tuple[int, int]]:
    """Return days served and chances by person in the iteration, once it is over."""
    return history(settled(rota, NEXT, hours)).get(PICKED, {})


def test_a_settled_iteration_says_nothing_of_who_came_later() -> None:
    rota = desk(able("ana"), able("ben"), able("zoe"), ledger=served(PICKED, ana=(5, 5), ben=(5, 5)))
    assert tallies(rota) == {"ana": (5, 5), "ben": (5, 5)}


def test_a_settled_iteration_counts_nobody_twice_whose_shift_lost_its_name() -> None:
    rota = desk(able("ana"), shifts=pair(PICKED, "ana", FORMER), ledger=served(PICKED, ana=(5, 5), ben=(5, 5)))
    assert tallies(rota) == {"ana": (5, 5), "ben": (5, 5)}


def test_former_colleagues_of_an_iteration_are_one() -> None:
    rows = (Tally(PICKED, FORMER, 5, 5), Tally(PICKED, FORMER, 3, 4))
    assert tallies(desk(able("ana"), ledger=rows)) == {FORMER: (8, 9)}


def test_an_iteration_without_a_team_counts_for_nobody() -> None:
    assert tallies(desk(able("ana"), able("ben"))) == {}


def test_the_pair_serves_on_the_saturdays_of_its_desk() -> None:
    hours = SupportHours(weekdays=frozenset(range(6)))
    rota = desk(able("ana"), able("ben"), shifts=pair(PICKED, "ana", "ben"))
    assert tallies(rota, hours) == {"ana": (6, 6), "ben": (6, 6)}


def test_a_fallback_serves_on_named_days_only() -> None:
    hours = SupportHours(weekdays=frozenset(range(6)))
    rota = desk(able("ana"), able("ben"), shifts=(shift(PICKED, "ana", Role.FALLBACK, FRI),))
    assert tallies(rota, hours) == {"ana": (1, 6), "ben": (0, 6)}


def test_whoever_stands_in_served() -> None:
    rota = desk(able("ana"), able("ben"), able("chen"), shifts=pair(PICKED, "ana", "ben"))
    rota = replace(rota, overrides=(Override("ben", "chen", moment(MON), moment(TUE + DAY)),))
    assert tallies(rota) == {"ana": (5, 5), "ben": (3, 5), "chen": (2, 5)}


def test_of_two_who_stand_in_the_one_named_last_served() -> None:
    rota = desk(able("ana"), able("ben"), able("chen"), able("eva"), shifts=pair(PICKED, "ana", "ben"))
    first = Override("ben", "chen", moment(WED), moment(TUE + DAY))
    last = Override("ben", "eva", moment(WED), moment(WED + DAY))
    counted = tallies(replace(rota, overrides=(first, last)))
    assert (counted["chen"], counted["eva"]) == ((4, 5), (1, 5))


def test_two_hours_of_standing_in_are_the_day_s_owner_s() -> None:
    rota = desk(able("ana"), able("ben"), able("chen"), shifts=pair(PICKED, "ana", "ben"))
    rota = replace(rota, overrides=(Override("ben", "chen", moment(WED, "10:00"), moment(WED, "12:00")),))
    assert tallies(rota)["chen"] == (0, 5)


def test_somebody_who_stands_in_for_most_of_a_day_in_two_parts_served_it() -> None:
    rota = desk(able("ana"), able("ben"), able("chen"), shifts=pair(PICKED, "ana", "ben"))
    parts = [("09:00", "12:00"), ("14:00", "18:00")]
    overrides = tuple(Override("ben", "chen", moment(WED, start), moment(WED, end)) for start, end in parts)
    assert tallies(replace(rota, overrides=overrides))["chen"] == (1, 5)


def test_nobody_served_where_whoever_stands_in_is_away() -> None:
    rota = desk(able("ana"), able("ben"), able("chen"), shifts=pair(PICKED, "ana", "ben"), away=away("chen", MON))
    rota = replace(rota, overrides=(Override("ben", "chen", moment(MON), moment(MON + DAY)),))
    assert tallies(rota) == {"ana": (5, 5), "ben": (4, 5), "chen": (0, 4)}


def test_whoever_stands_in_for_a_fallback_served_the_fallback_s_days() -> None:
    rota = desk(able("ana"), able("ben"), shifts=(shift(PICKED, "ana", Role.FALLBACK, FRI),))
    rota = replace(rota, overrides=(Override("ana", "ben", moment(WED), moment(TUE + DAY)),))
    assert tallies(rota) == {"ana": (0, 5), "ben": (1, 5)}


def test_a_day_is_served_once_whatever_the_shifts() -> None:
    shifts = (*pair(PICKED, "ana"), shift(PICKED, "ana", Role.FALLBACK, FRI))
    assert tallies(desk(able("ana"), shifts=shifts)) == {"ana": (5, 5)}


def test_observing_is_neither_serving_nor_a_chance() -> None:
    rota = desk(newcomer("dilan"), shifts=(shift(PICKED, "dilan", Role.OBSERVER),))
    assert tallies(rota) == {"dilan": (0, 0)}


def test_days_of_former_colleagues_are_served() -> None:
    rota = desk(able("ana"), shifts=pair(PICKED, "ana", FORMER))
    assert tallies(rota) == {"ana": (5, 5), FORMER: (5, 0)}


# -- what an iteration makes of people


def test_a_newcomer_is_experienced_after_the_first_support_shift() -> None:
    rota = desk(newcomer("dilan", waived=True), shifts=pair(PICKED, "dilan"))
    assert settled(rota, NEXT, HOURS).people["dilan"].experienced


def test_a_newcomer_who_was_away_all_week_is_as_new_as_before() -> None:
    rota = desk(newcomer("dilan", waived=True), shifts=pair(PICKED, "dilan"))
    rota = replace(rota, absences=(Absence("dilan", moment(WED), moment(TUE + DAY)),))
    assert not settled(rota, NEXT, HOURS).people["dilan"].experienced


def test_a_newcomer_for_whom_somebody_stood_in_all_week_is_as_new_as_before() -> None:
    rota = desk(newcomer("dilan", waived=True), able("ana"), shifts=pair(PICKED, "dilan"))
    rota = replace(rota, overrides=(Override("dilan", "ana", moment(WED), moment(TUE + DAY)),))
    assert not settled(rota, NEXT, HOURS).people["dilan"].experienced


def test_a_newcomer_who_was_away_on_all_days_of_a_late_shift_is_as_new_as_before() -> None:
    late = shift(PICKED, "dilan", Role.SUPPORT, MON, TUE)
    rota = desk(newcomer("dilan", waived=True), shifts=(late,), away=away("dilan", MON, TUE))
    assert not settled(rota, NEXT, HOURS).people["dilan"].experienced


def test_a_newcomer_who_was_there_for_three_days_has_observed() -> None:
    rota = desk(newcomer("dilan"), shifts=(shift(PICKED, "dilan", Role.OBSERVER),), away=away("dilan", MON, TUE))
    assert settled(rota, NEXT, HOURS).people["dilan"].observed == PICKED


def test_two_days_are_no_week_of_observing() -> None:
    rota = desk(newcomer("dilan"), shifts=(shift(PICKED, "dilan", Role.OBSERVER),), away=away("dilan", FRI, MON, TUE))
    assert settled(rota, NEXT, HOURS).people["dilan"].observed is None


def test_whoever_asked_for_another_week_observes_once_more() -> None:
    dilan = newcomer("dilan", again=True)
    shifts = [shift(one, "dilan", Role.OBSERVER) for one in (PICKED, NEXT)]
    after = settled(desk(dilan, shifts=shifts), NEXT, HOURS)
    assert (after.people["dilan"].observed, after.people["dilan"].again) == (None, False)
    assert settled(after, NEXT + WEEK, HOURS).people["dilan"].observed == NEXT


def test_whoever_observes_and_supports_in_one_iteration_is_experienced() -> None:
    dilan = newcomer("dilan", again=True)
    shifts = [*pair(PICKED, "dilan"), shift(PICKED, "dilan", Role.OBSERVER)]
    assert settled(desk(dilan, shifts=shifts), NEXT, HOURS).people["dilan"].experienced


def test_a_fallback_and_people_unknown_stay_what_they_are() -> None:
    rota = desk(newcomer("dilan"), shifts=(shift(PICKED, "dilan", Role.FALLBACK), *pair(PICKED, "who")))
    assert settled(rota, NEXT, HOURS).people == rota.people


# -- settling


def test_a_settled_iteration_stays_whatever_changes_later() -> None:
    rota = desk(able("ana"), helper("ben"), shifts=pair(PICKED, "ana", "ben"), away=away("ben", MON))
    before = settled(rota, NEXT, HOURS)
    erased = replace(before, absences=(), shifts=tuple(replace(one, person=FORMER) for one in before.shifts))
    changed = replace(erased, people={**erased.people, "ana": able("ana", working_days=frozenset({0}))})
    assert tallies(changed) == {"ana": (5, 5), "ben": (4, 4)}
    assert settled(changed, NEXT, HOURS) == changed


def test_settling_twice_is_settling_once() -> None:
    rota = settled(desk(able("ana"), shifts=pair(PICKED, "ana")), NEXT, HOURS)
    assert settled(rota, NEXT, HOURS) == rota


def test_what_runs_is_not_settled() -> None:
    rota = desk(able("ana"), shifts=pair(PICKED, "ana"))
    assert settled(rota, PICKED, HOURS) == rota


def test_what_counts_no_longer_is_dropped() -> None:
    rota = desk(
        able("ana"), shifts=pair(PICKED, "ana"), ledger=served(ago(52), ana=(5, 5)) + served(ago(51), ana=(4, 5))
    )
    assert [one.iteration for one in settled(rota, NEXT, HOURS).ledger] == [ago(51), PICKED]


def test_a_year_of_holidays_serves_nobody() -> None:
    hours = SupportHours(holidays=frozenset({date(2026, 12, day) for day in range(1, 31)}))
    assert tallies(desk(able("ana"), shifts=pair(PICKED, "ana")), hours) == {"ana": (0, 0)}


def test_half_of_a_week_s_thursday_is_a_day_away() -> None:
    rota = desk(able("ana"), shifts=pair(PICKED, "ana"))
    rota = replace(rota, absences=(Absence("ana", moment(THU, "09:00"), moment(THU, "13:30")),))
    assert tallies(rota) == {"ana": (4, 4)}
