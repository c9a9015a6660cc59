"""The heartbeat: one call a minute while all is well, and one line when it fails."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from bot.health.heartbeat import Heartbeat
from tests.rig.service import Answer, LoopbackService


class Outside(LoopbackService):
    """Whoever takes heartbeats."""

    answer = Answer(text="taken")

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/ping", self._ping)
        app.router.add_get("/elsewhere", self._elsewhere)
        return app

    async def _ping(self, request: web.Request) -> web.StreamResponse:
        self.hits["ping"] += 1
        return await self.answer.respond(request)

    async def _elsewhere(self, _: web.Request) -> web.Response:
        self.hits["elsewhere"] += 1
        return web.Response()


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    async with Outside() as running:
        yield running


async def test_each_beat_calls_the_address_once(outside: Outside) -> None:
    async with aiohttp.ClientSession() as session:
        heartbeat = Heartbeat(session, f"{outside.url}/ping")
        assert [await heartbeat.beat(), await heartbeat.beat()] == [True, True]
        assert await Heartbeat(session, "").beat() is False
    assert outside.hits == {"ping": 2}


@pytest.mark.parametrize(
    "answer", [Answer(status=500), Answer(status=302, headers={"Location": "/elsewhere"}), Answer(reset=True)]
)
async def test_a_failure_and_its_end_are_a_line_each_without_the_address_and_no_redirect_is_followed(
    outside: Outside, answer: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "bot")
    outside.answer = answer
    async with aiohttp.ClientSession() as session:
        heartbeat = Heartbeat(session, f"{outside.url}/ping")
        assert [await heartbeat.beat(), await heartbeat.beat()] == [False, False]
        assert len(caplog.messages) == 1
        outside.answer = Answer(text="taken")
        assert await heartbeat.beat()
    assert len(caplog.messages) == 2
    assert outside.url not in caplog.text
    assert "elsewhere" not in outside.hits
