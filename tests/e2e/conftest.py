"""A sandbox's folder as its first start seeds it: made once for each time at which stories begin, then copied."""

import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.sandbox.bot import Place, seed
from tests.door.whole import ClockService
from tests.journeys.town import at
from tests.rig.ports import free_port

Seed = Callable[[Path, str], Awaitable[None]]


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Seed:
    """Return what seeds a folder for a start at a time, such as "2026-11-19T10:00"."""
    made: dict[str, Path] = {}

    async def copy(folder: Path, time: str) -> None:
        if time not in made:
            fresh = tmp_path_factory.mktemp("seed") / "data"
            async with ClockService() as clock:
                clock.now = at(time)
                await seed(Place(fresh, free_port(), clock.port), clock.now.date())
            made[time] = fresh
        shutil.copytree(made[time], folder)

    return copy
