"""Moving a data folder's journal, and the files that several replicas share, to an empty database in PostgreSQL.

All of it is one transaction there, in which each table is read again and compared, so that it is moved whole or not at
all. The folder is closed before that is committed: at no moment would two bots open two journals. Whoever was cut off
runs it again. It must not know what the rows mean.
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import orjson
from sqlalchemy import Connection, Table, insert, select
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import Misconfigured, NotStored
from bot.store import postgres, sqlite
from bot.store.backup import FILES, JOURNAL, MARKS
from bot.store.closed import MARK, close, read_mark, refuse_closed
from bot.store.documents import KEY, REFUSED, REMOVED, ROTA
from bot.store.lock import FolderLock
from bot.store.migrate import migrate
from bot.store.replicas import living
from bot.store.schema import documents, duties, metadata, replicas, turns

PORTION = 500
MOVING = (
    "Its journal was being moved to PostgreSQL, and that was cut off. Run hotseat migrate again; or, if that database "
    f"is never to be used, remove the file {MARK}."
)
OF_REPLICAS = (replicas, duties, turns)
"""What only the replicas that live just now have in a database."""
TABLES = tuple(table for table in metadata.sorted_tables if table not in (*OF_REPLICAS, documents))
_WHOLE = 1 << 256

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Sum:
    """A table's rows, and a checksum of them all in which their order has no part."""

    rows: int
    checksum: str


@dataclass(frozen=True, slots=True)
class Moved:
    """Where a journal is now, and what each table there has; ``already`` says that it was there from a time before."""

    place: str
    tables: Mapping[str, Sum]
    already: bool


def move(folder: Path, url: str, *, now: datetime) -> Moved:
    """Move what a data folder keeps to a database; raise Misconfigured or NotStored, with nothing moved.

    A folder that a bot holds is refused, and so are a database in use and one that holds anything else.
    """
    if not (folder / JOURNAL).is_file():
        message = f"There is no journal in {folder}, and nothing to move. Set HOTSEAT_DATA to the bot's data folder."
        raise Misconfigured(message)
    with FolderLock(folder, "hotseat migrate"):
        if read_mark(folder) != MOVING:
            refuse_closed(folder)
        here, there = sqlite.Database(folder / JOURNAL), postgres.Database(url)
        try:
            moved = _move(folder, here, there)
        except (SQLAlchemyError, OSError) as error:
            left = MOVING if read_mark(folder) == MOVING else "Nothing was moved."
            raise NotStored(f"{there.name} could not be filled: {there.cause(error)}. {left}") from None
        finally:
            here.close()
            there.close()
        since = (
            f"Since {now:%Y-%m-%d %H:%M} UTC its journal is in PostgreSQL ({moved.place}): set HOTSEAT_DATABASE_URL."
        )
        close(folder, f"{since} What it was then is still here; hotseat restore FILE goes back to a backup.")
        return moved


def sum_of(rows: Iterable[Row]) -> Sum:
    """Return the checksum of rows: of each the SHA-256 of its values by their columns' names, and of these the sum."""
    count, total = 0, 0
    for row in rows:
        values = [[name, _plain(row[name])] for name in sorted(row)]
        digest = hashlib.sha256(orjson.dumps(values)).digest()
        count, total = count + 1, (total + int.from_bytes(digest, "big")) % _WHOLE
    return Sum(count, f"{total:064x}")


def shared_rows(folder: Path) -> list[Row]:
    """Return what of a folder's files several replicas have in common, as rows of the table of documents."""
    found = [_document("", Path(name).stem, _text(folder / name)) for name in _there(folder, MARKS)]
    found += [
        _document("", KEY, base64.b64encode((folder / name).read_bytes()).decode())
        for name in _there(folder, FILES)
        if name == KEY
    ]
    found += [_document("", f"ticket-{path.name}", "") for path in _files(folder / "tickets")]
    for path in _files(folder / "rota"):
        desk, is_rota, kind = path.name.partition(".json")
        for end, name in (("", ROTA), (".refused-", f"{REFUSED}-"), (".removed-", f"{REMOVED}-")):
            if is_rota and (kind == end or (end and kind.startswith(end))):
                found.append(_document(desk, f"{name}{kind.removeprefix(end)}", _text(path)))
    return found


def _move(folder: Path, here: sqlite.Database, there: postgres.Database) -> Moved:
    with here.transaction() as source:
        migrate(source, here.name, may_be_new=False)
    with there.transaction() as target:
        there.lock_for_migration(target)
        migrate(target, there.name, may_be_new=True)
    with here.transaction() as source, there.transaction() as target:
        there.lock_for_migration(target)
        if living(target):
            message = f"A bot runs on {there.place}. Stop it, and run hotseat migrate again. Nothing was moved."
            raise Misconfigured(message)
        shared = shared_rows(folder)
        wanted = {table.name: sum_of(_rows(source, table)) for table in TABLES} | {documents.name: sum_of(shared)}
        before = _sums(target)
        is_empty = not any(found.rows for found in before.values())
        if not is_empty and before != wanted:
            message = (
                f"{there.place} is not empty, and holds something else. Name an empty database. Nothing was moved."
            )
            raise Misconfigured(message)
        if is_empty:
            _copy(source, target, shared)
            _compare(wanted, _sums(target), there.place)
        close(folder, MOVING)
    return Moved(there.place, wanted, already=not is_empty)


def _copy(source: Connection, target: Connection, shared: list[Row]) -> None:
    for table in TABLES:
        for portion in _portions(source, table):
            target.execute(insert(table), [dict(row) for row in portion])
    if shared:
        target.execute(insert(documents), [dict(row) for row in shared])


def _compare(wanted: Mapping[str, Sum], found: Mapping[str, Sum], place: str) -> None:
    wrong = [name for name, one in wanted.items() if found[name] != one]
    if wrong:
        message = f"What {place} has of {', '.join(wrong)} is not what was sent there. Nothing was moved."
        raise NotStored(message)


def _sums(connection: Connection) -> dict[str, Sum]:
    return {table.name: sum_of(_rows(connection, table)) for table in (*TABLES, documents)}


def _rows(connection: Connection, table: Table) -> Iterator[Row]:
    for portion in _portions(connection, table):
        yield from portion


def _portions(connection: Connection, table: Table) -> Iterator[list[Row]]:
    found = connection.execute(select(table).execution_options(yield_per=PORTION))
    for portion in found.mappings().partitions():
        yield [dict(row) for row in portion]


def _plain(value: object) -> object:
    return {"bytes": base64.b64encode(value).decode()} if isinstance(value, bytes) else value


def _text(path: Path) -> str:
    return path.read_text("utf-8-sig", errors="replace")


def _document(desk: str, name: str, content: str) -> Row:
    return {"tenant": "", "desk": desk, "name": name, "version": 1, "content": content}


def _there(folder: Path, names: Iterable[str]) -> list[str]:
    return [name for name in names if name.endswith((".json", ".key")) and (folder / name).is_file()]


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*") if path.is_file() and path.suffix != ".tmp")
