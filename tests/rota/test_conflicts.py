"""What the pick says where no pair keeps the rules: which of them conflict, and what alone would resolve it."""

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.hours import SupportHours
from bot.rota.picking import Conflict, Cure, Remedy, Rule, rank, situation
from tests.rota.brute import Brute
from tests.rota.desks import DAYS, FRI, MON, PICKED, THU, WED, WEEK, able, ago, away, desk, helper, newcomer, pick
from tests.rota.worlds import world


@settings(max_examples=400, deadline=None)
@given(seed=st.integers(0, 10**9), size=st.integers(2, 6), weeks=st.integers(0, 3))
def test_a_conflict_is_the_smallest_and_its_remedies_are_all_there_are(seed: int, size: int, weeks: int) -> None:
    one = world(seed, size, weeks)
    conflict = rank(situation(one.rota, one.iteration, one.hours, one.goals, one.taken, one.declined)).conflict
    brute = Brute(one.rota, one.iteration, one.hours, one.taken, one.declined)
    assert (conflict is None) is bool(brute.choices(one.goals))
    assume(conflict is not None)
    assert conflict
    assert brute.keeps_nobody(conflict.rules)
    assert len(conflict.rules) == brute.smallest()
    assert (conflict.nearest.pair if conflict.nearest else None) == (
        brute.nearest(one.goals) if brute.pairs() else None
    )
    resolved = {}
    for cure in Cure:
        for id_ in [id_ for id_, person in brute.people.items() if brute.stays(person)]:
            cured = Brute(one.rota, one.iteration, one.hours, one.taken, one.declined)
            cured.cured(cure, id_)
            choices = cured.choices(one.goals)
            if choices:
                resolved[cure, id_] = choices[0].pair
    assert {(remedy.cure, remedy.person): remedy.pair for remedy in conflict.remedies} == resolved


def conflict_of(*people: object, **changes: object) -> Conflict:
    """Return the conflict of a desk."""
    conflict = pick(desk(*people, **changes)).conflict  # type: ignore[arg-type]
    assert conflict
    return conflict


def test_where_a_team_is_no_rule_conflicts() -> None:
    assert pick(desk(able("ana"), helper("ben"))).conflict is None


def test_with_nobody_with_access_it_is_the_anchor_and_access_for_anybody_resolves_it() -> None:
    conflict = conflict_of(helper("ana"), helper("ben"))
    assert conflict.rules == (Rule.ANCHOR,)
    assert conflict.remedies == (
        Remedy(Cure.ACCESS, "ana", ("ana", "ben")),
        Remedy(Cure.ACCESS, "ben", ("ana", "ben")),
    )


def test_with_the_only_one_with_access_away_on_monday_it_is_the_anchor_and_their_return_resolves_it() -> None:
    conflict = conflict_of(able("ana"), helper("ben"), away=away("ana", MON))
    assert conflict.rules == (Rule.ANCHOR,)
    assert conflict.remedies == (
        Remedy(Cure.BACK, "ana", ("ana", "ben")),
        Remedy(Cure.ACCESS, "ben", ("ana", "ben")),
    )
    assert conflict.nearest
    assert (conflict.nearest.pair, conflict.nearest.broken, conflict.nearest.gaps) == (
        ("ana", "ben"),
        (Rule.ANCHOR,),
        (MON,),
    )


def test_a_day_off_that_an_anchor_would_need_is_said_as_their_return() -> None:
    conflict = conflict_of(able("ana", working_days=frozenset({0, 1, 2, 3})), helper("ben"))
    assert Remedy(Cure.BACK, "ana", ("ana", "ben")) in conflict.remedies


@pytest.mark.parametrize("change", [{"joined": THU}, {"left": FRI}])
def test_nobody_can_be_back_on_days_on_which_they_are_not_of_the_team(change: dict[str, object]) -> None:
    conflict = conflict_of(able("ana", **change), helper("ben"))
    assert [(one.cure, one.person) for one in conflict.remedies if one.person == "ana"] == []


def test_with_only_newcomers_it_is_observing_and_no_single_thing_resolves_it() -> None:
    conflict = conflict_of(newcomer("dilan", production_access=True), newcomer("eva", production_access=True))
    assert (conflict.rules, conflict.remedies) == ((Rule.OBSERVED,), ())


def test_with_one_newcomer_beside_an_anchor_a_waiver_resolves_it() -> None:
    conflict = conflict_of(able("ana"), newcomer("dilan"))
    assert (conflict.rules, conflict.remedies) == ((Rule.OBSERVED,), (Remedy(Cure.WAIVE, "dilan", ("ana", "dilan")),))


def test_with_an_anchor_who_is_new_it_is_the_first_shift_and_access_for_the_other_resolves_it() -> None:
    conflict = conflict_of(helper("ana"), newcomer("dilan", production_access=True, observed=ago(1)))
    assert (conflict.rules, conflict.remedies) == ((Rule.FIRST,), (Remedy(Cure.ACCESS, "ana", ("ana", "dilan")),))


def test_two_rules_conflict_where_each_alone_could_be_kept() -> None:
    conflict = pick(desk(able("ana"), helper("ben"), helper("chen")), declined=("ana",)).conflict
    assert conflict
    assert conflict.rules == (Rule.DECLINED, Rule.ANCHOR)


def test_with_everybody_else_away_it_is_their_presence() -> None:
    conflict = conflict_of(able("ana"), helper("ben"), helper("chen"), away=[*away("ben", *DAYS), *away("chen", *DAYS)])
    assert conflict.rules == (Rule.PRESENT,)


def test_where_everybody_declined_to_ask_one_again_resolves_it_if_another_is_left() -> None:
    ranking = pick(desk(able("ana"), helper("ben")), declined=("ana", "ben"))
    assert ranking.conflict
    assert (ranking.conflict.rules, ranking.conflict.remedies) == ((Rule.DECLINED,), ())
    ranking = pick(desk(able("ana"), helper("ben")), declined=("ana",))
    assert ranking.conflict
    assert ranking.conflict.remedies == (Remedy(Cure.ASK, "ana", ("ana", "ben")),)


def test_one_person_or_nobody_is_no_pair_and_breaks_no_rule() -> None:
    assert conflict_of(able("ana")) == Conflict((), (), None)
    assert conflict_of() == Conflict((), (), None)


def test_remedies_come_by_name() -> None:
    conflict = conflict_of(helper("1", name="zoe"), helper("2", name="Ana"))
    assert [one.person for one in conflict.remedies] == ["2", "1"]


def test_a_holiday_week_needs_an_anchor_on_what_is_left_of_it() -> None:
    hours = SupportHours(holidays=frozenset({THU, FRI, MON}))
    rota = desk(able("ana"), helper("ben"), away=away("ana", WED))
    conflict = pick(rota, hours=hours).conflict
    assert conflict
    assert conflict.rules == (Rule.ANCHOR,)
    assert pick(replace(rota, absences=away("ana", THU)), hours=hours).conflict is None
    assert pick(rota, PICKED + WEEK, hours).conflict is None
