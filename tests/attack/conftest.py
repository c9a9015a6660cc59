"""One siege for all tests of this room, and what each must leave as it was."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.attack.siege import Siege, besieged
from tests.rig.process import until


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def siege(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Siege]:
    """Run a bot with a request that is open."""
    async with besieged(tmp_path_factory.mktemp("siege")) as running:
        assert (await running.deliver(running.post())).statuses == [200]
        await until((running.data / "graph.json").exists)  # what comes by itself has come
        await running.quiet()
        yield running
