"""The shelf: which handbook a desk has, read again and again, and its last good copy for as long as it cannot be.

What was never read is an empty handbook with an address; what cannot be read now says since when it is as it is, and
why. It must not know where GitHub is, nor what anybody looks for in a handbook.
"""

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from bot.decide.requests.addresses import is_link
from bot.errors import Misconfigured
from bot.handbook.sections import Unreadable, sections
from bot.policy import Policy
from bot.ports import Clock
from bot.retries import Temporary, retrying
from bot.state import DeskInfo
from bot.support.handbook import NO_HANDBOOK, Handbook, Section

log = logging.getLogger(__name__)

EVERY_SECONDS = 900.0  # between two readings of what is elsewhere
LOOK_SECONDS = 2.0  # between two looks at a file, and at which handbooks are wanted
DEFAULT = Policy().handbook
Sleep = Callable[[float], Awaitable[None]]


class Source(Protocol):
    """Where a handbook is kept.

    ``name`` tells it from all others. ``address`` and ``edit_address`` are where people read and edit it, "" for
    nowhere; ``proposes`` says that an edit can be proposed there, ``is_read`` that it is read at all.
    """

    @property
    def name(self) -> str: ...  # noqa: D102

    @property
    def address(self) -> str: ...  # noqa: D102

    @property
    def edit_address(self) -> str: ...  # noqa: D102

    @property
    def proposes(self) -> bool: ...  # noqa: D102

    @property
    def is_read(self) -> bool: ...  # noqa: D102

    async def read(self, etag: str = "") -> tuple[bytes, str] | None:
        """Return what is kept and its mark, None where that is still ``etag``.

        Raise Temporary, or Misconfigured for what does not pass by itself, with a clause that says why.
        """


class Storage(Protocol):
    """A file of tables."""

    def read(self) -> Mapping[str, Any] | None:
        """Return the tables, None where there are none; ValueError or TypeError where it holds anything else."""

    def write(self, data: dict[str, dict[str, Any]]) -> None:
        """Replace the tables durably; raise OSError where the disk refuses."""


