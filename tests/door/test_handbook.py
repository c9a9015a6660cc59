"""The handbook over real HTTP: searched while somebody writes; a reply with a section is the person's own."""

import logging
from pathlib import Path
from typing import Any

import pytest

from tests.door.test_desks import buttons, chat, two_desks
from tests.door.whole import ANA, EVA, card_of, whole
from tests.rig import activities

CARD = {"contentType": "application/vnd.microsoft.card.adaptive", "content": {"type": "AdaptiveCard", "body": []}}
MARK = {"contentType": "text/html", "content": '<div><attachment id="c1"></attachment></div>'}


@pytest.mark.parametrize("attachments", [[CARD, MARK], [CARD]], ids=["as channels send it", "the card alone"])
async def test_a_reply_that_is_only_a_card_of_somebody_on_duty_is_the_first_response(
    tmp_path: Path, attachments: list[dict[str, Any]]
) -> None:
    async with whole(tmp_path) as bot:
        post = await bot.opened()
        reply = activities.reply("", thread=post["id"], **bot.by(ANA)) | {"attachments": attachments}
        assert (await bot.post(reply))[0] == 200
        await bot.quiet()
        assert bot.rows("select status from requests") == [("ACKNOWLEDGED",)]
        ((document,),) = bot.rows("select document from requests")
        assert f'"responder":{{"id":"{ANA}"' in document


async def test_of_somebody_off_duty_it_stops_no_clock(tmp_path: Path) -> None:
    async with whole(tmp_path) as bot:
        post = await bot.opened()
        await bot.post(activities.reply("", thread=post["id"], **bot.by(EVA)) | {"attachments": [CARD, MARK]})
        await bot.quiet()
        assert bot.rows("select status from requests") == [("OPEN",)]


async def test_of_a_requester_it_opens_a_request_as_a_picture_does(tmp_path: Path) -> None:
    async with whole(tmp_path) as bot:
        assert (await bot.post(bot.channel_post("") | {"attachments": [CARD]}))[0] == 200
        await bot.quiet()
        assert bot.rows("select status from requests") == [("OPEN",)]


async def test_a_query_is_answered_in_its_response_from_any_chat_and_nothing_of_it_is_kept(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with whole(tmp_path) as bot:
        places: tuple[dict[str, Any], ...] = ({"chat": "19:ops@thread.v2"}, {"thread": "170"}, {})
        for where in places:
            status, answer = await bot.post(activities.query("canary words", **where, **bot.by(EVA)))
            assert status == 200
            assert answer["composeExtension"]["type"] in {"message", "result"}
        assert bot.stored() == (0, 0)
        assert bot.connector.calls == []
        assert set(bot.rows("select key from outbox")) <= {("rota",)}  # which the start writes
        assert "canary" not in "".join(str(record.__dict__) for record in caplog.records)


async def test_a_query_of_another_tenant_is_refused_at_the_door(tmp_path: Path) -> None:
    async with whole(tmp_path) as bot:
        elsewhere = {"channelData.tenant.id": "another", "conversation.tenantId": "another"}
        assert (await bot.post(activities.altered(activities.query(**bot.by(EVA)), elsewhere)))[0] == 403


@pytest.mark.parametrize("long", [False, True], ids=["few words", "many words"])
async def test_somebody_of_two_desks_is_asked_which_and_only_few_words_wait_in_the_button(
    tmp_path: Path, *, long: bool
) -> None:
    words = "handbook " + ("printer " * 600 if long else "printer")
    async with two_desks(tmp_path) as bot:
        await bot.post(chat(bot, words, ANA))
        await bot.quiet()
        (form,) = [call for call in bot.cards() if "Which desk?" in str(call.body)]
        choices = {one["data"]["choice"] for one in buttons(card_of(form))}
        assert choices == {"" if long else "handbook printer"}
