"""What ``hotseat rota`` says of a week and of a proof."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from bot.decide.rota.explained import Outlook, facts, is_open, said
from bot.decide.rota.words import worse
from bot.people import FORMER
from bot.rota.picking import rank
from bot.rota.plan import Aim, Bound, Plan, PlannedWeek, Question
from bot.rota.shift import Role
from bot.solver.scoring import replayed
from tests.rota.desks import FRI, HOURS, PICKED, THU, WEEK, able, away, desk, helper, newcomer, pair, shift

FOUR_DAYS = frozenset({0, 1, 2, 3})


def outlook(asked: Question, plan: Plan, weeks: int) -> Outlook:
    found = Outlook(asked, weeks, plan)
    return Outlook(asked, weeks, plan, rank(found.pick))


def test_who_fills_in_who_observes_and_which_days_stay_open_are_said() -> None:
    rota = desk(able("ana"), helper("ben", working_days=FOUR_DAYS), newcomer("dora"))
    asked = Question(rota, HOURS, PICKED, 1)
    plan = replayed(asked, [("ana", "ben")])
    assert said(outlook(asked, plan, 1), explain=False).splitlines()[0] == (
        "Wed 2 Dec, forecast: Ana and Ben; gap on Fri 4 Dec; observer Dora"
    )


def test_every_team_is_told_with_what_it_falls_short_of() -> None:
    rota = desk(able("ana"), able("ben"), helper("chen"), newcomer("dora"), shifts=pair(PICKED - WEEK, "ana", "chen"))
    asked = Question(rota, HOURS, PICKED, 1)
    told = said(outlook(asked, replayed(asked, [("ana", "ben")]), 1), explain=True).split("\n\n")[0].splitlines()
    teams = [line for line in told if line[0].isdigit()]
    assert teams == ["1. Ana and Ben", "2. Ben and Chen", "3. Ana and Chen"]
    assert told[-3:] == [
        "   Not the first: Ana and Chen had support in the two weeks before.",
        "The best of 3 possible teams, of 6 pairs. Not possible: 1 has to observe first.",
        "Dora will observe.",
    ]
    assert "   As good as the first." in said(_of_equals(), explain=True).splitlines()


def _of_equals() -> Outlook:
    asked = Question(desk(able("ana"), able("ben"), able("chen")), HOURS, PICKED, 1)
    return outlook(asked, replayed(asked, [("ana", "ben")]), 1)


def test_where_every_week_is_taken_nothing_is_planned() -> None:
    rota = desk(able("ana"), helper("ben"), shifts=pair(PICKED, "ana", "ben"))
    asked = Question(rota, HOURS, PICKED, 1)
    assert not is_open(asked)
    found = Outlook(asked, 1)
    assert said(found, explain=True).splitlines() == [
        "Wed 2 Dec, taken: Ana and Ben",
        "Every week has a team; nothing is left to plan.",
    ]
    assert (facts(found)["pick"], facts(found)["score"], facts(found)["proved"]) == (None, None, False)


def test_a_taken_week_is_as_it_was_taken() -> None:
    team = [
        *pair(PICKED, "ana", "gone"),
        shift(PICKED, "ben", Role.FALLBACK, THU, FRI),
        shift(PICKED, "eva", Role.FALLBACK),
    ]
    team.append(shift(PICKED, "dora", Role.OBSERVER))
    rota = desk(able("ana"), helper("ben"), able("eva"), newcomer("dora"), shifts=team)
    asked = Question(rota, HOURS, PICKED + WEEK, 1)
    assert is_open(asked)
    plan = replayed(asked, [("ben", "eva")])
    found = outlook(asked, plan, 2)
    assert said(found, explain=False).splitlines()[0] == (
        f"Wed 2 Dec, taken: Ana and {FORMER}; fallback Ben (Thu Fri); fallback Eva; observer Dora"
    )
    assert facts(found)["weeks"][0] == {
        "iteration": "2026-12-02",
        "taken": True,
        "support": ["ana", "gone"],
        "fallback": {"ben": ["Thu", "Fri"], "eva": ["Mon", "Tue", "Wed", "Thu", "Fri"]},
        "gaps": [],
        "observers": ["dora"],
        "conflict": None,
    }


def test_of_each_goal_it_is_said_how_far_it_is_proved() -> None:
    rota = desk(able("ana"), helper("ben"))
    asked = Question(rota, HOURS, PICKED, 1)
    plan = replayed(asked, [("ana", "ben")])
    bounds = (
        Bound(Aim.COVERAGE, 0, 0, proved=True),
        Bound(Aim.FAIRNESS, 56, 48, proved=False),
        Bound(Aim.MIXING, 3, 3, proved=False),
    )
    found = outlook(asked, Plan(plan.weeks, plan.score, bounds), 1)
    assert said(found, explain=True).splitlines()[-3:] == [
        "days with fewer than two people: 0, proved",
        "fairness: 14, at least 12",
        "pairs that were one before: 3, the least that goes with what is above",
    ]
    assert [one["at_least"] for one in facts(found)["bounds"]] == [0, 12, 3]


def test_of_others_only_counts_of_reasons_are_told() -> None:
    rota = desk(
        able("ana"), helper("ben"), helper("chen"), able("eva"), away=away("eva", THU, FRI, *[FRI + 3 * (FRI - THU)])
    )
    asked = Question(rota, HOURS, PICKED, 1)
    found = facts(outlook(asked, replayed(asked, [("ana", "ben")]), 1))["pick"]
    assert found["people_not_possible"] == {"present": 1}
    assert found["pairs_not_possible"] == {"anchor": 1}
    assert [team["support"] for team in found["teams"]] == [["ana", "ben"], ["ana", "chen"]]


def test_who_fills_in_is_told_by_days() -> None:
    rota = desk(able("ana"), helper("ben", working_days=FOUR_DAYS), able("chen"))
    asked = Question(rota, HOURS, PICKED, 1)
    found = outlook(asked, replayed(asked, [("ana", "ben")]), 1)
    assert facts(found)["weeks"][0]["fallback"] == {"chen": ["Fri"]}
    assert said(found, explain=False).startswith("Wed 2 Dec, forecast: Ana and Ben; fallback Chen on Fri 4 Dec")


def test_a_week_without_a_team_says_what_would_help() -> None:
    rota = desk(helper("ana"), helper("ben"))
    asked = Question(rota, HOURS, PICKED, 1)
    plan = replayed(asked, [None])
    found = outlook(asked, plan, 1)
    assert facts(found)["weeks"][0]["conflict"]["rules"] == ["anchor"]
    assert facts(found)["pick"]["conflict"]["nearest"] == ["ana", "ben"]
    assert said(found, explain=True).splitlines()[1].startswith("No pair satisfies this together: one of the two has")
    alone = Outlook(asked, 1, Plan((PlannedWeek(PICKED, None),), plan.score), found.ranking)
    assert said(alone, explain=False).splitlines()[0] == (
        "Wed 2 Dec, forecast: no team satisfies the rules. There are fewer than two people in the team."
    )


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"turn": 1}, "a newcomer whose turn it is would wait"),
        ({"coverage": 2}, "2 days would have fewer than two people, instead of no days"),
        ({"fallback_days": 1}, "somebody would fill in on 1 day instead of no days"),
        ({"fallback_people": 2}, "2 people would fill in instead of 0"),
        ({"mixing": 3}, "they were a pair 3 times lately, the better ones not once"),
        ({"change": 1}, "it differs more from the team that was taken before"),
        ({"exact": Fraction(9)}, "the load would be a little less even"),
        ({}, ""),
    ],
)
def test_a_team_falls_short_by_the_first_goal_in_which_it_differs(more: dict[str, Any], said: str) -> None:
    found = _of_equals()
    assert found.ranking
    best = found.ranking.teams[0]
    assert worse(found.pick, replace(best, score=replace(best.score, **more)), best) == said
