"""The data folder: its lock, the journal, the rotas' files, and how these two are brought together.

The journal is what counts; a rota's file is written from it, and taken over when somebody edited it by hand.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from bot.calendars.almanac import Almanac
from bot.calendars.holidays import KeptHolidays
from bot.clock import real
from bot.desk import Desk
from bot.desks import Desks
from bot.effects import WriteRota
from bot.events import Delivered, RotaEdited
from bot.ports import Clock, Origin, Outgoing
from bot.settings import Settings
from bot.state import DeskInfo
from bot.store.journal import SqlJournal
from bot.store.lock import FolderLock
from bot.store.rota import Edited, RotaFiles, reconcile

log = logging.getLogger(__name__)


@asynccontextmanager
async def open_folder(settings: Settings, holder: str) -> AsyncIterator[tuple[SqlJournal, RotaFiles]]:
    """Hold the data folder and open what is in it; raise Misconfigured if another process holds it."""
    with FolderLock(settings.data, holder):
        async with SqlJournal(f"sqlite:///{settings.data / 'journal.sqlite'}") as journal:
            yield journal, RotaFiles(settings.data / "rota")


async def write_rota(journal: SqlJournal, files: RotaFiles, desk: DeskInfo) -> None:
    """Write a desk's rota file as the journal has it; one that holds it already may be edited by hand since."""
    stored = await journal.rota(desk.tenant, desk.id)
    if stored.written:
        return
    checksum = await asyncio.to_thread(files.write, desk, stored.rota)
    await journal.rota_written(desk.tenant, desk.id, checksum, stored.rota)


async def set_aside(files: RotaFiles, desk_id: str) -> str:
    """Move a removed desk's rota file aside and return where it is now, "" where there was none."""
    moved = await asyncio.to_thread(files.set_aside, desk_id, f"{real():%Y%m%dT%H%M%S.%fZ}")
    return str(moved or "")


async def open_desks(journal: SqlJournal, files: RotaFiles, desks: Desks, clock: Clock) -> None:
    """Open the desks, each rota file and the journal brought together: an edit by hand is taken over, or refused.

    That is done with every file before any desk hands over what is undelivered, which may be a rota to write.
    """
    found = [(info, await reconcile(journal, files, info)) for info in await journal.desks()]
    await desks.open()
    for info, outcome in found:
        if isinstance(outcome, Edited):
            now = clock()
            edited = RotaEdited(key=f"edited:{now.isoformat()}", happened_at=now, rota=outcome.document.rota)
            await desks.one(info.id).handle(edited)
            log.info("the rota file was edited by hand and taken over", extra={"desk": info.id})


@asynccontextmanager
async def desks_alone(settings: Settings, clock: Clock = real) -> AsyncIterator[Desks]:
    """Open the desks without Teams, for a command while no bot runs; messages wait until it does."""
    async with open_folder(settings, "a hotseat command") as (journal, files):
        courier = _RotaCourier(journal, files, clock)
        almanac = Almanac(frozenset(settings.admins), KeptHolidays(settings.data / "holidays.json"))
        desks = Desks(
            journal,
            lambda info: Desk(info, journal, courier, clock, almanac, lambda: None),
            lambda desk_id: set_aside(files, desk_id),
            settings.tenants_let_in,
        )
        await open_desks(journal, files, desks, clock)
        await _finish(courier, desks)
        yield desks
        await _finish(courier, desks)


async def _finish(courier: "_RotaCourier", desks: Desks) -> None:
    await courier.idle()
    for desk in desks:
        await desk.settle()


class _RotaCourier:
    """Delivers the rota's file and leaves everything else in the outbox."""

    def __init__(self, journal: SqlJournal, files: RotaFiles, clock: Clock) -> None:
        self._journal = journal
        self._files = files
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()
        self._writing = asyncio.Lock()

    def take(self, desk: Origin, outgoing: Iterable[Outgoing]) -> None:
        for one in outgoing:
            if isinstance(one.effect, WriteRota):
                self._tasks.add(asyncio.create_task(self._write(desk, one)))

    async def idle(self) -> None:
        await asyncio.gather(*self._tasks)

    async def _write(self, desk: Origin, one: Outgoing) -> None:
        async with self._writing:
            await write_rota(self._journal, self._files, desk.info)
        desk.report(
            Delivered(key=f"delivered:{one.id}", happened_at=self._clock(), effect=one.id, place=one.effect.key)
        )
