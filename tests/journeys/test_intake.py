"""Which posts become requests, and what becomes of their edits and deletions."""

from dataclasses import replace
from datetime import date

import pytest

from bot.events import Claim, Edited, Posted
from bot.rota.shift import Absence
from bot.support.request import Outcome, Status
from tests.journeys.town import ANA, BEN, EVA, OLGA, TOM, Town, at


@pytest.mark.parametrize(
    "text",
    [
        "label printer down",
        "hi, the import hangs",
        "hello?",
        "thanks for nothing, it still fails",
        "",
        "!!!",
        "\u200b",
        "hi " * 9,
        "👍" * 300 + " but it is broken",
        "help",
        "danke, geht aber nicht",
        "Hilfe bitte, danke",
        "Bitte wieder Hilfe, danke!",
        "danke, bitte wieder Hilfe",
        "thanks, help",
        "danke, jetzt Hilfe",
        "quick help again, thanks",
        "thanks, it had this again",
        "Backend support help thanks",
        "Friday",
        "all",
    ],
)
async def test_a_post_of_somebody_outside_the_team_is_a_request(text: str) -> None:
    town = Town()
    await town.post(text)
    assert [one.status for one in await town.requests()] == [Status.OPEN]


@pytest.mark.parametrize(
    "text",
    [
        "Good morning everyone!",
        "Vielen Dank :-)",
        "👍",
        "🎉🎉",
        ":)",
        "Liebe Grüße",
        "thanks ❤️",
        "Vielen lieben Dank euch allen",
        "Thanks for your quick help!",
        "Danke, geht wieder",
        "Danke Ana Lindqvist!",
        "thank you Ben",
        "Frohe Weihnachten an alle!",
        ".",
        "...",
    ],
)
async def test_greetings_thanks_and_emoji_are_none(text: str) -> None:
    town = Town()
    await town.post(text)
    assert await town.requests() == []


async def test_a_gif_is_none_and_a_picture_is_one() -> None:
    town = Town()
    await town.post("", gif=True)
    await town.post("hi", picture=True)
    assert [one.id for one in await town.requests()] == ["R-1"]


@pytest.mark.parametrize("text", ["request: label printer", "Anfrage Etiketten", "  Request please look"])
async def test_a_backend_colleagues_post_is_one_when_it_begins_with_the_word(text: str) -> None:
    town = Town()
    await town.post("label printer down", EVA)
    await town.post("requests are many today", EVA)
    await town.post(text, EVA)
    assert [one.text for one in await town.requests()] == [text]


async def test_a_colleague_on_duty_who_asks_is_not_called_to_answer() -> None:
    town = Town()
    place = await town.post("request: who knows the label printer", ANA)
    assert "@Ben Okafor will answer by 10:05." in town.card()
    await town.reply(place, "anybody?", ANA)
    await town.wait(20)
    assert town.to(ANA) == []
    assert town.in_thread(place) == ["No answer yet. Calling @Ben Okafor again."]


async def test_with_only_the_requester_on_duty_everyone_else_present_is_told() -> None:
    away = Absence("ben", at("2026-11-23 00:00"), at("2026-11-24 00:00"))
    town = Town(absences=(away,))
    await town.post("request: label printer", ANA)
    assert town.to(ANA) == []
    assert len(town.to(EVA)) == 1


async def test_a_person_who_left_asks_like_anybody_else() -> None:
    town = Town()
    gone = town.rota.people["eva"]
    town.rota = replace(town.rota, people={**town.rota.people, "eva": replace(gone, left=date(2026, 1, 1))})
    await town.post("label printer down", EVA)
    assert len(await town.requests()) == 1


async def test_a_command_is_none_only_when_its_writer_may_use_it_and_it_is_the_whole_text() -> None:
    town = Town()
    await town.post("who", addressed=True)
    await town.post("rota", addressed=True)
    await town.post("who can help with the label printer", addressed=True)
    await town.post("who" + " " * 300 + "took my label printer", addressed=True)
    await town.post("help", addressed=True, picture=True)
    assert [one.text[:10] for one in await town.requests()] == ["rota", "who can he", "who       ", "help"]


async def test_the_same_post_seen_again_under_another_key_is_the_same_request() -> None:
    town = Town()
    place = await town.post("label printer down")
    await town._handle(Posted(key="again", happened_at=town.now, place=place, author=OLGA, text="label printer down"))
    assert len(await town.requests()) == 1


