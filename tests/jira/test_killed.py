"""kill -9 while Jira has not answered a creation: the next start makes no second ticket, however late it shows."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from bot.folder import open_folder
from bot.ports import Commit, Outgoing
from bot.settings import Settings
from tests.jira.fake import EMAIL, TOKEN, FakeJira, Fault
from tests.jira.house import TICKET, effect
from tests.jira.test_whole import DESK

ROOT = Path(__file__).parents[2]
QUIET_SECONDS = 1.5  # a bot that forgot would create at once


@asynccontextmanager
async def child(folder: Path, url: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run the bot as a process of its own in local mode, and kill it."""
    names = ("HOTSEAT", "Micro", "JIRA", "SLACK")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(names)}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        environment |= {"PORT": str(free.getsockname()[1]), "HOTSEAT_DATA": str(folder), "HOTSEAT_LOG": "ERROR"}
    environment |= {"JIRA_URL": url, "JIRA_EMAIL": EMAIL, "JIRA_API_TOKEN": TOKEN, "JIRA_PROJECT": "EDGE"}
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "bot", "serve", env=environment, cwd=ROOT)
    try:
        yield process
    finally:
        process.kill()
        await process.wait()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.02)


async def test_a_ticket_whose_making_was_killed_is_found_and_not_made_again(tmp_path: Path) -> None:
    async with open_folder(Settings.model_validate({"data": tmp_path}), "test") as (journal, _):
        await journal.create(DESK)
        await journal.commit(Commit(DESK.tenant, DESK.id, 0, outgoing=(Outgoing("1.0", effect()),)))
    async with FakeJira(lag=60.0) as jira:
        made = asyncio.Event()

        async def never() -> None:
            made.set()
            await asyncio.sleep(60)

        jira.on_create = never
        async with child(tmp_path, jira.url):
            await until(made.is_set)
        jira.on_create = None
        searched = jira.hits["search"]
        async with child(tmp_path, jira.url):
            await until(lambda: jira.hits["search"] > searched)
            await asyncio.sleep(QUIET_SECONDS)
            assert jira.hits["create"] == 1
        jira.time.seconds += 60.0
        async with child(tmp_path, jira.url):
            await until(lambda: jira.issues[0].links)
        assert len(jira.labelled(TICKET.label)) == jira.hits["create"] == 1


async def test_a_ticket_that_was_never_asked_for_is_made_at_once_after_a_restart(tmp_path: Path) -> None:
    async with open_folder(Settings.model_validate({"data": tmp_path}), "test") as (journal, _):
        await journal.create(DESK)
        await journal.commit(Commit(DESK.tenant, DESK.id, 0, outgoing=(Outgoing("1.0", effect()),)))
    async with FakeJira(lag=60.0) as jira:
        await jira.stop()
        async with child(tmp_path, jira.url):
            await asyncio.sleep(QUIET_SECONDS)
        await jira.start()
        jira.faults.append(Fault.BUSY)
        async with child(tmp_path, jira.url):
            await until(lambda: jira.hits["create"])
        assert jira.issues == []
