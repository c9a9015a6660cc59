"""What the tests of the door run: our adapter behind real HTTP, and a bot that records."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson
from aiohttp import web
from botbuilder.core import TurnContext

from bot.bodies import HANDLER_ARGS
from bot.teams.adapter import ADMITTED
from bot.teams.credentials import Credentials
from bot.teams.guard import Admitted, Guard
from bot.teams.keys import SigningKeys
from bot.teams.transport import Transport
from tests.rig.connector import FakeConnector
from tests.rig.entra import FakeEntra
from tests.rig.service import LoopbackService

PASSWORD = "canary-secret-5f1d"


@dataclass
class RecordingBot:
    """A bot that keeps what it is given, and then does what the test says."""

    turns: list[Admitted] = field(default_factory=list)
    does: Callable[[TurnContext], Awaitable[None]] | None = None

    async def on_turn(self, context: TurnContext) -> None:
        """Keep the turn."""
        self.turns.append(context.turn_state[ADMITTED])
        if self.does:
            await self.does(context)


class Door(LoopbackService):
    """Serve `POST /api/messages` with any adapter that has the SDK's `process`."""

    def __init__(self, adapter: Any, bot: Any) -> None:
        super().__init__()
        self.adapter = adapter
        self.bot = bot

    def application(self) -> web.Application:
        """Say what is served."""
        app = web.Application(handler_args=HANDLER_ARGS)
        app.router.add_post("/api/messages", self._messages)
        return app

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        answer: web.Response = await self.adapter.process(request, self.bot)
        return answer


@dataclass
class House:
    """Everything that a test of the door needs, running."""

    entra: FakeEntra
    connector: FakeConnector
    session: aiohttp.ClientSession
    keys: SigningKeys
    guard: Guard
    credentials: Credentials
    transport: Transport
    bot: RecordingBot
    door: Door

    def token(self, **changes: Any) -> str:
        """Mint a token; a genuine one but for the changes."""
        return self.entra.token(**({"service_url": self.connector.service_url} | changes))

    async def post(
        self, activity: Any = None, *, token: str | None = None, data: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        """Post an activity, or `data`, with a genuine token unless told otherwise; give status and JSON body."""
        shown = {"Authorization": f"Bearer {self.token() if token is None else token}"} if headers is None else headers
        return await post(self.session, self.door, orjson.dumps(activity) if data is None else data, shown)


async def post(session: aiohttp.ClientSession, door: Door, data: Any, headers: dict[str, str]) -> tuple[int, Any]:
    """Post bytes to a door; give status and JSON body."""
    headers = {"Content-Type": "application/json"} | headers
    async with session.post(f"{door.url}/api/messages", data=data, headers=headers) as response:
        raw = await response.read()
        return response.status, orjson.loads(raw) if raw and response.status == 200 else None
