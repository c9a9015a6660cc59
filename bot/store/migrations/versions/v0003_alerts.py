"""Alerts, and the names by which they are found again."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

HOLDS = sa.text("held <> ''")
LIVE = sa.text("ended_at IS NULL")


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "alerts",
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("desk", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("ended_at", sa.Text, nullable=True),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("held", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "desk", "id"),
        sa.ForeignKeyConstraint(["tenant", "desk"], ["desks.tenant", "desks.desk"]),
    )
    op.create_index("alerts_live", "alerts", ["tenant", "desk", "id"], sqlite_where=LIVE, postgresql_where=LIVE)
    op.create_index(
        "alerts_held", "alerts", ["tenant", "desk", "held", "ended_at"], sqlite_where=HOLDS, postgresql_where=HOLDS
    )
    op.create_table(
        "alert_names",
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("desk", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("alert", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "desk", "name"),
        sa.ForeignKeyConstraint(["tenant", "desk"], ["desks.tenant", "desks.desk"]),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("alert_names")
    op.drop_table("alerts")
