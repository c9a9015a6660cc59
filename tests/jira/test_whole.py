"""The whole bot with a Jira: what waits in its outbox is opened, it hears of its tickets, and says what is missing."""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.app import web_app
from bot.calendars.almanac import Almanac
from bot.folder import open_folder
from bot.jira.webhook import PATH
from bot.policy import Policy
from bot.ports import Commit, Outgoing
from bot.rota.shift import Rota
from bot.settings import Settings
from bot.state import DeskInfo
from tests.jira.fake import EMAIL, TOKEN, FakeJira, form_field
from tests.jira.house import TICKET, effect

SECRET = "canary-secret-of-jira"
DESK = DeskInfo("backend", "tenant", "team", "19:channel@thread.tacv2")


@pytest.fixture
async def jira() -> AsyncIterator[FakeJira]:
    async with FakeJira() as running:
        yield running


def settings_of(folder: Path, url: str, *, secret: str = SECRET) -> Settings:
    jira = {"jira_url": url, "jira_email": EMAIL, "jira_token": SecretStr(TOKEN), "jira_project": "EDGE"}
    return Settings.model_validate({"data": folder, **jira, "jira_webhook_secret": SecretStr(secret)})


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[str]:
    """Run the bot and give its address."""
    runner = web.AppRunner(web_app(settings), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_a_ticket_that_waits_in_the_outbox_is_opened_once_over_a_restart(jira: FakeJira, tmp_path: Path) -> None:
    settings = settings_of(tmp_path, jira.url)
    async with open_folder(settings, "test") as (journal, _):
        await journal.create(DESK)
        await journal.commit(Commit(DESK.tenant, DESK.id, 0, outgoing=(Outgoing("1.0", effect()),)))
    for _ in range(2):
        async with running(settings), asyncio.timeout(10):
            while not (jira.issues and jira.issues[0].links):
                await asyncio.sleep(0.02)
    assert len(jira.labelled(TICKET.label)) == 1
    assert jira.wrong == []


async def test_deliveries_of_jira_are_let_in_by_their_signature(jira: FakeJira, tmp_path: Path) -> None:
    body = b'{"webhookEvent":"comment_created"}'
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    async with running(settings_of(tmp_path, jira.url)) as url, aiohttp.ClientSession() as session:
        for shown, status in ((f"sha256={signature}", 200), ("sha256=0", 401)):
            async with session.post(f"{url}{PATH}", data=body, headers={"X-Hub-Signature": shown}) as response:
                assert response.status == status


async def test_without_a_secret_nothing_is_let_in(jira: FakeJira, tmp_path: Path) -> None:
    async with (
        running(settings_of(tmp_path, jira.url, secret="")) as url,
        aiohttp.ClientSession() as session,
        session.post(f"{url}{PATH}", headers={"X-Hub-Signature": "sha256=0"}) as response,
    ):
        assert response.status == 404


async def test_what_tickets_will_lack_is_said_at_the_start_and_no_token(
    jira: FakeJira, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    jira.fields.append(form_field("customfield_1", "Team", required=True))
    async with running(settings_of(tmp_path, jira.url)), asyncio.timeout(10):
        while "name its value in JIRA_FIELDS" not in caplog.text:
            await asyncio.sleep(0.02)
    assert TOKEN not in caplog.text


async def test_in_local_mode_a_jira_elsewhere_is_left_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with (
        running(settings_of(tmp_path, "https://jira.invalid")) as url,
        aiohttp.ClientSession() as session,
        session.post(f"{url}{PATH}") as response,
    ):
        assert response.status == 404
    assert "local mode: JIRA_URL is not on this machine, so I open no tickets" in caplog.text


def test_what_is_decided_with_knows_the_project_for_tickets() -> None:
    almanac = Almanac(frozenset(), jira=lambda own: own or "EDGE")
    now = datetime(2026, 11, 23, 11, tzinfo=UTC)
    own = replace(DESK, policy=Policy(jira_project="SHOP"))
    assert almanac.knowledge(DESK, Rota(), now).jira == "EDGE"
    assert almanac.knowledge(own, Rota(), now).jira == "SHOP"
    assert Almanac(frozenset()).knowledge(DESK, Rota(), now).jira == ""
