"""How late the event loop comes: what holds it holds every answer."""

import asyncio
from collections.abc import Callable

EVERY_SECONDS = 0.5


async def watch_loop(tell: Callable[[float], None]) -> None:
    """Tell by how many seconds the loop is late, twice a second, for ever."""
    loop = asyncio.get_running_loop()
    while True:
        asked = loop.time() + EVERY_SECONDS
        await asyncio.sleep(EVERY_SECONDS)
        tell(max(loop.time() - asked, 0.0))
