"""What the latest check of each source found."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    op.create_table(
        "checks",
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("findings", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name="checks_source_id_fkey"
        ),
        sa.PrimaryKeyConstraint("source_id", name="checks_pkey"),
        comment="What the latest check of a source found; mended ones are gone",
    )
