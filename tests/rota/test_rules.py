"""The rules of the pick, a sentence each, with the smallest example."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import permutations

import pytest

from bot.hours import SupportHours
from bot.people import FORMER
from bot.policy import Goal
from bot.rota.picking import Picker, Rule, Score, Stint, rounded, situation
from bot.rota.shift import Absence, Role, Rota, Tally
from tests.rota.desks import (
    DAY,
    DAYS,
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
    pairs,
    pick,
    served,
    shift,
    team,
)

EVA_IN_DEBT = served(ago(1), eva=(5, 5), chen=(0, 5))

# -- hard rules


def test_two_people_are_picked() -> None:
    assert pairs(pick(desk(able("ana"), helper("ben")))) == [("ana", "ben")]


def test_one_of_the_pair_has_production_access() -> None:
    ranking = pick(desk(able("ana"), helper("ben"), helper("chen")))
    assert sorted(pairs(ranking)) == [("ana", "ben"), ("ana", "chen")]
    assert ranking.pairs == {Rule.ANCHOR: 1}


def test_access_is_no_anchor_with_a_day_off() -> None:
    ranking = pick(desk(able("ana", working_days=frozenset({0, 1, 2, 3})), helper("ben")))
    assert (pairs(ranking), ranking.pairs) == ([], {Rule.ANCHOR: 1})


def test_access_is_no_anchor_with_a_day_away() -> None:
    assert pairs(pick(desk(able("ana"), helper("ben"), away=away("ana", MON)))) == []


def test_two_who_are_each_there_half_of_the_week_are_no_anchor() -> None:
    people = able("ana", working_days=frozenset({0, 1, 2})), able("ben", working_days=frozenset({2, 3, 4}))
    assert pairs(pick(desk(*people))) == []


def test_a_public_holiday_is_no_working_day_that_an_anchor_misses() -> None:
    hours = SupportHours(holidays=frozenset({MON}))
    assert pairs(pick(desk(able("ana"), helper("ben"), away=away("ana", MON)), hours=hours)) == [("ana", "ben")]


def test_a_holiday_of_ones_own_place_is_a_day_that_an_anchor_misses() -> None:
    hours = SupportHours(elsewhere=(("PL", frozenset({MON})),))
    assert pairs(pick(desk(able("ana", holidays="PL"), helper("ben")), hours=hours)) == []


@pytest.mark.parametrize(("days", "may"), [((), True), ((MON,), True), ((MON, TUE), True), ((FRI, MON, TUE), False)])
def test_each_is_present_on_at_least_half_of_the_working_days(days: tuple[date, ...], *, may: bool) -> None:
    ranking = pick(desk(able("ana"), helper("ben"), away=away("ben", *days)))
    assert bool(ranking.teams) is may
    assert ranking.people.get("ben", ()) == (() if may else (Rule.PRESENT,))


def test_days_off_count_as_not_present() -> None:
    assert pick(desk(able("ana"), helper("ben", working_days=frozenset({2, 3})))).people == {"ben": (Rule.PRESENT,)}


def test_half_of_four_working_days_is_two() -> None:
    hours = SupportHours(holidays=frozenset({WED}))
    assert pairs(pick(desk(able("ana"), helper("ben"), away=away("ben", MON, TUE)), hours=hours)) == [("ana", "ben")]


def test_nobody_new_serves_who_has_not_observed() -> None:
    assert pick(desk(able("ana"), newcomer("dilan"))).people == {"dilan": (Rule.OBSERVED,)}


def test_a_newcomer_who_observed_may_serve() -> None:
    assert pairs(pick(desk(able("ana"), newcomer("dilan", observed=ago(1))))) == [("ana", "dilan")]


def test_a_newcomer_who_need_not_observe_may_serve() -> None:
    assert pairs(pick(desk(able("ana"), newcomer("dilan", waived=True)))) == [("ana", "dilan")]


def test_a_newcomer_who_is_to_observe_before_the_iteration_may_serve_in_it() -> None:
    rota = desk(able("ana"), newcomer("dilan"), shifts=[shift(ago(1), "dilan", Role.OBSERVER)])
    assert pairs(pick(rota)) == [("ana", "dilan")]


def test_a_newcomer_who_will_be_away_while_observing_may_not_serve_after_it() -> None:
    days = away("dilan", *(day - WEEK for day in (FRI, MON, TUE)))
    rota = desk(able("ana"), newcomer("dilan"), shifts=[shift(ago(1), "dilan", Role.OBSERVER)], away=days)
    assert pairs(pick(rota)) == []


def test_a_newcomer_s_first_support_shift_is_beside_an_experienced_anchor() -> None:
    dilan = newcomer("dilan", observed=ago(1), production_access=True)
    ranking = pick(desk(able("ana"), helper("ben"), dilan))
    assert sorted(pairs(ranking)) == [("ana", "ben"), ("ana", "dilan")]
    assert ranking.pairs == {Rule.FIRST: 1}


def test_two_newcomers_are_no_pair() -> None:
    people = [newcomer(one, observed=ago(1), production_access=True) for one in ("dilan", "eva")]
    assert pick(desk(*people)).pairs == {Rule.FIRST: 1}


def test_after_the_first_support_shift_anybody_may_be_beside_a_newcomer() -> None:
    dilan = newcomer("dilan", observed=ago(2), production_access=True)
    assert ("ben", "dilan") in pairs(pick(desk(helper("ben"), dilan, able("ana"), shifts=pair(ago(1), "ana", "dilan"))))


def test_whoever_left_is_not_looked_at() -> None:
    ranking = pick(desk(able("ana"), helper("ben"), able("chen", left=PICKED)))
    assert (pairs(ranking), ranking.looked_at, ranking.people) == ([("ana", "ben")], 1, {})


def test_whoever_joins_after_the_iteration_is_not_picked() -> None:
    assert pick(desk(able("ana"), helper("ben", joined=PICKED + WEEK))).people == {"ben": (Rule.BELONGS, Rule.PRESENT)}


@pytest.mark.parametrize(("joined", "may"), [(FRI, True), (MON, False)])
def test_whoever_joins_within_the_iteration_needs_half_of_its_days(joined: date, *, may: bool) -> None:
    assert bool(pick(desk(able("ana"), helper("ben", joined=joined))).teams) is may


@pytest.mark.parametrize(("left", "may"), [(MON, True), (FRI, False)])
def test_whoever_leaves_within_the_iteration_needs_half_of_its_days(left: date, *, may: bool) -> None:
    assert bool(pick(desk(able("ana"), helper("ben", left=left))).teams) is may


def test_whoever_declined_is_not_asked_again_not_even_as_fallback() -> None:
    ranking = pick(desk(able("ana"), helper("ben"), helper("chen"), away=away("ben", MON)), declined=("chen",))
    assert [(one.pair, one.fallbacks, one.gaps) for one in ranking.teams] == [(("ana", "ben"), (), (MON,))]
    assert ranking.people == {"chen": (Rule.DECLINED,)}


def test_a_week_without_a_working_day_has_a_pair_and_nothing_to_do() -> None:
    hours = SupportHours(holidays=frozenset(DAYS))
    (only,) = pick(desk(able("ana"), helper("ben")), hours=hours).teams
    assert (only.pair, only.gaps, only.fallbacks, only.score.debts) == (("ana", "ben"), (), (), 0)


# -- gaps and their fallback


def test_a_friday_off_gets_a_fallback_for_exactly_that_day() -> None:
    rota = desk(able("ana"), helper("ben", working_days=frozenset({0, 1, 2, 3})), helper("chen"))
    one = team(pick(rota), "ana", "ben")
    assert (one.fallbacks, one.gaps, one.score.coverage) == ((Stint("chen", frozenset({FRI})),), (), 0)


def test_a_gap_that_nobody_can_fill_is_shown() -> None:
    rota = desk(able("ana"), helper("ben"), helper("chen"), away=[*away("ben", MON), *away("chen", MON)])
    one = team(pick(rota), "ana", "ben")
    assert (one.fallbacks, one.gaps, one.score.coverage, one.score.fallback_days) == ((), (MON,), 1, 1)


def test_a_newcomer_is_no_fallback_before_the_first_support_shift() -> None:
    for dilan in (newcomer("dilan"), newcomer("dilan", waived=True), newcomer("dilan", observed=ago(1))):
        assert team(pick(desk(able("ana"), helper("ben"), dilan, away=away("ben", MON))), "ana", "ben").gaps == (MON,)


def test_with_no_anchor_there_the_fallback_has_production_access() -> None:
    rota = desk(able("ana"), helper("ben"), helper("chen"), able("eva"), away=away("ana", MON), ledger=EVA_IN_DEBT)
    one = Picker(situation(rota, PICKED, HOURS)).judge(("ben", "ana"))
    assert (one.broken, one.fallbacks, one.gaps) == ((Rule.ANCHOR,), (Stint("eva", frozenset({MON})),), ())


def test_two_present_without_access_get_a_fallback_with_it() -> None:
    rota = desk(helper("ana"), helper("ben"), helper("chen"), able("eva"), away=away("eva", WED))
    one = Picker(situation(rota, PICKED, HOURS)).judge(("ana", "ben"))
    assert (one.fallbacks, one.gaps, one.score.coverage) == (
        (Stint("eva", frozenset({THU, FRI, MON, TUE})),),
        (WED,),
        0,
    )


def test_a_day_with_nobody_of_the_pair_gets_two_of_whom_one_has_access() -> None:
    people = able("ana"), helper("ben"), helper("chen"), helper("dana"), able("eva")
    rota = desk(*people, away=[*away("ana", MON), *away("ben", MON)], ledger=EVA_IN_DEBT)
    one = Picker(situation(rota, PICKED, HOURS)).judge(("ana", "ben"))
    assert (one.fallbacks, one.gaps) == ((Stint("chen", frozenset({MON})), Stint("eva", frozenset({MON}))), ())


def test_the_fallback_covers_the_most_days() -> None:
    rota = desk(able("ana"), helper("ben"), helper("chen"), helper("dana"), away=away("ben", MON, TUE))
    rota = replace(rota, absences=(*rota.absences, *away("chen", MON)))
    assert team(pick(rota), "ana", "ben").fallbacks == (Stint("dana", frozenset({MON, TUE})),)


def test_the_fallback_is_as_few_people_as_can_be() -> None:
    people = able("ana"), helper("ben"), helper("chen"), helper("dana"), helper("eva")
    rows = served(ago(1), eva=(5, 5), chen=(0, 5), dana=(0, 5))
    rota = desk(*people, away=[*away("ben", MON, TUE), *away("chen", MON), *away("dana", TUE)], ledger=rows)
    assert team(pick(rota), "ana", "ben").fallbacks == (Stint("eva", frozenset({MON, TUE})),)


def test_two_fill_in_where_nobody_can_alone() -> None:
    people = able("ana"), helper("ben"), helper("chen"), helper("dana")
    rota = desk(*people, away=[*away("ben", MON, TUE), *away("chen", MON), *away("dana", TUE)])
    one = team(pick(rota), "ana", "ben")
    assert one.fallbacks == (Stint("chen", frozenset({TUE})), Stint("dana", frozenset({MON})))
    assert (one.score.fallback_days, one.score.fallback_people) == (2, 2)


def test_the_fallback_is_whoever_has_the_least_debt() -> None:
    rows = served(ago(1), chen=(5, 5), dana=(0, 5))
    rota = desk(able("ana"), helper("ben"), helper("chen"), helper("dana"), away=away("ben", MON), ledger=rows)
    assert team(pick(rota), "ana", "ben").fallbacks == (Stint("dana", frozenset({MON})),)


def test_the_fallback_s_last_tie_is_the_id() -> None:
    rota = desk(able("ana"), helper("ben"), helper("dana"), helper("chen"), away=away("ben", MON))
    assert team(pick(rota), "ana", "ben").fallbacks == (Stint("chen", frozenset({MON})),)


def test_not_more_than_four_fill_in() -> None:
    others = [able(str(n), working_days=frozenset({day.weekday()})) for n, day in enumerate(DAYS)]
    one = Picker(situation(desk(helper("ana"), helper("ben"), *others), PICKED, HOURS)).judge(("ana", "ben"))
    assert ([each.person for each in one.fallbacks], one.gaps) == (["0", "1", "2", "3"], (TUE,))


# -- who observes


def test_a_newcomer_observes_in_the_first_iteration_that_is_possible() -> None:
    assert pick(desk(able("ana"), newcomer("dilan"))).observers == ("dilan",)


@pytest.mark.parametrize(("days", "observes"), [((MON, TUE), True), ((FRI, MON, TUE), False)])
def test_an_observer_is_there_on_at_least_three_days(days: tuple[date, ...], *, observes: bool) -> None:
    assert bool(pick(desk(newcomer("dilan"), away=away("dilan", *days))).observers) is observes


def test_two_observe_at_most_by_joining_date() -> None:
    days = {"ann": MON - WEEK, "bob": MON - 3 * WEEK, "cem": MON - 2 * WEEK}
    assert pick(desk(*(newcomer(one, joined=day) for one, day in days.items()))).observers == ("bob", "cem")


def test_observers_who_joined_on_one_day_come_by_id() -> None:
    assert pick(desk(*(newcomer(one, joined=WED) for one in ("cem", "bob", "ann")))).observers == ("ann", "bob")


def test_whoever_asked_for_another_week_observes_again() -> None:
    rota = desk(newcomer("dilan", again=True), shifts=[shift(ago(1), "dilan", Role.OBSERVER)])
    assert pick(rota).observers == ("dilan",)


@pytest.mark.parametrize("changes", [{"waived": True}, {"observed": ago(1)}, {"experienced": True}, {"joined": TUE}])
def test_nobody_observes_who_need_not_or_is_not_there(changes: dict[str, object]) -> None:
    assert pick(desk(newcomer("dilan", **changes))).observers == ()


def test_whoever_is_to_observe_before_the_iteration_does_not_observe_again() -> None:
    assert pick(desk(newcomer("dilan"), shifts=[shift(ago(1), "dilan", Role.OBSERVER)])).observers == ()


# -- goals, in their order


@pytest.mark.parametrize(("weeks", "turn"), [(1, 0), (2, 0), (3, 1), (4, 1)])
def test_a_newcomer_s_turn_comes_in_the_third_iteration_after_observing(weeks: int, turn: int) -> None:
    ranking = pick(desk(able("ana"), helper("ben"), newcomer("dilan", observed=ago(weeks))))
    assert team(ranking, "ana", "ben").score.turn == turn
    assert team(ranking, "ana", "dilan").score.turn == 0


@pytest.mark.parametrize("observed", [True, False])
def test_a_turn_is_of_newcomers_who_observed_and_can_be_there(*, observed: bool) -> None:
    dilan = newcomer("dilan", observed=ago(3) if observed else None, experienced=observed)
    ranking = pick(desk(able("ana"), helper("ben"), dilan, newcomer("eva", observed=ago(9), joined=PICKED + WEEK)))
    assert team(ranking, "ana", "ben").score.turn == 0


def test_coverage_counts_days_with_fewer_than_two_after_the_best_fallback() -> None:
    rota = desk(able("ana"), helper("ben"), helper("chen"), away=[*away("ben", MON, TUE), *away("chen", MON)])
    assert team(pick(rota), "ana", "ben").score.coverage == 1


@pytest.mark.parametrize(("weeks", "rest"), [(1, 1), (2, 1), (3, 0)])
def test_rest_counts_who_had_a_support_shift_in_the_two_iterations_before(weeks: int, rest: int) -> None:
    ranking = pick(desk(able("ana"), helper("ben"), shifts=[*pair(ago(weeks), "ben"), *pair(PICKED, "ana")]))
    assert ranking.teams[0].score.rest == rest


def test_a_fallback_or_an_observer_has_rested() -> None:
    shifts = [shift(ago(1), "ana", Role.FALLBACK), shift(ago(1), "ben", Role.OBSERVER)]
    assert pick(desk(able("ana"), helper("ben"), shifts=shifts)).teams[0].score.rest == 0


def test_fairness_is_the_sum_of_squared_debts_in_halves_and_unrounded() -> None:
    one = team(pick(desk(able("ana"), helper("ben"), helper("chen"))), "ana", "ben")
    assert (one.score.debts, one.score.exact) == (1 + 1 + 1, Fraction(1 + 1 + 4, 9))


def test_fallback_counts_days_then_people() -> None:
    people = able("ana"), helper("ben"), helper("chen"), helper("dana")
    rota = desk(*people, away=[*away("ben", MON, TUE), *away("chen", MON), *away("dana", TUE)])
    score = team(pick(rota), "ana", "ben").score
    assert (score.fallback_days, score.fallback_people) == (2, 2)


@pytest.mark.parametrize(("weeks", "mixing"), [(1, 1), (26, 1), (27, 0)])
def test_mixing_counts_how_often_a_pair_was_together_in_26_iterations(weeks: int, mixing: int) -> None:
    assert pick(desk(able("ana"), helper("ben"), shifts=pair(ago(weeks), "ana", "ben"))).teams[0].score.mixing == mixing


def test_a_pair_that_was_taken_late_and_the_one_before_it_are_two_pairs() -> None:
    early = [shift(ago(1), one, Role.SUPPORT, WED, THU) for one in ("ana", "ben")]
    late = [shift(ago(1), one, Role.SUPPORT, FRI, MON, TUE) for one in ("chen", "dana")]
    ranking = pick(desk(able("ana"), able("ben"), able("chen"), able("dana"), shifts=[*early, *late]))
    assert {one.pair for one in ranking.teams if one.score.mixing} == {("ana", "ben"), ("chen", "dana")}
    assert {one.score.rest for one in ranking.teams} == {2}, "all four served"


def test_whoever_stays_in_a_late_team_was_together_with_both() -> None:
    stays = [shift(ago(1), "ana", Role.SUPPORT, WED, THU), shift(ago(1), "ana", Role.SUPPORT, FRI, MON, TUE)]
    others = [shift(ago(1), "ben", Role.SUPPORT, WED, THU), shift(ago(1), "chen", Role.SUPPORT, FRI, MON, TUE)]
    ranking = pick(desk(able("ana"), able("ben"), able("chen"), shifts=[*stays, *others]))
    assert {one.pair: one.score.mixing for one in ranking.teams} == {
        ("ana", "ben"): 1,
        ("ana", "chen"): 1,
        ("ben", "chen"): 0,
    }


def test_two_of_three_were_together() -> None:
    ranking = pick(desk(able("ana"), helper("ben"), able("chen"), shifts=pair(ago(1), "ana", "ben", "chen")))
    assert [one.score.mixing for one in ranking.teams] == [1, 1, 1]


def test_change_counts_people_who_differ_from_the_team_last_taken() -> None:
    ranking = pick(desk(able("ana"), able("ben"), able("chen"), able("dana")), taken=("ana", "ben"))
    assert {one.pair: one.score.change for one in ranking.teams} == {
        ("ana", "ben"): 0,
        ("ana", "chen"): 1,
        ("ana", "dana"): 1,
        ("ben", "chen"): 1,
        ("ben", "dana"): 1,
        ("chen", "dana"): 2,
    }


def test_the_team_last_taken_is_the_one_that_stands() -> None:
    ranking = pick(desk(able("ana"), able("ben"), able("chen"), shifts=pair(PICKED, "ben", "chen")))
    assert pairs(ranking)[0] == ("ben", "chen")


def test_nothing_changes_where_no_team_was_taken() -> None:
    assert {one.score.change for one in pick(desk(able("ana"), able("ben"), able("chen"))).teams} == {0}


@pytest.mark.parametrize("goals", list(permutations(Goal)))
def test_each_goal_outranks_all_below_it(goals: tuple[Goal, ...]) -> None:
    middle = {
        Goal.REST: ["rest"],
        Goal.FAIRNESS: ["debts"],
        Goal.FALLBACK: ["fallback_days", "fallback_people"],
    }
    names = ["turn", "coverage", *(name for goal in goals for name in middle[goal]), "mixing", "change", "exact"]
    for number, name in enumerate(names):
        better = Score(**{each: Fraction(9 * (names.index(each) > number)) for each in names})  # type: ignore[arg-type]
        worse = Score(**{each: Fraction(each == name) for each in names})  # type: ignore[arg-type]
        assert better.key(goals) < worse.key(goals)


def test_the_order_of_goals_is_policy() -> None:
    rows = served(ago(1), ana=(0, 5), ben=(5, 5), chen=(0, 5))
    rota = desk(able("ana"), helper("ben"), helper("chen", working_days=frozenset({0, 1, 2, 3})), ledger=rows)
    assert pairs(pick(rota))[0] == ("ana", "chen")
    assert pairs(pick(rota, goals=(Goal.FALLBACK, Goal.REST, Goal.FAIRNESS)))[0] == ("ana", "ben")


def test_ties_fall_to_unrounded_fairness() -> None:
    rows = served(ago(1), ana=(5, 5), ben=(1, 5), chen=(0, 5))
    ranking = pick(desk(able("ana"), helper("ben"), helper("chen"), ledger=rows))
    first, second = ranking.teams
    assert (first.pair, first.score.debts) == (("ana", "chen"), second.score.debts)
    assert first.score.exact < second.score.exact


def test_last_ties_fall_to_the_sorted_ids() -> None:
    assert pairs(pick(desk(helper("chen"), able("ana"), helper("ben")))) == [("ana", "ben"), ("ana", "chen")]


# -- debt


@pytest.mark.parametrize(
    ("over", "under", "halves"),
    [
        (0, 1, 0),
        (1, 5, 0),
        (1, 4, 1),
        (-1, 4, -1),
        (-1, 5, 0),
        (1, 2, 1),
        (3, 4, 2),
        (-3, 4, -2),
        (7, 10, 1),
        (5, 1, 10),
    ],
)
def test_debts_are_rounded_to_the_nearest_half_quarters_away_from_zero(over: int, under: int, halves: int) -> None:
    assert rounded(over, under) == halves


def debt(rota: Rota, id_: str) -> int:
    """Return somebody's debt before the iteration, in halves."""
    return situation(rota, PICKED, HOURS).member(id_).debt


