"""Data Center's interface, against a Jira 8.20 that is not ours (jira820, in a process of its own)."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from bot.jira.client import Api
from bot.jira.watch import TicketWatch
from tests.desk.test_courier import NOW
from tests.jira.desks import OPENED, Holder
from tests.jira.fake import FakeJira
from tests.jira.house import DRAFT, TICKET, House, effect
from tests.rig.ports import free_port

PROJECT = "EDGE"


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    """Start a Jira on a free port, and stop it."""
    port = free_port()
    env = {**os.environ, "JIRA820_HOST": "127.0.0.1", "JIRA820_PORT": str(port), "JIRA820_PROJECT_KEY": PROJECT}
    quiet = asyncio.subprocess.DEVNULL
    run = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "jira820"), env=env, cwd=tmp_path, stdout=quiet, stderr=quiet
    )
    try:
        async with aiohttp.ClientSession() as session, asyncio.timeout(30):
            while not await _answers(session, f"http://127.0.0.1:{port}"):
                await asyncio.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        run.terminate()
        await run.wait()


async def _answers(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(f"{url}/rest/api/2/serverInfo") as response:
            return response.status == 200
    except aiohttp.ClientError:
        return False


async def test_a_ticket_is_opened_found_again_linked_and_watched_in_a_jira_of_others(url: str, tmp_path: Path) -> None:
    async with aiohttp.ClientSession() as session:
        house = House(FakeJira(), session, tmp_path, url)
        house.api, house.issue_type = Api.DATA_CENTER, "Task"
        told = await house.open()
        assert told.failure == ""
        assert told.url == f"{url}/browse/{told.issue}"
        assert (await house.open()).issue == told.issue
        client = house.client()
        issue = await client.get("issue", told.issue)
        assert issue["fields"]["summary"] == DRAFT.summary
        assert issue["fields"]["labels"] == ["hotseat", TICKET.label]
        assert issue["fields"]["description"].startswith("h3. What happens\n\nThe street is missing.")
        async with session.get(f"{url}/rest/api/2/issue/{told.issue}/remotelink") as response:
            (link,) = await response.json()
        assert (link["globalId"], link["object"]["url"]) == (DRAFT.about, DRAFT.about)

        desk = Holder(replace(OPENED, key=told.issue, status="?"))
        watching = TicketWatch(client, [desk], lambda: NOW)
        await watching.look()
        ((key, _, done, deleted),) = desk.moves
        assert (key, done, deleted) == (told.issue, False, False)
        async with session.delete(f"{url}/rest/api/2/issue/{told.issue}") as response:
            assert response.status == 204
        await watching.look()
        assert desk.moves[1:] == [(told.issue, "?", False, True)]


async def test_what_such_a_jira_refuses_is_told_with_the_remedy(url: str, tmp_path: Path) -> None:
    async with aiohttp.ClientSession() as session:
        house = House(FakeJira(), session, tmp_path, url)
        house.api, house.issue_type = Api.DATA_CENTER, "Nonsense"
        said = (await house.open(effect())).failure
        assert said.startswith("There is no ticket: issuetype: issue type is required; set JIRA_ISSUE_TYPE")
