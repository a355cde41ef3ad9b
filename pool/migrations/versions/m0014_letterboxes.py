"""What came in at a source is a row of its own, which nothing but webhooks writes."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    op.create_table(
        "letterboxes",
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("last_webhook_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name=op.f("letterboxes_source_id_fkey")
        ),
        sa.PrimaryKeyConstraint("source_id", name=op.f("letterboxes_pkey")),
        comment="What ever came in; apart from sources, whose rows other work holds locked",
    )
    op.execute(
        "INSERT INTO letterboxes (source_id, last_webhook_at, received)"
        " SELECT id, last_webhook_at, received FROM sources"
        " WHERE last_webhook_at IS NOT NULL"
    )
    op.drop_column("sources", "last_webhook_at")
    op.drop_column("sources", "received")