def test_debt_is_days_served_less_the_share_of_all_that_were_in_weeks() -> None:
    rota = desk(able("ana"), able("ben"), able("chen"), ledger=served(ago(1), ana=(10, 10), ben=(0, 5), chen=(0, 5)))
    assert (debt(rota, "ana"), debt(rota, "ben")) == (2, -1)


def test_debt_is_nothing_where_nobody_could() -> None:
    assert debt(desk(able("ana"), ledger=served(ago(1), ana=(5, 0))), "ana") == 0


def test_only_iterations_since_joining_count_for_somebody() -> None:
    rows = [row for weeks in range(1, 6) for row in served(ago(weeks), ana=(5, 5), dilan=(weeks, 5))]
    dilan = situation(desk(able("ana"), able("dilan", joined=TUE - 3 * WEEK), ledger=rows), PICKED, HOURS).member(
        "dilan"
    )
    assert (dilan.served, dilan.chances, dilan.all_served, dilan.all_chances) == (1 + 2 + 3, 15, 6 + 15, 30)


def test_at_most_52_iterations_count_with_the_one_that_is_picked() -> None:
    rota = desk(able("ana"), ledger=[*served(ago(51), ana=(1, 5)), *served(ago(52), ana=(5, 5))])
    assert situation(rota, PICKED, HOURS).member("ana").served == 1


