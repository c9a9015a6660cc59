"""kill -9 while words are raised: nothing is lost, and one request is opened, wherever the bot died."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.desk.test_crash import Bot
from tests.door.whole import ClockService
from tests.rig import activities
from tests.rig.activities import CHANNEL
from tests.rig.connector import FakeConnector

WORDS = "label printer down"


@pytest.mark.parametrize("point", ["before-thread", "after-thread", "before-mark", "after-mark"])
async def test_a_kill_while_words_are_raised_opens_one_request_with_one_card(tmp_path: Path, point: str) -> None:
    async with FakeConnector() as connector, ClockService() as clock:
        bot = Bot(tmp_path, clock)
        await bot.seed()
        await bot.start()
        await bot.post(activities.personal_message(WORDS, service_url=connector.service_url))
        (offer,) = await connector.wait_for(1)
        await quiet(bot)
        await bot.stop()
        await bot.start(point)
        action = offer.body["attachments"][0]["content"]["body"][-1]["items"][-1]["actions"][0]
        data = {**action["data"], "text": WORDS}
        press = activities.press(action["verb"], data, service_url=connector.service_url)
        await bot.post(press)
        assert await bot.ended() == -9
        await bot.start()
        assert await bot.post(press) == 200
        await quiet(bot)
        await bot.stop()
        ((place,),) = bot.rows("select place from requests")
        posts = [one for one in connector.messages.items() if "Anna Ops:" in str(one)]
        cards = [where for (where, _), one in connector.messages.items() if "will answer by" in str(one)]
        assert cards == [place]
        assert len(posts) == (2 if point in {"after-thread", "before-mark"} else 1)  # the send in flight is repeated
        assert place.startswith(f"{CHANNEL};messageid=")
        assert place in {where for (where, _), _ in posts}


async def quiet(bot: Any) -> None:
    """Wait until there is nothing left to send."""
    async with asyncio.timeout(15):
        while bot.rows("select count(*) from outbox") != [(0,)]:
            await asyncio.sleep(0.05)
