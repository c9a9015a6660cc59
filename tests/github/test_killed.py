"""kill -9 while GitHub has not answered: the next start goes on with the same branch, and there is one pull request."""

import asyncio
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from bot.folder import open_folder
from bot.ports import Commit, Outgoing
from bot.settings import Settings
from tests.github.fake import PLACE, TOKEN, FakeGitHub
from tests.github.test_proposals import EDITED, EFFECT
from tests.jira.test_whole import DESK
from tests.rig.process import Child, child, until


def bot(folder: Path, api: str) -> AbstractAsyncContextManager[Child]:
    return child(folder, GITHUB_API_URL=api, GITHUB_TOKEN=TOKEN, HANDBOOK=str(PLACE))


async def test_a_proposal_that_is_killed_at_every_step_goes_on_where_it_was(github: FakeGitHub, tmp_path: Path) -> None:
    async with open_folder(Settings.model_validate({"data": tmp_path}), "test") as (journal, _):
        await journal.create(DESK)
        await journal.commit(Commit(DESK.tenant, DESK.id, 0, outgoing=(Outgoing("1.0", EFFECT),)))
    for step in ("POST git", "PUT contents", "POST pulls"):
        done = asyncio.Event()

        async def never(name: str, step: str = step, done: asyncio.Event = done) -> None:
            if name == step:
                done.set()
                await asyncio.sleep(60)

        github.after = never
        async with bot(tmp_path, github.api):
            await until(done.is_set)
    github.after, looked = None, github.hits["GET pulls"]
    async with bot(tmp_path, github.api):
        await until(lambda: github.hits["GET pulls"] > looked)
        await asyncio.sleep(0.5)
    (pull,) = github.repository.pulls
    assert github.text(pull.head) == EDITED
    assert len(github.repository.branches) == 2
    assert len(github.repository.commits) == 2
