"""The escalation table, row by row."""

from datetime import timedelta

from bot.effects import Card
from bot.events import Claim
from bot.rota.shift import Absence
from tests.journeys.town import ANA, BEN, CHEN, DILAN, EVA, FARID, ITERATION, Town, at, plain, shifts


async def test_at_once_the_card_mentions_the_pair() -> None:
    town = Town()
    await town.post("label printer down")
    assert town.card().startswith("@Ana Lindqvist or @Ben Okafor will answer by 10:05.")


async def test_after_two_minutes_each_of_the_pair_gets_a_personal_message_with_the_words() -> None:
    town = Town()
    await town.post("label printer down")
    await town.wait(1.9)
    assert town.to(ANA) == town.to(BEN) == []
    await town.wait(0.1)
    assert [len(town.to(who)) for who in (ANA, BEN, CHEN, DILAN, EVA)] == [1, 1, 0, 0, 0]
    assert "label printer down" in town.to(ANA)[0].text


TWO_WEEKS = (*shifts(), *shifts(ITERATION + timedelta(days=7)))


async def test_when_nobody_answers_each_step_happens_once_for_each_person() -> None:
    town = Town(team=TWO_WEEKS)
    place = await town.post("label printer down")
    await town.wait(600)
    assert [len(town.to(who)) for who in (ANA, BEN, CHEN, DILAN, EVA, FARID)] == [1, 1, 1, 0, 1, 1]
    assert town.in_thread(place) == ["No answer yet. Calling @Ana Lindqvist and @Ben Okafor again."]
    assert len(town.in_team_channel()) == 1


async def test_a_claim_edits_every_copy_to_who_has_it() -> None:
    town = Town(team=TWO_WEEKS)
    await town.post("label printer down")
    await town.wait(600)
    answer = await town.press(Claim, "R-1", BEN)
    assert isinstance(answer, Card)
    assert "Ben Okafor is looking into it." in plain(answer.view)
    for message in [*town.to(ANA), *town.to(EVA), *town.in_team_channel()]:
        assert "Ben Okafor has it" in message.text


async def test_with_everybody_away_all_who_are_present_are_told_at_once() -> None:
    away = tuple(Absence(who, at("2026-11-23 00:00"), at("2026-11-24 00:00")) for who in ("ana", "ben"))
    town = Town(absences=away)
    await town.post("label printer down")
    assert [len(town.to(who)) for who in (CHEN, EVA, FARID, DILAN)] == [1, 1, 1, 0]
    assert "Nobody is on duty" in town.card()
