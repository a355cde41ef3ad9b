"""Tell a wish whose issue the last look did not find from one that failed otherwise."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    op.add_column(
        "fetches",
        sa.Column(
            "missed",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="the last look did not find it, and no other was begun since",
        ),
    )
