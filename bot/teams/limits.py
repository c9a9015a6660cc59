"""How fast the bot may speak in one thread.

Decides when a send may leave; knows nothing of what is sent. The libraries for this (aiolimiter, pyrate-limiter,
limits) keep one rate, or no order, or every key for ever; what is needed is four windows at once, in order of asking.
"""

import asyncio
from collections import OrderedDict
from typing import Protocol
from weakref import WeakValueDictionary

# Sends to one thread by one bot: (how many, in how many seconds). Source: learn.microsoft.com, "Optimize your bot with
# rate limiting".
TEAMS = ((7, 1.0), (8, 2.0), (60, 30.0), (1800, 3600.0))
# What is kept to: a little less, since the way to Teams is not always equally long, and what counts is what arrives.
KEPT = tuple((count, seconds + min(max(0.1, 0.02 * seconds), 1.0)) for count, seconds in TEAMS)

_THREADS = 10_000


class Turns(Protocol):
    """Who says when the next send to a thread may leave: this process alone, or all that share a database."""

    async def turn(self, thread: str) -> None:
        """Return when the next send to this thread may leave."""


class Limits:
    """Wait for a thread's turn: `await limits.turn(thread)` before each send.

    Each caller gets the earliest moment at which no window is exceeded, in the order of asking, and counts from when it
    leaves: where the event loop was held, that is later, and so for all after it. Threads that have been silent for the
    longest window are forgotten, and beyond 10,000 those that have been silent longest. `windows` empty switches the
    limits off.
    """

    def __init__(self, windows: tuple[tuple[int, float], ...] = KEPT) -> None:
        self._windows = windows
        self._longest = max((seconds for _, seconds in self._windows), default=0.0)
        self._most = max((count for count, _ in self._windows), default=0)
        self._threads: OrderedDict[str, list[float]] = OrderedDict()  # most are short, and a short deque is large
        self._lines: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()  # of those who wait

    def __len__(self) -> int:
        """Count the threads that are remembered."""
        return len(self._threads)

    async def turn(self, thread: str) -> None:
        """Return when the next send to this thread may leave."""
        if not self._windows:
            return
        line = self._lines.setdefault(thread, asyncio.Lock())
        async with line:
            loop = asyncio.get_running_loop()
            now = loop.time()
            moment = self._reserve(thread, now)
            if moment > now:
                await asyncio.sleep(moment - now)
                self._left(thread, loop.time())

    def _reserve(self, thread: str, now: float) -> float:
        moments = self._threads.get(thread)
        if moments is None:
            moments = self._threads[thread] = []
            self._forget(now)
        self._threads.move_to_end(thread)
        moment = max(now, moments[-1]) if moments else now
        for count, seconds in self._windows:
            if len(moments) >= count:
                moment = max(moment, moments[-count] + seconds)
        moments.append(moment)
        if len(moments) >= 2 * self._most:
            del moments[: -self._most]
        return moment

    def _left(self, thread: str, now: float) -> None:
        """Count the last of a thread from when it left, unless the thread is forgotten."""
        if moments := self._threads.get(thread):
            moments[-1] = max(moments[-1], now)

    def _forget(self, now: float) -> None:
        while len(self._threads) > 1:
            thread, moments = next(iter(self._threads.items()))
            if len(self._threads) <= _THREADS and moments[-1] + self._longest > now:
                return
            del self._threads[thread]
