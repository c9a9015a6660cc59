"""The lease of a replica: it lives, and delivers what it holds, for as long as it says so in the database in time.

One that was stopped, or cut off, for longer than its lease has lapsed: what it held is another's, and it begins anew
under another id. One that was killed is followed by the next process of its folder at once: whoever has the folder's
lock knows that nobody else lives there. It must not know what is delivered.
"""

import asyncio
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from sqlalchemy import Connection

from bot.errors import NotStored
from bot.store import replicas
from bot.store.journal import SqlJournal
from bot.store.writing import Holder

LEASE_SECONDS = 30.0
SEND_SECONDS = 12.0
"""How long a call to the outside may take, and a little more: what begins later would outlive the lease."""
REMEMBERED = 3  # lapsed ids whose results still count where nobody else has taken over


class ReplicaLease:
    """A lease that is taken by ``begin``, kept by ``renew`` every few seconds, and given up by ``end``."""

    is_shared = True

    def __init__(
        self, journal: SqlJournal, now: Callable[[], float] = time.monotonic, *, note: Path | None = None
    ) -> None:
        """Bind to the journal, whose holder this is; ``now`` counts seconds.

        ``note`` is where the id is kept for the next process, in a folder that one process has at a time.
        """
        self._journal = journal
        self._now = now
        self._note = note
        self._until = 0.0

    @property
    def id(self) -> str:
        """Return the id under which this replica holds what it delivers."""
        return self._journal.holder.id

    def holds(self) -> bool:
        """Say whether the lease lasts until a call that begins now is over."""
        return self._now() < self._until - SEND_SECONDS

    async def begin(self) -> None:
        """Take a lease under a new id, under which nothing is held before the lease is.

        Raise NotStored where there is none, and where another version has brought the database to its own meanwhile.
        """
        await self._journal.check_version()
        before = tuple(filter(None, (self.id, *self._journal.holder.before)))
        new = Holder(uuid4().hex, before[:REMEMBERED])
        if dead := self._noted(new.id):
            await self._journal.run(lambda connection: replicas.leave(connection, dead))
        until = await self._beat(new.id)
        self._journal.holder, self._until = new, until or 0.0

    async def renew(self) -> bool:
        """Keep the lease; where it has lapsed meanwhile, let go of it and say False: ``begin`` takes another.

        What was tried while it did not hold was refused, so that an answer which comes too late is none.
        """
        if self.holds() and (until := await self._beat(self.id)) and self.holds():
            self._until = until
            return True
        self._until = 0.0
        await self.end()
        return False

    async def end(self) -> None:
        """Give the lease up, so that others take over at once."""
        me = self.id
        await self._journal.run(lambda connection: replicas.leave(connection, me))

    async def is_mine(self, duty: str) -> bool:
        """Say whether a duty, which one replica at a time has, is this one's; take it where nobody living has it."""
        me = self.id
        return self.holds() and await self._journal.run(lambda connection: replicas.is_mine(connection, me, duty))

    async def orphaned(self) -> list[tuple[str, str]]:
        """Return the desks of which nobody living delivers something; none while the lease does not hold."""
        return await self._journal.run(replicas.orphaned) if self.holds() else []

    async def claim(self, tenant: str, desk: str) -> list[replicas.Claimed]:
        """Take what nobody living delivers of a desk; nothing where the lease is another one's by then."""
        me = self.id
        found = await self._journal.run(lambda connection: replicas.claim(connection, me, tenant, desk))
        return found if me == self.id else []

    def _noted(self, me: str) -> str:
        """Return the id of the process before, "" where none is known, and note this one's.

        A folder that was copied to another machine names one that may live there.
        """
        if self._note is None:
            return ""
        here = socket.gethostname()
        host = dead = ""
        with suppress(OSError, ValueError):  # where there is none, or nonsense, its lease has to lapse
            host, dead = self._note.read_text(encoding="utf-8").split()
        with suppress(OSError):
            self._note.touch(mode=0o600)
            self._note.write_text(f"{here} {me}\n", encoding="utf-8")
        return dead if host == here else ""

    async def _beat(self, me: str) -> float | None:
        """Live for the lease's time more; return until when by this process's count, None where that was over."""
        asked = self._now()
        lives = await self._journal.run(lambda connection: replicas.beat(connection, me, LEASE_SECONDS))
        return asked + LEASE_SECONDS if lives else None


LATE = 0.1  # seconds
ANSWER_SECONDS = 5.0
T = TypeVar("T")


class SharedLimits:
    """How fast all replicas together may speak in one thread; as bot/teams/limits.py, which is for one.

    A send that the event loop held up until it was LATE counts from when it left.
    """

    def __init__(self, journal: SqlJournal, windows: replicas.Windows) -> None:
        """Bind to where turns are kept; ``windows`` empty switches the limits off."""
        self._journal = journal
        self._windows = windows

    async def turn(self, thread: str) -> None:
        """Return when the next send to this thread may leave; raise NotStored where that is not known in time."""
        if self._windows:
            windows, loop = self._windows, asyncio.get_running_loop()
            seconds, moment = await self._ask(lambda connection: replicas.reserve(connection, thread, windows))
            due = loop.time() + seconds
            if seconds:
                await asyncio.sleep(seconds)
            if loop.time() - due > LATE:
                await self._ask(lambda connection: replicas.left_late(connection, thread, moment))

    async def _ask(self, work: Callable[[Connection], T]) -> T:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await self._journal.run(work)
        except TimeoutError:
            message = "the database is silent"
            raise NotStored(message) from None
