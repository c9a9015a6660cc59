"""kill -9 between every two steps of a turn: nothing is lost, nothing announced twice but the one send in flight."""

import asyncio
import os
import sqlite3
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.folder import desks_alone
from bot.operations import add_desk, import_people, import_shifts
from bot.settings import Settings
from tests.door.whole import PEOPLE, SHIFTS, ClockService
from tests.journeys.town import at
from tests.rig import activities
from tests.rig.connector import FakeConnector
from tests.rig.entra import TENANT
from tests.rig.ports import free_port

ROOT = Path(__file__).parents[2]
POINTS = ("before-store", "after-store", "before-send", "after-send", "before-mark", "after-mark")


class Bot:
    """The bot as a child process in local mode, on one folder and port."""

    def __init__(self, folder: Path, clock: ClockService) -> None:
        self.folder = folder
        self.port = free_port()
        self._clock = clock
        self._process: asyncio.subprocess.Process | None = None

    async def seed(self) -> None:
        now = at("2026-11-20 12:00")
        desk = {"tenant": TENANT, "team": activities.GROUP, "channel": activities.CHANNEL, "name": "backend"}
        async with desks_alone(Settings.model_validate({"data": self.folder})) as desks:
            await add_desk(desks, desk, now)
            await import_people(desks, {"text": PEOPLE}, now)
            await import_shifts(desks, {"text": SHIFTS}, now)

    async def start(self, point: str = "never") -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("HOTSEAT", "Micro"))}
        environment |= {"HOTSEAT_DATA": str(self.folder), "PORT": str(self.port), "HOTSEAT_LOG": "WARNING"}
        environment |= {"HOTSEAT_CLOCK": f"{self._clock.url}/clock"}
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.desk.crashing", point, env=environment, cwd=ROOT
        )
        async with asyncio.timeout(20), aiohttp.ClientSession() as session:
            while True:
                try:
                    async with session.get(f"http://127.0.0.1:{self.port}/readyz") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    if self._process.returncode is not None:
                        return
                await asyncio.sleep(0.05)

    async def post(self, activity: dict[str, Any]) -> int | None:
        """Deliver once; None if the bot died before it answered."""
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.post(f"http://127.0.0.1:{self.port}/api/messages", json=activity) as answer,
            ):
                return answer.status
        except aiohttp.ClientError:
            return None

    async def ended(self) -> int:
        assert self._process is not None
        return await asyncio.wait_for(self._process.wait(), 20)

    async def stop(self) -> None:
        assert self._process is not None
        if self._process.returncode is None:
            self._process.terminate()
        assert await self.ended() == 0

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(f"file:{self.folder / 'journal.sqlite'}?mode=ro", uri=True)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()


@pytest.mark.parametrize("point", POINTS)
async def test_a_kill_loses_nothing_and_repeats_no_more_than_the_send_in_flight(tmp_path: Path, point: str) -> None:
    async with FakeConnector() as connector, ClockService() as clock:
        bot = Bot(tmp_path, clock)
        await bot.seed()
        await bot.start(point)
        activity = activities.channel_post("label printer down", service_url=connector.service_url)
        first = await bot.post(activity)
        assert await bot.ended() == -9
        if point in {"before-store", "after-store"}:
            assert first is None
        else:
            assert first in {None, 200}
        if first is None:
            assert bot.rows("select count(*) from requests") == [(0 if point == "before-store" else 1,)]
        await bot.start()
        assert await bot.post(activity) == 200
        async with asyncio.timeout(10):
            while bot.rows("select count(*) from outbox") != [(0,)]:
                await asyncio.sleep(0.05)
        await bot.stop()
        assert bot.rows("select id, status from requests") == [("R-1", "OPEN")]
        posts = connector.sent("POST")
        assert len(posts) == (2 if point in {"after-send", "before-mark"} else 1)
        assert len({str(post.body["attachments"]) for post in posts}) == 1


async def test_a_rota_whose_file_was_not_written_before_the_kill_is_written_at_the_next_start(tmp_path: Path) -> None:
    async with ClockService() as clock:
        bot = Bot(tmp_path, clock)
        await bot.seed()
        file = tmp_path / "rota" / "backend.json"
        good = file.read_bytes()
        file.write_bytes(good[: len(good) // 2])
        _unwrite(tmp_path)
        await bot.start()
        await bot.stop()
        assert file.read_bytes() == good


def _unwrite(folder: Path) -> None:
    """Make the journal say that the file is still to be written, as a kill between the two leaves it."""
    connection = sqlite3.connect(folder / "journal.sqlite")
    with connection:
        connection.execute("update rotas set written = 0")
    connection.close()
