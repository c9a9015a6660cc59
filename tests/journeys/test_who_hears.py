"""Who hears of what is open when duty changes, when nobody else is there, and when it is opened again."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.events import Claim, Reopen, Separate, Solve
from bot.people import Author
from bot.rota.shift import Absence, Role, Shift
from bot.support.request import Outcome, Status
from tests.journeys.town import (
    ANA,
    BEN,
    CHEN,
    DILAN,
    EVA,
    FARID,
    ITERATION,
    OF_THE_ROTA,
    OLGA,
    TEAM,
    TEAM_CHANNEL,
    TOM,
    Town,
    at,
    shifts,
)

BEN_AWAY = Absence("ben", at("2026-11-23 00:00"), at("2026-11-24 00:00"))
NEXT = (
    *shifts(),
    Shift(date(2026, 11, 25), "chen", Role.SUPPORT),
    Shift(date(2026, 11, 25), "eva", Role.SUPPORT),
)
OFF_ON_FRIDAYS = tuple(replace(one, working_days=frozenset({0, 1, 2, 3})) if one.id == "ben" else one for one in TEAM)


async def solved_by_phone(town: Town) -> str:
    place = await town.post("label printer down")
    await town.press(Claim, "R-1", ANA)
    await town.send("phone", "R-1", ANA, text="Done.", then="closed")
    return place


@pytest.mark.parametrize("how", ["back", "pass", "reopened", "observer"])
async def test_a_new_pair_hears_at_the_opening_of_what_it_has_to_take(how: str) -> None:
    town = Town("2026-11-24 17:52", team=NEXT)
    place = await town.post("label printer down")
    if how != "observer":
        await town.press(Claim, "R-1", BEN)
    if how == "reopened":
        await town.send("close", "R-1", BEN, choice="close", outcome="answered")
    await town.wait(1)
    if how == "back":
        await town.send("back", "R-1", BEN, note="I have to go.")
    elif how == "pass":
        await town.send("pass", "R-1", BEN, person="ana", note="I have to go.")
    elif how == "reopened":
        await town.reply(place, "It is down again.", OLGA)
    else:
        await town.reply(place, "Restart it?", DILAN)
    assert "Chen Wei or Eva Novak will follow up by Wed 25 Nov, 09:" in town.card()
    await town.until("2026-11-25 09:01")
    assert (len(town.called(CHEN)), len(town.called(EVA))) == (1, 1)


async def test_who_is_on_duty_on_friday_hears_at_its_opening_what_came_back_on_thursday_evening() -> None:
    town = Town("2026-11-19 17:50", people=OFF_ON_FRIDAYS)
    await town.post("label printer down")
    await town.press(Claim, "R-1", ANA)
    await town.wait(5)
    await town.send("back", "R-1", ANA, note="I have to go.")
    assert "Chen Wei will follow up by Fri 20 Nov, 09:10" in town.card()
    await town.until("2026-11-20 09:01")
    assert len(town.to(CHEN)) == 1


async def test_everyone_present_has_been_told_when_the_card_says_so() -> None:
    town = Town("2026-11-27 10:00")  # whose iteration has no team yet
    place = await town.post("label printer down")
    await town.press(Claim, "R-1", BEN)
    await town.send("close", "R-1", BEN, choice="close", outcome="answered")
    await town.wait(20)
    told = {who.id: len(town.to(who)) for who in (ANA, CHEN, EVA, FARID)}
    await town.reply(place, "It is down again.", OLGA)
    assert "Everyone present has been told." in town.card()
    assert {who.id: len(town.to(who)) for who in (ANA, CHEN, EVA, FARID)} == {one: n + 1 for one, n in told.items()}


async def test_a_separated_duplicate_is_not_said_to_be_answered() -> None:
    town = Town()
    await town.post("label printer down")
    await town.post("no labels in Hamburg", TOM)
    await town.press(Claim, "R-1", ANA)
    await town.send("same", "R-2", ANA, lead="R-1")
    await town.wait(12)
    await town.press(Separate, "R-2", TOM)
    assert not any("Ana Lindqvist answered Tom Reuter" in message.text for message in (*town.to(ANA), *town.to(BEN)))


async def test_who_only_presses_not_solved_is_not_said_to_have_answered() -> None:
    town = Town("2026-11-19 10:00")
    await town.post("label printer down")
    await town.send("ask", "R-1", ANA, text="Which printer?")
    await town.until("2026-11-23 10:00")
    assert (await town.request()).outcome is Outcome.NO_REPLY
    await town.press(Reopen, "R-1", OLGA)
    assert not any("answered after all" in message.text for message in town.to(ANA))


async def test_a_pair_that_comes_back_hears_of_what_came_while_nobody_was_on_duty() -> None:
    town = Town("2026-11-23 12:00")
    await town.write("away 20", ANA)
    await town.write("away 20", BEN)
    await town.post("label printer down")
    await town.until("2026-11-23 18:00")
    told = [one for who in (ANA, BEN) for one in town.to(who) if "label printer down" in one.text]
    assert told, "nobody who may claim it was ever told"


async def test_a_post_that_says_whoever_is_here_can_take_it_is_true_as_long_as_it_says_so() -> None:
    town = Town("2026-11-23 12:00")
    await town.write("away 20", ANA)
    await town.write("away 20", BEN)
    await town.post("label printer down")
    await town.wait(21)
    (post,) = town.in_team_channel()
    assert "nobody is on duty" not in post.text  # Ana and Ben are back
    if "Whoever is here can take it" in post.text:
        await town.press(Claim, "R-1", EVA, place=TEAM_CHANNEL, card=post.key)
        assert (await town.request()).status is Status.ACKNOWLEDGED


async def test_a_new_pair_hears_of_what_is_unanswered_when_their_week_begins() -> None:
    new = tuple(Shift(ITERATION + timedelta(days=7), who, Role.SUPPORT) for who in ("chen", "dilan"))
    town = Town("2026-11-24 17:40", team=(*shifts(), *new))
    await town.post("label printer down")  # nobody answers: every step is done by 17:50
    await town.until("2026-11-25 08:59")
    before = len(town.teams.sent)
    await town.until("2026-11-25 18:00")
    calls = [one for one in town.teams.sent[before:] if one.key.partition(":")[0] not in OF_THE_ROTA]
    assert [one.place for one in calls] == ["person:chen", "person:dilan"]


async def test_what_the_only_one_on_duty_gives_back_is_told_to_somebody_at_once() -> None:
    town = Town(absences=(BEN_AWAY,))
    await town.post("label printer down")
    await town.press(Claim, "R-1", ANA)
    await town.send("back", "R-1", ANA, note="I don't know printers")
    assert [len(town.to(who)) for who in (ANA, BEN, CHEN, EVA, FARID)] == [0, 0, 1, 1, 1]
    await town.press(Claim, "R-1", EVA)
    assert (await town.request()).claimer == Author("eva", EVA.name)


async def test_the_card_does_not_promise_whoever_has_just_given_it_back() -> None:
    town = Town(absences=(BEN_AWAY,))
    await town.post("label printer down")
    await town.press(Claim, "R-1", ANA)
    await town.send("back", "R-1", ANA, note="I don't know printers")
    assert "Ana Lindqvist will follow up" not in town.card()


async def test_nobody_is_said_to_have_been_called_who_was_not() -> None:
    town = Town(absences=(BEN_AWAY,))
    await town.post("label printer down")
    await town.press(Claim, "R-1", ANA)
    await town.send("back", "R-1", ANA, note="I don't know printers")
    await town.wait(30)
    assert "Ana Lindqvist has been called" not in town.in_team_channel()[0].text
    assert town.to(ANA) == []


async def test_a_card_does_not_say_that_somebody_is_called_when_nobody_is() -> None:
    town = Town(team=())
    place = await town.post("label printer down")
    await town.wait(5)
    assert town.in_thread(place) == ["No answer yet. Everyone present has been told."]
    assert "We are calling again" not in town.card()


async def test_a_personal_message_does_not_ask_somebody_on_duty_when_nobody_is() -> None:
    town = Town(team=())
    await town.post("label printer down")
    await town.press(Claim, "R-1", EVA)
    await town.send("back", "R-1", EVA, note="not mine")
    assert "somebody on duty has to take it" not in town.to(FARID)[-1].text


async def test_with_nobody_on_duty_everyone_present_is_told_of_what_is_open_again_as_the_card_says() -> None:
    town = Town(team=())
    place = await town.post("label printer down")
    await town.press(Solve, "R-1", ANA)
    await town.wait(30)
    before = len(town.teams.sent)
    await town.reply(place, "no, it is still down", OLGA)
    assert "Everyone present has been told" in town.card()
    told = {one.place for one in town.teams.sent[before:] if one.place.startswith("person:")}
    assert told == {f"person:{who.id}" for who in TEAM}


async def test_a_restart_rings_nobody() -> None:
    town = Town(team=())
    place = await town.post("label printer down")
    await town.press(Solve, "R-1", ANA)
    await town.wait(30)
    await town.reply(place, "no, it is still down", OLGA)
    before = len(town.teams.sent)
    await town.restart()
    await (await town.desk()).settle()
    assert town.teams.sent[before:] == []


async def test_who_has_handed_it_on_or_answered_is_not_said_to_have_been_called() -> None:
    town = Town("2026-11-20 08:09")  # a Friday, Chen is a further fallback from 09:00 on
    place = await town.post("label printer down")
    await town.reply(place, "try another cable", CHEN)
    await town.until("2026-11-20 09:20")
    assert "Chen Wei answered, but nobody on duty has adopted it" in town.in_team_channel()[0].text
    assert "Ben Okafor and Chen Wei have been called" not in town.in_team_channel()[0].text


async def test_a_card_does_not_say_no_answer_yet_below_an_answer() -> None:
    town = Town()
    place = await town.post("label printer down")
    await town.wait(1)
    await town.reply(place, "restart the print server, then it works", EVA)
    await town.wait(10)
    assert "No answer yet" not in town.card()


async def test_a_promise_of_the_first_answer_does_not_stay_when_its_moment_is_gone() -> None:
    town = Town()
    await town.write("away 45", ANA)
    place = await town.post("label printer down")
    await town.reply(place, "try another cable", ANA)  # she is away, so it does not count
    await town.reply(place, "I did, still down", OLGA)
    await town.write("away 45", BEN)
    await town.wait(8)
    assert "should hear" not in town.card()
    assert "An answer was due by 10:05." in town.card()


async def test_not_solved_pressed_by_support_is_not_said_to_be_the_requesters_word() -> None:
    town = Town()
    await solved_by_phone(town)
    await town.press(Reopen, "R-1", BEN)
    assert "Olga Brandt says" not in town.to(ANA)[-1].text


async def test_not_solved_written_by_somebody_else_is_not_said_to_be_the_requesters_word() -> None:
    town = Town()
    place = await solved_by_phone(town)
    await town.reply(place, "still broken on my side", TOM)
    assert "Olga Brandt says" not in town.to(ANA)[-1].text


async def test_whoever_opens_a_request_again_is_not_called_about_it() -> None:
    town = Town()
    await solved_by_phone(town)
    await town.press(Reopen, "R-1", ANA)
    assert town.to(ANA) == []


async def test_the_card_does_not_say_that_we_call_where_nobody_is_called() -> None:
    town = Town(absences=(BEN_AWAY,))
    await town.post("label printer down")
    await town.press(Claim, "R-1", ANA)
    await town.send("back", "R-1", ANA)
    await town.wait(16)
    assert "We are calling again" not in town.card()


async def test_the_team_reads_whom_to_tell_where_nobody_else_is_there_to_be_called() -> None:
    town = Town(absences=(BEN_AWAY,))
    await solved_by_phone(town)
    await town.wait(20)
    await town.press(Reopen, "R-1", ANA)
    await town.wait(26)
    said_to_team = "Ana Lindqvist says it is not solved; nobody has taken it over for 25 min; if you can help, tell Ana"
    assert said_to_team in town.in_team_channel()[0].text
