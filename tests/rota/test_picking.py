"""The pick is what a brute force says that was written from the product's words."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rota.picking import Picker, rank, situation
from tests.rota.brute import Brute
from tests.rota.worlds import world


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 10**9), size=st.integers(2, 8), weeks=st.integers(0, 60))
def test_the_ranking_is_that_of_the_brute_force(seed: int, size: int, weeks: int) -> None:
    one = world(seed, size, weeks)
    brute = Brute(one.rota, one.iteration, one.hours, one.taken, one.declined)
    ranking = rank(situation(one.rota, one.iteration, one.hours, one.goals, one.taken, one.declined))
    said = [
        (
            team.pair,
            tuple((stint.person, stint.days) for stint in team.fallbacks),
            team.gaps,
            team.score.turn,
            team.score.coverage,
            team.score.rest,
            team.score.debts,
            (team.score.fallback_days, team.score.fallback_people),
            team.score.mixing,
            team.score.change,
            team.score.exact,
        )
        for team in ranking.teams
    ]
    assert said == [
        (
            choice.pair,
            choice.fallbacks,
            choice.gaps,
            choice.turn,
            choice.coverage,
            choice.rest,
            int(4 * choice.fairness),
            choice.fallback,
            choice.mixing,
            choice.change,
            choice.unrounded,
        )
        for choice in brute.choices(one.goals)
    ]
    assert list(ranking.observers) == brute.observers()


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 10**9), size=st.integers(2, 8), weeks=st.integers(0, 4))
def test_a_pair_that_breaks_rules_is_judged_as_the_brute_force_does(seed: int, size: int, weeks: int) -> None:
    one = world(seed, size, weeks)
    brute = Brute(one.rota, one.iteration, one.hours, one.taken, one.declined)
    picker = Picker(situation(one.rota, one.iteration, one.hours, one.goals, one.taken, one.declined))
    for pair in brute.pairs():
        team, choice = picker.judge(pair), brute.choice(pair)
        assert set(team.broken) == brute.broken(pair)
        assert tuple((stint.person, stint.days) for stint in team.fallbacks) == choice.fallbacks
        assert (team.gaps, team.score.coverage) == (choice.gaps, choice.coverage)
