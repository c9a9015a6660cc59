"""The desks' time: it runs so many times as fast as the real one, and stands still while it is held.

The bot reads it under HOTSEAT_CLOCK each second, so for the bot it moves in jumps. None is longer than ``JUMP``,
however late a busy bot asks, so that steps a minute apart do not fall due together; who has not asked for ``SILENT``
seconds is dead, or held still, and is not waited for. So a reminder that is due after ten minutes comes within the run,
and kills fall between a post and its reminders.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from aiohttp import web

from tests.rig.service import LoopbackService

TICK = 0.05
JUMP = timedelta(seconds=40)
SILENT = 3.0  # real seconds


class FastClock(LoopbackService):
    """Serve `/clock`; ``held`` says whether time has to wait for the load, and is asked at each tick."""

    def __init__(self, begin: datetime, speed: float) -> None:
        super().__init__()
        self.now = begin
        self.speed = speed
        self.held: Callable[[], bool] = lambda: False
        self._asked: dict[str, tuple[float, datetime]] = {}  # by replica: when it did last, and what it was told
        self._task: asyncio.Task[None] | None = None

    def application(self) -> web.Application:
        """Say what is served."""
        app = web.Application()
        app.router.add_get("/clock", self._answer)
        return app

    async def start(self) -> None:
        """Listen, and let time run."""
        await super().start()
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Let time stand, and stop listening."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        await super().stop()

    async def until(self, moment: datetime) -> None:
        """Wait for a moment of this clock."""
        while self.now < moment:
            await asyncio.sleep(TICK)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        last = loop.time()
        while True:
            await asyncio.sleep(TICK)
            elapsed, last = loop.time() - last, loop.time()
            if not self.held() and not self._is_ahead(last):
                self.now += timedelta(seconds=min(elapsed, 10 * TICK) * self.speed)

    def _is_ahead(self, real: float) -> bool:
        told = [now for asked, now in self._asked.values() if real - asked < SILENT]
        return bool(told) and self.now >= min(told) + JUMP

    async def _answer(self, request: web.Request) -> web.Response:
        self._asked[request.query.get("replica", "")] = (asyncio.get_running_loop().time(), self.now)
        return web.Response(text=self.now.isoformat())
