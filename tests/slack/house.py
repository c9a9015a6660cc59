"""A desk that only keeps what it is told, and the bot's side of Slack around it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import aiohttp
import orjson
from aiohttp import web

from bot.alerts.notification import Kind, Notification
from bot.bodies import HANDLER_ARGS
from bot.errors import NotStored
from bot.events import Event
from bot.slack.api import SlackApi
from bot.slack.door import PATH, SlackDoor, bolt_app
from bot.slack.history import History
from bot.slack.inbound import Workspace
from bot.slack.intake import Intake
from bot.slack.marks import Marks
from bot.slack.names import Names
from tests.journeys.town import at
from tests.slack.events import BUGSNAG, CHANNEL
from tests.slack.fake import BOT, BOT_USER, SECRET, TEAM, TOKEN, FakeSlack, signed

WORKSPACE = Workspace(TEAM, BOT_USER, BOT, "https://fleet.slack.com/")


@dataclass
class Ledger:
    """Keeps each event once, by its key, as a desk does; ``full`` is its disk, ``broken`` the keys it stumbles over."""

    events: dict[str, Event] = field(default_factory=dict)
    handled: int = 0
    full: bool = False
    broken: set[str] = field(default_factory=set)

    async def handle(self, event: Event) -> None:
        self.handled += 1
        if self.full:
            message = "the disk is full"
            raise NotStored(message)
        if event.key in self.broken:
            message = "canary-words"
            raise ValueError(message)
        self.events.setdefault(event.key, event)


class Tables:
    """A file of tables in memory."""

    def __init__(self) -> None:
        self.data: Any = None
        self.full = False

    def read(self) -> Any:
        return self.data

    def write(self, data: dict[str, dict[str, Any]]) -> None:
        if self.full:
            raise OSError
        self.data = data


@dataclass
class SlackHouse:
    """A ledger with Slack's doors, and a Slack on loopback."""

    slack: FakeSlack
    session: aiohttp.ClientSession
    ledger: Ledger = field(default_factory=Ledger)
    tables: Tables = field(default_factory=Tables)
    now: datetime = at("2026-11-23 11:30")
    threads: list[str] = field(default_factory=list)
    channels: list[str] = field(default_factory=lambda: [CHANNEL])
    pauses: list[float] = field(default_factory=list)
    url: str = ""
    bugsnag: frozenset[str] = frozenset({BUGSNAG})

    def __post_init__(self) -> None:
        self.start()

    def start(self, *, met: bool = True) -> None:
        """Begin, or begin again after an end, with what was kept."""
        self.api = SlackApi(self.session, self.slack.api, TOKEN)
        self.marks = Marks(self.tables)
        desk_of = lambda channel: self.ledger if channel == CHANNEL else None  # noqa: E731
        read = lambda said: Notification(Kind.UNREADABLE, said=str(said.get("text")))  # noqa: E731
        names = Names(self.api, wait=0.3)
        self.intake = Intake(desk_of, self.bugsnag, read, names, self.marks, lambda: self.now)
        if met:
            self.intake.meet(WORKSPACE)
        self.history = History(
            self.api,
            self.intake,
            self.marks,
            lambda: self.now,
            lambda: self.channels,
            self._open_threads,
            sleep=self.sleep,
        )
        self.bolt = bolt_app(self.intake.take)
        self.door = SlackDoor(SECRET, self.bolt)

    async def sleep(self, seconds: float) -> None:
        """Take no time, but note it."""
        self.pauses.append(seconds)
        await asyncio.sleep(0)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer through the door that there is now."""
        return await self.door.answer(request)

    async def post(self, body: Any, **sign: Any) -> int:
        """Post an envelope as Slack does; return the status."""
        raw = body if isinstance(body, bytes) else orjson.dumps(body)
        return await self.send(raw, signed(raw, **sign))

    async def send(self, raw: bytes, headers: dict[str, str]) -> int:
        """Post a body with these headers."""
        async with self.session.post(self.url, data=raw, headers=headers) as response:
            await response.read()
            return response.status

    async def _open_threads(self) -> list[str]:
        return self.threads


@asynccontextmanager
async def slack_house() -> AsyncIterator[SlackHouse]:
    """Run a house whose door is open."""
    async with FakeSlack() as slack, aiohttp.ClientSession() as session:
        house = SlackHouse(slack, session)
        app = web.Application(handler_args=HANDLER_ARGS)
        app.router.add_post(PATH, house.answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        house.url = f"http://127.0.0.1:{runner.addresses[0][1]}{PATH}"
        try:
            yield house
        finally:
            await runner.cleanup()
