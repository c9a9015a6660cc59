"""The running bot and Slack: what it listens to, whose desk hears it, and what it says where it listens to nothing."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest
from aiohttp import web

from bot.app import web_app
from bot.clock import real
from bot.desk import Desk
from bot.events import Alerted, Event, SlackActed
from bot.folder import desks_alone
from bot.operations import add_desk
from bot.settings import Settings
from tests.journeys.town import at
from tests.rig import activities
from tests.rig.entra import TENANT
from tests.slack.events import BUGSNAG, CHANNEL, classic, message, reply, ts
from tests.slack.fake import APP_TOKEN, SECRET, TOKEN, FakeSlack, signed
from tests.slack.house import Ledger
from tests.slack.test_watch import until


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as slack:
        yield slack


@pytest.fixture
def ledger(monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """Have every desk only keep what it is told of Slack."""
    ledger, theirs = Ledger(), Desk.handle

    async def handle(desk: Desk, event: Event) -> object:
        slacks = isinstance(event, Alerted | SlackActed)
        return await (ledger.handle(event) if slacks else theirs(desk, event))

    monkeypatch.setattr(Desk, "handle", handle)
    return ledger


@asynccontextmanager
async def running(folder: Path, slack: FakeSlack, **changes: Any) -> AsyncIterator[str]:
    """Run the bot with a desk; give the address that Slack posts to."""
    given = {
        "slack_secret": SECRET,
        "slack_channel": CHANNEL,
        "slack_bugsnag": BUGSNAG,
        "slack_token": TOKEN,
        **changes,
    }
    settings = Settings.model_validate({"data": folder, "slack_url": slack.api, **given})
    async with desks_alone(settings) as desks:
        if not list(desks):
            desk = {"tenant": TENANT, "team": activities.GROUP, "channel": activities.CHANNEL, "name": "backend"}
            await add_desk(desks, desk, at("2026-11-20 12:00"))
    runner = web.AppRunner(web_app(settings), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    finally:
        await runner.cleanup()


async def post(url: str, body: Any, **sign: Any) -> int:
    """Post as Slack does, again while the bot asks for that; return the last status."""
    raw, status = orjson.dumps(body), 503
    async with aiohttp.ClientSession() as session:
        for _ in range(25):
            async with session.post(url, data=raw, headers=signed(raw, **sign)) as response:
                status = response.status
            if status != 503:
                break
            await asyncio.sleep(0.02)
    return status


async def test_what_slack_posts_reaches_the_desk_and_an_end_forgets_nothing(
    tmp_path: Path, slack: FakeSlack, ledger: Ledger
) -> None:
    async with running(tmp_path, slack) as url:
        assert await post(url, message(classic())) == 200
        assert await post(url, message(classic()), secret="another") == 401
        assert await post(url, {"type": "url_verification", "challenge": "c"}) == 200
    assert list(ledger.events) == [f"slack|{CHANNEL}|{ts()}"]
    async with running(tmp_path, slack) as url:
        assert await post(url, message(reply())) == 200
    assert len(ledger.events) == 2
    assert (tmp_path / "slack.json").stat().st_mode & 0o777 == 0o600


async def test_what_was_missed_is_taken_at_the_start(tmp_path: Path, slack: FakeSlack, ledger: Ledger) -> None:
    now = f"{real().timestamp() - 60:.6f}"
    slack.messages[CHANNEL] = [classic(now)]
    async with running(tmp_path, slack):
        await until(lambda: ledger.events)
    assert list(ledger.events) == [f"slack|{CHANNEL}|{now}"]


async def test_with_an_app_token_it_listens_by_socket_and_to_no_posts(
    tmp_path: Path, slack: FakeSlack, ledger: Ledger
) -> None:
    async with running(tmp_path, slack, slack_app_token=APP_TOKEN) as url:
        await slack.tell(message(classic()), "e1")
        await slack.hears("e1")
        assert await post(url, message(classic())) == 404
    assert len(ledger.events) == 1


@pytest.mark.parametrize(
    "changes",
    [{"slack_secret": ""}, {"slack_token": "", "slack_secret": ""}, {"slack_url": "https://slack.com/api/"}],
)
async def test_without_the_keys_nothing_is_listened_to_which_is_said_once(
    tmp_path: Path, slack: FakeSlack, caplog: pytest.LogCaptureFixture, changes: dict[str, str]
) -> None:
    caplog.set_level(logging.INFO)
    async with running(tmp_path, slack, **changes) as url:
        assert await post(url, message(classic())) == 404
    said = [record.getMessage() for record in caplog.records if "nothing is heard from Slack" in record.getMessage()]
    assert len(said) == 1
    assert sum(slack.hits.values()) == 0


async def test_of_a_channel_by_its_name_it_is_said_that_nothing_of_it_is_heard(
    tmp_path: Path, slack: FakeSlack, ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(tmp_path, slack, slack_channel="#bugsnag-backend") as url:
        assert await post(url, message(classic())) == 200
    assert "nothing in Slack is followed: set SLACK_CHANNEL to the channel's id" in caplog.text
    assert ledger.events == {}


async def test_a_token_that_slack_does_not_take_does_not_stop_the_bot(
    tmp_path: Path, slack: FakeSlack, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(tmp_path, slack, slack_token="xoxb-another-canary") as url:
        assert await post(url, message(classic())) == 503
        async with aiohttp.ClientSession() as session, session.get(url.replace("slack/events", "livez")) as response:
            assert response.status == 200
    assert "nothing of Slack is taken: Slack does not take SLACK_BOT_TOKEN" in caplog.text
    assert "canary" not in caplog.text
