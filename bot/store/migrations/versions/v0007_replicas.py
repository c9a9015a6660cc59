"""What several replicas share: who delivers what, what changed since a revision, documents, duties, and turns to send.

With one replica these stay as good as empty. In PostgreSQL text is compared by its bytes from now on, as SQLite does.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the column and the tables."""
    op.add_column("outbox", sa.Column("holder", sa.Text, nullable=False, server_default=""))
    op.create_table(
        "changes",
        *_texts("tenant", "desk"),
        sa.Column("revision", sa.Integer, nullable=False),
        *_texts("subjects"),
        sa.PrimaryKeyConstraint("tenant", "desk", "revision"),
        sa.ForeignKeyConstraint(["tenant", "desk"], ["desks.tenant", "desks.desk"]),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "documents",
        *_texts("tenant", "desk", "name"),
        sa.Column("version", sa.BigInteger, nullable=False),
        *_texts("content"),
        sa.PrimaryKeyConstraint("tenant", "desk", "name"),
    )
    op.create_table(
        "replicas",
        *_texts("id"),
        sa.Column("until_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_table("duties", *_texts("name", "holder"), sa.PrimaryKeyConstraint("name"), sqlite_with_rowid=False)
    op.create_table(
        "turns",
        *_texts("thread"),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("thread", "at_us"),
        sqlite_with_rowid=False,
    )
    op.create_index("turns_by_time", "turns", ["at_us"])
    if op.get_bind().dialect.name == "postgresql":
        op.create_index("outbox_by_key", "outbox", ["tenant", "desk", "key"])
        _compare_by_bytes()


def downgrade() -> None:
    """Drop them."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("outbox_by_key", "outbox")
    for name in ("turns", "duties", "replicas", "documents", "changes"):
        op.drop_table(name)
    op.drop_column("outbox", "holder")


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _compare_by_bytes() -> None:
    inspector = sa.inspect(op.get_bind())
    for table in inspector.get_table_names():
        for column in inspector.get_columns(table):
            if isinstance(column["type"], sa.Text) and table != "alembic_version":
                op.alter_column(table, column["name"], type_=sa.Text(collation="C"))
