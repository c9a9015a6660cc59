from collections.abc import AsyncIterator

import pytest_asyncio

from bot.store.journal import SqlJournal
from tests.store.samples import DESK


@pytest_asyncio.fixture
async def two(database: str) -> AsyncIterator[tuple[SqlJournal, SqlJournal]]:
    """Two journals, as two replicas have them, on one database with a desk."""
    one, other = SqlJournal(database), SqlJournal(database)
    await one.open()
    await other.open()
    await one.create(DESK)
    yield one, other
    await one.close()
    await other.close()
