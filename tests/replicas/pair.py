"""Two whole bots on one database, behind real HTTP, with authentication on, between the services that they share."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import psycopg

from tests.door.whole import ClockService, Whole, running
from tests.rig.connector import FakeConnector
from tests.rig.entra import FakeEntra


@dataclass
class Pair:
    """Two replicas, and the database that they share; ``clock`` is the time of both."""

    database: str
    both: tuple[Whole, Whole]
    connector: FakeConnector
    clock: ClockService

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Read the journal as it is in the database."""
        with psycopg.connect(self.database, autocommit=True) as connection:
            return list(connection.execute(query.encode()).fetchall())

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something is so; raise TimeoutError after half a minute."""
        async with asyncio.timeout(30):
            while not condition():
                await asyncio.sleep(0.05)

    async def quiet(self) -> None:
        """Wait until what there was to send has been sent."""
        await self.until(lambda: self.rows("SELECT count(*) FROM outbox") == [(0,)])

    async def opened(self, text: str = "label printer down") -> str:
        """Post a request at one of them, and return its thread's id once its card is there."""
        post = self.both[0].channel_post(text)
        assert (await self.both[0].post(post))[0] == 200
        await self.quiet()
        return str(post["id"])

    def visible(self) -> list[tuple[str, str]]:
        """Return what was posted: conversation and text of each message as it is now."""
        return [(conversation, str(body)) for (conversation, _), body in self.connector.messages.items()]


@asynccontextmanager
async def pair(folder: Path, database: str, **more: Any) -> AsyncIterator[Pair]:
    """Run two replicas; the desk is there, and it is Monday 2026-11-23, 11:00 in Berlin."""
    async with AsyncExitStack() as stack:
        entra = await stack.enter_async_context(FakeEntra())
        connector = await stack.enter_async_context(FakeConnector())
        session = await stack.enter_async_context(aiohttp.ClientSession())
        clock = await stack.enter_async_context(ClockService())
        both: list[Whole] = []
        for name in ("one", "other"):
            settings = {"database_url": database, "clock": f"{clock.url}/clock", **more}
            start = running(folder / name, entra, connector, session, is_first=not both, **settings)
            both.append(await stack.enter_async_context(start))
        yield Pair(database, (both[0], both[1]), connector, clock)
