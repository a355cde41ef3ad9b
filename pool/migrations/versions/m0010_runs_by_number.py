"""Set issues aside by a number of their project instead of a row each."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    for table, comment in (
        ("projects", "issues decided on in an earlier one were set aside"),
        ("issues", None),
    ):
        run = sa.Column(
            "run", sa.BigInteger(), server_default="0", nullable=False, comment=comment
        )
        op.add_column(table, run)
    op.create_index(
        "issues_project_id_run_id_idx",
        "issues",
        ["project_id", "run", "id"],
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
