"""Remember what was dropped by age."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    op.create_table(
        "clearings",
        sa.Column("what", sa.Text(), nullable=False, comment="bodies or writes"),
        sa.Column(
            "cleared_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="the latest time",
        ),
        sa.Column(
            "before",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="what was settled before this is gone",
        ),
        sa.Column(
            "dropped",
            sa.BigInteger(),
            nullable=False,
            comment="rows that ever were",
        ),
        sa.PrimaryKeyConstraint("what", name=op.f("clearings_pkey")),
        comment="What age took away; one row a kind",
    )
