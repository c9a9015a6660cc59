"""What the report counts of requests and alerts, read off those that are there.

Since when their first response is known for alerts, only the one that has them now is known of older ones: that is
taken for those that were triggered once, and of others nothing is said.
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

PORTION = 500
EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
LIVE = ("TRIGGERED", "ACKNOWLEDGED")
Document = dict[str, Any]


def upgrade() -> None:
    """Add the columns, fill them, and index when things came."""
    for name in ("posted_us", "waits_us", "due_us"):
        op.add_column("requests", sa.Column(name, sa.BigInteger, nullable=False, server_default="0"))
    for name in ("responded_us", "ended_us"):
        op.add_column("requests", sa.Column(name, sa.BigInteger, nullable=True))
    for name in ("outcome", "common"):
        op.add_column("requests", sa.Column(name, sa.Text, nullable=False, server_default=""))
    op.add_column("requests", sa.Column("follow_up", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("alerts", sa.Column("kind", sa.Text, nullable=False, server_default=""))
    op.add_column("alerts", sa.Column("came_us", sa.BigInteger, nullable=False, server_default="0"))
    for name in ("acknowledged_us", "ended_us"):
        op.add_column("alerts", sa.Column(name, sa.BigInteger, nullable=True))
    _fill("requests", _request)
    _fill("alerts", _alert)
    op.create_index("requests_by_time", "requests", ["tenant", "desk", "posted_us"])
    op.create_index("alerts_by_time", "alerts", ["tenant", "desk", "came_us"])


def downgrade() -> None:
    """Drop the columns and their indexes; documents stay as they are."""
    op.drop_index("alerts_by_time", "alerts")
    op.drop_index("requests_by_time", "requests")
    for name in ("ended_us", "acknowledged_us", "came_us", "kind"):
        op.drop_column("alerts", name)
    for name in ("follow_up", "common", "outcome", "ended_us", "responded_us", "due_us", "waits_us", "posted_us"):
        op.drop_column("requests", name)


def _request(document: Document) -> Document:
    posted = _us(document["posted_at"])
    return {
        "posted_us": posted,
        "waits_us": posted,
        "due_us": _us(document["due_at"]),
        "responded_us": _us(document.get("responded_at")),
        "ended_us": _us(document.get("closed_at")),
        "outcome": document.get("outcome") or "",
        "common": document.get("common", ""),
        "follow_up": bool(document.get("follow_up") and document.get("lead")),
    }


def _alert(document: Document) -> Document:
    """Return what is counted of an alert, whose document is to know when it was acknowledged first."""
    again = document.get("round", 1) > 1
    first = None if again else document.get("owned_at")
    document["acknowledged_at"] = first
    over = None if document["status"] in LIVE else document["changed_at"]
    return {
        "kind": document.get("news", "new"),
        "came_us": _us(document["first_at"]),
        "acknowledged_us": _us(first),
        "ended_us": _us(document["first_at"] if again else over),
        "document": json.dumps(document, ensure_ascii=False, separators=(",", ":")),
    }


def _us(at: str | None) -> int | None:
    return None if at is None else (datetime.fromisoformat(at) - EPOCH) // MICROSECOND


def _fill(name: str, read: Callable[[Document], Document]) -> None:
    table = sa.table(name, *map(sa.column, ("tenant", "desk", "id", "document")))
    connection = op.get_bind()
    for tenant, desk, id_, document in _rows(connection, table):
        row = read(json.loads(document))
        target = sa.table(name, *map(sa.column, dict.fromkeys(("tenant", "desk", "id", *row))))
        here = (target.c.tenant == tenant) & (target.c.desk == desk) & (target.c.id == id_)
        connection.execute(sa.update(target).where(here).values(**row))


def _rows(connection: sa.Connection, table: sa.TableClause) -> Iterator[tuple[str, str, str, str]]:
    """Yield every row, in portions, since there may be more than memory has room for."""
    keys = (table.c.tenant, table.c.desk, table.c.id)
    last: tuple[str, ...] | None = None
    while True:
        some = sa.select(*keys, table.c.document).order_by(*keys).limit(PORTION)
        rows = connection.execute(some if last is None else some.where(sa.tuple_(*keys) > last)).all()
        yield from ((row[0], row[1], row[2], row[3]) for row in rows)
        if len(rows) < PORTION:
            return
        last = tuple(rows[-1][:-1])
