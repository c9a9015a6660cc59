"""The PostgreSQL database of several replicas: how it is reached, and how a desk is one replica's for a turn.

A commit returns after the server has it on its disk (synchronous_commit). Text is compared by its bytes (the schema's
collation "C"), so that order is the same as in SQLite. No error says what rows hold: of the server's words only those
are kept that name no value.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

from psycopg import Error, InterfaceError, OperationalError, ProgrammingError
from psycopg.conninfo import make_conninfo
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.dialects.postgresql.psycopg import dialect
from sqlalchemy.dialects.sqlite.dml import OnConflictDoNothing, OnConflictDoUpdate
from sqlalchemy.engine import URL, Dialect, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.compiler import compiles

from bot.errors import Misconfigured

TURNS = 8
"""Desks that this process has a turn of at the same time, each on a connection of its own."""
THREADS = 4
"""Connections for everything else; a turn ends on one of these, so that turns which wait never hold it up."""
CONNECT_SECONDS = 10
# Why: whoever is stopped while it has a desk must not keep it. The server ends a transaction in which nothing happens,
# which lets the desk go; what that replica wanted to commit is not stored, as its sender is told.
PATIENCE = {
    "synchronous_commit": "on",
    "lock_timeout": "8s",
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "5s",
    "application_name": "hotseat",
    "timezone": "UTC",
}
# A server that falls silent, without a word that it is gone, is given up in seconds and not in the kernel's time.
ALIVE = {
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
# Of what the driver says of a connection that failed, which names users and databases, only what it comes to.
AWAY: Mapping[str, str] = MappingProxyType(
    {
        r"password authentication failed": "it does not take the password",
        r"database .* does not exist": "it has no such database",
        r"role .* does not exist": "it has no such user",
        r"no pg_hba.conf entry": "it does not let this user in from here (pg_hba.conf)",
        r"too many clients|connection slots": "it has no connection left",
        r"invalid .*value|invalid integer": "a parameter of its address has no such value",
        r"SSL was required|certificate": "there is no TLS with it as asked for",
    }
)
_MIGRATING = 0x486F7473  # the key of the advisory lock under which one replica migrates, and the others wait
_TOUCH = text(
    "INSERT INTO documents (tenant, desk, name, version, content) VALUES ('', '', 'probe', 1, '') "
    "ON CONFLICT (tenant, desk, name) DO UPDATE SET version = documents.version + 1"
)


class Database:
    """One database, and the connections to it, opened when first needed; used from many threads."""

    threads = THREADS

    def __init__(self, url: str) -> None:
        """Name the database as postgresql://USER:PASSWORD@HOST/NAME; nothing is opened yet."""
        self._url = parse_url(url)
        self.place = f"{self._url.host or 'local'}/{self._url.database}"
        self.name = f"The journal in PostgreSQL ({self.place})"
        self.dialect: Dialect = dialect(paramstyle="format")  # type: ignore[no-untyped-call]
        options = " ".join(f"-c {name}={value}" for name, value in PATIENCE.items())
        self._engine = create_engine(
            self._url,
            pool_size=TURNS + THREADS,
            max_overflow=THREADS,  # for documents, which are read from threads of nobody's
            pool_pre_ping=True,
            pool_recycle=1800,
            hide_parameters=True,
            connect_args={"options": options, "connect_timeout": CONNECT_SECONDS, **ALIVE},
        )

    def may_be_new(self) -> bool:
        """Say that a database without tables is a new one: it is named by its address, not found in a folder."""
        return True

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Give a connection for one transaction."""
        with self._engine.begin() as connection:
            yield connection

    def connect(self) -> Connection:
        """Return a connection for a transaction that lasts for several calls."""
        return self._engine.connect()

    def lock_for_migration(self, connection: Connection) -> None:
        """Wait until nobody else migrates, until the end of the transaction."""
        for patience in ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"):
            connection.execute(text(f"SET LOCAL {patience} = 0"))
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATING})"))

    def touch(self, connection: Connection) -> None:
        """Write a row that nobody reads, within the caller's transaction."""
        connection.execute(_TOUCH)

    def empty_log(self) -> None:
        """Do nothing: when the server writes its log anew is its operators' to say."""

    def drop(self) -> None:
        """Do nothing: a connection that is broken goes by itself, and the others are good."""

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def cause(self, error: Exception) -> str:
        """Return what failed, in words that name no value of a row."""
        original = error.orig if isinstance(error, DBAPIError) else error
        if isinstance(original, Error) and original.sqlstate:
            return f"{original.diag.message_primary or type(original).__name__} (SQLSTATE {original.sqlstate})"
        away = isinstance(original, InterfaceError | OperationalError)
        known = (words for pattern, words in AWAY.items() if away and re.search(pattern, str(original)))
        what = next(known, "it cannot be reached" if away else "it refused what was to be stored")
        return f"{what} ({type(original).__name__})" if isinstance(original, Error) else str(original)


def parse_url(url: str) -> URL:
    """Return the address with its driver; raise Misconfigured where it is none of PostgreSQL's."""
    remedy = "HOTSEAT_DATABASE_URL: use postgresql://USER:PASSWORD@HOST:5432/NAME"
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise Misconfigured(remedy) from None
    is_ours = parsed.drivername in ("postgresql", "postgres", "postgresql+psycopg")
    if not is_ours or not parsed.database or "@" in (parsed.host or ""):
        raise Misconfigured(remedy)
    for name in parsed.query:
        try:
            make_conninfo(**{name: ""})
        except ProgrammingError:
            message = f"HOTSEAT_DATABASE_URL: PostgreSQL knows no {name}, which is behind its ?; correct or remove it"
            raise Misconfigured(message) from None
    return parsed.set(drivername="postgresql+psycopg")


# Upserts are built for SQLite; PostgreSQL's own also ask for a constraint's name, of which there is none.


@compiles(OnConflictDoUpdate, "postgresql")
def _update(clause: OnConflictDoUpdate, compiler: Any, **named: object) -> str:
    clause.constraint_target = None  # type: ignore[attr-defined]
    return str(compiler.visit_on_conflict_do_update(clause, **named))


@compiles(OnConflictDoNothing, "postgresql")
def _do_nothing(clause: OnConflictDoNothing, compiler: Any, **named: object) -> str:
    clause.constraint_target = None  # type: ignore[attr-defined]
    return str(compiler.visit_on_conflict_do_nothing(clause, **named))
