"""The one alarm: says "look" to the desks when the earliest of them has something to do, and never "what".

A job store is not used: what is due is derived from the desks' state, so a restart loses nothing.
"""

import asyncio
import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.desk import Desk
from bot.errors import NotStored
from bot.ports import Clock

log = logging.getLogger(__name__)

AGAIN = timedelta(seconds=5)  # after a look that failed, or one that found its moment still ahead of the clock


class Alarm:
    """Rings at the earliest ``next_due`` of all desks."""

    def __init__(self, clock: Clock, real: Clock) -> None:
        """Bind to the domain's clock, and to the real one by which the scheduler runs."""
        self._desks: Iterable[Desk] = ()
        self._clock = clock
        self._real = real
        # Two at a time, though one waits for the other: the scheduler counts one that has ended for a little longer,
        # and would leave out the ring that comes just then.
        jobs = {"misfire_grace_time": None, "coalesce": True, "max_instances": 2}
        self._scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=jobs)
        self._armed: datetime | None = None  # in real time
        self._looking = asyncio.Lock()

    def start(self, desks: Iterable[Desk]) -> None:
        """Start, and look at ``desks`` at once: whatever fell due while the bot was down happens now."""
        self._desks = desks
        self._scheduler.start()
        self._ring_at(self._real())

    def stop(self) -> None:
        """Stop ringing."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def arm(self) -> None:
        """Ring no later than the earliest thing due."""
        due = min((desk.next_due for desk in self._desks if desk.next_due), default=None)
        if due is None or self._looking.locked():  # whoever looks rings anew at the end
            return
        real = self._real()
        at = real + max(due - self._clock(), timedelta())
        if self._armed is None or at < self._armed or self._armed < real - AGAIN:
            self._ring_at(at)

    def clock_moved(self) -> None:
        """Look at once, since the domain's clock was moved."""
        self._ring_at(self._real())

    async def look(self) -> None:
        """Let every desk that has something due do it; what a stop cuts off is due again at the next start."""
        try:
            await self._look()
        except asyncio.CancelledError:
            if self._scheduler.running:
                raise
            return  # the scheduler would log it as a failure
        self._after_look()

    async def _look(self) -> None:
        async with self._looking:
            self._armed = None
            now = self._clock()
            due = [desk for desk in self._desks if desk.next_due is not None and desk.next_due <= now]
            await asyncio.gather(*map(_strike, due))

    def _after_look(self) -> None:
        due = min((desk.next_due for desk in self._desks if desk.next_due), default=None)
        if due is not None and self._scheduler.running:
            wait = due - self._clock()
            self._ring_at(self._real() + (wait if wait > timedelta() else AGAIN))

    def _ring_at(self, at: datetime) -> None:
        if self._scheduler.running:
            self._armed = at
            self._scheduler.add_job(self.look, "date", run_date=at, id="look", replace_existing=True)


async def _strike(desk: Desk) -> None:
    try:
        await desk.strike()
    except NotStored:
        log.warning("could not store what is due; trying again", extra={"desk": desk.info.id})
    except Exception:
        log.exception("looking at what is due failed", extra={"desk": desk.info.id})
