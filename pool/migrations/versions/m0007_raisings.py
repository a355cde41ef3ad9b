"""Issues that a requirement is raised as in another tracker."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    op.create_table(
        "raisings",
        sa.Column(
            "id",
            sa.Uuid(),
            nullable=False,
            comment="the mark by which the issue is found",
        ),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("requirement_id", sa.Uuid(), nullable=False),
        sa.Column(
            "place",
            sa.Text(),
            nullable=False,
            comment="project key, path or repository; empty for the first",
        ),
        sa.Column("draft", postgresql.JSONB(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tracker_id", sa.Text(), nullable=True),
        sa.Column("error", postgresql.JSONB(), nullable=True),
        sa.Column("issue_id", sa.Uuid(), nullable=True, comment="once it was mirrored"),
        sa.CheckConstraint(
            "state IN ('pending', 'held', 'sent', 'cancelled', 'dead')",
            name="raisings_state_check",
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name="raisings_client_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name="raisings_source_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["requirement_id"],
            ["requirements.id"],
            name="raisings_requirement_id_fkey",
        ),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issues.id"], name="raisings_issue_id_fkey"
        ),
        sa.PrimaryKeyConstraint("id", name="raisings_pkey"),
        comment="Issues that a requirement is raised as in another tracker, each once",
    )
    op.create_index(
        "raisings_open_idx",
        "raisings",
        ["source_id"],
        unique=False,
        postgresql_where=sa.text("issue_id IS NULL AND state <> 'cancelled'"),
    )
