"""A replica among others: it follows what they commit, takes over what nobody delivers, and lets go in time.

There is no leader. What is due is derived from a desk's state by each replica, and done by the first; the others find
it done. It must not know what any desk decides.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bot.courier import ALWAYS, Courier, Lease
from bot.desk import Desk
from bot.desks import Desks
from bot.errors import NotStored
from bot.jira.attempts import Attempts
from bot.jira.errand import Notes
from bot.retries import always
from bot.store.atomic import AtomicStorage
from bot.store.documents import AttemptRows, Documents, RowStorage
from bot.store.journal import SqlJournal, read_outgoing
from bot.store.lease import ReplicaLease, SharedLimits
from bot.teams.limits import Limits

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
BEATS = 5  # seconds between two renewals of the lease


class Replica:
    """Keeps this process in step with the others that share its database."""

    def __init__(self, journal: SqlJournal, lease: ReplicaLease, desks: Desks, courier: Courier) -> None:
        """Bind to the database, the lease, and to whoever follows."""
        self._journal = journal
        self._lease = lease
        self._desks = desks
        self._courier = courier
        self._beat = 0
        self._is_out = False

    async def run(self) -> None:
        """Keep the lease and follow, each every second, for ever: however long following takes, the lease is kept."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._repeat(self.keep))
            group.create_task(self._repeat(self.follow))

    async def _repeat(self, work: Callable[[], Awaitable[None]]) -> None:
        failing = False
        while True:
            try:
                await work()
            except NotStored as failure:
                if not failing:
                    log.warning("out of step with the other replicas, trying again each second: %s", failure)
                failing = True
            except Exception:
                log.exception("keeping in step with the other replicas failed")
            else:
                if failing:
                    log.info("in step with the other replicas again")
                failing = False
            await asyncio.sleep(LOOK_SECONDS)

    async def follow(self) -> None:
        """Follow the desks that changed, and take over what nobody delivers."""
        revisions = await self._desks.follow(self._journal.revisions)
        changed = [desk for desk in self._desks if revisions.get((desk.info.tenant, desk.info.id), -1) > desk.revision]
        await asyncio.gather(*map(self._look_at, changed))
        orphaned = [self._desks.named(*key) for key in await self._lease.orphaned()]
        await asyncio.gather(*(self._take_over(desk) for desk in orphaned if desk is not None))

    async def keep(self) -> None:
        """Keep the lease; where it has lapsed, let go of what was held under it, and take another."""
        if not self._lease.holds():
            self._let_go()  # before anything is waited for
        elif self._beat:
            self._beat = (self._beat + 1) % BEATS
            return
        self._beat = 0  # until that has succeeded it is tried each second
        if not await self._lease.renew():
            if not self._is_out:
                self._let_go()
            await self._lease.begin()
            self._let_go()  # of what was handed over meanwhile: it is found again, under the new lease
            self._is_out = False
        self._beat = 1

    def _let_go(self) -> None:
        if not self._is_out:
            log.warning("the lease has lapsed: what was being delivered is left to the other replicas")
        self._is_out = True
        self._courier.drop()
        for desk in self._desks:
            desk.lapse()

    async def _look_at(self, desk: Desk) -> None:
        try:
            await desk.look()
        except NotStored:
            log.warning("a desk could not be followed; trying again", extra={"desk": desk.info.id})
        except Exception:
            log.exception("following a desk failed", extra={"desk": desk.info.id})

    async def _take_over(self, desk: Desk) -> None:
        """Deliver what nobody does, before anything of the same messages that is decided once it is claimed."""
        here = (desk.info.tenant, desk.info.id)
        async with desk.between_turns:
            desk.take(read_outgoing(*here, await self._lease.claim(*here)))


class Turns:
    """When the next send to a thread may leave: as all replicas agree, and while they can't, as this one alone says."""

    def __init__(self, together: SharedLimits, alone: Limits) -> None:
        """Bind to both."""
        self._together = together
        self._alone = alone

    async def turn(self, thread: str) -> None:
        """Return when the next send to this thread may leave."""
        try:
            await self._together.turn(thread)
        except NotStored:
            await self._alone.turn(thread)


@dataclass(frozen=True, slots=True)
class Resources:
    """What a process has for itself where it is the only one, and in common with the others where replicas share."""

    lease: Lease
    limits: Limits | Turns
    attempts: Notes
    storage: Callable[[str], AtomicStorage | RowStorage]
    """Returns where some tables are kept, by the name of the file that they are kept in."""
    duty: Callable[[str], Callable[[], Awaitable[bool]]]
    """Returns how to ask whether what one replica at a time does, by its name, is this one's to do now."""
    desks: Callable[[], Awaitable[Collection[tuple[str, str]]]] | None = None
    """Asks which desks there are, by tenant and id; None where nobody else adds one."""


async def resources(
    journal: SqlJournal, folder: Path, windows: Sequence[tuple[int, float]], stack: AsyncExitStack
) -> Resources:
    """Return them; where replicas share a database, become one of them until the end."""
    if not journal.is_shared:

        def file(name: str) -> AtomicStorage:
            return AtomicStorage(folder / f"{name}.json")

        return Resources(ALWAYS, Limits(tuple(windows)), Attempts(folder / "tickets"), file, lambda _: always)
    lease, documents = ReplicaLease(journal, note=folder / "replica"), Documents(journal.transact)
    await lease.begin()
    stack.push_async_callback(_leave, lease)

    def row(name: str) -> RowStorage:
        return RowStorage(documents, "", name)

    def duty(name: str) -> Callable[[], Awaitable[bool]]:
        return lambda: lease.is_mine(name)

    turns = Turns(SharedLimits(journal, windows), Limits(tuple(windows)))
    return Resources(lease, turns, AttemptRows(documents), row, duty, journal.revisions)


async def _leave(lease: ReplicaLease) -> None:
    with suppress(NotStored):  # then it lapses by itself
        await lease.end()


@asynccontextmanager
async def following(journal: SqlJournal, lease: Lease, desks: Desks, courier: Courier) -> AsyncIterator[None]:
    """Keep in step with other replicas meanwhile, where there may be any."""
    if not isinstance(lease, ReplicaLease):
        yield
        return
    task = asyncio.create_task(Replica(journal, lease, desks, courier).run(), name="replica")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
