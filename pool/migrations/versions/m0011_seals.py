"""What shows that a source's credential was configured for its address."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    seal = sa.Column(
        "seal",
        sa.Text(),
        server_default="",
        nullable=False,
        comment="of base_url, by the credential",
    )
    op.add_column("sources", seal)
