"""The sandbox as people start it: a process that brings up the real bot, and takes it down again."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.sandbox.conftest import free_port


@dataclass(slots=True)
class Run:
    """A started sandbox."""

    process: asyncio.subprocess.Process
    base: str

    async def line(self, beginning: str) -> str:
        """Wait for a line of its output; fails when the output ends before."""
        assert self.process.stdout is not None
        async with asyncio.timeout(60):
            said = []
            while line := (await self.process.stdout.readline()).decode():
                said.append(line)
                if line.startswith(beginning):
                    return line
        raise AssertionError("".join(said))

    def child(self) -> int:
        """Give the bot's process id."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return int(children.split()[0])


async def start(data: Path, bot_port: int) -> Run:
    port = free_port()
    ports = ("--port", port, "--bot-port", bot_port, "--ops-port", free_port(), "--data", data)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.sandbox", *map(str, ports)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    return Run(process, f"http://127.0.0.1:{port}/")


@pytest.fixture
async def run(tmp_path: Path) -> AsyncIterator[Run]:
    """Start one and wait until it is ready."""
    run = await start(tmp_path / "data", free_port())
    await run.line("Open http://127.0.0.1:")
    yield run
    if run.process.returncode is None:
        run.process.terminate()
    await run.process.wait()


async def world(run: Run) -> Any:
    async with aiohttp.ClientSession() as session, session.get(f"{run.base}api/world") as answer:
        return await answer.json()


async def test_a_post_gets_the_real_bots_card_and_the_bot_ends_with_the_sandbox(run: Run) -> None:
    body = {"as": "olga", "channel": "backend", "text": "label printer down"}
    async with aiohttp.ClientSession() as session:
        await session.post(f"{run.base}api/act/post", json=body)
    for _ in range(200):
        if any(one["cards"] for one in (await world(run))["messages"]):
            break
        await asyncio.sleep(0.1)
    else:
        pytest.fail("no card came")
    bot = run.child()
    run.process.send_signal(signal.SIGTERM)
    assert await run.process.wait() == 0
    with pytest.raises(ProcessLookupError):
        os.kill(bot, 0)


async def test_a_bot_that_dies_takes_the_sandbox_down_loudly(run: Run) -> None:
    os.kill(run.child(), signal.SIGKILL)
    assert "exit code -9" in await run.line("Error: The bot ended by itself")
    assert await run.process.wait() == 1


async def test_a_taken_port_is_said_and_nothing_is_started(tmp_path: Path) -> None:
    async with await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0) as server:
        taken = server.sockets[0].getsockname()[1]
        run = await start(tmp_path / "data", taken)
        assert f"127.0.0.1:{taken} already" in await run.line("Error: Something listens on")
        assert await run.process.wait() == 1
    assert not (tmp_path / "data").exists()
