"""Writes that were on their way when their process died, cancelled since or not."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    op.create_index(
        "outbox_claimed_idx",
        "outbox",
        ["source_id", "not_before"],
        postgresql_where=sa.text("claimed_at IS NOT NULL"),
    )
