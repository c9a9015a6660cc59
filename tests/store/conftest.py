from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.store.journal import SqlJournal
from bot.store.memory import MemoryJournal
from tests.store.samples import DESK


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Say where a journal is: each contract holds for all."""
    if request.param == "postgres":
        return str(request.getfixturevalue("database"))
    return f"sqlite:///{tmp_path}/journal.sqlite" if request.param == "sqlite" else ""


@pytest_asyncio.fixture
async def journal(where: str) -> AsyncIterator[SqlJournal | MemoryJournal]:
    """Every journal, with one desk."""
    made = SqlJournal(where) if where else MemoryJournal()
    await made.open()
    await made.create(DESK)
    yield made
    await made.close()
