"""SIGTERM, which each deployment sends: it ends within ten seconds whatever hangs, and costs no reminder."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from bot import control, doorkeeper
from bot.app import DRAIN_SECONDS, SETTLE_SECONDS, _drain
from tests.door.whole import ClockService, Whole, running
from tests.faults.stage import Stage, stage
from tests.journeys.town import at
from tests.rig.connector import FakeConnector
from tests.rig.entra import FakeEntra
from tests.rig.process import until
from tests.rig.service import Answer

STOPS = 20


class DrippingEntra(FakeEntra):
    """Gives a token a space at a time, for ever, once ``drips``."""

    drips = False

    async def _instead(self, name: str, request: web.Request) -> web.StreamResponse | None:
        if name != "token" or not self.drips:
            return await super()._instead(name, request)
        self.hits[name] += 1
        answer = web.StreamResponse(headers={"Content-Type": "application/json"})
        await answer.prepare(request)
        while True:
            try:
                await answer.write(b" ")
            except ConnectionError:
                return answer
            await asyncio.sleep(0.5)


async def dripping_token(bot: Stage, entra: DrippingEntra) -> None:
    entra.drips = True
    assert await bot.post(bot.request()) == 200
    await until(lambda: entra.hits["token"])


async def everything(bot: Stage, entra: DrippingEntra) -> None:
    """Let Teams hang with a message under way, and the keys with a request under way."""
    bot.connector.always = Answer(delay=100)
    assert await bot.post(bot.request()) == 200
    await until(lambda: bot.connector.calls)
    entra.answers |= {"metadata": Answer(delay=100), "jwks": Answer(delay=100)}
    entra.rotate()
    bot.waiting = asyncio.create_task(bot.post(bot.request("and the scanner")))
    await until(lambda: entra.hits["metadata"] > 1)


@pytest.mark.parametrize("hang", [dripping_token, everything])
async def test_a_bot_whose_services_hang_ends_within_ten_seconds_and_goes_on_where_it_was(
    tmp_path: Path, hang: Callable[[Stage, DrippingEntra], Awaitable[None]]
) -> None:
    async with DrippingEntra() as entra, stage(tmp_path / "data", entra) as bot:
        await bot.start()
        await hang(bot, entra)
        await bot.stop()
        assert bot.rows("select count(*) from outbox") == [(1,)]
        assert bot.rows("select count(*) from requests") == [(1,)]
        assert not [line for line in bot.said if "Traceback" in line], bot.said
        entra.drips, bot.connector.always, entra.answers = False, None, {}
        await bot.start()
        await bot.quiet()
        await bot.stop()
        assert len(bot.cards()) == 1


def test_what_a_stop_waits_for_is_less_than_ten_seconds_together() -> None:
    """Platforms kill after ten; that nothing else is waited for is shown above."""
    assert 2 * doorkeeper.STOP_SECONDS + 2 * control.STOP_SECONDS + DRAIN_SECONDS + SETTLE_SECONDS < 10


async def test_a_journal_that_hangs_is_not_waited_for_either(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Hanging:
        async def settle(self) -> None:
            await asyncio.sleep(100)

        async def close(self, _: float) -> None:
            return

    monkeypatch.setattr("bot.app.SETTLE_SECONDS", 0.05)
    async with asyncio.timeout(5):
        await _drain(Hanging(), [Hanging(), Hanging()])  # type: ignore[arg-type]
    assert "may be sent again" in caplog.text


def nothing_is_due(bot: Whole, now: datetime) -> bool:
    """Say whether all that was due is done."""
    found = bot.rows("select next_at from requests where next_at is not null")
    return all(datetime.fromisoformat(row[0]) > now for row in found)


async def test_twenty_deployments_in_the_middle_of_a_countdown_cost_no_reminder_and_double_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = at("2026-11-23 11:00")
    async with FakeEntra() as entra, FakeConnector() as connector, aiohttp.ClientSession() as session:
        thread = ""
        for stop in range(STOPS + 1):
            now = begin + timedelta(seconds=1 + stop * 32)  # the last is after the ten minutes of the last step
            monkeypatch.setattr(ClockService, "now", now)
            async with running(tmp_path / "data", entra, connector, session) as bot:
                if not thread:
                    thread = (await bot.opened())["id"]
                await until(partial(nothing_is_due, bot, now))
                if stop % 3:  # and sometimes the stop comes while Teams thinks
                    await bot.quiet()
    in_thread = [call for call in connector.calls if call.conversation.endswith(thread) and call.method == "POST"]
    lines = [call.body["text"] for call in in_thread if "text" in call.body]
    assert [line for line in lines if "No answer yet" in line] == lines
    assert len(lines) == 1
    personal = [call.conversation for call in connector.calls if call.method == "POST" and call.body.get("summary")]
    assert sorted(set(personal)) == sorted(personal), "each copy was posted once"
