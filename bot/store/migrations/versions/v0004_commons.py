"""Common requests."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "commons",
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("desk", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "desk", "id"),
        sa.ForeignKeyConstraint(["tenant", "desk"], ["desks.tenant", "desks.desk"]),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("commons")
