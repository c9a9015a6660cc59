"""A message that the bot cannot take is delivered again, in order and unchanged, until it is taken or given up."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.sandbox.delivery import Delivery, Wire
from tests.rig.ports import free_port
from tests.sandbox.conftest import TUESDAY_TEN, Stage
from tests.sandbox.fake_bot import FakeBot

PATIENT = (0.01,) * 1000


@dataclass(slots=True)
class Post:
    """A delivery, its wire, and the bot that it delivers to once that is up."""

    wire: Wire
    delivery: Delivery
    bot: FakeBot
    runner: web.AppRunner
    port: int

    async def bot_comes_up(self) -> None:
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", self.port).start()

    async def until(self, there: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not there():
                await asyncio.sleep(0.01)

    def heard(self) -> list[str]:
        return [one["id"] for one in self.bot.heard]


@pytest.fixture
async def post() -> AsyncIterator[Post]:
    bot, port = FakeBot(), free_port()
    wire = Wire(lambda: TUESDAY_TEN, lambda: None)
    runner = web.AppRunner(bot.app(), access_log=None)
    async with aiohttp.ClientSession() as session:
        delivery = Delivery(session, f"http://127.0.0.1:{port}/api/messages", wire, PATIENT)
        yield Post(wire, delivery, bot, runner, port)
        await delivery.close()
    await runner.cleanup()


def typing(identifier: str, conversation: str = "a:1") -> dict[str, Any]:
    return {"type": "typing", "id": identifier, "conversation": {"id": conversation}}


async def test_what_is_said_before_the_bot_is_up_arrives_when_it_is_in_order_and_once(post: Post) -> None:
    assert [await post.delivery.send(typing(one)) for one in ("1", "2", "3")] == [0, 0, 0]
    assert post.wire.waiting == 3
    await post.bot_comes_up()
    await post.until(lambda: post.wire.waiting == 0)
    assert post.heard() == ["1", "2", "3"]
    assert post.wire.problems == []


async def test_each_try_carries_the_same_activity(post: Post) -> None:
    await post.bot_comes_up()
    post.bot.status = 503
    assert await post.delivery.send(typing("1")) == 503
    await post.until(lambda: len(post.bot.heard) > 2)
    post.bot.status = 201
    await post.until(lambda: post.wire.waiting == 0)
    assert set(post.heard()) == {"1"}


async def test_a_conversation_that_waits_holds_up_no_other_and_no_invoke(post: Post) -> None:
    await post.bot_comes_up()
    post.bot.status = 503
    await post.delivery.send(typing("1", "a:1"))
    post.bot.status = 201
    assert await post.delivery.send(typing("2", "a:2")) == 201
    post.bot.status = 503
    await post.delivery.send(typing("3", "a:3"))
    post.bot.invoke_answer = {"fine": True}
    assert await post.delivery.invoke({**typing("4", "a:3"), "type": "invoke", "name": "x"}) == (200, {"fine": True})


async def test_what_the_bot_refuses_is_not_tried_again(post: Post) -> None:
    await post.bot_comes_up()
    post.bot.status = 403
    assert await post.delivery.send(typing("1")) == 403
    assert post.heard() == ["1"]
    assert post.wire.problems == [{"text": "The bot answered 403 to typing.", "count": 1}]


async def test_what_the_bot_never_takes_is_given_up_and_shown(stage: Stage) -> None:
    stage.bot.status = 500
    outcome = await stage.do("api/act/post", as_="olga", channel="backend", text="one")
    assert outcome["status"] == 500
    async with asyncio.timeout(20):
        while not (world := await stage.world())["problems"]:
            await asyncio.sleep(0.01)
    assert len(stage.bot.heard) == 3
    assert (world["problems"], world["waiting"]) == ([{"text": "The bot answered 500 to message.", "count": 1}], 0)
