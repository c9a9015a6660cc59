"""The rota's file: one JSON document a desk, which people may read, back up and edit.

It decides whether a file may be taken over and whether it must be written; the journal is what counts.
"""

import asyncio
import hashlib
import logging
import os
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Protocol

from bot.errors import Misconfigured, NotStored
from bot.rota.shift import Rota
from bot.state import DeskInfo
from bot.store.atomic import AtomicStorage
from bot.store.tables import REMEDY, parse, spell

log = logging.getLogger(__name__)

Look = tuple[int, int, int]
STAMP = "%Y%m%dT%H%M%S.%fZ"  # times in UTC, which sort as they follow
REMOVED_KEPT = timedelta(days=30)
"""For how long a removed desk's rota is kept, which nobody's erasure knows of any more."""
DESK_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def valid_id(text: str) -> str:
    """Return a desk's id if it may name a file: a-z, 0-9 and hyphens, at most 40; else raise Misconfigured."""
    if not DESK_ID.fullmatch(text):
        raise Misconfigured(
            f'"{text}" is no name for a desk: take a-z, 0-9 and hyphens, at most 40, such as edge-support.'
        )
    return text


@dataclass(frozen=True, slots=True)
class StoredRota:
    """A desk's rota as the journal holds it: the checksum of its file when last written ("" if never).

    ``written`` says whether that file holds this very rota.
    """

    rota: Rota
    checksum: str
    written: bool


@dataclass(frozen=True, slots=True)
class RotaDocument:
    """The rota that a file holds, and the checksum of its bytes."""

    rota: Rota
    checksum: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What somebody wrote into a rota's file, kept where it does not count, and the checksum of it."""

    path: Path
    checksum: str