async def test_small_talk_that_addresses_the_bot_gets_help() -> None:
    town = Town()
    place = await town.post("hello", addressed=True)
    assert "Post in the channel what you need" in town.in_thread(place)[0]


async def test_whoever_greets_first_and_asks_in_a_reply_is_heard() -> None:
    town = Town()
    place = await town.post("Hi team")
    await town.reply(place, "it is quiet today", TOM)
    await town.reply(place, "thanks", OLGA)
    assert await town.requests() == []
    await town.reply(place, "the import of orders is down", OLGA)
    assert [one.text for one in await town.requests()] == ["the import of orders is down"]
    assert "@Ana Lindqvist or @Ben Okafor will answer by 10:05." in town.card()
    await town.reply(place, "nothing goes out", OLGA)
    assert len(await town.requests()) == 1


async def test_a_reply_under_a_colleagues_news_raises_nothing() -> None:
    town = Town()
    place = await town.post("hello all", EVA)
    await town.reply(place, "the import of orders is down", OLGA)
    assert await town.requests() == []


async def test_an_edit_updates_the_request_and_its_copies_and_an_older_one_never_does() -> None:
    town = Town()
    place = await town.post("label printer down")
    await town.wait(3)
    await town.edit(place, "label printer on fire")
    await town.edit(place, "label printer asleep", happened="2026-11-23 10:01")
    await town.edit(place, "nonsense", TOM)
    assert (await town.request()).text == "label printer on fire"
    assert "on fire" in town.to(ANA)[0].text


async def test_a_post_deleted_before_an_answer_withdraws_it_and_forgets_its_text() -> None:
    town = Town()
    place = await town.post("label printer down")
    await town.wait(3)
    await town.delete(place)
    await town.wait(60)
    request = await town.request()
    assert (request.outcome, request.text) == (Outcome.WITHDRAWN, "")
    assert town.card().split("\n")[0] == "Withdrawn."
    assert "The post was deleted" in town.to(ANA)[0].text
    assert len(town.to(ANA)) == 1
    assert town.in_thread(place) == []


async def test_a_post_deleted_after_an_answer_stays_a_request() -> None:
    town = Town()
    place = await town.post("label printer down")
    await town.press(Claim, "R-1", BEN)
    await town.delete(place)
    assert (await town.request()).status is Status.ACKNOWLEDGED


async def test_an_edit_older_than_the_deletion_brings_no_text_back_nor_does_an_old_deletion_harm() -> None:
    town = Town()
    place = await town.post("label printer down")
    await town.wait(2)
    await town.delete(place)
    await town.edit(place, "label printer", happened="2026-11-23 10:01")
    assert (await town.request()).text == ""
    await town.wait(1)
    await town.restore(place, "label printer again")
    await town.delete(place, happened="2026-11-23 10:02")
    await town.restore(place, "older", happened="2026-11-23 10:02")
    request = await town.request()
    assert (request.status, request.text) == (Status.OPEN, "label printer again")


async def test_a_restored_post_goes_on_with_its_clock_and_calls_nobody_twice() -> None:
    town = Town()
    place = await town.post("label printer down")
    await town.wait(2.5)
    due = (await town.request()).due_at
    await town.delete(place)
    await town.wait(1)
    await town.restore(place, "label printer down")
    assert (await town.request()).due_at == due
    assert "Waiting since 10:00" in town.to(ANA)[0].text
    await town.wait(60)
    assert [len(town.to(who)) for who in (ANA, BEN, EVA)] == [1, 1, 1]
    assert len(town.in_thread(place)) == 1
    assert len(town.in_team_channel()) == 1


async def test_a_post_restored_after_an_answer_has_its_text_again() -> None:
    town = Town()
    place = await town.post("label printer down")
    await town.press(Claim, "R-1", BEN)
    await town.delete(place)
    await town.wait(1)
    await town.restore(place, "label printer down")
    assert (await town.request()).text == "label printer down"


async def test_an_edit_of_what_is_no_request_changes_nothing() -> None:
    town = Town()
    await town._handle(Edited(key="e", happened_at=town.now, place="19:x;messageid=9", author=OLGA, text="printer"))
    assert await town.requests() == []
