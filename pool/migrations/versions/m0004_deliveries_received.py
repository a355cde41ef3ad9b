"""How many deliveries a source ever kept, so that nobody has to count them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    received = sa.Column(
        "received", sa.BigInteger(), server_default="0", nullable=False
    )
    op.add_column("sources", received)
    op.execute(
        "UPDATE sources s SET received ="
        " (SELECT count(*) FROM inbox i WHERE i.source_id = s.id)"
    )
