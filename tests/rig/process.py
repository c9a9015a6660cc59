"""The bot as a process of its own, to be killed; and waiting for what it does."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from aiohttp import ClientError, ClientSession

ROOT = Path(__file__).parents[2]
SETTINGS = ("HOTSEAT", "Micro", "JIRA", "SLACK", "GITHUB", "HANDBOOK")  # how the names of some begin


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
async def child(folder: Path, **settings: str) -> AsyncIterator[Child]:
    """Run the bot in local mode with these settings and none of the environment's, and kill it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS)}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment |= {"PORT": str(port), "HOTSEAT_DATA": str(folder), "HOTSEAT_LOG": "ERROR"}
    environment |= settings
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "bot", "serve", env=environment, cwd=ROOT)
    try:
        yield Child(process, f"http://127.0.0.1:{port}")
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def until(condition: Callable[[], object]) -> None:
    """Wait until something is so; raise TimeoutError after half a minute."""
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.02)
