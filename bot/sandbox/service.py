"""The sandbox put together: one aiohttp application that is both Teams' connector and the page.

Knows which part needs which; starts no process (see `bot`).
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime

import aiohttp
from aiohttp import web

from bot.sandbox.acts import Acts
from bot.sandbox.clock import Clock
from bot.sandbox.connector import Connector
from bot.sandbox.delivery import Delivery, Wire
from bot.sandbox.page import LARGEST_BODY, Changes, Page, guard
from bot.sandbox.story import PACE, Story
from bot.sandbox.world import World


@dataclass(frozen=True, slots=True)
class Sandbox:
    """The running parts, for those who drive them."""

    app: web.Application
    world: World
    clock: Clock
    acts: Acts
    wire: Wire
    story: Story


def build(
    session: aiohttp.ClientSession, port: int, bot_address: str, real: Callable[[], datetime], pace: float = PACE
) -> Sandbox:
    """Join the parts. `bot_address` is the bot's /api/messages; `real` answers real time (aware)."""
    changes = Changes()
    clock = Clock(real)
    clock.begin()
    world = World(clock.now, changes.note)
    wire = Wire(clock.now, changes.note)
    acts = Acts(world, Delivery(session, bot_address, wire), clock, f"http://127.0.0.1:{port}/")
    story = Story(world, acts, clock, pace)
    app = web.Application(middlewares=[guard], client_max_size=LARGEST_BODY)
    app.add_routes(Connector(world, wire).routes())
    app.add_routes(Page(world, acts, clock, wire, story, changes).routes())
    app.cleanup_ctx.append(_ending(story))
    return Sandbox(app, world, clock, acts, wire, story)


async def listen(sandbox: Sandbox, port: int) -> web.AppRunner:
    """Serve on 127.0.0.1:`port`; raises OSError when the port is taken. The caller cleans the runner up."""
    runner = web.AppRunner(sandbox.app, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    return runner


def _ending(story: Story) -> Callable[[web.Application], AsyncIterator[None]]:
    async def context(app: web.Application) -> AsyncIterator[None]:
        del app
        yield
        await story.stop()
        await asyncio.sleep(0)

    return context
