"""Bodies of deliveries are compressed by Zstandard; those deflated before stay so."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    op.alter_column("inbox_bodies", "body", comment="compressed where shorter")
