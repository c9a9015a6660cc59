"""Who the bot is in Slack, and the socket: kept open, whatever ends it, nothing acknowledged before it is stored."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.events import Alerted
from bot.slack.api import SlackApi
from bot.slack.sockets import SlackSocket
from bot.slack.watch import SlackWatch
from tests.rig.service import Answer
from tests.slack.events import CHANNEL, classic, message, ts
from tests.slack.fake import APP_TOKEN, TOKEN
from tests.slack.house import SlackHouse, slack_house


@pytest.fixture
async def house(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SlackHouse]:
    """Open a house whose sockets are looked at often."""
    monkeypatch.setattr("bot.slack.sockets.LOOK_SECONDS", 0.02)
    async with slack_house() as house:
        yield house


@asynccontextmanager
async def watching(
    house: SlackHouse, token: str = TOKEN, *, socket: bool = True, quick: bool = False
) -> AsyncIterator[None]:
    async def sleep(seconds: float) -> None:
        house.pauses.append(seconds)
        await asyncio.sleep(0 if quick else min(seconds, 0.02))

    app = SlackApi(house.session, house.slack.api, APP_TOKEN)
    listen = SlackSocket(app, house.bolt, plain=True, sleep=sleep).listen if socket else None
    watch = SlackWatch(SlackApi(house.session, house.slack.api, token), house.intake, house.history, listen, sleep)
    task = asyncio.create_task(watch.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(true: object) -> None:
    async with asyncio.timeout(5):
        while not true():  # type: ignore[operator]
            await asyncio.sleep(0.01)


@pytest.fixture(autouse=True)
def _slow_history(house: SlackHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """Look for what was missed once only."""

    async def forever(_: float) -> None:
        await asyncio.sleep(3_600)

    monkeypatch.setattr(house.history, "_sleep", forever)


async def test_what_comes_by_socket_is_stored_and_then_acknowledged(house: SlackHouse) -> None:
    house.start(met=False)
    async with watching(house):
        await house.slack.tell(message(classic()), "e1")
        await house.slack.hears("e1")
        (event,) = house.ledger.events.values()
        assert isinstance(event, Alerted)
        assert event.link.startswith("https://fleet.slack.com/archives/")
    assert all(socket.closed for socket in house.slack.sockets)


async def test_what_could_not_be_stored_is_not_acknowledged_and_delivered_again_it_is_stored_once(
    house: SlackHouse,
) -> None:
    async with watching(house):
        house.ledger.full = True
        await house.slack.tell(message(classic()), "e1")
        house.ledger.broken.add(f"slack|{CHANNEL}|{ts(2)}")
        await until(lambda: house.ledger.handled == 1)
        house.ledger.full = False
        await house.slack.tell(message(classic(ts(2))), "bug")
        await house.slack.tell({"type": "event_callback", "authorizations": [7]}, "odd")
        await house.slack.tell(message(classic()), "e2")
        await house.slack.tell(message(classic()), "e3")
        await house.slack.hears("e2", "e3")
        assert set(house.slack.acknowledged) == {"e2", "e3"}
        assert list(house.ledger.events) == [f"slack|{CHANNEL}|{ts()}"]


async def test_a_socket_that_slack_ends_or_that_breaks_is_made_anew(house: SlackHouse) -> None:
    async with watching(house):
        first = await house.slack.socket()
        await first.send_json({"type": "disconnect", "reason": "refresh_requested"})
        second = await house.slack.socket(2)
        await house.slack.tell(message(classic()), "e1")
        await house.slack.hears("e1")
        await second.close()
        await house.slack.socket(3)
        await house.slack.tell(message(classic(ts(2))), "e2")
        await house.slack.hears("e2")
    assert len(house.ledger.events) == 2


async def test_an_address_that_is_used_up_is_asked_for_anew(
    house: SlackHouse, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr("bot.slack.sockets.CONNECT_SECONDS", 0.1)
    used_up = {"ok": True, "url": f"ws://127.0.0.1:{house.slack.port}/link?ticket=canary-ticket"}
    house.slack.troubles["open"].append(Answer(body=used_up))
    async with watching(house):
        await house.slack.tell(message(classic()), "e1")
        await house.slack.hears("e1")
    assert "the socket to Slack is lost" in caplog.text
    assert "canary" not in caplog.text


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(body={"ok": False, "error": "invalid_auth"}), "Slack does not take SLACK_APP_TOKEN; set the app-level"),
        (Answer(body={"ok": False, "error": "not_allowed_token_type"}), "Slack does not take SLACK_APP_TOKEN"),
        (Answer(body={"ok": False, "error": "missing_scope"}), "connections:write"),
        (Answer(body={"ok": True, "url": "http://evil.example"}), "Slack names no address to connect to"),
    ],
)
async def test_an_app_token_that_slack_does_not_take_is_said_once_and_tried_again(
    house: SlackHouse, caplog: pytest.LogCaptureFixture, answer: Answer, said: str
) -> None:
    house.slack.troubles["open"].extend([answer, answer])
    async with watching(house):
        await house.slack.socket()
    (record,) = [one for one in caplog.records if one.levelno >= logging.WARNING]
    assert said in record.getMessage()
    assert house.pauses.count(300.0) == 2


async def test_a_bot_token_that_slack_does_not_take_is_said_once_and_tried_again(
    house: SlackHouse, caplog: pytest.LogCaptureFixture
) -> None:
    house.start(met=False)
    refusal = Answer(body={"ok": False, "error": "token_revoked"})
    nobody = Answer(body={"ok": True, "url": "https://fleet.slack.com/"})
    house.slack.troubles["auth"].extend([*[refusal] * 7, nobody, Answer(status=503)])
    async with watching(house, socket=False, quick=True):
        await until(lambda: house.slack.hits["history"])
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 2
    assert "SLACK_BOT_TOKEN" in said[0]
    assert "SLACK_API_URL" in said[1]
    assert house.pauses[:7] == [15, 30, 60, 120, 240, 480, 600]
    assert house.intake.inbound is not None
    assert "canary" not in caplog.text


async def test_a_socket_that_fails_by_a_bug_is_tried_again(house: SlackHouse, caplog: pytest.LogCaptureFixture) -> None:
    tried: list[int] = []

    async def failing() -> None:
        tried.append(1)
        if len(tried) < 3:
            raise ValueError("canary")
        await asyncio.sleep(3_600)

    async def sleep(_: float) -> None:
        await asyncio.sleep(0)

    task = asyncio.create_task(SlackWatch(house.api, house.intake, house.history, failing, sleep).run())
    await until(lambda: len(tried) == 3)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert [record.getMessage() for record in caplog.records] == [
        "listening to Slack failed: ValueError; trying again"
    ] * 2