def test_days_of_former_colleagues_count_for_everybody() -> None:
    rota = desk(able("ana"), able("ben"), ledger=[*served(ago(1), ana=(5, 5), ben=(5, 5)), Tally(ago(1), FORMER, 5, 5)])
    assert situation(rota, PICKED, HOURS).member("ana").all_served == 15


def test_whoever_left_counts_for_others_and_has_no_debt() -> None:
    rota = desk(able("ana"), able("ben", left=PICKED), able("chen"), shifts=pair(ago(1), "ana", "ben"))
    plan = situation(rota, PICKED, HOURS)
    assert [one.id for one in plan.members] == ["ana", "chen"]
    assert (plan.member("chen").all_served, plan.member("chen").all_chances) == (10, 15)


def test_time_to_observe_is_no_chance_to_serve() -> None:
    rota = desk(able("ana"), newcomer("dilan", joined=ago(2)), shifts=[*pair(ago(1), "ana"), *pair(ago(2), "ana")])
    assert situation(rota, PICKED, HOURS).member("dilan").chances == 0


def test_the_running_iteration_counts_as_planned() -> None:
    plan = situation(
        desk(able("ana"), able("ben"), shifts=pair(ago(1), "ana"), away=away("ana", MON - WEEK)), PICKED, HOURS
    )
    assert [(one.served, one.chances) for one in plan.members] == [(4, 4), (0, 5)]


