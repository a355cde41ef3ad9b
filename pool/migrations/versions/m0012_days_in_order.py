"""Find what is to be decided on again by one walk along an index."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    op.drop_index("issues_decided_on_idx", table_name="issues")
    op.create_index(
        "issues_decided_on_id_idx",
        "issues",
        ["decided_on", "id"],
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
