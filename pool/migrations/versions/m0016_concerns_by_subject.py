"""Find open concerns by what they are about, by source, and the latest of them."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_OPEN = sa.text("resolved_at IS NULL")


def upgrade() -> None:
    """Forwards."""
    op.drop_index("attention_open_key", table_name="attention")
    op.create_index(
        "attention_open_key",
        "attention",
        ["subject", "code"],
        unique=True,
        postgresql_where=_OPEN,
    )
    for column in ("source_id", "seen_at"):
        name = f"attention_{column}_idx"
        op.create_index(name, "attention", [column], postgresql_where=_OPEN)
