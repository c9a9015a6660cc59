"""What stops the clock, and what does not."""

from datetime import timedelta

import pytest

from bot.events import Solve
from bot.people import Author, Person
from bot.rota.shift import Absence
from bot.support.request import NextWord, Outcome, Status
from tests.journeys.town import ANA, BEN, CHEN, DILAN, EVA, FARID, OLGA, TOM, Town, at


@pytest.mark.parametrize("who", [ANA, BEN])
async def test_a_reply_of_the_pair_claims_with_the_default_next_word(who: Person) -> None:
    town = Town()
    place = await town.post("label printer down")
    await town.wait(3)
    await town.reply(place, "since when?", who)
    request = await town.request()
    assert request.status is Status.ACKNOWLEDGED
    assert request.responded_at == town.now
    assert request.word == NextWord(town.now + timedelta(minutes=30))
    assert f"{who.name} is looking into it.\nYou'll hear more by 10:33. · R-1" in town.card()
    assert all(f"{who.name} has it" in message.text for message in town.to(ANA) + town.to(BEN))
    await town.wait(29)
    assert town.in_thread(place) == []


@pytest.mark.parametrize("who", [OLGA, TOM, EVA, CHEN])
async def test_words_of_anyone_else_stop_no_clock(who: Author | Person) -> None:
    town = Town()
    place = await town.post("label printer down")
    await town.reply(place, "have you tried turning it off", who)
    await town.wait(5)
    assert (await town.request()).status is Status.OPEN
    assert len(town.in_thread(place)) == (1 if isinstance(who, Author) else 0)


async def test_a_colleague_who_has_answered_gets_no_call() -> None:
    town = Town()
    place = await town.post("label printer down")
    await town.reply(place, "have you tried turning it off", EVA)
    await town.wait(60)
    assert [len(town.to(who)) for who in (EVA, FARID)] == [1, 1]
    assert town.to(EVA)[0].text.startswith("Thank you for helping Olga Brandt.")


async def test_a_command_in_the_thread_is_no_answer() -> None:
    town = Town()
    place = await town.post("label printer down")
    await town.reply(place, "who", ANA, addressed=True)
    assert (await town.request()).status is Status.OPEN


async def test_somebody_on_duty_but_away_does_not_stop_the_clock() -> None:
    town = Town(absences=(Absence("ben", at("2026-11-23 09:00"), at("2026-11-23 12:00")),))
    place = await town.post("label printer down")
    await town.reply(place, "I'm at the dentist's", BEN)
    assert (await town.request()).status is Status.OPEN


async def test_whether_a_reply_counts_is_judged_when_it_was_written() -> None:
    away = Absence("ben", at("2026-11-23 10:05"), at("2026-11-23 12:00"))
    town = Town(absences=(away,))
    place = await town.post("label printer down")
    await town.wait(10)
    await town.reply(place, "looking", BEN, happened="2026-11-23 10:03")
    assert (await town.request()).responded_at == at("2026-11-23 10:03")


async def test_a_reply_from_the_future_is_taken_as_now() -> None:
    town = Town()
    place = await town.post("label printer down", happened="2026-11-23 11:00")
    await town.reply(place, "looking", BEN, happened="2026-11-23 11:01")
    request = await town.request()
    assert request.posted_at == request.due_at - timedelta(minutes=5) == at("2026-11-23 10:00")
    assert (request.status, request.responded_at) == (Status.ACKNOWLEDGED, town.now)


async def test_words_from_the_future_can_be_edited_and_deleted_like_any() -> None:
    town = Town()
    place = await town.post("my password is hunter2", happened="2026-11-23 14:00")
    await town.wait(1)
    await town.edit(place, "label printer down")
    assert (await town.request()).text == "label printer down"
    await town.wait(1)
    await town.delete(place)
    assert ((await town.request()).outcome, (await town.request()).text) == (Outcome.WITHDRAWN, "")


async def test_a_reply_older_than_the_post_is_no_answer_to_it() -> None:
    town = Town()
    place = await town.post("label printer down")
    await town.reply(place, "hi", BEN, happened="2026-11-23 09:59")
    assert (await town.request()).status is Status.OPEN


async def test_a_reply_that_arrives_late_is_still_the_first_response() -> None:
    town = Town()
    place = await town.post("label printer down")
    await town.wait(4)
    await town.reply(place, "mine", BEN)
    await town.reply(place, "hm", ANA, happened="2026-11-23 10:01")
    request = await town.request()
    assert (request.responded_at, request.responder, request.claimer) == (
        at("2026-11-23 10:01"),
        Author("ana", "Ana Lindqvist"),
        Author("ben", "Ben Okafor"),
    )