class RotaFiles:
    """The rota files in a folder, DESK.json each, written one at a time; the caller holds the data folder's lock."""

    def __init__(self, folder: Path) -> None:
        """Name the folder; the first write makes it."""
        self._folder = folder
        self._writing = Lock()

    def write(self, desk: DeskInfo, rota: Rota) -> str:
        """Write a desk's file durably and return its checksum; raise NotStored, the old file whole, if it can't be."""
        path = self._path(desk.id)
        try:
            with self._writing:
                AtomicStorage(path).write(spell(desk, rota))
                _forget(path.with_name(f"{path.name}.bak"), rota)
                return _checksum(path.read_bytes())
        except OSError as error:
            raise NotStored(f"The rota file {path} could not be written ({error.strerror}).") from error

    def keep(self, desk: DeskInfo, stored: StoredRota) -> Kept | None:
        """Keep what somebody wrote into a desk's file beside it, before it is written anew; None where nobody did."""
        path = self._path(desk.id)
        try:
            checksum = self.checksum(desk.id)
            if checksum in (None, stored.checksum) or self._holds(desk, stored.rota):
                return None
            edited_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            aside = path.with_name(f"{path.name}.refused-{edited_at:{STAMP}}")
            if not aside.exists():
                os.link(path, aside)
        except OSError as error:
            raise NotStored(f"The rota file {path} could not be kept ({error.strerror}).") from error
        return Kept(aside, checksum)

    def forget_edits(self, desk_id: str, before: datetime | None) -> None:
        """Remove what ``keep`` kept of edits made ``before``.

        With None all of it goes, the generation before, and what is kept of desks that were called so, too.
        """
        path = self._path(desk_id)
        try:
            for kept in path.parent.glob(f"{path.name}.refused-*"):
                if before is None or kept.stat().st_mtime < before.timestamp():
                    kept.unlink()
            if before is None:
                path.with_name(f"{path.name}.bak").unlink(missing_ok=True)
                for kept in _removed(path.parent, path.name):
                    kept.unlink()
        except OSError as error:
            message = f"What was kept of edits of the rota file {path} could not be removed ({error.strerror})."
            raise NotStored(message) from error

    def forget_removed(self, before: datetime) -> None:
        """Remove what is kept of desks that were removed ``before``; raise NotStored if it can't be."""
        try:
            for kept in _removed(self._folder):
                if kept.name.rpartition(".removed-")[2] < f"{before.astimezone(UTC):{STAMP}}":
                    kept.unlink()
        except OSError as error:
            message = f"What is kept of removed desks in {self._folder} could not be removed ({error.strerror})."
            raise NotStored(message) from error

    def look(self, desk_id: str) -> Look | None:
        """Return what changes when a desk's file does, without reading it; None where there is none."""
        try:
            found = self._path(desk_id).stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def read(self, desk: DeskInfo) -> RotaDocument:
        """Return a desk's document; raise Misconfigured with all that is wrong, by line and record."""
        path = self._path(desk.id)
        source = f"The rota file {path}"
        try:
            content = path.read_bytes()
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise Misconfigured(f"{source} was not taken:\nline {line}: not UTF-8\n{REMEDY}") from error
        except OSError as error:
            raise Misconfigured(f"{source} cannot be read ({error.strerror}).") from error
        return RotaDocument(parse(text, desk, source), _checksum(content))

    def checksum(self, desk_id: str) -> str | None:
        """Return the checksum of a desk's file, None where there is none; raise NotStored if it cannot be read."""
        path = self._path(desk_id)
        try:
            return _checksum(path.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            message = f"The rota file {path} cannot be read ({error.strerror}). Make it a file that this user may read."
            raise NotStored(message) from error

    def set_aside(self, desk_id: str, at: datetime) -> Path | None:
        """Move the file of a desk that is no more aside, and the one before it; return where it is, None if nowhere.

        It is kept for REMOVED_KEPT.
        """
        path = self._path(desk_id)
        before = path.with_name(f"{path.name}.bak")
        aside, before_aside = (
            one.with_name(f"{one.name}.removed-{at.astimezone(UTC):{STAMP}}") for one in (path, before)
        )
        try:
            if before.exists():
                before.rename(before_aside)
            path.rename(aside)
        except FileNotFoundError:
            return None
        except OSError as error:
            message = f"The desk is removed, but its rota file {path} could not be moved ({error.strerror}); move it."
            raise NotStored(message) from error
        return aside

    def _holds(self, desk: DeskInfo, rota: Rota) -> bool:
        """Say whether a file holds a rota, or lacks no more of it than what was put on its record since."""
        try:
            found = self.read(desk).rota
        except Misconfigured:
            return False
        known = replace(rota, history=rota.history[: len(found.history)])
        return spell(desk, found) == spell(desk, known)

    def _path(self, desk_id: str) -> Path:
        return self._folder / f"{valid_id(desk_id)}.json"


def _removed(folder: Path, name: str = "*.json") -> list[Path]:
    return [path for kind in ("", ".bak") for path in folder.glob(f"{name}{kind}.removed-*")]


def _forget(before: Path, rota: Rota) -> None:
    """Remove the generation before where it names somebody whom the rota has forgotten."""
    try:
        tables = AtomicStorage(before).read() or {}
        named = {row["name"] for row in tables["people"].values()}
    except (ValueError, TypeError, KeyError, AttributeError):
        return  # not ours to judge: somebody wrote it by hand
    if not named <= {person.name for person in rota.people.values()}:
        before.unlink()


def _checksum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class Journal(Protocol):
    """The part of a journal that knows of rota files."""

    async def rota(self, tenant: str, desk: str) -> StoredRota:
        """Return a desk's rota with what is known of its file."""

    async def rota_written(self, tenant: str, desk: str, checksum: str, rota: Rota) -> None:
        """Remember that the file holds ``rota`` under ``checksum``."""


class Store(Protocol):
    """The part of RotaFiles that is brought together with the journal."""

    def keep(self, desk: DeskInfo, stored: StoredRota) -> Kept | None:
        """Keep what somebody wrote into a desk's file beside it; None where nobody did."""

    def write(self, desk: DeskInfo, rota: Rota) -> str:
        """Write a desk's file and return its checksum."""

    def read(self, desk: DeskInfo) -> RotaDocument:
        """Return a desk's document."""

    def checksum(self, desk_id: str) -> str | None:
        """Return the checksum of a desk's file, None where there is none."""


class Files(Store, Protocol):
    """What RotaFiles and the rotas in a shared database have in common."""

    def look(self, desk_id: str) -> Look | None:
        """Return what changes when a desk's file does; None where there is none."""

    def set_aside(self, desk_id: str, at: datetime) -> Path | None:
        """Move the file of a desk that is no more aside; return where it is, None if nowhere."""

    def forget_edits(self, desk_id: str, before: datetime | None) -> None:
        """Remove what ``keep`` kept of edits made ``before``; with None all that is kept of the desk."""

    def forget_removed(self, before: datetime) -> None:
        """Remove what is kept of desks that were removed ``before``."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """File and journal agree."""


@dataclass(frozen=True, slots=True)
class Unwritten:
    """The file is missing, or older than the journal: it must be written; what stood there is kept as DESK.json.bak.

    ``kept`` is what somebody had written there meanwhile.
    """

    kept: Kept | None = None


@dataclass(frozen=True, slots=True)
class Edited:
    """The file was edited by hand and is valid: it is to be taken over in place of the rota ``before``."""

    document: RotaDocument
    before: Rota


@dataclass(frozen=True, slots=True)
class Invalid:
    """The file was edited by hand and cannot be taken over, for ``reason``; the journal's rota stays."""

    reason: str
    checksum: str


Outcome = Agreed | Unwritten | Edited | Invalid


def compare(stored: StoredRota, desk: DeskInfo, files: Store) -> Outcome:
    """Say how a desk's file stands to the journal; change nothing."""
    found = files.checksum(desk.id)
    if found is None or not stored.written:
        return Unwritten()
    if found == stored.checksum:
        return Agreed()
    try:
        return Edited(files.read(desk), stored.rota)
    except Misconfigured as error:
        return Invalid(str(error), found)


async def reconcile(journal: Journal, files: Store, desk: DeskInfo) -> Outcome:
    """Bring file and journal together as far as the file goes, and return what was found.

    Edited is the caller's to take over. A disk that refuses is logged: the journal has the rota.
    """
    stored = await journal.rota(desk.tenant, desk.id)
    outcome = await asyncio.to_thread(compare, stored, desk, files)
    match outcome:
        case Invalid(reason, _):
            log.error("%s", reason, extra={"desk": desk.id})
        case Unwritten():
            try:
                return Unwritten(await write_anew(journal, files, desk, stored))
            except NotStored as error:
                log.error("%s", error, extra={"desk": desk.id})  # noqa: TRY400 - the text says it all
        case Agreed() | Edited():
            pass
    return outcome


async def write_anew(journal: Journal, files: Store, desk: DeskInfo, stored: StoredRota) -> Kept | None:
    """Write a desk's file as the journal has it, and return what somebody had written there, kept beside it."""
    kept = await asyncio.to_thread(files.keep, desk, stored)
    if kept is not None:
        log.warning("an edit of the rota file by hand is kept as %s", kept.path, extra={"desk": desk.id})
    checksum = await asyncio.to_thread(files.write, desk, stored.rota)
    await journal.rota_written(desk.tenant, desk.id, checksum, stored.rota)
    return kept
