"""The bot as a process of its own, authentication on, between fakes of all that it talks to.

Decides how it is started, asked, stopped and looked at from outside; knows nothing of what goes wrong.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import orjson

from bot.settings import Settings
from tests.door.whole import FARID, PASSWORD, ClockService, seed
from tests.rig import activities
from tests.rig.connector import FakeConnector
from tests.rig.entra import APP_ID, TENANT, FakeEntra
from tests.rig.ports import free_port
from tests.rig.process import ROOT, SETTINGS, until

READ = """
import json, sqlite3, sys
connection = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
print(json.dumps(connection.execute(sys.argv[2]).fetchall()))
"""  # in a process of its own, which may see another disk there than the test does


@dataclass
class Stage:
    """One data folder, one port, and the services; the bot may be started on them again and again."""

    folder: Path
    entra: FakeEntra
    connector: FakeConnector
    clock: ClockService
    session: aiohttp.ClientSession
    more: dict[str, str] = field(default_factory=dict)
    prefix: Sequence[str] = ()
    said: list[str] = field(default_factory=list)
    port: int = 0
    process: asyncio.subprocess.Process | None = None
    inside: Sequence[str] = ()
    waiting: asyncio.Task[int] | None = None

    @property
    def url(self) -> str:
        """Where the bot listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The bot's process."""
        assert self.process is not None
        return self.process.pid

    def environment(self) -> dict[str, str]:
        """Return what the bot is told, and none of our own settings."""
        ours = {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS)}
        return {
            **ours,
            "MicrosoftAppId": APP_ID,
            "MicrosoftAppPassword": PASSWORD,
            "MicrosoftAppTenantId": TENANT,
            "BotOpenIdMetadata": self.entra.metadata_url,
            "HOTSEAT_AUTHORITY": self.entra.url,
            "HOTSEAT_SERVICE_HOSTS": f"127.0.0.1:{self.connector.port}",
            "HOTSEAT_ADMINS": FARID,
            "HOTSEAT_CLOCK": f"{self.clock.url}/clock",
            "HOTSEAT_DATA": str(self.folder),
            "HOTSEAT_LOG": "WARNING",
            "HOTSEAT_OPS": "off",
            "HOTSEAT_ENCODER": "off",
            "PORT": str(self.port),
            **self.more,
        }

    async def start(self) -> None:
        """Start the bot and wait until it is ready."""
        self.process = await asyncio.create_subprocess_exec(
            *self.prefix, sys.executable, "-m", "bot", "serve",
            env=self.environment(), cwd=ROOT, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        self._hearing = asyncio.create_task(self._hear(self.process))
        async with asyncio.timeout(30):
            while await self.status("/readyz") != 200:
                assert self.process.returncode is None, self.said
                await asyncio.sleep(0.02)

    async def _hear(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None
        async for line in process.stderr:
            self.said.append(line.decode(errors="replace").rstrip())

    async def refused(self) -> str:
        """Start the bot, which must end by itself, calmly; return what it says."""
        self.process = await asyncio.create_subprocess_exec(
            *self.prefix, sys.executable, "-m", "bot", "serve",
            env=self.environment(), cwd=ROOT, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        async with asyncio.timeout(30):
            _, said = await self.process.communicate()
        assert self.process.returncode == 1, said
        return said.decode()

    async def stop(self, within: float = 30) -> None:
        """End the bot as a platform does, and wait for it."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(self.process.wait(), within) == 0
        await self._hearing

    async def kill(self) -> None:
        """End the bot at once, if it runs."""
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()

    async def status(self, path: str) -> int:
        """Ask for a page; 0 where nobody answers."""
        try:
            async with self.session.get(f"{self.url}{path}") as answer:
                return answer.status
        except aiohttp.ClientError:
            return 0

    async def post(self, activity: dict[str, Any]) -> int:
        """Deliver an activity as Teams does; 0 where nobody answers."""
        token = self.entra.token(service_url=self.connector.service_url)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        try:
            async with self.session.post(
                f"{self.url}/api/messages", data=orjson.dumps(activity), headers=headers
            ) as answer:
                return answer.status
        except aiohttp.ClientError:
            return 0

    def request(self, text: str = "label printer down", **fields: Any) -> dict[str, Any]:
        """Build somebody's post in the desk's channel."""
        return activities.channel_post(text, service_url=self.connector.service_url, **fields)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Read the journal as it is on the disk."""
        words = [*self.inside, sys.executable, "-c", READ, str(self.folder / "journal.sqlite"), query]
        found = subprocess.run(words, check=True, capture_output=True, timeout=30).stdout
        return [tuple(row) for row in json.loads(found)]

    async def quiet(self) -> None:
        """Wait until there is nothing left to send."""
        await until(lambda: self.rows("select count(*) from outbox") == [(0,)])

    def cards(self) -> list[dict[str, Any]]:
        """Return the cards that stand in channels."""
        return [
            body
            for (where, _), body in self.connector.messages.items()
            if "messageid=" in where and body.get("attachments")
        ]


@asynccontextmanager
async def stage(folder: Path, given: FakeEntra | None = None, **more: str) -> AsyncIterator[Stage]:
    """Give a stage with a desk on which nothing runs yet; whatever runs at the end is killed."""
    async with (
        FakeEntra() if given is None else nullcontext(given) as entra,
        FakeConnector() as connector,
        ClockService() as clock,
        aiohttp.ClientSession() as session,
    ):
        await seed(Settings.model_validate({"data": folder, "app_id": APP_ID, "app_tenant": TENANT,
                                            "app_password": PASSWORD, "admins": (FARID,)}))  # fmt: skip
        one = Stage(folder, entra, connector, clock, session, dict(more), port=free_port())
        try:
            yield one
        finally:
            await one.kill()
