"""Raising from elsewhere, over real HTTP: from the personal chat, and by the message action from any chat."""

import logging
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.folder import desks_alone
from bot.operations import add_desk, remove_desk
from tests.door.whole import ANA, TEAM_CHANNEL, Whole, card_of, running, whole
from tests.journeys.town import at
from tests.rig import activities
from tests.rig.activities import ANNA_ID, CHANNEL, GROUP
from tests.rig.connector import FakeConnector
from tests.rig.entra import TENANT, FakeEntra
from tests.rig.service import Answer

WORDS = "label printer down"
OLGA = ANNA_ID


def form_of(card: dict[str, Any], **inputs: str) -> dict[str, Any]:
    """Return what the first button of a form sends, with its inputs filled in."""
    (first, *_), *_ = [one["actions"] for part in card["body"] for one in part.get("items", ()) if "actions" in one]
    return {**first["data"], "verb": first["verb"], **inputs} if "verb" in first else {**first["data"], **inputs}


async def raise_personally(bot: Whole, text: str = WORDS) -> Any:
    """Write to the bot, and press *Raise it* on the card that it offers."""
    before = len(bot.connector.calls)
    await bot.post(activities.personal_message(text, conversation="a:olga", **bot.by(OLGA)))
    offer = (await bot.connector.wait_for(before + 1))[before]
    data = form_of(card_of(offer), text=text)
    press = activities.press(data.pop("verb"), data, **bot.by(OLGA))
    press["conversation"]["id"] = "a:olga"
    status, answer = await bot.post(press)
    assert status == 200
    await bot.quiet()
    return answer


def posted(bot: Whole) -> list[Any]:
    """Return the new threads that the bot began."""
    return [call for call in bot.connector.sent() if call.body.get("isGroup")]


async def test_what_is_written_personally_is_offered_posted_and_opened_where_the_post_stands(tmp_path: Path) -> None:
    async with whole(tmp_path) as bot:
        answer = await raise_personally(bot)
        assert "pass it on to the channel" in str(answer["value"])
        (post,) = posted(bot)
        assert post.body["channelData"]["channel"]["id"] == CHANNEL
        assert "Olga:" in str(post.body["activity"])
        assert WORDS in str(post.body["activity"])
        ((place, document),) = bot.rows("select place, document from requests")
        assert place.startswith(f"{CHANNEL};messageid=")
        assert f'"id":"{OLGA}"' in document
        cards = [call for call in bot.connector.sent() if call.conversation == place]
        assert len(cards) == 1
        assert "will answer by 11:05" in str(cards[0].body)
        word = next(call for call in bot.connector.sent() if "Raised as R-1" in str(call.body))
        assert word.conversation == "a:olga"
        assert place.rpartition("=")[2] in word.body["text"]
        assert bot.rows("select facts from desks")[0][0].count(WORDS) == 0


