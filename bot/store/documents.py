"""Documents in rows: what a single replica keeps in files of its data folder, where several share a database.

Each has a version, and a write says on which one it is made: who was slower is told, and reads again. The rotas' are
TinyDB's tables, as in the files, for people to read; what somebody writes into such a row by hand is taken over as from
a file. Used from threads, never from the event loop.
"""

import asyncio
import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection
from tinydb.storages import Storage

from bot.errors import Misconfigured, NotStored
from bot.rota.shift import Rota
from bot.state import DeskInfo
from bot.store import statements as sql
from bot.store.atomic import Tables, tables_of
from bot.store.rota import STAMP, Kept, Look, RotaDocument, StoredRota, valid_id
from bot.store.tables import parse, spell
from bot.store.writing import LAST

T = TypeVar("T")
Transact = Callable[[Callable[[Connection], T]], T]

ROTA, REFUSED, REMOVED = "rota", "rota.refused", "rota.removed"
KEY = "feeds.key"


@dataclass(frozen=True, slots=True)
class Row:
    """A document as it was read."""

    version: int
    content: str


class Documents:
    """The documents of a database; ``transact`` does some work in one transaction, and raises NotStored."""

    def __init__(self, transact: Transact[Any]) -> None:
        """Bind to the database."""
        self._transact = transact

    def read(self, desk: str, name: str) -> Row | None:
        """Return a document of a desk, "" for the deployment's; None where there is none."""
        row = self._transact(lambda connection: connection.execute(sql.ONE_DOCUMENT, _named(desk, name)).first())
        return Row(row.version, row.content) if row else None

    def look(self, desk: str, name: str) -> Look | None:
        """Return what changes when a document does, also when somebody wrote it by hand; the content is not read."""
        row = self._transact(lambda connection: connection.execute(sql.LOOK_AT_DOCUMENT, _named(desk, name)).first())
        return (row[0], row[1], row[2]) if row else None

    def write(self, desk: str, name: str, content: str, version: int) -> None:
        """Write a document on the ``version`` that was read, 0 for none; raise NotStored where another was faster."""

        def work(connection: Connection) -> bool:
            if version:
                values = {**_named(desk, name), "version_": version, "content_": content}
                return connection.execute(sql.PUT_DOCUMENT, values).rowcount == 1
            row = {"tenant": "", "desk": desk, "name": name, "version": 1, "content": content}
            return connection.execute(sql.ADD_DOCUMENT, row).first() is not None

        if not self._transact(work):
            message = f"Another replica has written {name} meanwhile."
            raise NotStored(message)

    def drop(self, desk: str, name: str) -> None:
        """Drop a document."""
        self._transact(lambda connection: connection.execute(sql.DROP_DOCUMENT, _named(desk, name)) and None)

    def dated(self, desk: str, name: str) -> dict[str, str]:
        """Return what is kept of a desk under a name and a time, by its whole name."""
        asked = {"desk_": desk, "begin_": f"{name}-", "before_": f"{name}-{LAST}"}
        rows = self._transact(lambda connection: connection.execute(sql.DATED_DOCUMENTS, asked).all())
        return {row.name: row.content for row in rows}

    def drop_dated(self, desk: str | None, name: str, before: datetime | None) -> None:
        """Drop what is kept of a desk, None for every one, under a name and a time ``before``, None for any."""
        until = LAST if before is None else _stamp(before)
        asked = {"begin_": f"{name}-", "before_": f"{name}-{until}"}
        statement = sql.DROP_DATED if desk is None else sql.DROP_DATED_OF_DESK
        named = asked if desk is None else {**asked, "desk_": desk}
        self._transact(lambda connection: connection.execute(statement, named) and None)


class RowStorage(Storage):
    """A TinyDB storage in a row, with compare-and-set: what is written replaces what was read, and nothing else."""

    def __init__(self, documents: Documents, desk: str, name: str) -> None:
        """Name the document; it is made by the first write."""
        self._documents = documents
        self._desk = desk
        self._name = name
        self._version = 0

    def read(self) -> Tables | None:
        """Return the tables, None where there is no row; ValueError or TypeError where it holds anything else."""
        row = self._documents.read(self._desk, self._name)
        self._version = row.version if row else 0
        return tables_of(row.content) if row else None

    def write(self, data: Mapping[str, Any]) -> None:
        """Replace what was read last; raise NotStored where another replica has replaced it since, or the disk fails.

        Whoever was slower has to read again.
        """
        self._documents.write(self._desk, self._name, _text(data), self._version)
        self._version += 1