async def test_an_observers_answer_claims_nothing_and_starts_the_second_clock() -> None:
    town = Town()
    place = await town.post("label printer down")
    await town.wait(1)
    await town.reply(place, "try the other tray", DILAN)
    request = await town.request()
    assert request.status is Status.OPEN
    assert request.claimer is None
    assert request.responded_at == at("2026-11-23 10:01")
    assert [len(town.to(who)) for who in (ANA, BEN, DILAN)] == [1, 1, 0]
    assert "Ana Lindqvist or Ben Okafor will follow up by 10:16." in town.card()
    await town.wait(14)
    assert town.in_thread(place) == []
    await town.wait(1)
    assert town.in_thread(place) == ["Still open. Calling @Ana Lindqvist and @Ben Okafor again."]
    assert town.in_team_channel() == []
    await town.wait(10)
    assert len(town.in_team_channel()) == 1
    await town.reply(place, "done", ANA)
    assert (await town.request()).responded_at == at("2026-11-23 10:01")


async def test_an_observers_answer_settles_what_the_first_clock_told_and_tells_the_pair_anew() -> None:
    town = Town()
    place = await town.post("label printer down")
    await town.wait(12)
    await town.reply(place, "try the other tray", DILAN)
    first, second = town.to(ANA)
    assert "Dilan Kaya answered\n" in first.text
    assert second.text.startswith("Dilan Kaya answered Olga Brandt; please take it from here")
    assert "Dilan Kaya answered; to be taken by 10:27" in second.text
    for message in [*town.to(EVA), *town.in_team_channel()]:
        assert message.text.startswith("Dilan Kaya answered\n")
        assert not any(entry.presses for entry in getattr(message.view, "entries", ()))
    await town.wait(25)
    heading = (
        "Dilan Kaya answered, but nobody has taken it over for 25 min; Ana Lindqvist and Ben Okafor have "
        "been called. If you can help, tell them."
    )
    assert town.in_team_channel()[1].text.startswith(heading)
    assert "it should have been taken by 10:27" in town.in_team_channel()[1].text
    await town.reply(place, "mine", BEN)
    assert all("Ben Okafor has it" in message.text for message in [second, town.in_team_channel()[1]])


async def test_an_observers_answer_within_a_minute_of_a_call_is_told_in_that_message() -> None:
    town = Town()
    place = await town.post("label printer down")
    await town.wait(2.5)
    await town.reply(place, "try the other tray", DILAN)
    (message,) = town.to(ANA)
    assert message.text.startswith("Dilan Kaya answered Olga Brandt; please take it from here")


async def test_an_observers_second_word_starts_no_third_clock() -> None:
    town = Town()
    place = await town.post("label printer down")
    await town.reply(place, "try the other tray", DILAN)
    due = (await town.request()).clock
    await town.wait(0.5)
    await town.reply(place, "or the third", DILAN)
    assert (await town.request()).clock == due


async def test_words_after_the_end_change_nothing() -> None:
    town = Town()
    place = await town.post("label printer down")
    await town.press(Solve, "R-1", OLGA)
    before = await town.request()
    await town.reply(place, "good", BEN)
    assert await town.request() == before
    assert before.outcome is Outcome.SOLVED_BY_REQUESTER


async def test_whoever_addresses_the_bot_beside_any_request_is_heard() -> None:
    town = Town()
    await town.reply("19:backend@thread.tacv2;messageid=77", "who has seen this", EVA, addressed=True)
    await town.reply("19:backend@thread.tacv2;messageid=78", "thanks", OLGA, addressed=True)
    await town.reply("19:backend@thread.tacv2;messageid=79", "printer!", OLGA, addressed=True)
    first, second = (message.text.split("\n")[0] for message in town.teams.sent[:2])
    assert first == "I don't know that one. Try who or handbook, or help for everything I do."
    assert second == "Hotseat"
    assert [one.text for one in await town.requests()] == ["printer!"]


async def test_an_observer_who_answers_again_is_not_asked_to_keep_still() -> None:
    town = Town()
    place = await town.post("printer down")
    await town.reply(place, "restart it", DILAN)
    await town.reply(place, "and then reload it", DILAN)
    assert town.to(DILAN) == []
