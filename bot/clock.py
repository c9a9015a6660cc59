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
    """The time that an address on loopback answers as ISO text; in between it runs like the real one."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        """Bind to the address; nothing is asked yet."""
        self._url = url
        self._session = session
        self._offset = timedelta()

    def __call__(self) -> datetime:
        """Return the domain's time."""
        return real() + self._offset

    async def follow(self, on_move: Callable[[], None]) -> None:
        """Ask each second, for ever; call ``on_move`` when the clock was moved."""
        while True:
            if await self.poll():
                on_move()
            await asyncio.sleep(POLL_SECONDS)

    async def poll(self) -> bool:
        """Ask once and say whether the clock was moved; while the address does not answer, it runs on."""
        timeout = aiohttp.ClientTimeout(total=2)
        try:
            async with self._session.get(self._url, timeout=timeout, allow_redirects=False) as response:
                there = datetime.fromisoformat((await response.text()).strip())
        except (aiohttp.ClientError, TimeoutError, ValueError) as failure:
            log.warning("HOTSEAT_CLOCK does not answer with a time: %s", type(failure).__name__)
            return False
        offset = there - real()
        moved = abs(offset - self._offset) > MOVED
        self._offset = offset if moved else self._offset
        return moved
