"""Bodies of deliveries are deflated by whoever stores them."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    op.alter_column("inbox_bodies", "body", comment="deflated where shorter")
    size = sa.Column("size", sa.Integer(), comment="of the body as it came")
    op.add_column("inbox_bodies", size)
    op.execute("UPDATE inbox_bodies SET size = octet_length(body)")
    op.alter_column("inbox_bodies", "size", nullable=False)
    op.execute("ALTER TABLE inbox_bodies ALTER COLUMN body SET STORAGE EXTERNAL")
