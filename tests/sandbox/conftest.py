"""A running sandbox with the fake bot, on free ports of the loopback."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.sandbox.service import Sandbox, build, listen
from tests.rig.ports import free_port
from tests.sandbox.fake_bot import FakeBot

PAUSES: dict[str, tuple[float, ...]] = {
    "pauses": (0.01, 0.01),
    "slack_pauses": (0.0, 0.01, 0.01),
    "jira_pauses": (0.01, 0.01),
}
TUESDAY_TEN = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@dataclass(slots=True)
class Stage:
    """The sandbox, the fake bot, and a client that talks to the sandbox as the page or as the bot would."""

    sandbox: Sandbox
    bot: FakeBot
    client: aiohttp.ClientSession
    base: str

    async def do(self, path: str, **body: Any) -> Any:
        """POST to the page's interface; `as_` stands for "as"."""
        if "as_" in body:
            body["as"] = body.pop("as_")
        async with self.client.post(f"{self.base}{path}", json=body) as answer:
            return await answer.json()

    async def world(self) -> Any:
        """GET the world."""
        async with self.client.get(f"{self.base}api/world") as answer:
            return await answer.json()

    async def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Call the connector as the bot does."""
        return await self.bot.call(method, self.base, path, body)

    async def until(self, there: Callable[[], object]) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(5):
            while not there():
                await asyncio.sleep(0.01)

    async def message(self, author: str) -> Any:
        """Give the newest message of an author."""
        return [one for one in (await self.world())["messages"] if one["author"] == author][-1]


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """Run both for one test."""
    bot, bot_port, port = FakeBot(), free_port(), free_port()
    bot_runner = web.AppRunner(bot.app(), access_log=None)
    await bot_runner.setup()
    await web.TCPSite(bot_runner, "127.0.0.1", bot_port).start()
    async with aiohttp.ClientSession() as session:
        address = f"http://127.0.0.1:{bot_port}/api/messages"
        sandbox = build(session, port, address, lambda: TUESDAY_TEN, pace=0.01, patience=0.01, **PAUSES)
        runner = await listen(sandbox, port)
        yield Stage(sandbox, bot, session, f"http://127.0.0.1:{port}/")
        await runner.cleanup()
    await bot_runner.cleanup()
