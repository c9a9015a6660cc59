"""One bot in a process of its own, with authentication on and every secret set, between fakes of all that it talks to.

It is spoken to over sockets alone. What it stored is read from its journal, what it sent from the fakes, what it said
from its log.
"""

import asyncio
import json
import re
import socket
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from aiohttp import web

from bot.settings import Settings
from tests.attack.rows import publish_all
from tests.door.whole import FARID, NAMES, ClockService, seed
from tests.github.fake import TOKEN as GITHUB_TOKEN
from tests.github.fake import FakeGitHub
from tests.jira.fake import EMAIL, FakeJira
from tests.jira.fake import TOKEN as JIRA_TOKEN
from tests.rig import activities
from tests.rig.connector import FakeConnector
from tests.rig.entra import APP_ID, TENANT, FakeEntra
from tests.rig.graph import FakeGraph
from tests.rig.ports import free_port
from tests.rig.process import child, until
from tests.rig.service import LoopbackService
from tests.slack.events import BUGSNAG, CHANNEL
from tests.slack.fake import SECRET as SLACK_SECRET
from tests.slack.fake import TOKEN as SLACK_TOKEN
from tests.slack.fake import FakeSlack

PASSWORD = "canary-Password~of+the/bot=="
BUGSNAG_SECRET = "canary-secret-of-bugsnag"
JIRA_SECRET = "canary-secret-of-jira"
HEARTBEAT = "canary-heartbeat-7c21"
SECRETS = (PASSWORD, BUGSNAG_SECRET, JIRA_SECRET, JIRA_TOKEN, GITHUB_TOKEN, SLACK_TOKEN, SLACK_SECRET, HEARTBEAT)
STATUS = re.compile(rb"HTTP/\d\.\d (\d{3}) ")
PASSING = re.compile(r"sqlite-|tmp|lock|\.bak$")  # files that come and go while others are written
OURS = "kind not like '%Imported' and kind not in ('Sweep', 'ClockStruck')"


class Trap(LoopbackService):
    """Listens on this machine, as a service would that strangers must not reach through the bot, and counts."""

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/{anywhere:.*}", self._caught)
        return app

    async def _caught(self, _: web.Request) -> web.Response:
        self.hits["any"] += 1
        return web.json_response({"id": "caught"})


@dataclass(frozen=True, slots=True)
class Reply:
    """All that came back over one connection."""

    raw: bytes

    @property
    def statuses(self) -> list[int]:
        """Give the status of each answer, in order."""
        return [int(status) for status in STATUS.findall(self.raw)]

    @property
    def json(self) -> Any:
        """Give the last answer's body."""
        return orjson.loads(self.raw.rpartition(b"\r\n\r\n")[2])