class Shelf:
    """Has each desk's handbook; ``run`` keeps them fresh while desks want them."""

    def __init__(
        self,
        own: Source | None,
        at: Callable[[str], Source | None],
        keep: Callable[[str], Storage],
        clock: Clock,
        *,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        """Take the deployment's own handbook, None for none, and who knows which source an address is, None for none.

        ``keep`` names where a copy is kept, by a name that can be a file's. ``clock`` is the domain's, by which a copy
        has its age; how often it is read is real time, which passes by ``sleep``.
        """
        self.own = own
        self._at = at
        self._keep = keep
        self._clock = clock
        self._sleep = sleep
        self._sources: dict[str, Source | None] = {}
        self._copies: dict[str, _Copy] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._handed: dict[str, tuple[Handbook, bool, Handbook]] = {}

    def source(self, desk: DeskInfo) -> Source | None:
        """Return where a desk's handbook is kept, None where it is only linked, or there is none.

        That is the deployment's, unless an admin set the desk's own to another file on GitHub, or another address.
        """
        address = desk.policy.handbook
        if address not in self._sources:
            self._sources[address] = self._choose(address)
        return self._sources[address]

    def of(self, desk: DeskInfo) -> Handbook:
        """Return a desk's handbook as it was last read; the same value for as long as nothing changes."""
        source, address = self.source(desk), desk.policy.handbook
        copy = self._copies.get(source.name) if source is not None else None
        read = copy.handbook if copy is not None else NO_HANDBOOK
        proposes = source is not None and source.proposes
        handed = self._handed.get(address)
        if handed is not None and handed[0] is read and handed[1] is proposes:
            return handed[2]
        linked = source.address if source is not None else ""
        found = replace(
            read,
            address=linked or (address if is_link(address) else ""),
            edit_address=source.edit_address if source is not None else "",
            proposes=proposes and read.read_at is not None,
        )
        self._handed[address] = (read, proposes, found)
        return found

    async def open(self, desks: Iterable[DeskInfo]) -> None:
        """Take up the kept copies of what these desks have, so that each has a handbook from the start."""
        for source in self._wanted(desks):
            await self._copy(source)

    async def run(self, desks: Callable[[], Iterable[DeskInfo]]) -> None:
        """Keep fresh what the desks have, until cancelled."""
        try:
            while True:
                await self._follow(desks())
                await self._sleep(LOOK_SECONDS)
        finally:
            for task in self._tasks.values():
                task.cancel()
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)
            self._tasks.clear()

    async def look(self, desks: Iterable[DeskInfo]) -> None:
        """Read once what the desks have."""
        for source in self._wanted(desks):
            await (await self._copy(source)).look_once()

    async def _follow(self, desks: Iterable[DeskInfo]) -> None:
        wanted = {source.name: source for source in self._wanted(desks)}
        for name in [name for name in self._tasks if name not in wanted]:
            self._tasks.pop(name).cancel()
            self._copies.pop(name, None)
        for name, source in wanted.items():
            if name not in self._tasks:
                copy = await self._copy(source)
                self._tasks[name] = asyncio.create_task(copy.run(self._sleep))

    async def _copy(self, source: Source) -> "_Copy":
        copy = self._copies.get(source.name)
        if copy is None:
            digest = hashlib.sha256(source.name.encode(errors="replace")).hexdigest()[:16]
            copy = _Copy(source, self._keep(digest), self._clock)
            await copy.open()
            self._copies[source.name] = copy
        return copy

    def _wanted(self, desks: Iterable[DeskInfo]) -> list[Source]:
        found = [self.source(desk) for desk in desks]
        return list({one.name: one for one in found if one is not None and one.is_read}.values())

    def _choose(self, address: str) -> Source | None:
        own = self.own
        if own is not None and address in {"", DEFAULT}:
            return own
        there = self._at(address)
        # Where people read a file is said by an address, be it one on GitHub, as long as nothing is read there.
        if own is not None and not own.address and (there is None or not there.is_read):
            return own
        return there


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is kept of a copy between two starts."""

    text: bytes
    etag: str
    read_at: datetime


class _Copy:
    """The last good copy of one source."""

    def __init__(self, source: Source, storage: Storage, clock: Clock) -> None:
        self.handbook = NO_HANDBOOK
        self._source = source
        self._storage = storage
        self._clock = clock
        self._kept: _Kept | None = None
        self._refused = ("", "")  # the mark of what was there and is no handbook, and why
        self._stores = True
        self._logged = ""  # of what kind the failure is that was logged, "" while all is well

    async def open(self) -> None:
        """Take up what is kept; what cannot be read any more is fetched anew."""
        try:
            kept = _unpacked(await asyncio.to_thread(self._storage.read), self._source.name)
            if kept is not None:
                read = await asyncio.to_thread(sections, kept.text)
                self._take(kept, read, "it was not read since the start")
        except (OSError, ValueError, TypeError, LookupError, Unreadable) as failure:
            log.warning("the kept copy of the handbook cannot be read (%s); reading it anew", type(failure).__name__)

    async def run(self, sleep: Sleep) -> None:
        """Look for what is new, for ever: at a file every few seconds, elsewhere every quarter of an hour."""
        pause = EVERY_SECONDS if self._source.address else LOOK_SECONDS
        while True:
            try:
                await retrying(self._look, sleep=sleep)
            except Exception:
                log.exception("reading the handbook failed")
                self._fail("an error of mine; it is in the log")
            await sleep(pause)

    async def look_once(self) -> None:
        """Look for what is new; what fails is said in the handbook."""
        try:
            await self._look()
        except Temporary:
            return

    async def _look(self) -> None:
        """Read once; raise Temporary where that may succeed soon."""
        marks = [self._refused[0], self._kept.etag if self._kept else ""]
        try:
            found = await self._source.read(next(filter(None, marks), ""))
            if found is None:
                await self._still()
                return
            content, etag = found
            try:
                read = await asyncio.to_thread(sections, content)
            except Unreadable as why:
                self._refused = (etag, str(why))
                self._fail(str(why))
                return
        except Temporary as failure:
            self._fail(failure.reason, "passes")
            raise
        except Misconfigured as why:
            self._fail(str(why))
            return
        self._refused = ("", "")
        await self._keep(_Kept(content, etag, self._clock()), read)

    async def _still(self) -> None:
        """Take that what is there is what was there; of a file that is noted now and then only."""
        if self._refused[0]:
            self._fail(self._refused[1])
            return
        kept, now = self._kept, self._clock()
        assert kept is not None
        if self.handbook.failure or abs((now - kept.read_at).total_seconds()) >= EVERY_SECONDS / 2:
            await self._keep(replace(kept, read_at=now), self.handbook.sections)

    async def _keep(self, kept: _Kept, read: tuple[Section, ...]) -> None:
        if self._logged:
            log.info("the handbook is read again", extra={"handbook": self._source.name})
            self._logged = ""
        self._take(kept, read, "")
        packed = _packed(kept, self._source.name)
        try:
            await asyncio.to_thread(self._storage.write, packed)
        except OSError as error:
            if self._stores:
                log.warning("the handbook's copy cannot be kept (%s); a restart will read it anew", error.strerror)
            self._stores = False
        else:
            self._stores = True

    def _take(self, kept: _Kept, read: tuple[Section, ...], failure: str) -> None:
        self._kept = kept
        version = hashlib.sha256(kept.text).hexdigest()[:16]
        self.handbook = Handbook(sections=read, version=version, read_at=kept.read_at, failure=failure)

    def _fail(self, why: str, kind: str = "stays") -> None:
        if kind != self._logged:
            log.warning("the handbook was not read: %s", why, extra={"handbook": self._source.name})
            self._logged = kind
        if why != self.handbook.failure:
            self.handbook = replace(self.handbook, failure=why)


def _packed(kept: _Kept, name: str) -> dict[str, dict[str, Any]]:
    at = kept.read_at.isoformat()
    return {"handbook": {"from": name, "etag": kept.etag, "read_at": at, "text": kept.text.decode()}}


def _unpacked(tables: Mapping[str, Any] | None, name: str) -> _Kept | None:
    """Return what was kept of a source, None for nothing; raise LookupError, TypeError or ValueError for nonsense."""
    if tables is None:
        return None
    told = tables["handbook"]
    if told["from"] != name:
        return None
    read_at = datetime.fromisoformat(told["read_at"])
    if read_at.tzinfo is None:
        raise ValueError("a time without a zone")
    return _Kept(str(told["text"]).encode(), str(told["etag"]), read_at)
