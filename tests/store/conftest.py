from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.store.journal import SqlJournal
from bot.store.memory import MemoryJournal
from tests.store.samples import DESK


@pytest_asyncio.fixture(params=["memory", "sqlite"])
async def journal(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[SqlJournal | MemoryJournal]:
    """Every journal, with one desk, so that one contract holds for all."""
    made = MemoryJournal() if request.param == "memory" else SqlJournal(f"sqlite:///{tmp_path}/journal.sqlite")
    await made.open()
    await made.create(DESK)
    yield made
    await made.close()
