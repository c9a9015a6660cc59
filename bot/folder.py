"""The data folder: its lock, the journal, the rotas' files, and how these two are brought together.

The journal is what counts; a rota's file is written from it, and taken over when somebody edited it by hand. Where
replicas share a database, journal and rotas are in that, and each has a folder of its own for what it may lose.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from bot.calendars.addresses import KEY_BYTES
from bot.calendars.almanac import Almanac
from bot.calendars.holidays import KeptHolidays
from bot.clock import real
from bot.courier import Errand
from bot.desk import Desk
from bot.desks import Desks
from bot.effects import ForgetEdits, Word, WriteRota
from bot.errors import NotStored
from bot.events import Delivered, RotaEdited, RotaRefused
from bot.ports import Clock, Origin, Outgoing
from bot.retries import always
from bot.settings import Settings
from bot.state import DeskInfo
from bot.store.closed import refuse_closed
from bot.store.documents import Documents, RotaRows, share_key
from bot.store.journal import SqlJournal
from bot.store.lock import FolderLock
from bot.store.rota import (
    REMOVED_KEPT,
    Agreed,
    Edited,
    Files,
    Invalid,
    Kept,
    Look,
    Outcome,
    RotaFiles,
    Unwritten,
    reconcile,
    write_anew,
)

log = logging.getLogger(__name__)

LOOK_SECONDS = 2.0  # between two looks at the rotas' files


@asynccontextmanager
async def open_folder(settings: Settings, holder: str) -> AsyncIterator[tuple[SqlJournal, Files]]:
    """Hold the data folder and open the journal; raise Misconfigured if another process holds it, or it is closed."""
    with FolderLock(settings.data, holder):
        if not settings.database_url.get_secret_value():
            refuse_closed(settings.data)
        async with SqlJournal(settings.journal_url) as journal:
            if journal.is_shared:
                documents = Documents(journal.transact)
                await asyncio.to_thread(share_key, documents, settings.data / "feeds.key", KEY_BYTES)
                yield journal, RotaRows(documents, real)
            else:
                yield journal, RotaFiles(settings.data / "rota")


async def write_rota(journal: SqlJournal, files: Files, desk: DeskInfo) -> Kept | None:
    """Write a desk's rota file as the journal has it; one that holds it already may be edited by hand since.

    Return what somebody had written there, kept beside it.
    """
    stored = await journal.rota(desk.tenant, desk.id)
    return None if stored.written else await write_anew(journal, files, desk, stored)


def rota_writer(
    journal: SqlJournal, files: Files, desk_of: Callable[[DeskInfo], Desk | None], clock: Clock
) -> Callable[[DeskInfo], Awaitable[None]]:
    """Return how a running bot writes its rota files: admins hear of an edit by hand that came at the same moment."""

    async def write(info: DeskInfo) -> None:
        kept = await write_rota(journal, files, info)
        desk = desk_of(info)
        if kept is not None and desk is not None:
            await follow(desk, Unwritten(kept), clock)

    return write


def edits_errand(files: Files) -> Errand:
    """Return how what was kept of edits by hand is removed; files are dated in real time."""

    async def run(desk: Origin, effect: ForgetEdits) -> Mapping[str, Any]:
        await forget_edits(files, desk.info, effect)
        return {"message": effect.key}

    return Errand(Delivered, run)


async def forget_edits(files: Files, desk: DeskInfo, effect: ForgetEdits) -> None:
    """Remove what was kept of edits by hand."""
    before = real() - timedelta(days=effect.days) if effect.days else None
    await asyncio.to_thread(files.forget_edits, desk.id, before)


async def set_aside(files: Files, desk_id: str) -> str:
    """Move a removed desk's rota file aside and return where it is now, "" where there was none."""
    moved = await asyncio.to_thread(files.set_aside, desk_id, real())
    return str(moved or "")


async def forget_removed(files: Files) -> None:
    """Remove what is kept of removed desks when its time is over; a disk that refuses is logged."""
    try:
        await asyncio.to_thread(files.forget_removed, real() - REMOVED_KEPT)
    except NotStored as error:
        log.error("%s", error)  # noqa: TRY400 - the text says it all


