"""What requests say, for the search: their words, how they ended, what helped, and room for a vector of the words."""

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

PORTION = 500
LEFT_OUT = ("withdrawn", "not a request")


def upgrade() -> None:
    """Add the table, and fill it from the requests that are there."""
    op.create_table(
        "texts",
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("desk", sa.Text, nullable=False),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("posted_at", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("common", sa.Text, nullable=False),
        sa.Column("helped", sa.Text, nullable=False),
        sa.Column("unlike", sa.Text, nullable=False),
        sa.Column("vector", sa.LargeBinary, nullable=True),
        sa.Column("encoder", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("tenant", "desk", "request"),
        sa.ForeignKeyConstraint(["tenant", "desk"], ["desks.tenant", "desks.desk"]),
    )
    op.create_index("texts_changed", "texts", ["tenant", "desk", "revision", "request"])
    names = ("tenant", "desk", "request", "revision", "text", "posted_at", "status", "outcome", "common")
    texts = sa.table("texts", *(sa.column(name) for name in (*names, "helped", "unlike")))
    for rows in _portions():
        op.get_bind().execute(sa.insert(texts), rows)


def downgrade() -> None:
    """Drop it."""
    op.drop_index("texts_changed", "texts")
    op.drop_table("texts")


def _portions() -> Iterator[list[dict[str, Any]]]:
    """Yield the rows in portions, since there may be more requests than memory has room for."""
    known = ("tenant", "desk", "id", "status", "posted_at", "document")
    requests = sa.table("requests", *(sa.column(name) for name in known))
    keys = (requests.c.tenant, requests.c.desk, requests.c.id)
    some = sa.select(*(requests.c[name] for name in known)).order_by(*keys).limit(PORTION)
    last: tuple[Any, ...] | None = None
    while True:
        rows = op.get_bind().execute(some if last is None else some.where(sa.tuple_(*keys) > last)).all()
        if rows:
            yield [_row(*row) for row in rows]
        if len(rows) < PORTION:
            return
        last = tuple(rows[-1][:3])


def _row(tenant: str, desk: str, request: str, status: str, posted_at: str, document: str) -> dict[str, Any]:
    told = json.loads(document)
    outcome = told.get("outcome") or ""
    is_compared = not told.get("follow_up") and outcome not in LEFT_OUT
    return {
        "tenant": tenant,
        "desk": desk,
        "request": request,
        "revision": 0,
        "text": (told.get("matter") or told["text"]).strip() if is_compared else "",
        "posted_at": posted_at,
        "status": status,
        "outcome": outcome,
        "common": told.get("common", ""),
        "helped": json.dumps(told.get("helped", [])),
        "unlike": json.dumps(told.get("unlike", [])),
    }
