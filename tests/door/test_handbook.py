"""A reply into which somebody put a section of the handbook, over real HTTP: the person's own words."""

from pathlib import Path
from typing import Any

import pytest

from tests.door.whole import ANA, EVA, whole
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