# -- odd calendars


def test_the_iteration_of_week_53_is_picked_like_any() -> None:
    hours = SupportHours(holidays=frozenset({date(2027, 1, 1)}))
    picked = date(2026, 12, 30)
    rota = desk(able("ana"), helper("ben"), helper("chen"), away=away("ben", date(2027, 1, 4), date(2027, 1, 5)))
    one = team(pick(rota, picked, hours), "ana", "ben")
    assert one.fallbacks == (Stint("chen", frozenset({date(2027, 1, 4), date(2027, 1, 5)})),)


def test_nobody_observes_in_a_week_of_two_working_days() -> None:
    hours = SupportHours(holidays=frozenset({FRI, MON, TUE}))
    assert pick(desk(newcomer("dilan")), hours=hours).observers == ()


def test_a_desk_from_sunday_to_thursday_needs_its_anchor_on_sunday() -> None:
    sunday = FRI + 2 * DAY
    hours = SupportHours(weekdays=frozenset({6, 0, 1, 2, 3}))
    people = able("ana"), able("ben", working_days=frozenset({0, 1, 2, 3})), helper("chen")
    assert pairs(pick(desk(*people, away=away("ana", sunday)), hours=hours)) == [("ana", "ben"), ("ben", "chen")]


def test_a_saturday_gets_its_fallback() -> None:
    saturday = FRI + DAY
    hours = SupportHours(weekdays=frozenset(range(6)))
    rota = desk(able("ana"), helper("ben"), helper("chen"), away=away("ben", saturday))
    assert team(pick(rota, hours=hours), "ana", "ben").fallbacks == (Stint("chen", frozenset({saturday})),)


