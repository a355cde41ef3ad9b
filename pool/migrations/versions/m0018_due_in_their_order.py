"""Index what is due in the order in which it is taken, however much waits."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    op.drop_index(op.f("outbox_due_idx"), table_name="outbox")
    op.create_index(
        "outbox_due_idx",
        "outbox",
        ["source_id", "not_before", "seq"],
        unique=False,
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        "fetches_source_id_asked_at_idx",
        "fetches",
        ["source_id", "asked_at"],
        unique=False,
    )
