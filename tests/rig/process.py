"""The bot as a process of its own, to be killed; and waiting for what it does."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from aiohttp import ClientError, ClientSession

from tests.rig.ports import free_port

ROOT = Path(__file__).parents[2]
SETTINGS = ("HO", "PORT", "Micro", "BotOpenId", "JIRA", "SLACK", "BUGSNAG", "GITHUB", "HANDBOOK", "GRAPH")
"""How the names of settings begin, and of what else would be one."""


@dataclass(frozen=True, slots=True)
class Child:
    """A running bot."""

    process: asyncio.subprocess.Process
    url: str

    async def is_ready(self) -> bool:
        """Say whether it says so."""
        try:
            async with ClientSession() as session, session.get(f"{self.url}/readyz") as answer:
                return answer.status == HTTPStatus.OK
        except ClientError:
            return False


@asynccontextmanager
async def child(folder: Path, log: Path | None = None, first: str = "", **settings: str) -> AsyncIterator[Child]:
    """Run the bot with these settings and none of the environment's, else in local mode, and kill it.

    What it says goes to the file ``log``. ``first`` is Python that is run before the bot, in its process.
    """
    program = ("-c", f"{first}\nfrom bot.__main__ import main; main()") if first else ("-m", "bot")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS)}
    given = {"PORT": str(free_port()), "HOTSEAT_OPS": "off", "HOTSEAT_DATA": str(folder), "HOTSEAT_LOG": "ERROR"}
    given["HOTSEAT_ENCODER"] = "off"
    environment |= given | settings
    with log.open("ab") if log else nullcontext() as said:
        process = await asyncio.create_subprocess_exec(
            sys.executable, *program, "serve", env=environment, cwd=ROOT, stdout=said, stderr=said
        )
    try:
        yield Child(process, f"http://127.0.0.1:{environment['PORT']}")
    finally:
        with suppress(ProcessLookupError):  # it may have ended
            process.kill()
        await process.wait()


async def until(condition: Callable[[], object]) -> None:
    """Wait until something is so; raise TimeoutError after half a minute."""
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.02)
