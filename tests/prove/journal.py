"""What a bot has stored, read as plain rows by the drivers' own means, while it is dead or alive."""

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import psycopg
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from tests.prove.checker import Record
from tests.prove.ledger import Message

REQUESTS = "SELECT place, status, responded_us, ended_us FROM requests"
OUTBOX = "SELECT document FROM outbox"
UNSENT = "SELECT count(*) FROM outbox"
SHOWN = "SELECT activity FROM shown"
PATIENCE = stop_after_delay(5)
NEXT = "SELECT min(next_at) FROM requests WHERE status <> 'CLOSED'"


class Journal(Protocol):
    """What a proof asks of a bot's store."""

    def records(self) -> tuple[Record, ...]:
        """Return what is stored of each request."""

    def unsent(self) -> int:
        """Count what is still to be sent."""

    def next_due(self) -> datetime | None:
        """Return when the earliest thing is due, or was: it waits until somebody has looked."""

    def marked(self) -> set[str]:
        """Return the ids of the messages that the bot knows to be there."""

    def in_doubt(self, accepted: Iterable[Message]) -> list[Message]:
        """Return those of the messages accepted by Teams that a bot which starts now must take for unsent."""


class SqlRows:
    """A journal in SQL, by its tables, in a file of SQLite or a database of PostgreSQL.

    Where a message stands is known from the address; for people that is ``a:ID`` here.
    """

    def __init__(self, where: Path | str) -> None:
        self._where = where

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Read rows."""
        if isinstance(self._where, Path):
            return self._from_file(query, self._where)
        with psycopg.connect(self._where) as database:
            return database.execute(query.encode()).fetchall()

    @retry(retry=retry_if_exception_type(sqlite3.OperationalError), wait=wait_fixed(0.05), stop=PATIENCE, reraise=True)
    def _from_file(self, query: str, file: Path) -> list[tuple[Any, ...]]:
        """Read rows of a file, which nobody can open to read alone while a bot that was killed begins to mend it."""
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=30)) as connection:
            return connection.execute(query).fetchall()

    def records(self) -> tuple[Record, ...]:
        """Return what is stored of each request."""
        return tuple(
            Record(place, status, min((moment(us) for us in (responded, ended) if us is not None), default=None))
            for place, status, responded, ended in self.rows(REQUESTS)
        )

    def unsent(self) -> int:
        """Count what is still to be sent."""
        ((found,),) = self.rows(UNSENT)
        return int(found)

    def next_due(self) -> datetime | None:
        """Return when the earliest step of a request is due, or was."""
        ((found,),) = self.rows(NEXT)
        return datetime.fromisoformat(found) if found else None

    def marked(self) -> set[str]:
        """Return the ids of the messages that the bot knows."""
        return {activity for (activity,) in self.rows(SHOWN)}

    def in_doubt(self, accepted: Iterable[Message]) -> list[Message]:
        """Return the accepted messages of which neither the address is kept nor the effect is gone."""
        marked = self.marked()
        waiting = {_chat(json.loads(document)) for (document,) in self.rows(OUTBOX)}
        return [one for one in accepted if one.id not in marked and one.chat in waiting]


def moment(us: int) -> datetime:
    """Read an instant of the journal."""
    return datetime.fromtimestamp(us / 1_000_000, UTC)


def _chat(effect: dict[str, Any]) -> str:
    place = str(effect["document"].get("place", ""))
    return f"a:{place.removeprefix('person:')}" if place.startswith("person:") else place


class TinyRows:
    """A journal of TinyDB's own storage: one JSON file, which may be broken; then nothing of it is left."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def records(self) -> tuple[Record, ...]:
        """Return what is stored of each request, as far as it can be read."""
        try:
            tables = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return ()
        return tuple(Record(row["thread"], "") for row in tables.get("_default", {}).values())

    def unsent(self) -> int:
        """Nothing is ever known to be unsent."""
        return 0

    def next_due(self) -> datetime | None:
        """Nothing is ever known to be due."""
        return None

    def marked(self) -> set[str]:
        """No message is ever known."""
        return set()

    def in_doubt(self, accepted: Iterable[Message]) -> list[Message]:
        """Nothing is ever known to be in doubt, either."""
        del accepted
        return []
