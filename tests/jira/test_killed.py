"""kill -9 while Jira has not answered a creation: the next start makes no second ticket, however late it shows."""

import asyncio
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from bot.folder import open_folder
from bot.ports import Commit, Outgoing
from bot.settings import Settings
from tests.jira.fake import EMAIL, TOKEN, FakeJira, Fault
from tests.jira.house import TICKET, effect
from tests.jira.test_whole import DESK
from tests.rig.process import Child, child, until

QUIET_SECONDS = 1.5  # a bot that forgot would create at once


def bot(folder: Path, url: str) -> AbstractAsyncContextManager[Child]:
    return child(folder, JIRA_URL=url, JIRA_EMAIL=EMAIL, JIRA_API_TOKEN=TOKEN, JIRA_PROJECT="EDGE")


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
        async with bot(tmp_path, jira.url):
            await until(made.is_set)
        jira.on_create = None
        searched = jira.hits["search"]
        async with bot(tmp_path, jira.url):
            await until(lambda: jira.hits["search"] > searched)
            await asyncio.sleep(QUIET_SECONDS)
            assert jira.hits["create"] == 1
        jira.time.seconds += 60.0
        async with bot(tmp_path, jira.url):
            await until(lambda: jira.issues[0].links)
        assert len(jira.labelled(TICKET.label)) == jira.hits["create"] == 1


async def test_a_ticket_that_was_never_asked_for_is_made_at_once_after_a_restart(tmp_path: Path) -> None:
    async with open_folder(Settings.model_validate({"data": tmp_path}), "test") as (journal, _):
        await journal.create(DESK)
        await journal.commit(Commit(DESK.tenant, DESK.id, 0, outgoing=(Outgoing("1.0", effect()),)))
    async with FakeJira(lag=60.0) as jira:
        await jira.stop()
        async with bot(tmp_path, jira.url):
            await asyncio.sleep(QUIET_SECONDS)
        await jira.start()
        jira.faults.append(Fault.BUSY)
        async with bot(tmp_path, jira.url):
            await until(lambda: jira.hits["create"])
        assert jira.issues == []
