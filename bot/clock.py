"""The clocks: the real one, and the domain's, which the sandbox and tests may move (HOTSEAT_CLOCK).

Tokens, signatures and back-off keep real time. Nothing else in the program reads a clock.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import aiohttp

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
MOVED = timedelta(seconds=0.5)  # less than this is the network's doing


def real() -> datetime:
    """Return the real time, aware, in UTC."""
    return datetime.now(UTC)


class RemoteClock:
    """The time that an address on loopback answers as ISO text, polled each second; in between it runs like the real one."""

    def __init__(self, url: str, session: aiohttp.ClientSession, on_move: Callable[[], None]) -> None:
        """Bind to the address; ``on_move`` is called when the clock was moved."""
        self._url = url
        self._session = session
        self._on_move = on_move
        self._offset = timedelta()

    def __call__(self) -> datetime:
        """Return the domain's time."""
        return real() + self._offset

    async def follow(self) -> None:
        """Poll for ever."""
        while True:
            await self.poll()
            await asyncio.sleep(POLL_SECONDS)

    async def poll(self) -> None:
        """Ask once; while the address does not answer, the clock runs on."""
        try:
            async with self._session.get(self._url, timeout=aiohttp.ClientTimeout(total=2), allow_redirects=False) as response:
                there = datetime.fromisoformat((await response.text()).strip())
        except (aiohttp.ClientError, TimeoutError, ValueError) as failure:
            log.warning("HOTSEAT_CLOCK does not answer with a time: %s", type(failure).__name__)
            return
        offset = there - real()
        moved = abs(offset - self._offset) > MOVED
        self._offset = offset if moved else self._offset
        if moved:
            self._on_move()