async def test_a_restart_between_the_post_and_its_report_opens_one_request(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        entra = await stack.enter_async_context(FakeEntra())
        connector = await stack.enter_async_context(FakeConnector())
        session = await stack.enter_async_context(aiohttp.ClientSession())
        async with running(tmp_path, entra, connector, session) as bot:
            before = len(connector.calls)
            await bot.post(activities.personal_message(WORDS, conversation="a:olga", **bot.by(OLGA)))
            offer = (await connector.wait_for(before + 1))[before]
            await bot.quiet()
            connector.always = Answer(status=503, body={"error": {"code": "Busy"}})  # nothing is known of a post now
            data = form_of(card_of(offer), text=WORDS)
            press = activities.press(data.pop("verb"), data, **bot.by(OLGA))
            assert (await bot.post(press))[0] == 200
            await connector.wait_for(before + 2)
            assert bot.rows("select count(*) from requests") == [(0,)]
            assert WORDS in bot.rows("select facts from desks")[0][0]
        connector.always = None
        async with running(tmp_path, entra, connector, session) as again:
            await again.quiet()
            assert again.rows("select count(*) from requests") == [(1,)]
            assert len([one for one in connector.messages.values() if WORDS in str(one) and "Olga:" in str(one)]) == 1
            press["serviceUrl"] = connector.service_url
            _, answer = await again.post(press)
            assert "will answer by" in str(answer["value"])
            await again.quiet()
            assert again.rows("select count(*) from requests") == [(1,)]
        async with running(tmp_path, entra, connector, session) as third:
            assert third.rows("select count(*) from requests") == [(1,)]


async def test_a_channel_that_is_gone_gives_the_words_back(tmp_path: Path) -> None:
    async with whole(tmp_path) as bot:
        await bot.post(activities.personal_message(WORDS, conversation="a:olga", **bot.by(OLGA)))
        offer = (await bot.connector.wait_for(1))[0]
        await bot.quiet()
        gone = Answer(status=404, body={"error": {"code": "ConversationNotFound"}})
        bot.connector.script(gone)
        data = form_of(card_of(offer), text=WORDS)
        await bot.post(activities.press(data.pop("verb"), data, **bot.by(OLGA)))
        await bot.quiet()
        assert bot.rows("select count(*) from requests") == [(0,)]
        assert any("reached at the moment" in str(call.body) for call in bot.connector.sent())


async def test_the_action_raises_a_message_of_a_group_chat_for_its_author(tmp_path: Path) -> None:
    async with whole(tmp_path) as bot:
        message = activities.chosen_message(f"<p>{WORDS}</p>", author=OLGA, name="Olga")
        status, opened = await bot.post(activities.action(message, **bot.by(ANA)))
        assert (status, opened["task"]["type"]) == (200, "continue")
        card = opened["task"]["value"]["card"]["content"]
        assert WORDS in str(card["body"])
        assert bot.stored() == (0, 0)
        assert bot.connector.calls == []
        assert WORDS not in str(bot.rows("select facts from desks"))
        data = form_of(card, text=WORDS)
        for _ in range(2):
            status, answer = await bot.post(activities.action(message, data, **bot.by(ANA)))
            assert status == 200
            await bot.quiet()
        assert "will answer by" in str(answer["task"]["value"])
        assert len(posted(bot)) == 1
        assert "Olga, passed on by Ana Lindqvist:" in str(posted(bot)[0].body)
        assert f'"requester":{{"id":"{OLGA}"' in bot.rows("select document from requests")[0][0]


async def test_where_a_message_was_chosen_is_never_taken_for_the_persons_chat_with_the_bot(tmp_path: Path) -> None:
    async with whole(tmp_path) as bot:
        private = "19:ana_tom@unq.gbl.spaces"
        message = activities.chosen_message(f"<p>{WORDS}</p>", author=OLGA, name="Olga")
        action = activities.action(message, chat=private, kind="personal", **bot.by(ANA))
        _, opened = await bot.post(action)
        data = form_of(opened["task"]["value"]["card"]["content"], text=WORDS)
        await bot.post(activities.action(message, data, chat=private, kind="personal", **bot.by(ANA)))
        await bot.quiet()
        assert bot.rows("select count(*) from requests") == [(1,)]
        assert private not in {call.conversation for call in bot.connector.calls}
        assert private not in str(bot.rows('select * from "references"')) + str(bot.rows("select facts from desks"))


async def test_a_message_of_the_channel_is_raised_in_its_thread_without_consent(tmp_path: Path) -> None:
    async with whole(tmp_path) as bot:
        message = activities.chosen_message(f"<p>{WORDS}</p>", message_id="170", author=OLGA, name="Olga")
        _, opened = await bot.post(activities.action(message, thread="170", **bot.by(OLGA)))
        data = form_of(opened["task"]["value"]["card"]["content"], text=WORDS)
        _, answer = await bot.post(activities.action(message, data, thread="170", **bot.by(OLGA)))
        assert "will answer by 11:05" in str(answer["task"]["value"])
        await bot.quiet()
        (card,) = bot.connector.sent()
        assert card.conversation == f"{CHANNEL};messageid=170"
        _, again = await bot.post(activities.action(message, thread="170", **bot.by(ANA)))
        assert "will answer by 11:05" in str(again["task"]["value"])
        assert bot.rows("select count(*) from requests") == [(1,)]


async def test_a_message_of_the_team_channel_is_a_new_post_in_the_desks_channel(tmp_path: Path) -> None:
    async with whole(tmp_path) as bot:
        message = activities.chosen_message(message_id="170", author=OLGA, name="Olga")
        _, opened = await bot.post(activities.action(message, thread="170", channel=TEAM_CHANNEL, **bot.by(ANA)))
        data = form_of(opened["task"]["value"]["card"]["content"], text=WORDS)
        await bot.post(activities.action(message, data, thread="170", channel=TEAM_CHANNEL, **bot.by(ANA)))
        await bot.quiet()
        assert len(posted(bot)) == 1


async def test_from_other_conversations_nothing_but_the_action_is_heard(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with whole(tmp_path) as bot:
        chat = {"id": "19:ops@thread.v2", "conversationType": "groupChat", "isGroup": True, "tenantId": TENANT}
        said = activities.personal_message("canary words", **bot.by(OLGA)) | {"conversation": chat}
        assert (await bot.post(said))[0] == 200
        query = activities.invoke("composeExtension/query", {"commandId": "raise"}, **bot.by(OLGA))
        assert (await bot.post(query | {"conversation": chat}))[0] == 200
        message = activities.chosen_message("<p>canary words</p>")
        assert (await bot.post(activities.action(message, **bot.by(OLGA))))[0] == 200
        assert bot.stored() == (0, 0)
        assert bot.connector.calls == []
        assert "canary" not in "".join(str(record.__dict__) for record in caplog.records)
        assert "canary" not in str(bot.rows("select facts from desks"))


@pytest.mark.parametrize(
    "change",
    [
        {"value.messagePayload": None},
        {"value.commandId": "x"},
        {"value.data.desk": "edge"},
        {"value.data.desk": "../backend"},
        {"value.data.to": "edge"},
        {"value.data.step": "support"},
        {"value.data": None},
        {"value": 5},
    ],
)
async def test_hostile_actions_get_a_kind_word_and_change_nothing(tmp_path: Path, change: dict[str, Any]) -> None:
    async with whole(tmp_path) as bot:
        message = activities.chosen_message(author=OLGA, name="Olga")
        data = {"step": "raise", "verb": "send", "desk": "backend", "text": WORDS, "form": "f"}
        action = activities.altered(activities.action(message, data, **bot.by(OLGA)), change)
        status, answer = await bot.post(action)
        assert (status, answer["task"]["type"]) == (200, "message")
        assert bot.stored() == (0, 0)
        assert bot.connector.calls == []


async def test_who_belongs_to_no_desk_of_several_says_which(tmp_path: Path) -> None:
    async with whole(tmp_path) as bot:
        settings = bot.settings
    edge = {"tenant": TENANT, "team": GROUP, "channel": "19:edge@thread.tacv2", "name": "edge"}
    async with desks_alone(settings) as desks:
        await add_desk(desks, edge, at("2026-11-20 12:00"))
    async with whole(tmp_path) as bot:
        message = activities.chosen_message(author=OLGA, name="Olga")
        _, mine = await bot.post(activities.action(message, **bot.by(ANA)))
        assert "Who is it for?" not in str(mine)
        _, opened = await bot.post(activities.action(message, **bot.by(OLGA)))
        card = opened["task"]["value"]["card"]["content"]
        assert "Who is it for?" in str(card)
        data = form_of(card, text=WORDS, to="edge")
        assert (await bot.post(activities.action(message, data, **bot.by(OLGA))))[0] == 200
        await bot.quiet()
        assert bot.rows("select desk from requests") == [("edge",)]
        assert posted(bot)[0].body["channelData"]["channel"]["id"] == "19:edge@thread.tacv2"
        await raise_personally(bot)
        assert bot.rows("select desk from requests order by desk") == [("backend",), ("edge",)]
        data = form_of(card, text=WORDS, to="nowhere")
        _, stale = await bot.post(activities.action(message, data, **bot.by(OLGA)))
        assert stale["task"]["type"] == "message"


async def test_without_any_desk_the_action_says_so(tmp_path: Path) -> None:
    async with whole(tmp_path) as bot:
        settings = bot.settings
    async with desks_alone(settings) as desks:
        await remove_desk(desks, {"name": "backend"}, at("2026-11-20 12:00"))
    async with whole(tmp_path) as bot:
        _, answer = await bot.post(activities.action(activities.chosen_message(), **bot.by(OLGA)))
        assert answer["task"]["value"] == "There is no support channel yet that I could post this in."


async def test_a_list_of_requests_brings_the_menu(tmp_path: Path) -> None:
    async with whole(tmp_path) as bot:
        await bot.opened()
        before = len(bot.connector.calls)
        await bot.post(activities.personal_message("requests", conversation="a:ana", **bot.by(ANA)))
        call = (await bot.connector.wait_for(before + 1))[before]
        row = next(part for part in card_of(call)["body"] if part["type"] == "Container")
        button = next(one for one in row["items"][-1]["actions"] if one["type"] == "Action.Execute")
        press = activities.press(button["verb"], button["data"], **bot.by(ANA))
        _, answer = await bot.post(press)
        assert "Ask a question" in str(answer["value"])


async def test_my_requests_are_pressed_from_the_personal_chat(tmp_path: Path) -> None:
    async with whole(tmp_path) as bot:
        await bot.opened()
        who = bot.by(OLGA) | {"sender": activities.ANNA}
        for _ in range(2):
            before = len(bot.connector.calls)
            await bot.post(activities.personal_message("my requests", conversation="a:olga", **who))
            call = (await bot.connector.wait_for(before + 1))[before]
        row = next(part for part in card_of(call)["body"] if part["type"] == "Container")
        button = next(one for one in row["items"][-1]["actions"] if one["type"] == "Action.Execute")
        _, answer = await bot.post(activities.press(button["verb"], button["data"], **who))
        assert "Not solved" in str(answer["value"])
        assert bot.rows("select status from requests") == [("CLOSED",)]
        await bot.quiet()
        _, again = await bot.post(activities.press("reopen", button["data"], **who))
        assert "It's solved" in str(again["value"])
