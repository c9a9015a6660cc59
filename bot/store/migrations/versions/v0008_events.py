"""What an effect follows from, so that one id leads from an event to its ticket in the log over a restart too."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the column; what waits already follows from nothing that is known."""
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    by_bytes = sa.Text(collation="C") if is_postgresql else sa.Text()
    op.add_column("outbox", sa.Column("event", by_bytes, nullable=False, server_default=""))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("outbox", "event")
