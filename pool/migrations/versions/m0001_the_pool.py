"""The pool, the engine's jobs, the append-only audit."""

import sqlalchemy as sa
from alembic import op
from procrastinate.schema import SchemaManager
from sqlalchemy.dialects import postgresql

from pool.schema import CREATE_TRIGGERS

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:  # noqa: PLR0915 - one statement a table
    """Forwards."""
    op.execute(sa.schema.CreateSequence(sa.Sequence("reads")))
    op.create_table(
        "calibrations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column(
            "calibration", postgresql.JSONB(astext_type=sa.Text()), nullable=False
        ),
        sa.Column("report", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_by", sa.Text(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("calibrations_pkey")),
        sa.UniqueConstraint("number", name=op.f("calibrations_number_key")),
        comment="How matches are told by what people decided; one holds at a time",
    )
    op.create_index(
        "calibrations_active_key",
        "calibrations",
        [sa.literal_column("(retired_at IS NULL)")],
        unique=True,
        postgresql_where=sa.text("retired_at IS NULL"),
    )
    op.create_table(
        "clients",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("clients_pkey")),
        sa.UniqueConstraint("number", name=op.f("clients_number_key")),
        sa.UniqueConstraint("slug", name=op.f("clients_slug_key")),
    )
    op.create_table(
        "embeddings",
        sa.Column("hash", sa.Text(), nullable=False, comment="SHA-256 of the text"),
        sa.Column("encoder", sa.Text(), nullable=False, comment="name and version"),
        sa.Column(
            "vector", sa.LargeBinary(), nullable=False, comment="8 bits a dimension"
        ),
        sa.PrimaryKeyConstraint("hash", "encoder", name=op.f("embeddings_pkey")),
        comment="What texts mean, each encoded once; may be emptied at any time",
    )
    op.create_table(
        "requirements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_origin", sa.Text(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=True),
        sa.Column("score", sa.Integer(), server_default="0", nullable=False),
        sa.Column("estimate_days", sa.Numeric(), nullable=True),
        sa.Column(
            "estimated_by",
            sa.Text(),
            nullable=True,
            comment="a person; else the tracker's",
        ),
        sa.Column("merged_into", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state_origin IN ('rules', 'person', 'tracker')",
            name=op.f("requirements_state_origin_check"),
        ),
        sa.ForeignKeyConstraint(
            ["merged_into"],
            ["requirements.id"],
            name=op.f("requirements_merged_into_fkey"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("requirements_pkey")),
        sa.UniqueConstraint("number", name=op.f("requirements_number_key")),
    )
    op.create_index(
        "requirements_by_changed_at_idx",
        "requirements",
        ["changed_at", "number"],
        unique=False,
        postgresql_where=sa.text("merged_into IS NULL"),
    )
    op.create_index(
        "requirements_by_created_at_idx",
        "requirements",
        ["created_at", "number"],
        unique=False,
        postgresql_where=sa.text("merged_into IS NULL"),
    )
    op.create_index(
        "requirements_by_priority_idx",
        "requirements",
        [
            sa.literal_column("(COALESCE(priority, 'P9'))"),
            sa.literal_column("(- score)"),
            sa.literal_column("(- number)"),
        ],
        unique=False,
        postgresql_where=sa.text("merged_into IS NULL"),
    )
    op.create_table(
        "texts",
        sa.Column("hash", sa.Text(), nullable=False, comment="SHA-256 of the body"),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("texts_pkey")),
        comment="Rulesets, contracts and facts, each once, so that decisions can be replayed",
    )
    op.create_table(
        "trains",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("trains_pkey")),
        sa.UniqueConstraint("slug", name=op.f("trains_slug_key")),
    )
    op.create_table(
        "audit",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name=op.f("audit_client_id_fkey")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("audit_pkey")),
        comment="Append-only; a trigger refuses update and delete",
    )
    op.create_table(
        "contracts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "currency", sa.Text(), server_default="", nullable=False, comment="ISO 4217"
        ),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name=op.f("contracts_client_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["fingerprint"], ["texts.hash"], name=op.f("contracts_fingerprint_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("contracts_pkey")),
        sa.UniqueConstraint("slug", name=op.f("contracts_slug_key")),
    )
    op.create_table(
        "releases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("train_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("freeze_on", sa.Date(), nullable=False),
        sa.Column("ship_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("capacity_days", sa.Numeric(), nullable=True),
        sa.ForeignKeyConstraint(
            ["train_id"], ["trains.id"], name=op.f("releases_train_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("releases_pkey")),
        sa.UniqueConstraint("name", name=op.f("releases_name_key")),
        sa.UniqueConstraint("number", name=op.f("releases_number_key")),
    )
    op.create_table(
        "amendments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column(
            "amendment",
            sa.Text(),
            nullable=False,
            comment="the contract's own id of it",
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column(
            "adds",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column(
            "replaces",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name=op.f("amendments_client_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("amendments_contract_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("amendments_pkey")),
        sa.UniqueConstraint(
            "contract_id",
            "amendment",
            name=op.f("amendments_contract_id_amendment_key"),
        ),
    )
    op.create_table(
        "clauses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column(
            "clause", sa.Text(), nullable=False, comment="the contract's own id of it"
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("module", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("excluded", sa.Boolean(), nullable=False),
        sa.Column("allowance_days", sa.Numeric(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("since_version", sa.Integer(), nullable=False),
        sa.Column(
            "until_version",
            sa.Integer(),
            nullable=True,
            comment="the version that ended it",
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name=op.f("clauses_client_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("clauses_contract_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("clauses_pkey")),
        sa.UniqueConstraint(
            "contract_id",
            "clause",
            "since_version",
            name=op.f("clauses_contract_id_clause_since_version_key"),
        ),
        comment="One row a wording; a row is ended by a later version, never overwritten",
    )
    op.create_index(
        "clauses_current_key",
        "clauses",
        ["contract_id", "clause"],
        unique=True,
        postgresql_where=sa.text("until_version IS NULL"),
    )
    op.create_table(
        "contract_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column(
            "version",
            sa.Integer(),
            nullable=False,
            comment="counts from 1 in its contract",
        ),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column(
            "file", sa.Text(), nullable=False, comment="what it was imported from"
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name=op.f("contract_versions_client_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["contract_id"],
            ["contracts.id"],
            name=op.f("contract_versions_contract_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["fingerprint"],
            ["texts.hash"],
            name=op.f("contract_versions_fingerprint_fkey"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("contract_versions_pkey")),
        sa.UniqueConstraint(
            "contract_id",
            "version",
            name=op.f("contract_versions_contract_id_version_key"),
        ),
    )
    op.create_table(
        "projects",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=True),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("project_manager", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name=op.f("projects_client_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("projects_contract_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("projects_pkey")),
        sa.UniqueConstraint("number", name=op.f("projects_number_key")),
        sa.UniqueConstraint("slug", name=op.f("projects_slug_key")),
    )
    op.create_table(
        "milestones",
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=True),
        sa.Column("actual_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("milestones_project_id_fkey")
        ),
        sa.PrimaryKeyConstraint("project_id", "name", name=op.f("milestones_pkey")),
    )
    op.create_table(
        "rulesets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("files", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("activated_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("deactivated_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("rulesets_project_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["text_hash"], ["texts.hash"], name=op.f("rulesets_text_hash_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("rulesets_pkey")),
        sa.UniqueConstraint("number", name=op.f("rulesets_number_key")),
        comment="Activations; one without a project decides where no other does",
    )
    op.create_index(
        "rulesets_active_key",
        "rulesets",
        ["project_id"],
        unique=True,
        postgresql_where=sa.text("deactivated_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_index(
        "rulesets_fingerprint_idx", "rulesets", ["fingerprint"], unique=False
    )
    op.create_table(
        "sources",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("base_url", sa.Text(), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "stopped_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="a mass change waits for a person",
        ),
        sa.Column(
            "not_before",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="the tracker asked us to wait until",
        ),
        sa.Column(
            "repoll_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="a full look is due; asked for at",
        ),
        sa.Column(
            "first_read_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="older comments command nothing",
        ),
        sa.Column("last_webhook_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_poll_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name=op.f("sources_client_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("sources_project_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("sources_pkey")),
        sa.UniqueConstraint("name", name=op.f("sources_name_key")),
    )
    op.create_table(
        "cursors",
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name=op.f("cursors_source_id_fkey")
        ),
        sa.PrimaryKeyConstraint("source_id", "stream", name=op.f("cursors_pkey")),
    )
    op.create_table(
        "fetches",
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("tracker_id", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name=op.f("fetches_source_id_fkey")
        ),
        sa.PrimaryKeyConstraint("source_id", "tracker_id", name=op.f("fetches_pkey")),
        comment="Issues to be read directly; one row an issue however many hints there were",
    )
    op.create_table(
        "inbox",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column(
            "delivery",
            sa.Text(),
            nullable=False,
            comment="the tracker's id of the event; empty when it has none",
        ),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        sa.Column("outcome", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('pending', 'applied', 'superseded', 'ignored', 'quarantined')",
            name=op.f("inbox_state_check"),
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name=op.f("inbox_source_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("inbox_pkey")),
        sa.UniqueConstraint(
            "source_id",
            "delivery",
            "sha256",
            name=op.f("inbox_source_id_delivery_sha256_key"),
        ),
        comment="Deliveries; the rows are the keys that absorb duplicates and stay",
    )
    op.create_index(
        "inbox_pending_idx",
        "inbox",
        ["source_id", "received_at"],
        unique=False,
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_table(
        "issues",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("tracker_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("issue_type", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_category", sa.Text(), nullable=False),
        sa.Column(
            "labels",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="on the tracker's clock",
        ),
        sa.Column("read", sa.BigInteger(), nullable=False),
        sa.Column("write_read", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("regress", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("priority_raised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("base", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("scope", sa.Text(), nullable=True),
        sa.Column(
            "clause",
            sa.Text(),
            nullable=True,
            comment="whose allowance it counts against",
        ),
        sa.Column("estimate_days", sa.Numeric(), nullable=True),
        sa.Column("priority", sa.Text(), nullable=True),
        sa.Column("score", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "release_intent",
            sa.Text(),
            nullable=True,
            comment="train:NAME or hold:NAME",
        ),
        sa.Column("release_id", sa.Uuid(), nullable=True),
        sa.Column("decision_id", sa.Uuid(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column(
            "search",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name=op.f("issues_client_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("issues_project_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["release_id"], ["releases.id"], name=op.f("issues_release_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name=op.f("issues_source_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("issues_pkey")),
        sa.UniqueConstraint("number", name=op.f("issues_number_key")),
        sa.UniqueConstraint(
            "source_id", "tracker_id", name=op.f("issues_source_id_tracker_id_key")
        ),
    )
    op.create_index("issues_client_id_idx", "issues", ["client_id"], unique=False)
    op.create_index("issues_decided_on_idx", "issues", ["decided_on"], unique=False)
    op.create_index(
        "issues_moved_to_idx",
        "issues",
        [sa.literal_column("(content->>'moved_to')")],
        unique=False,
        postgresql_where=sa.text("content->>'moved_to' <> ''"),
    )
    op.create_index(
        "issues_project_id_clause_idx",
        "issues",
        ["project_id", "clause"],
        unique=False,
        postgresql_where=sa.text("clause IS NOT NULL"),
    )
    op.create_index(
        "issues_project_id_decided_on_idx",
        "issues",
        ["project_id", "decided_on"],
        unique=False,
    )
    op.create_index("issues_release_id_idx", "issues", ["release_id"], unique=False)
    op.create_index("issues_scope_idx", "issues", ["scope"], unique=False)
    op.create_index(
        "issues_search_idx", "issues", ["search"], unique=False, postgresql_using="gin"
    )
    op.create_table(
        "attention",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column("source_id", sa.Uuid(), nullable=True),
        sa.Column("issue_id", sa.Uuid(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("params", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), server_default="1", nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name=op.f("attention_client_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issues.id"], name=op.f("attention_issue_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name=op.f("attention_source_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("attention_pkey")),
    )
    op.create_index(
        "attention_issue_id_idx",
        "attention",
        ["issue_id"],
        unique=False,
        postgresql_where=sa.text("resolved_at IS NULL"),
    )
    op.create_index(
        "attention_open_key",
        "attention",
        ["code", "subject"],
        unique=True,
        postgresql_where=sa.text("resolved_at IS NULL"),
    )
    op.create_table(
        "commands",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("issue_id", sa.Uuid(), nullable=False),
        sa.Column(
            "comment",
            sa.Text(),
            nullable=False,
            comment="the tracker's id of the comment",
        ),
        sa.Column(
            "position", sa.Integer(), nullable=False, comment="in it; -1 for the whole"
        ),
        sa.Column(
            "text_hash",
            sa.Text(),
            nullable=False,
            comment="SHA-256 of the command as it was first seen",
        ),
        sa.Column(
            "author",
            sa.Text(),
            nullable=False,
            comment="the tracker's id of the person",
        ),
        sa.Column("commented_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name=op.f("commands_client_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issues.id"], name=op.f("commands_issue_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name=op.f("commands_source_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("commands_pkey")),
        sa.UniqueConstraint(
            "issue_id",
            "comment",
            "position",
            name=op.f("commands_issue_id_comment_position_key"),
        ),
        comment="Commands in comments that were dealt with; each once, never again",
    )
    op.create_index(
        "commands_client_id_commented_at_idx",
        "commands",
        ["client_id", "commented_at"],
        unique=False,
    )
    op.create_table(
        "comments",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("issue_id", sa.Uuid(), nullable=False),
        sa.Column("tracker_id", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("visibility", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "ours", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name=op.f("comments_client_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issues.id"], name=op.f("comments_issue_id_fkey")
        ),
        sa.PrimaryKeyConstraint("issue_id", "tracker_id", name=op.f("comments_pkey")),
    )
    op.create_table(
        "decisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("issue_id", sa.Uuid(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("ruleset", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("engine", sa.Text(), nullable=False),
        sa.Column("verdict", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("effective", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name=op.f("decisions_client_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issues.id"], name=op.f("decisions_issue_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("decisions_pkey")),
    )
    op.create_index(
        "decisions_issue_id_decided_at_idx",
        "decisions",
        ["issue_id", "decided_at"],
        unique=False,
    )
    op.create_table(
        "history",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("issue_id", sa.Uuid(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "origin",
            sa.Text(),
            nullable=False,
            comment="tracker, rules, person or reqpool",
        ),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name=op.f("history_client_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issues.id"], name=op.f("history_issue_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("history_pkey")),
    )
    op.create_index(
        "history_issue_id_happened_at_idx",
        "history",
        ["issue_id", "happened_at"],
        unique=False,
    )
    op.create_table(
        "inbox_bodies",
        sa.Column("inbox_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["inbox_id"], ["inbox.id"], name=op.f("inbox_bodies_inbox_id_fkey")
        ),
        sa.PrimaryKeyConstraint("inbox_id", name=op.f("inbox_bodies_pkey")),
        comment="The raw bytes; may be dropped by age",
    )
    op.create_table(
        "issue_keys",
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("issue_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issues.id"], name=op.f("issue_keys_issue_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name=op.f("issue_keys_source_id_fkey")
        ),
        sa.PrimaryKeyConstraint("source_id", "key", name=op.f("issue_keys_pkey")),
        comment="Every key that an issue ever had",
    )
    op.create_table(
        "opinions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("issue_id", sa.Uuid(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False, comment="the fingerprint"),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column(
            "prompt", sa.Text(), nullable=False, comment="the version of the question"
        ),
        sa.Column("opinion", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column(
            "discarded",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="why there is no opinion",
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name=op.f("opinions_client_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issues.id"], name=op.f("opinions_issue_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("opinions_pkey")),
        sa.UniqueConstraint(
            "issue_id",
            "content_hash",
            "contract",
            "model",
            "prompt",
            name=op.f("opinions_issue_id_content_hash_contract_model_prompt_key"),
        ),
        comment="What the operator's judge said of issues under review; only evidence",
    )
    op.create_index(
        "opinions_issue_id_made_at_idx",
        "opinions",
        ["issue_id", "made_at"],
        unique=False,
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Uuid(), nullable=False, comment="the operation id"),
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("issue_id", sa.Uuid(), nullable=False),
        sa.Column(
            "field",
            sa.Text(),
            nullable=False,
            comment="labels, status, release or comment",
        ),
        sa.Column(
            "audience",
            sa.Text(),
            nullable=False,
            comment="client: nothing else is ever written to a tracker",
        ),
        sa.Column("change", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "claimed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="being sent since; nobody settled it yet",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("receipt", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("error", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint(
            "state IN ('pending', 'held', 'sent', 'cancelled', 'dead')",
            name=op.f("outbox_state_check"),
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name=op.f("outbox_client_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issues.id"], name=op.f("outbox_issue_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name=op.f("outbox_source_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("outbox_pkey")),
    )
    op.create_index(
        "outbox_due_idx",
        "outbox",
        ["source_id", "not_before"],
        unique=False,
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        "outbox_held_idx",
        "outbox",
        ["source_id"],
        unique=False,
        postgresql_where=sa.text("state = 'held'"),
    )
    op.create_index(
        "outbox_issue_id_field_seq_idx",
        "outbox",
        ["issue_id", "field", "seq"],
        unique=False,
    )
    op.create_index(
        "outbox_open_key",
        "outbox",
        ["issue_id", "field"],
        unique=True,
        postgresql_where=sa.text("state IN ('pending', 'held')"),
    )
    op.create_table(
        "overrides",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("issue_id", sa.Uuid(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column(
            "clause",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="named with a scope",
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name=op.f("overrides_client_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issues.id"], name=op.f("overrides_issue_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("overrides_pkey")),
    )
    op.create_index("overrides_issue_id_idx", "overrides", ["issue_id"], unique=False)
    op.create_index(
        "overrides_standing_key",
        "overrides",
        ["issue_id", "section"],
        unique=True,
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_table(
        "requirement_issues",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("requirement_id", sa.Uuid(), nullable=False),
        sa.Column("issue_id", sa.Uuid(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unlinked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["clients.id"],
            name=op.f("requirement_issues_client_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issues.id"], name=op.f("requirement_issues_issue_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["requirement_id"],
            ["requirements.id"],
            name=op.f("requirement_issues_requirement_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("requirement_issues_pkey")),
    )
    op.create_index(
        "requirement_issues_open_key",
        "requirement_issues",
        ["issue_id"],
        unique=True,
        postgresql_where=sa.text("unlinked_at IS NULL"),
    )
    op.create_index(
        "requirement_issues_requirement_id_idx",
        "requirement_issues",
        ["requirement_id"],
        unique=False,
    )
    op.execute(CREATE_TRIGGERS)
    op.get_bind().exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))
