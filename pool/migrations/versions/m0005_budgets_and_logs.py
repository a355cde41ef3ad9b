"""What trackers say of their limits, and the entries of their own logs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    op.add_column("sources", sa.Column("budget", postgresql.JSONB(), nullable=True))
    once = "of the tracker's own log; each once"
    op.add_column("history", sa.Column("entry", sa.Text(), nullable=True, comment=once))
    op.create_index(
        "history_entry_key",
        "history",
        ["issue_id", "entry"],
        unique=True,
        postgresql_where=sa.text("entry IS NOT NULL"),
    )
