"""Pauses with reasons, breakers, conflicts, reconciliations, and counts by index."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_STATES = "state IN ('pending', 'held', 'sent', 'cancelled', 'dead', 'discarded')"


def upgrade() -> None:
    """Forwards."""
    _extend_sources()
    _extend_outbox()
    op.create_index(
        "inbox_quarantined_idx",
        "inbox",
        ["source_id", "id"],
        postgresql_where=sa.text("state = 'quarantined'"),
    )
    _create_conflicts()
    _create_reconciliations()


def _extend_sources() -> None:
    moment = sa.DateTime(timezone=True)
    op.add_column("sources", sa.Column("paused_by", sa.Text(), nullable=True))
    op.add_column("sources", sa.Column("paused_reason", sa.Text(), nullable=True))
    failures = sa.Column(
        "failures", sa.Integer(), server_default="0", nullable=False, comment="in a row"
    )
    op.add_column("sources", failures)
    comment = "taken to be down; only probed since"
    op.add_column(
        "sources", sa.Column("broken_at", moment, nullable=True, comment=comment)
    )


def _extend_outbox() -> None:
    op.drop_constraint(op.f("outbox_state_check"), "outbox", type_="check")
    op.create_check_constraint(op.f("outbox_state_check"), "outbox", _STATES)
    op.create_unique_constraint(op.f("outbox_seq_key"), "outbox", ["seq"])
    op.create_index(
        "outbox_dead_idx",
        "outbox",
        ["source_id", "seq"],
        postgresql_where=sa.text("state = 'dead'"),
    )


def _create_conflicts() -> None:
    op.create_table(
        "conflicts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("issue_id", sa.Uuid(), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "field",
            sa.Text(),
            nullable=False,
            comment="labels, status, release or comment",
        ),
        sa.Column("base", sa.Text(), nullable=False, comment="what we wrote last"),
        sa.Column(
            "theirs", sa.Text(), nullable=False, comment="what a person put there"
        ),
        sa.Column("ours", sa.Text(), nullable=False, comment="what was to be written"),
        sa.Column("kept", sa.Text(), nullable=False, comment="theirs or ours"),
        sa.Column(
            "actor",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="the person, when the tracker told",
        ),
        sa.Column("decision_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name=op.f("conflicts_client_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issues.id"], name=op.f("conflicts_issue_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("conflicts_pkey")),
        comment="Where a person and we changed the same field; one row a change of theirs",
    )
    op.create_index(
        "conflicts_issue_id_noticed_at_idx", "conflicts", ["issue_id", "noticed_at"]
    )


def _create_reconciliations() -> None:
    op.create_table(
        "reconciliations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("repair", sa.Boolean(), nullable=False),
        sa.Column(
            "since",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="issues changed before were left out",
        ),
        sa.Column("stage", sa.Text(), nullable=False, comment="listed, then stored"),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("compared", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("found", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name=op.f("reconciliations_source_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("reconciliations_pkey")),
        comment="Comparisons of the pool with a tracker; an open one is gone on with",
    )
    op.create_index(
        "reconciliations_open_key",
        "reconciliations",
        ["source_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
