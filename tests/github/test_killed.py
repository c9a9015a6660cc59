"""kill -9 while GitHub has not answered: the next start goes on with the same branch, and there is one pull request."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.folder import open_folder
from bot.ports import Commit, Outgoing
from bot.settings import Settings
from tests.github.fake import PLACE, TOKEN, FakeGitHub
from tests.github.test_proposals import EDITED, EFFECT
from tests.jira.test_killed import ROOT, until
from tests.jira.test_whole import DESK


@asynccontextmanager
async def child(folder: Path, api: str) -> AsyncIterator[None]:
    """Run the bot as a process of its own in local mode, and kill it."""
    names = ("HOTSEAT", "Micro", "JIRA", "SLACK", "GITHUB", "HANDBOOK")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(names)}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        environment |= {"PORT": str(free.getsockname()[1]), "HOTSEAT_DATA": str(folder), "HOTSEAT_LOG": "ERROR"}
    environment |= {"GITHUB_API_URL": api, "GITHUB_TOKEN": TOKEN, "HANDBOOK": str(PLACE)}
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "bot", "serve", env=environment, cwd=ROOT)
    try:
        yield
    finally:
        process.kill()
        await process.wait()


@pytest.mark.parametrize("step", ["POST git", "PUT contents", "POST pulls"])
async def test_a_proposal_that_was_killed_goes_on_where_it_was(github: FakeGitHub, tmp_path: Path, step: str) -> None:
    async with open_folder(Settings.model_validate({"data": tmp_path}), "test") as (journal, _):
        await journal.create(DESK)
        await journal.commit(Commit(DESK.tenant, DESK.id, 0, outgoing=(Outgoing("1.0", EFFECT),)))
    done = asyncio.Event()

    async def never(name: str) -> None:
        if name == step:
            done.set()
            await asyncio.sleep(60)

    github.after = never
    async with child(tmp_path, github.api):
        await until(done.is_set)
    github.after = None
    async with child(tmp_path, github.api):
        await until(lambda: github.repository.pulls and github.hits["GET pulls"] > 1)
        await asyncio.sleep(0.5)
    (pull,) = github.repository.pulls
    assert github.text(pull.head) == EDITED
    assert len(github.repository.branches) == 2
    assert len(github.repository.commits) == 2
