"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

OPEN = sa.text("status <> 'CLOSED'")


def upgrade() -> None:
    """Make all tables."""
    op.create_table(
        "desks",
        *_texts("tenant", "desk", "channel"),
        sa.Column("revision", sa.Integer, nullable=False),
        *_texts("info", "facts"),
        sa.PrimaryKeyConstraint("tenant", "desk"),
        sa.UniqueConstraint("tenant", "channel"),
    )
    _of_desk(
        "records",
        *_order(),
        *_texts("key", "kind", "happened_at", "recorded_at", "actor", "matters"),
        sa.UniqueConstraint("tenant", "desk", "key"),
        key=("revision", "position"),
        rowid=False,
    )
    _of_desk(
        "requests",
        *_texts("id", "place", "status"),
        sa.Column("next_at", sa.Text),
        *_texts("posted_at"),
        sa.Column("closed_at", sa.Text),
        *_texts("document"),
        key=("id",),
    )
    op.create_index("requests_by_place", "requests", ["tenant", "desk", "place"])
    op.create_index(
        "requests_open", "requests", ["tenant", "desk", "next_at"], sqlite_where=OPEN, postgresql_where=OPEN
    )
    _of_desk("notices", *_texts("key", "document"), key=("key",), rowid=False)
    _of_desk("outbox", *_texts("id"), *_order(), *_texts("key", "document"), key=("id",))
    _of_desk("shown", *_texts("key", "service_url", "conversation", "activity"), key=("key",), rowid=False)
    _of_desk(
        "rotas", *_texts("document", "checksum"), sa.Column("written", sa.Boolean, nullable=False), key=(), rowid=False
    )
    op.create_table(
        "references",
        *_texts("tenant", "place", "document"),
        sa.PrimaryKeyConstraint("tenant", "place"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Drop all tables."""
    for name in ("references", "rotas", "shown", "outbox", "notices", "requests", "records", "desks"):
        op.drop_table(name)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _order() -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer, nullable=False) for name in ("revision", "position")]


def _of_desk(name: str, *columns: sa.schema.SchemaItem, key: tuple[str, ...], rowid: bool = True) -> None:
    op.create_table(
        name,
        *_texts("tenant", "desk"),
        *columns,
        sa.PrimaryKeyConstraint("tenant", "desk", *key),
        sa.ForeignKeyConstraint(["tenant", "desk"], ["desks.tenant", "desks.desk"]),
        sqlite_with_rowid=rowid,
    )
