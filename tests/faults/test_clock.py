"""A clock that jumps in the middle of a countdown, by seconds, hours and a month, and one that runs slow."""

import asyncio
import random
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web

from tests.door.whole import ClockService, whole
from tests.journeys.town import ANA, BEN, Town, at

JUMPS = (
    *(timedelta(hours=hours) for hours in (-2, 2)),
    *(timedelta(days=days) for days in (-30, 30)),
    *(timedelta(seconds=seconds) for seconds in (-90, -1, 0, 1, 90)),
)
BEGIN = "2026-11-23 10:00"


@pytest.mark.parametrize("seed", range(12))
async def test_however_the_clock_is_moved_no_step_comes_early_and_none_twice(seed: int) -> None:
    chance, town = random.Random(seed), Town(BEGIN)  # noqa: S311 - not a secret
    place = await town.post("label printer down")
    latest = town.now
    for _ in range(12):
        town.now += chance.choice(JUMPS)
        if chance.random() < 0.5:
            await town.restart()
            await (await town.desk()).settle()
        await town.wait(0.5)
        await (await town.desk()).settle()
        latest = max(latest, town.now)
        since = latest - at(BEGIN)
        assert since >= timedelta(minutes=5) or town.in_thread(place) == []
        assert since >= timedelta(minutes=2) or [len(town.to(who)) for who in (ANA, BEN)] == [0, 0]
    town.now = latest
    await town.wait(4 * 24 * 60)  # past a weekend
    lines = town.in_thread(place)
    assert len(lines) == len(set(lines))
    assert len([line for line in lines if line.startswith("No answer yet") and "again" not in line]) <= 1
    assert "The whole team has been called." in town.card(), "the last step came"
    assert len([one for one in town.in_team_channel() if one.key.startswith("copy:R-1:")]) == 1


MONTH = timedelta(days=30)


async def test_a_month_forth_and_back_leaves_the_countdown_as_it_was() -> None:
    """A machine that starts with a wrong clock, until NTP has set it: what was done in the future is no obstacle."""
    town = Town(BEGIN)
    await town.desk()
    town.now += MONTH
    await town.restart()
    await town.wait(1)
    town.now = at(BEGIN)
    await town.restart()
    place = await town.post("label printer down")
    await town.wait(4.9)
    assert town.in_thread(place) == []
    await town.wait(0.2)
    assert len(town.in_thread(place)) == 1


async def test_a_month_that_is_lived_through_twice_has_each_of_its_posts_once() -> None:
    town = Town(BEGIN)
    await town.post("label printer down")
    for jump in (MONTH, -MONTH, MONTH, -MONTH, MONTH):
        town.now += jump
        await town.restart()
        await (await town.desk()).settle()
        await town.wait(60)
    assert not town.teams.twice


async def test_an_opening_that_is_lived_through_twice_calls_once() -> None:
    town = Town(BEGIN)
    await town.post("label printer down")
    await town.wait(61)
    town.now = at("2026-11-23 07:00")
    await town.restart()
    await (await town.desk()).settle()
    await town.wait(150)
    assert not town.teams.twice
    for who in (ANA, BEN):
        assert len(town.called(who)) == 1


class SlowClock(ClockService):
    """Runs half as fast as the real one."""

    def __init__(self, begin: datetime) -> None:
        super().__init__()
        self._begin, self._at = begin, time.monotonic()

    def time(self) -> datetime:
        return self._begin + timedelta(seconds=(time.monotonic() - self._at) / 2)

    async def _clock(self, _: web.Request) -> web.Response:
        return web.Response(text=self.time().isoformat())


async def test_a_whole_bot_whose_clock_runs_slow_calls_by_that_clock(tmp_path: Path) -> None:
    """It asks for the time each second, and takes half a second for the network's: so far it may be ahead."""
    posted = at("2026-11-23 10:00")
    async with SlowClock(posted + timedelta(seconds=116)) as clock, whole(tmp_path, clock=f"{clock.url}/clock") as bot:
        post = bot.channel_post(at=posted.isoformat().replace("+00:00", "Z"))
        assert (await bot.post(post))[0] == 200
        async with asyncio.timeout(30):
            while not any(call.conversation.startswith("a:") for call in bot.connector.calls):
                await asyncio.sleep(0.02)
        late = clock.time() - posted - timedelta(minutes=2)
        assert timedelta(seconds=-1) <= late < timedelta(seconds=5)
