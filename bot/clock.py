"""The clocks: the real one, and the domain's, which the sandbox and tests may move (HOTSEAT_CLOCK).

Tokens, signatures and back-off keep real time. Nothing else in the program reads a clock.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import aiohttp

from bot.errors import Misconfigured
from bot.ports import Clock

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
MOVED = timedelta(seconds=0.5)  # less than this is the network's doing
TRIES = 3  # before a start gives up


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
        there = await self._ask()
        if there is None:
            return False
        offset = there - real()
        moved = abs(offset - self._offset) > MOVED
        self._offset = offset if moved else self._offset
        return moved

    async def begin(self) -> None:
        """Take over the time, before anything is decided by it; raise Misconfigured if none is answered."""
        for _ in range(TRIES):
            there = await self._ask()
            if there is not None:
                self._offset = there - real()
                return
            await asyncio.sleep(POLL_SECONDS)
        message = "HOTSEAT_CLOCK: no time is answered there; start what it names first, or unset it"
        raise Misconfigured(message)

    async def _ask(self) -> datetime | None:
        timeout = aiohttp.ClientTimeout(total=2)
        try:
            async with self._session.get(self._url, timeout=timeout, allow_redirects=False) as response:
                there = datetime.fromisoformat((await response.text()).strip())
                if there.tzinfo is not None:
                    return there
                log.warning("HOTSEAT_CLOCK answers with a time that has no offset")
        except (aiohttp.ClientError, TimeoutError, ValueError) as failure:
            log.warning("HOTSEAT_CLOCK does not answer with a time: %s", type(failure).__name__)
        return None


@asynccontextmanager
async def open_clock(url: str) -> AsyncIterator[Clock]:
    """Give the clock at ``url``, or the real one if there is no ``url``; raise Misconfigured if it does not answer."""
    if not url:
        yield real
        return
    async with aiohttp.ClientSession() as session:
        clock = RemoteClock(url, session)
        await clock.begin()
        yield clock
