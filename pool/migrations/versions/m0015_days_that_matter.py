"""Keep with each issue the day on which it is decided on again, and find it by source."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_INDEXES = {
    "issues_source_id_decided_on_idx": (["source_id", "decided_on"], ""),
    "issues_source_id_due_on_idx": (
        ["source_id", "due_on", "id"],
        " AND due_on IS NOT NULL",
    ),
    "issues_source_id_run_id_idx": (["source_id", "run", "id"], ""),
}


def upgrade() -> None:
    """Forwards.

    Of no issue it is known which days matter to it, so each is decided on once again. A
    constant default that is taken away again writes no row (PostgreSQL, ALTER TABLE).
    """
    due_on = sa.Column(
        "due_on",
        sa.Date(),
        server_default="2000-01-01",
        comment="decided on again; NULL: unless it changes",
    )
    op.add_column("issues", due_on)
    op.alter_column("issues", "due_on", server_default=None)
    op.drop_index("issues_decided_on_id_idx", table_name="issues")
    op.drop_index("issues_project_id_run_id_idx", table_name="issues")
    for name, (columns, besides) in _INDEXES.items():
        where = sa.text(f"deleted_at IS NULL{besides}")
        op.create_index(name, "issues", columns, postgresql_where=where)