def test_a_desk_of_three_days_has_observers_who_are_there_on_all() -> None:
    hours = SupportHours(weekdays=frozenset({2, 3, 4}))
    assert pick(desk(newcomer("dilan"), newcomer("eva"), away=away("eva", FRI)), hours=hours).observers == ("dilan",)


# -- odd people


def test_two_people_of_one_name_are_two() -> None:
    assert pairs(pick(desk(able("ana", name="Kim"), helper("ben", name="Kim")))) == [("ana", "ben")]


def test_nobody_without_working_days_is_picked() -> None:
    assert pick(desk(able("ana"), helper("ben", working_days=frozenset()))).people == {"ben": (Rule.PRESENT,)}


def test_unknown_and_former_people_in_shifts_are_no_candidates() -> None:
    shifts = [*pair(ago(1), FORMER, "gone"), *pair(PICKED, "gone"), shift(ago(2), "gone", Role.OBSERVER)]
    assert pairs(pick(desk(able("ana"), helper("ben"), shifts=shifts))) == [("ana", "ben")]


def test_a_decade_of_leave_is_one() -> None:
    leave = Absence("ben", moment(date(2020, 1, 1)), moment(date(2030, 1, 1)))
    assert pick(desk(able("ana"), helper("ben"), away=[leave])).people == {"ben": (Rule.PRESENT,)}


def test_an_absence_before_1970_is_over() -> None:
    assert pairs(pick(desk(able("ana"), helper("ben"), away=away("ben", date(1969, 12, 31))))) == [("ana", "ben")]


def test_who_declines_or_was_taken_may_be_unknown() -> None:
    assert pairs(pick(desk(able("ana"), helper("ben")), taken=("who",), declined=("nobody",))) == [("ana", "ben")]