class RotaRows:
    """The rotas in rows; what bot/store/rota.py's RotaFiles are for one replica."""

    def __init__(self, documents: Documents, now: Callable[[], datetime]) -> None:
        """Bind to the documents, and to the real time, by which what is kept is called."""
        self._documents = documents
        self._now = now

    def write(self, desk: DeskInfo, rota: Rota) -> str:
        """Write a desk's rota on what was read just now, and return its checksum; raise NotStored if it can't be."""
        row = self._documents.read(valid_id(desk.id), ROTA)
        content = _text(spell(desk, rota))
        if row is None or row.content != content:
            self._documents.write(desk.id, ROTA, content, row.version if row else 0)
        return _checksum(content)

    def keep(self, desk: DeskInfo, stored: StoredRota) -> Kept | None:
        """Keep what somebody wrote into a desk's row beside it, before it is written anew; None where nobody did."""
        row = self._documents.read(valid_id(desk.id), ROTA)
        if row is None or _checksum(row.content) == stored.checksum or self._holds(desk, stored.rota):
            return None
        kept = self._documents.dated(desk.id, REFUSED)
        aside = next((name for name, content in kept.items() if content == row.content), "")
        if not aside:
            aside = f"{REFUSED}-{_stamp(self._now())}"
            self._documents.write(desk.id, aside, row.content, 0)
        return Kept(Path(aside), _checksum(row.content))

    def read(self, desk: DeskInfo) -> RotaDocument:
        """Return a desk's document; raise Misconfigured with all that is wrong, by line and record."""
        row = self._documents.read(valid_id(desk.id), ROTA)
        source = f"The rota of {desk.id} in the table documents"
        if row is None:
            raise Misconfigured(f"{source} cannot be read (it is not there).")
        return RotaDocument(parse(row.content, desk, source), _checksum(row.content))

    def checksum(self, desk_id: str) -> str | None:
        """Return the checksum of a desk's document, None where there is none."""
        row = self._documents.read(valid_id(desk_id), ROTA)
        return _checksum(row.content) if row else None

    def look(self, desk_id: str) -> Look | None:
        """Return what changes when a desk's row does; None where there is none."""
        return self._documents.look(valid_id(desk_id), ROTA)

    def set_aside(self, desk_id: str, at: datetime) -> Path | None:
        """Give the row of a desk that is no more another name, and return it; None where there was none."""
        row = self._documents.read(valid_id(desk_id), ROTA)
        if row is None:
            return None
        aside = f"{REMOVED}-{_stamp(at)}"
        self._documents.write(desk_id, aside, row.content, 0)
        self._documents.drop(desk_id, ROTA)
        return Path(aside)

    def forget_edits(self, desk_id: str, before: datetime | None) -> None:
        """Remove what ``keep`` kept ``before``; with None all of it, and what is kept of desks that were called so."""
        self._documents.drop_dated(valid_id(desk_id), REFUSED, before)
        if before is None:
            self._documents.drop_dated(desk_id, REMOVED, None)

    def forget_removed(self, before: datetime) -> None:
        """Remove what is kept of desks that were removed ``before``."""
        self._documents.drop_dated(None, REMOVED, before)

    def _holds(self, desk: DeskInfo, rota: Rota) -> bool:
        """Say whether a row holds a rota, or lacks no more of it than what was put on its record since."""
        try:
            found = self.read(desk).rota
        except Misconfigured:
            return False
        known = replace(rota, history=rota.history[: len(found.history)])
        return spell(desk, found) == spell(desk, known)


class AttemptRows:
    """Which tickets may have been asked for already, by whichever replica; see bot/jira/attempts.py."""

    def __init__(self, documents: Documents) -> None:
        """Bind to the documents."""
        self._documents = documents

    async def has(self, *words: str) -> bool:
        """Say whether an attempt was noted."""
        return await asyncio.to_thread(self._documents.read, "", _note(words)) is not None

    async def note(self, *words: str) -> None:
        """Note an attempt durably, once; raise NotStored where that fails."""
        if not await self.has(*words):
            await asyncio.to_thread(self._documents.write, "", _note(words), "", 0)

    async def forget(self, *words: str) -> None:
        """Forget an attempt of which nothing came; where that fails it stays known, which costs time only."""
        with suppress(NotStored):
            await asyncio.to_thread(self._documents.drop, "", _note(words))


def _note(words: tuple[str, ...]) -> str:
    return f"ticket-{hashlib.sha256(chr(0).join(words).encode(errors='replace')).hexdigest()[:32]}"


def share_key(documents: Documents, file: Path, length: int) -> None:
    """Bring the feeds' key, which all replicas have in common, into this one's file; make it if nobody has yet."""
    row = documents.read("", KEY)
    if row is None:
        own = file.read_bytes() if file.exists() else secrets.token_bytes(length)
        try:
            documents.write("", KEY, base64.b64encode(own).decode(), 0)
        except NotStored:
            row = documents.read("", KEY)  # another replica was faster
            if row is None:
                raise
        else:
            row = Row(1, base64.b64encode(own).decode())
    key = base64.b64decode(row.content)
    if not file.exists() or file.read_bytes() != key:
        file.unlink(missing_ok=True)
        file.touch(mode=0o600)
        file.write_bytes(key)


def _named(desk: str, name: str) -> dict[str, object]:
    return {"tenant_": "", "desk_": desk, "name_": name}


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):{STAMP}}"


def _text(data: Mapping[str, Any]) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _checksum(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()
