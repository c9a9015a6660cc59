"""The journal's tables, one schema for SQLite and PostgreSQL, and the version of it that this program reads.

What is a desk's is keyed by tenant first and desk second, so that PostgreSQL can be sharded by them; references, by
tenant alone, and the few rows about replicas and sending are not. Text is compared by its bytes in either database.
Instants are UTC in ISO 8601 with microseconds, so that text order is time order; those that the report reckons with
are whole microseconds since 1970 (``_us``), so that no database's own dates are needed. Documents are JSON text.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.schema import SchemaItem

HEAD = "0008"  # the newest script in migrations/versions; a test compares

metadata = MetaData()


def _text(name: str, *, nullable: bool = False) -> Column[str]:
    return Column(name, Text, nullable=nullable)


def _us(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable)


def _of_desk(name: str, *columns: SchemaItem, key: tuple[str, ...], rowid: bool = True) -> Table:
    return Table(
        name,
        metadata,
        _text("tenant"),
        _text("desk"),
        *columns,
        PrimaryKeyConstraint("tenant", "desk", *key),
        ForeignKeyConstraint(["tenant", "desk"], ["desks.tenant", "desks.desk"]),
        sqlite_with_rowid=rowid,
    )


desks = Table(
    "desks",
    metadata,
    _text("tenant"),
    _text("desk"),
    _text("channel"),
    Column("revision", Integer, nullable=False),
    _text("info"),
    _text("facts"),
    PrimaryKeyConstraint("tenant", "desk"),
    UniqueConstraint("tenant", "channel"),
)

records = _of_desk(
    "records",
    Column("revision", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    _text("key"),
    _text("kind"),
    _text("happened_at"),
    _text("recorded_at"),
    _text("actor"),
    _text("matters"),
    UniqueConstraint("tenant", "desk", "key"),
    key=("revision", "position"),
    rowid=False,
)

requests = _of_desk(
    "requests",
    _text("id"),
    _text("place"),
    _text("status"),
    _text("next_at", nullable=True),
    _text("posted_at"),
    _text("closed_at", nullable=True),
    _text("document"),
    _text("held"),
    _us("posted_us"),
    _us("waits_us"),
    _us("due_us"),
    _us("responded_us", nullable=True),
    _us("ended_us", nullable=True),
    _text("outcome"),
    _text("common"),
    Column("follow_up", Boolean, nullable=False),
    key=("id",),
)
Index("requests_by_time", requests.c.tenant, requests.c.desk, requests.c.posted_us)
IS_OPEN = "status <> 'CLOSED'"
Index("requests_by_place", requests.c.tenant, requests.c.desk, requests.c.place)
Index(
    "requests_open",
    requests.c.tenant,
    requests.c.desk,
    requests.c.next_at,
    sqlite_where=text(IS_OPEN),  # naming PostgreSQL's too, as the migration does, would import all its drivers
)

HOLDS = "held <> ''"
Index(
    "requests_held",
    requests.c.tenant,
    requests.c.desk,
    requests.c.held,
    requests.c.closed_at,
    sqlite_where=text(HOLDS),  # see above
)

texts = _of_desk(
    "texts",
    _text("request"),
    Column("revision", Integer, nullable=False),
    _text("text"),
    _text("posted_at"),
    _text("status"),
    _text("outcome"),
    _text("common"),
    _text("helped"),
    _text("unlike"),
    Column("vector", LargeBinary, nullable=True),
    _text("encoder", nullable=True),
    key=("request",),
)
Index("texts_changed", texts.c.tenant, texts.c.desk, texts.c.revision, texts.c.request)

alerts = _of_desk(
    "alerts",
    _text("id"),
    _text("status"),
    _text("ended_at", nullable=True),
    _text("document"),
    _text("held"),
    _text("kind"),
    _us("came_us"),
    _us("acknowledged_us", nullable=True),
    _us("ended_us", nullable=True),
    key=("id",),
)
Index("alerts_by_time", alerts.c.tenant, alerts.c.desk, alerts.c.came_us)
IS_LIVE = "ended_at IS NULL"
Index("alerts_live", alerts.c.tenant, alerts.c.desk, alerts.c.id, sqlite_where=text(IS_LIVE))
Index("alerts_held", alerts.c.tenant, alerts.c.desk, alerts.c.held, alerts.c.ended_at, sqlite_where=text(HOLDS))

alert_names = _of_desk("alert_names", _text("name"), _text("alert"), key=("name",), rowid=False)

commons = _of_desk("commons", _text("id"), _text("document"), key=("id",), rowid=False)

notices = _of_desk("notices", _text("key"), _text("document"), key=("key",), rowid=False)

outbox = _of_desk(
    "outbox",
    _text("id"),
    Column("revision", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    _text("key"),
    _text("document"),
    Column("holder", Text, nullable=False, server_default=""),  # the replica that delivers it, "" for nobody yet
    Column("event", Text, nullable=False, server_default=""),  # the key of what it follows from
    key=("id",),
)

shown = _of_desk(
    "shown", _text("key"), _text("service_url"), _text("conversation"), _text("activity"), key=("key",), rowid=False
)

rotas = _of_desk(
    "rotas",
    _text("document"),
    _text("checksum"),
    Column("written", Boolean, nullable=False),
    key=(),
    rowid=False,
)

references = Table(
    "references",
    metadata,
    _text("tenant"),
    _text("place"),
    _text("document"),
    PrimaryKeyConstraint("tenant", "place"),
    sqlite_with_rowid=False,
)

changes = _of_desk(
    "changes", Column("revision", Integer, nullable=False), _text("subjects"), key=("revision",), rowid=False
)
"""What each commit touched, by kind and id, so that other replicas need not read a desk anew; the last thousand."""

documents = Table(
    "documents",
    metadata,
    _text("tenant"),
    _text("desk"),
    _text("name"),
    Column("version", BigInteger, nullable=False),
    _text("content"),
    PrimaryKeyConstraint("tenant", "desk", "name"),
)
"""What one replica keeps in files of its data folder and several share: rotas for people, marks, notes."""

replicas = Table(
    "replicas", metadata, _text("id"), _us("until_us"), PrimaryKeyConstraint("id"), sqlite_with_rowid=False
)
duties = Table(
    "duties", metadata, _text("name"), _text("holder"), PrimaryKeyConstraint("name"), sqlite_with_rowid=False
)
turns = Table(
    "turns", metadata, _text("thread"), _us("at_us"), PrimaryKeyConstraint("thread", "at_us"), sqlite_with_rowid=False
)
Index("turns_by_time", turns.c.at_us)
