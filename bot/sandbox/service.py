"""The sandbox put together: one aiohttp application that is Teams' connector and Graph, Slack, Jira and the page.

Knows which part needs which; starts no process (see `bot`).
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import aiohttp
from aiohttp import web

from bot.sandbox import cast
from bot.sandbox.acts import Acts
from bot.sandbox.board import Board
from bot.sandbox.bugsnag import Bugsnag
from bot.sandbox.clock import Clock
from bot.sandbox.connector import Connector
from bot.sandbox.delivery import PAUSES, Delivery, Wire
from bot.sandbox.faults import Faults
from bot.sandbox.github import GitHub
from bot.sandbox.graph import Graph
from bot.sandbox.hooks import JIRA_PAUSES, SLACK_PAUSES, Hooks
from bot.sandbox.jira import Jira
from bot.sandbox.page import LARGEST_BODY, Bridge, Changes, Page, guard
from bot.sandbox.repository import Repository
from bot.sandbox.slack import Slack
from bot.sandbox.story import PACE, PATIENCE, Story
from bot.sandbox.workspace import Workspace
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
    changes: Changes
    bridge: Bridge


def build(
    session: aiohttp.ClientSession,
    port: int,
    bot_address: str,
    real: Callable[[], datetime],
    *,
    pace: float = PACE,
    patience: float = PATIENCE,
    pauses: tuple[float, ...] = PAUSES,
    slack_pauses: tuple[float, ...] = SLACK_PAUSES,
    jira_pauses: tuple[float, ...] = JIRA_PAUSES,
) -> Sandbox:
    """Join the parts. `bot_address` is the bot's /api/messages; `real` answers real time (aware).

    The story takes `pace` and `patience`, the delivery `pauses`, and what Slack and Jira tell the bot theirs.
    """
    changes = Changes()
    clock = Clock(real)
    clock.begin()
    world = World(clock.now, changes.note)
    world.rota = cast.Rota().missing(clock.today())
    wire = Wire(clock.now, changes.note)
    faults = {"teams": Faults(), "slack": Faults(), "jira": Faults(), "github": Faults()}
    delivery = Delivery(session, bot_address, wire, pauses, faults["teams"])
    acts = Acts(world, delivery, clock, f"http://127.0.0.1:{port}/")
    base = bot_address.removesuffix("/api/messages")
    hooks = Hooks(session, base, wire, faults, slack_pauses=slack_pauses, jira_pauses=jira_pauses)
    workspace = Workspace(world, Bugsnag(), hooks, clock)
    story = Story(world, acts, workspace, clock, pace, patience)
    board = Board(clock.now)
    jira = Jira(board, world, wire, hooks, faults["jira"], f"http://127.0.0.1:{port}")
    repository = Repository(clock.now)
    github = GitHub(repository, world, wire, faults["github"], f"http://127.0.0.1:{port}")
    bridge = Bridge(workspace, board, jira, repository, faults)
    app = web.Application(middlewares=[guard], client_max_size=LARGEST_BODY)
    app.add_routes(Connector(world, wire).routes())
    app.add_routes(Graph(world, wire, faults["teams"], f"http://127.0.0.1:{port}").routes())
    app.add_routes(Slack(world, wire, workspace, faults["slack"]).routes())
    app.add_routes(jira.routes())
    app.add_routes(github.routes())
    app.add_routes(Page(world, acts, clock, wire, story, changes, bridge).routes())
    app.cleanup_ctx.append(_ending(story.stop, workspace.close, hooks.close, delivery.close))
    return Sandbox(app, world, clock, acts, wire, story, changes, bridge)


async def listen(sandbox: Sandbox, port: int) -> web.AppRunner:
    """Serve on 127.0.0.1:`port`; raises OSError when the port is taken. The caller cleans the runner up."""
    runner = web.AppRunner(sandbox.app, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    return runner


def _ending(*ends: Callable[[], Awaitable[None]]) -> Callable[[web.Application], AsyncIterator[None]]:
    async def context(app: web.Application) -> AsyncIterator[None]:
        del app
        yield
        for end in ends:
            await end()

    return context
