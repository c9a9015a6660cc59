"""The SQLite file: how it is opened so that what is committed survives a crash and a cut of the power.

WAL with synchronous=FULL: a commit returns after fsync. Whatever runs within a transaction is undone with it, tables
that a migration makes included. What is erased is overwritten; the log beside the file still has it until that is
emptied, which whoever erases something asks for, and which waits where another program reads the file just then. The
file is for its owner's eyes only (0600), and no error says what its rows hold.
"""

import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.dialects.sqlite import dialect
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DatabaseError, SQLAlchemyError
from sqlalchemy.pool import NullPool

PRAGMAS = (
    "busy_timeout = 5000",
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "secure_delete = ON",  # what is erased is overwritten in the file, and not only let go of
    "cache_size = -512",  # KiB; the kernel holds the file's pages too, and no commit costs more with fewer of our own
)

TOUCHES = 1_000_000
LEAST_FREE = 2**20  # bytes; what turns write at once, and their log


MAGIC = b"SQLite format 3\0"
SMALLEST_PAGE = 512  # bytes; what stands for 65,536 is less, and is no page of ours


class Database:
    """One SQLite file and the one connection to it, opened when first needed and again after ``drop``.

    Used from one thread at a time.
    """

    threads = 1

    def __init__(self, path: Path) -> None:
        """Name the file."""
        self.path = path
        self.name = f"The journal {path}"
        self.dialect: Dialect = dialect()
        self._engine: Engine = create_engine(
            URL.create("sqlite", database=str(path)), poolclass=NullPool, hide_parameters=True
        )
        event.listen(self._engine, "connect", _prepare)
        event.listen(self._engine, "begin", _begin)
        self._connection: Connection | None = None
        self._inode: int | None = None

    def may_be_new(self) -> bool:
        """Say whether a journal without tables may be a new one: no rota was written beside it, no log left over."""
        log = self.path.with_name(self.path.name + "-wal")
        lost_with_log = log.exists() and log.stat().st_size > 0 and not self.path.exists()
        return not lost_with_log and not any((self.path.parent / "rota").glob("*.json"))

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Give the connection for one transaction."""
        connection = self.connection()
        with connection.begin():
            yield connection

    def connection(self) -> Connection:
        """Return the connection, opened if need be; raise OSError where the file was moved away or replaced."""
        if self._connection is None:
            _refuse_torn(self.path)
            is_first = self._inode is None  # a file that was there and is gone is lost, and no new one takes its place
            os.close(os.open(self.path, os.O_RDWR | (os.O_CREAT if is_first else 0), 0o600))
            self._connection = self._engine.connect()
            self._inode = self.path.stat().st_ino
        elif self.path.stat().st_ino != self._inode:
            message = "another file stands in its place"
            raise OSError(message)
        return self._connection

    def touch(self, connection: Connection) -> None:
        """Write a page of the file within the caller's transaction: a number in its header that nothing else reads.

        Raise OSError where what a turn writes would not fit beside it.
        """
        if shutil.disk_usage(self.path.parent).free < LEAST_FREE:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        number = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        connection.exec_driver_sql(f"PRAGMA user_version = {(number + 1) % TOUCHES}")

    def empty_log(self) -> None:
        """Bring the log into the file and empty it; what was committed stands, and the next call tries again."""
        with suppress(sqlite3.Error, SQLAlchemyError, OSError):
            self.connection().connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def lock_for_migration(self, connection: Connection) -> None:
        """Do nothing: the data folder is one process's."""

    def cause(self, error: Exception) -> str:
        """Return what failed, which SQLite says without the values of a row."""
        return str(error.orig if isinstance(error, DatabaseError) else error)

    def close(self) -> None:
        """Close the connection."""
        self.drop()

    def drop(self) -> None:
        """Close the connection, whatever state it is in."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except SQLAlchemyError:
                connection.invalidate()


def _refuse_torn(path: Path) -> None:
    """Raise OSError where a file lacks a part of its last page, which SQLite would read as zeros.

    With a log beside it that part may be in the log. Source: sqlite.org/fileformat.html, "The Database Header".
    """
    log = path.with_name(path.name + "-wal")
    if not path.exists() or (log.exists() and log.stat().st_size > 0):
        return
    with path.open("rb") as file:
        header = file.read(18)
    page = int.from_bytes(header[16:], "big")
    if header.startswith(MAGIC) and page >= SMALLEST_PAGE and path.stat().st_size % page:
        message = "its end is cut off; restore a backup (hotseat restore)"
        raise OSError(message)


def _prepare(connection: sqlite3.Connection, _: object) -> None:
    """Set a new connection up, and keep the driver from choosing when to begin: it never does before CREATE TABLE.

    Source: SQLAlchemy's SQLite dialect, "Enabling Non-Legacy SQLite Transactional Modes".
    """
    connection.isolation_level = None
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    connection.connection.cursor().execute("BEGIN")  # touches no file; through SQLAlchemy it costs each read a fifth
