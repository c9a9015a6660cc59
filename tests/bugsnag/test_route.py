"""What Bugsnag POSTs is stored before it is acknowledged, once for each happening, and nobody else's is."""

import asyncio
import gzip
import io
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from bot.alerts.notification import Kind
from bot.app import web_app
from bot.bodies import HANDLER_ARGS
from bot.bugsnag.route import PATH, BugsnagRoute
from bot.bugsnag.webhook import read_payload
from bot.errors import NotStored
from bot.events import Alerted, Event
from bot.ports import Taker
from bot.settings import Settings
from tests.bugsnag.payloads import ERROR, EVENT, webhook
from tests.door.whole import seed
from tests.rig.service import LoopbackService

SECRET = "canary-webhook-secret"
NOW = datetime(2026, 11, 25, 9, 31, tzinfo=UTC)


@dataclass
class Ledger:
    """A desk that keeps each event once, by its key."""

    events: dict[str, Event] = field(default_factory=dict)
    full: bool = False

    async def handle(self, event: Event) -> None:
        if self.full:
            raise NotStored("the disk is full")
        self.events.setdefault(event.key, event)


class Bot(LoopbackService):
    """Takes what Bugsnag tells, as the bot does."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger = Ledger()
        self.desk: Taker | None = self.ledger
        self.now = NOW

    def application(self) -> web.Application:
        app = web.Application(handler_args=HANDLER_ARGS)
        route = BugsnagRoute(SECRET, lambda: self.desk, lambda: self.now, patience=0.2)
        app.router.add_post(PATH, route.answer)
        return app

    @property
    def address(self) -> str:
        return f"{self.url}/bugsnag/{SECRET}"

    async def tell(self, payload: Any, **headers: str) -> int:
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        async with (
            aiohttp.ClientSession() as session,
            session.post(
                self.address, data=io.BytesIO(body), headers={"Content-Type": "application/json", **headers}
            ) as answer,
        ):
            return answer.status

    @property
    def told(self) -> list[Alerted]:
        return [one for one in self.ledger.events.values() if isinstance(one, Alerted)]


@pytest.fixture
async def bot() -> AsyncIterator[Bot]:
    async with Bot() as running:
        yield running


async def test_what_bugsnag_tells_is_stored_before_it_is_acknowledged(bot: Bot) -> None:
    assert await bot.tell(webhook("new")) == 200
    (alerted,) = bot.told
    assert alerted == Alerted(
        key=f"bugsnag|65a1b2c3d4e5f60718293a02|{ERROR}|{EVENT}|new",
        happened_at=NOW,
        notification=read_payload(webhook("new"), NOW),
    )


async def test_what_cannot_be_stored_is_to_be_told_again(bot: Bot) -> None:
    bot.ledger.full = True
    assert await bot.tell(webhook("new")) == 503
    bot.ledger.full = False
    assert await bot.tell(webhook("new")) == 200
    assert len(bot.told) == 1


async def test_while_there_is_no_desk_it_is_to_be_told_again(bot: Bot) -> None:
    bot.desk = None
    assert await bot.tell(webhook("new")) == 503


@pytest.mark.parametrize("name", ["new", "frequent", "reopened", "fixed", "comment", "release", "spike", "test"])
async def test_a_repetition_changes_nothing(bot: Bot, name: str) -> None:
    for _ in range(3):
        assert await bot.tell(webhook(name)) == 200
        bot.now += timedelta(minutes=1)
    assert len(bot.told) == 1


async def test_happenings_with_the_same_last_event_are_told_apart(bot: Bot) -> None:
    again = webhook("comment")
    again["comment"] = {"id": "65a1b2c3d4e5f60718293a99", "message": "solved"}
    release = webhook("release")
    release["release"]["id"] = "65a1b2c3d4e5f60718293a98"
    for payload in (webhook("comment"), again, webhook("release"), release, webhook("frequent"), webhook("reopened")):
        assert await bot.tell(payload) == 200
    for name in ("fixed", "reopened-by", "fixed", "spike"):
        bot.now += timedelta(minutes=30)
        assert await bot.tell(webhook(name)) == 200
    bot.now += timedelta(minutes=30)
    assert await bot.tell(webhook("spike")) == 200
    assert len(bot.told) == 11


def guesses(secret: str) -> list[str]:
    """Give addresses that are not the secret one."""
    near = [secret[:-1], f"{secret}x", secret.upper(), f"{secret}/", f"{secret}%00"]
    return [*near, "x", "%00", "%F0%9F%90%9B", "%ff%fe", "..%2F"]


@pytest.mark.parametrize("secret", guesses(SECRET))
async def test_another_secret_is_not_found(bot: Bot, secret: str) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.post(URL(f"{bot.url}/bugsnag/{secret}", encoded=True), json=webhook("new")) as answer,
    ):
        assert answer.status == 404
        assert SECRET not in await answer.text()
    assert bot.told == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"no", 400),
        (b"[]", 400),
        (b'"x"', 400),
        (b"null", 400),
        (b"\xff{}", 400),
        (b'{"a":"\\ud800"}', 400),
        (b'{"a":NaN}', 400),
        (b'{"a":' * 100_000, 400),
        (b"[" * 100_000, 400),
        (b'{"a":"' + b"x" * (1 << 20) + b'"}', 413),
    ],
    ids=range(11),
)
async def test_what_is_no_payload_is_refused(bot: Bot, body: bytes, status: int) -> None:
    assert await bot.tell(body) == status
    assert bot.told == []


async def test_a_packed_body_is_read_and_one_that_unpacks_to_too_much_is_refused(bot: Bot) -> None:
    packed = gzip.compress(json.dumps(webhook("new")).encode())
    assert await bot.tell(packed, **{"Content-Encoding": "gzip"}) == 200
    assert await bot.tell(gzip.compress(b" " * (50 << 20)), **{"Content-Encoding": "gzip"}) == 413
    assert await bot.tell(b"no gzip", **{"Content-Encoding": "gzip"}) == 400
    assert len(bot.told) == 1


async def test_who_does_not_send_all_of_it_is_not_waited_for(bot: Bot) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", bot.port)
    writer.write(f"POST /bugsnag/{SECRET} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{{".encode())
    assert (await reader.readline()).startswith(b"HTTP/1.1 408")
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize("payload", [{}, {"error": []}, {"trigger": {"type": 7}}, {"error": {"errorId": ERROR}}])
async def test_whatever_object_it_is_it_is_shown(bot: Bot, payload: dict[str, Any]) -> None:
    assert await bot.tell(payload) == 200
    assert [one.notification.kind for one in bot.told] == [Kind.UNREADABLE]


async def test_the_running_bot_takes_it_where_it_has_a_secret_and_logs_none(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for secret, statuses in ((SECRET, [200, 404, 400]), ("", [404, 404, 404])):
        settings = Settings.model_validate({"data": tmp_path / (secret or "none"), "bugsnag_secret": secret})
        await seed(settings)
        runner = web.AppRunner(web_app(settings), access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        base = f"http://127.0.0.1:{runner.addresses[0][1]}/bugsnag"
        found = []
        async with aiohttp.ClientSession() as session:
            for address, body in ((SECRET, webhook("new")), ("x", webhook("new")), (SECRET, "no")):
                async with session.post(f"{base}/{address}", json=body) as answer:
                    found.append(answer.status)
        await runner.cleanup()
        assert found == statuses
    assert SECRET not in caplog.text
    assert "canary" not in caplog.text