async def open_desks(journal: SqlJournal, files: Files, desks: Desks, clock: Clock) -> None:
    """Open the desks, each rota file and the journal brought together: an edit by hand is taken over, or refused.

    That is done with every file before any desk hands over what is undelivered, which may be a rota to write.
    """
    await forget_removed(files)
    found = [(info, await reconcile(journal, files, info)) for info in await journal.desks()]
    await desks.open()
    for info, outcome in found:
        await follow(desks.one(info.id), outcome, clock)


async def follow(desk: Desk, outcome: Outcome, clock: Clock) -> None:
    """Take an edit by hand over, or say once why not."""
    now = clock()
    match outcome:
        case Edited(document, before):
            edited = RotaEdited(key=f"edited:{now.isoformat()}", happened_at=now, rota=document.rota, base=before)
            answer = await desk.handle(edited)
            if isinstance(answer, Word):
                log.warning("%s", answer.text, extra={"desk": desk.info.id})
            else:
                log.info("the rota file was edited by hand and taken over", extra={"desk": desk.info.id})
        case Invalid(reason, checksum):
            await desk.handle(RotaRefused(key=f"refused:{checksum}", happened_at=now, reason=reason))
        case Unwritten(Kept(path, checksum)):
            reason = (
                "The rota file was edited by hand while the rota changed, too, and is written anew. What was written "
                f"by hand is kept as {path}: see what of it is missing, and write that again."
            )
            await desk.handle(RotaRefused(key=f"refused:{checksum}", happened_at=now, reason=reason))
        case Agreed() | Unwritten():
            pass


class RotaWatch:
    """Looks at the rotas' files while the bot runs, as a start does, in real time.

    A file is judged once it stands still for two looks, since editors may write in several steps.
    """

    def __init__(
        self,
        journal: SqlJournal,
        files: Files,
        desks: Desks,
        clock: Clock,
        is_mine: Callable[[], Awaitable[bool]] = always,
    ) -> None:
        """Bind to the files and to whose they are; of several replicas one looks (``is_mine``)."""
        self._is_mine = is_mine
        self._journal = journal
        self._files = files
        self._desks = desks
        self._clock = clock
        self._seen: dict[str, Look | None] = {}
        self._judged: dict[str, Look | None] = {}
        self._forgot = real().date()

    async def run(self) -> None:
        """Look every few seconds, for ever."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                if await self._is_mine():
                    await self.look()
            except NotStored as failure:
                log.warning("could not look at the rotas' files: %s; trying again", failure)
            except Exception:
                log.exception("looking at the rotas' files failed")

    async def look(self) -> None:
        """Look once, and bring together what stands still and is new; once a day forget removed desks."""
        if self._forgot != real().date():
            self._forgot = real().date()
            await forget_removed(self._files)
        before = self._seen
        self._seen = await asyncio.to_thread(self._look_at, [desk.info.id for desk in self._desks])
        for desk in self._desks:
            id_ = desk.info.id
            found = self._seen.get(id_)
            still = id_ in self._seen and id_ in before and before[id_] == found
            if not still or (id_ in self._judged and self._judged[id_] == found):
                continue
            try:
                await follow(desk, await reconcile(self._journal, self._files, desk.info), self._clock)
                self._judged[id_] = found
            except NotStored:
                log.warning("could not store what a rota file says; trying again", extra={"desk": id_})
            except Exception:
                log.exception("looking at a rota file failed", extra={"desk": id_})

    def _look_at(self, ids: list[str]) -> dict[str, Look | None]:
        return {id_: self._files.look(id_) for id_ in ids}


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
    """Delivers the rota's file, and what is forgotten beside it, and leaves everything else in the outbox."""

    def __init__(self, journal: SqlJournal, files: Files, clock: Clock) -> None:
        self._journal = journal
        self._files = files
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()
        self._writing = asyncio.Lock()

    def take(self, desk: Origin, outgoing: Iterable[Outgoing]) -> None:
        for one in outgoing:
            if isinstance(one.effect, WriteRota | ForgetEdits):
                self._tasks.add(asyncio.create_task(self._write(desk, one)))

    async def idle(self) -> None:
        await asyncio.gather(*self._tasks)

    async def _write(self, desk: Origin, one: Outgoing) -> None:
        async with self._writing:
            if isinstance(one.effect, ForgetEdits):
                await forget_edits(self._files, desk.info, one.effect)
            else:
                await write_rota(self._journal, self._files, desk.info)
        desk.report(
            Delivered(key=f"delivered:{one.id}", happened_at=self._clock(), effect=one.id, place=one.effect.key)
        )