@dataclass
class Siege:
    """The bot and everything around it."""

    folder: Path
    entra: FakeEntra
    connector: FakeConnector
    slack: FakeSlack
    jira: FakeJira
    github: FakeGitHub
    clock: ClockService
    trap: Trap
    heart: Trap
    graph: FakeGraph
    level: str = "DEBUG"
    port: int = 0
    ops_port: int = 0
    process: asyncio.subprocess.Process | None = None
    token: str = ""
    answered: list[bytes] = field(default_factory=list)
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    _seen: Any = None

    @property
    def data(self) -> Path:
        """Give the bot's folder."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """Give the file that the bot's log goes to."""
        return self.folder / "log"

    @property
    def address(self) -> str:
        """Give the address at which the bot listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """Give the service URL that genuine activities name."""
        return self.connector.service_url

    def environment(self) -> dict[str, str]:
        """Give the bot's settings: all of them that hold a secret, or an address of a service."""
        self.port, self.ops_port = free_port(), free_port()
        return {
            "MicrosoftAppId": APP_ID,
            "MicrosoftAppPassword": PASSWORD,
            "MicrosoftAppTenantId": TENANT,
            "BotOpenIdMetadata": self.entra.metadata_url,
            "HOTSEAT_AUTHORITY": self.entra.url,
            "HOTSEAT_SERVICE_HOSTS": f"127.0.0.1:{self.connector.port}",
            "HOTSEAT_ADMINS": FARID,
            "HOTSEAT_CLOCK": f"{self.clock.url}/clock",
            "HOTSEAT_LOG": self.level,
            "HOTSEAT_OPS": f"127.0.0.1:{self.ops_port}",
            "HOTSEAT_HEARTBEAT_URL": f"{self.heart.url}/{HEARTBEAT}",
            "PORT": str(self.port),
            "SLACK_BOT_TOKEN": SLACK_TOKEN,
            "SLACK_SIGNING_SECRET": SLACK_SECRET,
            "SLACK_CHANNEL": CHANNEL,
            "SLACK_BUGSNAG_IDS": BUGSNAG,
            "SLACK_API_URL": self.slack.api,
            "BUGSNAG_WEBHOOK_SECRET": BUGSNAG_SECRET,
            "JIRA_URL": self.jira.url,
            "JIRA_EMAIL": EMAIL,
            "JIRA_API_TOKEN": JIRA_TOKEN,
            "JIRA_PROJECT": "EDGE",
            "JIRA_WEBHOOK_SECRET": JIRA_SECRET,
            "GITHUB_API_URL": self.github.api,
            "GITHUB_TOKEN": GITHUB_TOKEN,
            "GRAPH_URL": self.graph.url,
            "HANDBOOK": "liefery/liefery-backend/docs/emergency_handbook.md@master",
        }

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run the bot's process; a second time on the same folder is a restart."""
        settings = self.environment()
        if not self.data.exists():
            await seed(Settings.model_validate({"data": self.data}))
        async with child(self.data, self.log, **settings) as running:
            self.process = running.process
            await until(self._listens)
            self.token = self.entra.token(service_url=self.url)
            yield

    def _listens(self) -> bool:
        with socket.socket() as visitor:
            return visitor.connect_ex(("127.0.0.1", self.port)) == 0

    async def start(self) -> None:
        """Start the bot."""
        await self.stack.enter_async_context(self.running())

    async def restart(self) -> None:
        """End the bot in good order, and start it again."""
        assert await self.end() == 0
        await self.stack.aclose()
        await self.start()

    async def end(self) -> int:
        """Ask the bot to end; give its exit code."""
        assert self.process is not None
        self.process.terminate()
        return await asyncio.wait_for(self.process.wait(), 20)

    async def send(self, raw: bytes, *, more: AsyncIterator[bytes] | None = None) -> Reply:
        """Send bytes over a connection of their own, and read until the bot closes it."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)

        async def write() -> None:
            writer.write(raw)
            async for chunk in more or _nothing():
                writer.write(chunk)
                await writer.drain()

        writing = asyncio.create_task(write())
        got = bytearray()
        try:
            async with asyncio.timeout(30):
                while chunk := await reader.read(65_536):
                    got += chunk
        except ConnectionError:
            pass  # it closed while we were still sending
        finally:
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
            writer.close()
        self.answered.append(bytes(got))
        return Reply(bytes(got))

    async def deliver(
        self, activity: dict[str, Any] | bytes, shown: str | None = None, *, path: str = "/api/messages"
    ) -> Reply:
        """Deliver an activity as Teams does."""
        body = activity if isinstance(activity, bytes) else orjson.dumps(activity)
        return await self.send(posted(path, body, Authorization=f"Bearer {self.token}" if shown is None else shown))

    def by(self, who: str) -> dict[str, Any]:
        """Give the fields that make an activity somebody's."""
        return {"service_url": self.url, "aad": who, "sender": f"29:{who[-1]}", "name": NAMES.get(who, "Olga")}

    def post(self, text: str = "label printer down", **fields: Any) -> dict[str, Any]:
        """Make a requester's post."""
        return activities.channel_post(text, service_url=self.url, **fields)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Read the journal as it is on the disk."""
        connection = sqlite3.connect(f"file:{self.data / 'journal.sqlite'}?mode=ro", uri=True)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    def effects(self) -> dict[str, Any]:
        """Give all that an attack could have caused: what is stored, and what was sent to whom."""
        return {
            "records": self.rows(f"select count(*) from records where {OURS}"),  # noqa: S608 - a constant
            "requests": self.rows("select document from requests"),
            "outbox": self.rows("select count(*) from outbox"),
            "Teams": len(self.connector.calls),
            "Slack": len(self.slack.said),
            "Jira": len(self.jira.issues),
            "GitHub": len([name for name in self.github.names if not name.startswith("GET")]),
            "tokens": len(self.entra.token_requests),
            "trap": self.trap.hits["any"],
            "files": sorted(str(path) for path in self.folder.rglob("*") if not PASSING.search(path.name)),
            "complaints": self.complaints(),
        }

    def complaints(self) -> list[str]:
        """Give the lines of the log that tell of a failure."""
        return [
            line
            for line in self.said().splitlines()
            if '"ERROR"' in line or '"CRITICAL"' in line or "Traceback" in line
        ]

    def said(self) -> str:
        """Give the log so far."""
        return self.log.read_text("utf-8", errors="replace") if self.log.exists() else ""

    async def quiet(self) -> None:
        """Wait until the outbox is empty, and take what there is then as what attacks must not change."""
        await until(lambda: self.rows("select count(*) from outbox") == [(0,)])
        self._seen = self.effects()

    def untouched(self) -> None:
        """See that nothing came of anything since it was quiet."""
        now = self.effects()
        changed = [f"{what}: {is_}, was {self._seen[what]}" for what, is_ in now.items() if is_ != self._seen[what]]
        assert not changed, "\n".join(changed)


async def _nothing() -> AsyncIterator[bytes]:
    for chunk in tuple[bytes, ...]():
        yield chunk


def posted(path: str, body: bytes, /, **headers: str) -> bytes:
    """Write a POST; a header's name has _ for -."""
    named = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    head = f"POST {path} HTTP/1.1\r\nHost: bot\r\nConnection: close\r\nContent-Length: {len(body)}\r\n{named}\r\n"
    return head.encode("utf-8") + body


def logged(text: str) -> list[dict[str, Any]]:
    """Read a log of JSON lines."""
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


@asynccontextmanager
async def besieged(
    folder: Path, level: str = "DEBUG", prepare: Callable[[Siege], None] = lambda siege: publish_all(siege.entra)
) -> AsyncIterator[Siege]:
    """Run the services, and a bot between them."""
    async with AsyncExitStack() as stack:
        services = (
            FakeEntra(),
            FakeConnector(),
            FakeSlack(),
            FakeJira(checks=False),
            FakeGitHub(),
            ClockService(),
            Trap(),
            Trap(),
            FakeGraph(),
        )
        for service in services:
            await stack.enter_async_context(service)
        siege = Siege(folder, *services, level=level)
        stack.push_async_callback(siege.stack.aclose)
        prepare(siege)
        await siege.start()
        yield siege
