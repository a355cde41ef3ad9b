"""The schema: every table of the pool, as SQLAlchemy Core tables.

Alembic migrates to exactly this; a test holds the two equal. Ids are UUIDv7 made by
the engine (``Ids``), readable numbers are identity columns and never used again.
Moments are timestamptz in UTC; dates are days in the ruleset's time zone.
"""

from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    Sequence,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from pool.states import InboxState, OutboxState, StateOrigin

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)

reads = Sequence("reads", metadata=metadata)
"""Numbers drawn before a tracker is asked; see :class:`model.issues.Revision`."""


def _id() -> Column[Any]:
    return Column("id", Uuid, primary_key=True)


def _number() -> Column[Any]:
    return Column(
        "number", BigInteger, Identity(always=True), nullable=False, unique=True
    )


def _at(name: str, *, nullable: bool = False, **options: Any) -> Column[Any]:
    return Column(name, DateTime(timezone=True), nullable=nullable, **options)


def _to(target: str, name: str = "", *, nullable: bool = False) -> Column[Any]:
    table = target.rstrip("s") if target != "issues" else "issue"
    return Column(
        name or f"{table}_id",
        Uuid,
        ForeignKey(f"{target}.id"),
        nullable=nullable,
    )


def _text(name: str, *, nullable: bool = False, **options: Any) -> Column[Any]:
    return Column(name, Text, nullable=nullable, **options)


def _json(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, JSONB, nullable=nullable)


def _array(name: str) -> Column[Any]:
    return Column(name, ARRAY(Text), nullable=False, server_default=text("'{}'"))


def _one_of(name: str, values: type[StrEnum]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{name} IN ({listed})", name=name)


texts = Table(
    "texts",
    metadata,
    _text("hash", primary_key=True, comment="SHA-256 of the body"),
    _text("body"),
    comment="Rulesets, contracts and facts, each once, so that decisions can be replayed",
)

clients = Table(
    "clients",
    metadata,
    _id(),
    _number(),
    _text("slug", unique=True),
    _text("name"),
    _text("language"),
)

contracts = Table(
    "contracts",
    metadata,
    _id(),
    _to("clients"),
    _text("slug", unique=True),
    _text("name"),
    _text("currency", server_default="", comment="ISO 4217"),
    Column("signed_on", Date),
    Column("fingerprint", Text, ForeignKey("texts.hash"), nullable=False),
)

contract_versions = Table(
    "contract_versions",
    metadata,
    _id(),
    _to("clients"),
    _to("contracts"),
    Column("version", Integer, nullable=False, comment="counts from 1 in its contract"),
    Column("fingerprint", Text, ForeignKey("texts.hash"), nullable=False),
    _at("made_at"),
    _text("made_by"),
    _text("file", comment="what it was imported from"),
    UniqueConstraint("contract_id", "version"),
)

clauses = Table(
    "clauses",
    metadata,
    _id(),
    _to("clients"),
    _to("contracts"),
    _text("clause", comment="the contract's own id of it"),
    Column("position", Integer, nullable=False),
    _text("module"),
    _text("text"),
    Column("excluded", Boolean, nullable=False),
    Column("allowance_days", Numeric),
    Column("valid_from", Date),
    Column("valid_until", Date),
    Column("since_version", Integer, nullable=False),
    Column("until_version", Integer, comment="the version that ended it"),
    UniqueConstraint("contract_id", "clause", "since_version"),
    Index(
        "clauses_current_key",
        "contract_id",
        "clause",
        unique=True,
        postgresql_where=text("until_version IS NULL"),
    ),
    comment="One row a wording; a row is ended by a later version, never overwritten",
)

amendments = Table(
    "amendments",
    metadata,
    _id(),
    _to("clients"),
    _to("contracts"),
    _text("amendment", comment="the contract's own id of it"),
    Column("position", Integer, nullable=False),
    _text("name"),
    Column("signed_on", Date),
    _array("adds"),
    _array("replaces"),
    UniqueConstraint("contract_id", "amendment"),
)

projects = Table(
    "projects",
    metadata,
    _id(),
    _number(),
    _to("clients"),
    _to("contracts", nullable=True),
    _text("slug", unique=True),
    _text("name"),
    _text("phase"),
    _text("project_manager"),
    Column(
        "run",
        BigInteger,
        nullable=False,
        server_default="0",
        comment="issues decided on in an earlier one were set aside",
    ),
)

milestones = Table(
    "milestones",
    metadata,
    Column("project_id", Uuid, ForeignKey("projects.id"), primary_key=True),
    _text("name", primary_key=True),
    Column("planned_on", Date),
    Column("actual_on", Date),
)

sources = Table(
    "sources",
    metadata,
    _id(),
    _to("clients"),
    _to("projects"),
    _text("name", unique=True),
    _text("kind"),
    _text("base_url"),
    _text("seal", server_default="", comment="of base_url, by the credential"),
    _at("paused_at", nullable=True),
    _text("paused_by", nullable=True),
    _text("paused_reason", nullable=True),
    _at("stopped_at", nullable=True, comment="a mass change waits for a person"),
    _at("not_before", nullable=True, comment="the tracker asked us to wait until"),
    Column("failures", Integer, nullable=False, server_default="0", comment="in a row"),
    _at("broken_at", nullable=True, comment="taken to be down; only probed since"),
    _at("repoll_at", nullable=True, comment="a full look is due; asked for at"),
    _at("first_read_at", nullable=True, comment="older comments command nothing"),
    _at("last_poll_at", nullable=True),
    _json("last_error", nullable=True),
    _json("budget", nullable=True),
)

letterboxes = Table(
    "letterboxes",
    metadata,
    Column("source_id", Uuid, ForeignKey("sources.id"), primary_key=True),
    _at("last_webhook_at"),
    Column("received", BigInteger, nullable=False),
    comment="What ever came in; apart from sources, whose rows other work holds locked",
)

cursors = Table(
    "cursors",
    metadata,
    Column("source_id", Uuid, ForeignKey("sources.id"), primary_key=True),
    _text("stream", primary_key=True),
    _text("value"),
    _at("kept_at"),
)

inbox = Table(
    "inbox",
    metadata,
    _id(),
    _to("sources"),
    _text("delivery", comment="the tracker's id of the event; empty when it has none"),
    _text("sha256"),
    _at("received_at"),
    _text("state", server_default=InboxState.PENDING),
    _json("outcome", nullable=True),
    _at("settled_at", nullable=True),
    UniqueConstraint("source_id", "delivery", "sha256"),
    _one_of("state", InboxState),
    Index(
        "inbox_pending_idx",
        "source_id",
        "received_at",
        postgresql_where=text("state = 'pending'"),
    ),
    Index(
        "inbox_quarantined_idx",
        "source_id",
        "id",
        postgresql_where=text("state = 'quarantined'"),
    ),
    comment="Deliveries; the rows are the keys that absorb duplicates and stay",
)

inbox_bodies = Table(
    "inbox_bodies",
    metadata,
    Column("inbox_id", Uuid, ForeignKey("inbox.id"), primary_key=True),
    _at("received_at"),
    _json("headers"),
    Column("body", LargeBinary, nullable=False, comment="compressed where shorter"),
    Column("size", Integer, nullable=False, comment="of the body as it came"),
    comment="The raw bytes; may be dropped by age",
)

clearings = Table(
    "clearings",
    metadata,
    _text("what", primary_key=True, comment="bodies or writes"),
    _at("cleared_at", comment="the latest time"),
    _at("before", comment="what was settled before this is gone"),
    Column("dropped", BigInteger, nullable=False, comment="rows that ever were"),
    comment="What age took away; one row a kind",
)

fetches = Table(
    "fetches",
    metadata,
    Column("source_id", Uuid, ForeignKey("sources.id"), primary_key=True),
    _text("tracker_id", primary_key=True),
    _at("asked_at"),
    _at("not_before"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    _text("cause"),
    Column(
        "missed",
        Boolean,
        nullable=False,
        server_default=text("false"),
        comment="the last look did not find it, and no other was begun since",
    ),
    Index("fetches_source_id_asked_at_idx", "source_id", "asked_at"),
    comment="Issues to be read directly; one row an issue however many hints there were",
)

requirements = Table(
    "requirements",
    metadata,
    _id(),
    _number(),
    _text("title"),
    _text("kind", nullable=True),
    _text("state"),
    _text("state_origin"),
    _text("priority", nullable=True),
    Column("score", Integer, nullable=False, server_default="0"),
    Column("estimate_days", Numeric),
    _text("estimated_by", nullable=True, comment="a person; else the tracker's"),
    Column("merged_into", Uuid, ForeignKey("requirements.id")),
    _at("created_at"),
    _at("changed_at"),
    _one_of("state_origin", StateOrigin),
    Index(
        "requirements_by_priority_idx",
        text("(COALESCE(priority, 'P9'))"),
        text("(- score)"),
        text("(- number)"),
        postgresql_where=text("merged_into IS NULL"),
    ),
    Index(
        "requirements_by_created_at_idx",
        "created_at",
        "number",
        postgresql_where=text("merged_into IS NULL"),
    ),
    Index(
        "requirements_by_changed_at_idx",
        "changed_at",
        "number",
        postgresql_where=text("merged_into IS NULL"),
    ),
)

issues = Table(
    "issues",
    metadata,
    _id(),
    _number(),
    _to("clients"),
    _to("projects"),
    _to("sources"),
    _text("tracker_id"),
    _text("key"),
    _text("url"),
    _text("title"),
    _text("issue_type"),
    _text("status"),
    _text("status_category"),
    _array("labels"),
    _json("content", nullable=False),
    _text("content_hash"),
    _at("created_at"),
    _at("updated_at", comment="on the tracker's clock"),
    Column("read", BigInteger, nullable=False),
    Column("write_read", BigInteger, nullable=False, server_default="0"),
    _json("regress", nullable=True),
    _at("priority_raised_at", nullable=True),
    _json("base", nullable=False),
    _at("deleted_at", nullable=True),
    _at("first_seen_at"),
    _at("changed_at"),
    _text("kind", nullable=True),
    _text("scope", nullable=True),
    _text("clause", nullable=True, comment="whose allowance it counts against"),
    Column("estimate_days", Numeric),
    _text("priority", nullable=True),
    Column("score", Integer, nullable=False, server_default="0"),
    _text("release_intent", nullable=True, comment="train:NAME or hold:NAME"),
    _to("releases", nullable=True),
    Column("decision_id", Uuid),
    Column("decided_on", Date),
    Column("due_on", Date, comment="decided on again; NULL: unless it changes"),
    Column("run", BigInteger, nullable=False, server_default="0"),
    _array("search"),
    UniqueConstraint("source_id", "tracker_id"),
    Index("issues_search_idx", "search", postgresql_using="gin"),
    Index("issues_client_id_idx", "client_id"),
    Index("issues_project_id_decided_on_idx", "project_id", "decided_on"),
    Index(
        "issues_source_id_decided_on_idx",
        "source_id",
        "decided_on",
        postgresql_where=text("deleted_at IS NULL"),
    ),
    Index(
        "issues_source_id_due_on_idx",
        "source_id",
        "due_on",
        "id",
        postgresql_where=text("deleted_at IS NULL AND due_on IS NOT NULL"),
    ),
    Index(
        "issues_source_id_run_id_idx",
        "source_id",
        "run",
        "id",
        postgresql_where=text("deleted_at IS NULL"),
    ),
    Index("issues_scope_idx", "scope"),
    Index(
        "issues_project_id_clause_idx",
        "project_id",
        "clause",
        postgresql_where=text("clause IS NOT NULL"),
    ),
    Index("issues_release_id_idx", "release_id"),
    Index(
        "issues_moved_to_idx",
        text("(content->>'moved_to')"),
        postgresql_where=text("content->>'moved_to' <> ''"),
    ),
)

issue_keys = Table(
    "issue_keys",
    metadata,
    Column("source_id", Uuid, ForeignKey("sources.id"), primary_key=True),
    _text("key", primary_key=True),
    _to("issues"),
    _at("since"),
    comment="Every key that an issue ever had",
)

comments = Table(
    "comments",
    metadata,
    _to("clients"),
    Column("issue_id", Uuid, ForeignKey("issues.id"), primary_key=True),
    _text("tracker_id", primary_key=True),
    _text("author"),
    _text("body"),
    _text("visibility"),
    _at("created_at"),
    _at("updated_at"),
    _at("deleted_at", nullable=True),
    Column("ours", Boolean, nullable=False, server_default=text("false")),
)

commands = Table(
    "commands",
    metadata,
    _id(),
    _to("clients"),
    _to("sources"),
    _to("issues"),
    _text("comment", comment="the tracker's id of the comment"),
    Column("position", Integer, nullable=False, comment="in it; -1 for the whole"),
    _text("text_hash", comment="SHA-256 of the command as it was first seen"),
    _text("author", comment="the tracker's id of the person"),
    _at("commented_at"),
    _at("settled_at"),
    _json("answer"),
    UniqueConstraint("issue_id", "comment", "position"),
    Index("commands_client_id_commented_at_idx", "client_id", "commented_at"),
    comment="Commands in comments that were dealt with; each once, never again",
)

requirement_issues = Table(
    "requirement_issues",
    metadata,
    _id(),
    _to("clients"),
    _to("requirements"),
    _to("issues"),
    _at("linked_at"),
    _at("unlinked_at", nullable=True),
    Index(
        "requirement_issues_open_key",
        "issue_id",
        unique=True,
        postgresql_where=text("unlinked_at IS NULL"),
    ),
    Index("requirement_issues_requirement_id_idx", "requirement_id"),
)

history = Table(
    "history",
    metadata,
    _id(),
    _to("clients"),
    _to("issues"),
    _at("happened_at"),
    _text("origin", comment="tracker, rules, person or reqpool"),
    _text("actor"),
    _text("field"),
    _json("before", nullable=True),
    _json("after", nullable=True),
    _text("note", server_default=""),
    _text("entry", nullable=True, comment="of the tracker's own log; each once"),
    Index("history_issue_id_happened_at_idx", "issue_id", "happened_at"),
    Index(
        "history_entry_key",
        "issue_id",
        "entry",
        unique=True,
        postgresql_where=text("entry IS NOT NULL"),
    ),
)

rulesets = Table(
    "rulesets",
    metadata,
    _id(),
    _number(),
    _to("projects", nullable=True),
    _text("name"),
    Column("text_hash", Text, ForeignKey("texts.hash"), nullable=False),
    _text("fingerprint"),
    _json("files"),
    _at("activated_at"),
    _text("activated_by"),
    _text("reason", server_default=""),
    _at("deactivated_at", nullable=True),
    Index(
        "rulesets_active_key",
        "project_id",
        unique=True,
        postgresql_where=text("deactivated_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    ),
    Index("rulesets_fingerprint_idx", "fingerprint"),
    comment="Activations; one without a project decides where no other does",
)

decisions = Table(
    "decisions",
    metadata,
    _id(),
    _to("clients"),
    _to("issues"),
    _at("decided_at"),
    _text("cause"),
    Column("facts", JSONB, nullable=False),
    _text("ruleset"),
    _text("contract"),
    _text("engine"),
    _json("verdict"),
    _json("effective"),
    Column("score", Integer, nullable=False),
    _json("reasons"),
    _json("evidence"),
    Index("decisions_issue_id_decided_at_idx", "issue_id", "decided_at"),
)

overrides = Table(
    "overrides",
    metadata,
    _id(),
    _to("clients"),
    _to("issues"),
    _text("section"),
    _text("value"),
    _text("clause", server_default="", comment="named with a scope"),
    _text("reason"),
    _text("made_by"),
    _at("made_at"),
    _at("revoked_at", nullable=True),
    _text("revoked_by", nullable=True),
    Index(
        "overrides_standing_key",
        "issue_id",
        "section",
        unique=True,
        postgresql_where=text("revoked_at IS NULL"),
    ),
    Index("overrides_issue_id_idx", "issue_id"),
)

embeddings = Table(
    "embeddings",
    metadata,
    _text("hash", primary_key=True, comment="SHA-256 of the text"),
    _text("encoder", primary_key=True, comment="name and version"),
    Column("vector", LargeBinary, nullable=False, comment="8 bits a dimension"),
    comment="What texts mean, each encoded once; may be emptied at any time",
)

calibrations = Table(
    "calibrations",
    metadata,
    _id(),
    _number(),
    _json("calibration"),
    _json("report"),
    _at("applied_at"),
    _text("applied_by"),
    _at("retired_at", nullable=True),
    Index(
        "calibrations_active_key",
        text("(retired_at IS NULL)"),
        unique=True,
        postgresql_where=text("retired_at IS NULL"),
    ),
    comment="How matches are told by what people decided; one holds at a time",
)

opinions = Table(
    "opinions",
    metadata,
    _id(),
    _to("clients"),
    _to("issues"),
    _text("content_hash"),
    _text("contract", comment="the fingerprint"),
    _text("model"),
    _text("prompt", comment="the version of the question"),
    _json("opinion", nullable=True),
    _text("discarded", server_default="", comment="why there is no opinion"),
    _at("made_at"),
    UniqueConstraint("issue_id", "content_hash", "contract", "model", "prompt"),
    Index("opinions_issue_id_made_at_idx", "issue_id", "made_at"),
    comment="What the operator's judge said of issues under review; only evidence",
)

trains = Table(
    "trains",
    metadata,
    _id(),
    _text("slug", unique=True),
    _text("name"),
)

releases = Table(
    "releases",
    metadata,
    _id(),
    _number(),
    _to("trains"),
    _text("name", unique=True),
    Column("freeze_on", Date, nullable=False),
    Column("ship_on", Date, nullable=False),
    _text("state"),
    Column("capacity_days", Numeric),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Uuid, primary_key=True, comment="the operation id"),
    Column("seq", BigInteger, Identity(always=True), nullable=False),
    _to("clients"),
    _to("sources"),
    _to("issues"),
    _text("field", comment="labels, status, release or comment"),
    _text("audience", comment="client: nothing else is ever written to a tracker"),
    _json("change"),
    Column("decision_id", Uuid),
    _text("state", server_default=OutboxState.PENDING),
    Column("attempts", Integer, nullable=False, server_default="0"),
    _at("not_before"),
    _at("claimed_at", nullable=True, comment="being sent since; nobody settled it yet"),
    _at("created_at"),
    _at("settled_at", nullable=True),
    _json("receipt", nullable=True),
    _json("error", nullable=True),
    _one_of("state", OutboxState),
    UniqueConstraint("seq"),
    Index("outbox_issue_id_field_seq_idx", "issue_id", "field", "seq"),
    Index(
        "outbox_open_key",
        "issue_id",
        "field",
        unique=True,
        postgresql_where=text("state IN ('pending', 'held')"),
    ),
    Index(
        "outbox_held_idx",
        "source_id",
        postgresql_where=text("state = 'held'"),
    ),
    Index(
        "outbox_due_idx",
        "source_id",
        "not_before",
        "seq",
        postgresql_where=text("state = 'pending'"),
    ),
    Index(
        "outbox_claimed_idx",
        "source_id",
        "not_before",
        postgresql_where=text("claimed_at IS NOT NULL"),
    ),
    Index(
        "outbox_dead_idx",
        "source_id",
        "seq",
        postgresql_where=text("state = 'dead'"),
    ),
)

conflicts = Table(
    "conflicts",
    metadata,
    _id(),
    _to("clients"),
    _to("issues"),
    _at("noticed_at"),
    _text("field", comment="labels, status, release or comment"),
    _text("base", comment="what we wrote last"),
    _text("theirs", comment="what a person put there"),
    _text("ours", comment="what was to be written"),
    _text("kept", comment="theirs or ours"),
    _text("actor", server_default="", comment="the person, when the tracker told"),
    Column("decision_id", Uuid),
    Index("conflicts_issue_id_noticed_at_idx", "issue_id", "noticed_at"),
    comment="Where a person and we changed the same field; one row a change of theirs",
)

reconciliations = Table(
    "reconciliations",
    metadata,
    _id(),
    _to("sources"),
    _at("began_at"),
    _at("ended_at", nullable=True),
    _text("made_by"),
    Column("repair", Boolean, nullable=False),
    _at("since", nullable=True, comment="issues changed before were left out"),
    _text("stage", comment="listed, then stored"),
    _text("cursor", nullable=True),
    Column("compared", BigInteger, nullable=False, server_default="0"),
    _json("found"),
    Index(
        "reconciliations_open_key",
        "source_id",
        unique=True,
        postgresql_where=text("ended_at IS NULL"),
    ),
    comment="Comparisons of the pool with a tracker; an open one is gone on with",
)

checks = Table(
    "checks",
    metadata,
    Column("source_id", Uuid, ForeignKey("sources.id"), primary_key=True),
    _at("checked_at"),
    _json("findings"),
    comment="What the latest check of a source found; mended ones are gone",
)

raisings = Table(
    "raisings",
    metadata,
    Column(
        "id", Uuid, primary_key=True, comment="the mark by which the issue is found"
    ),
    _to("clients"),
    _to("sources"),
    _to("requirements"),
    _text("place", comment="project key, path or repository; empty for the first"),
    _json("draft"),
    _text("reason"),
    _text("made_by"),
    _at("made_at"),
    _text("state", server_default=OutboxState.PENDING),
    Column("attempts", Integer, nullable=False, server_default="0"),
    _at("not_before"),
    _at("settled_at", nullable=True),
    _text("tracker_id", nullable=True),
    _json("error", nullable=True),
    Column("issue_id", Uuid, ForeignKey("issues.id"), comment="once it was mirrored"),
    _one_of("state", OutboxState),
    Index(
        "raisings_open_idx",
        "source_id",
        postgresql_where=text("issue_id IS NULL AND state <> 'cancelled'"),
    ),
    comment="Issues that a requirement is raised as in another tracker, each once",
)

attention = Table(
    "attention",
    metadata,
    _id(),
    _to("clients", nullable=True),
    _to("sources", nullable=True),
    _to("issues", nullable=True),
    _text("code"),
    _text("subject"),
    _json("params"),
    _at("raised_at"),
    _at("seen_at"),
    Column("count", Integer, nullable=False, server_default="1"),
    _at("resolved_at", nullable=True),
    Index(
        "attention_issue_id_idx",
        "issue_id",
        postgresql_where=text("resolved_at IS NULL"),
    ),
    Index(
        "attention_source_id_idx",
        "source_id",
        postgresql_where=text("resolved_at IS NULL"),
    ),
    Index(
        "attention_seen_at_idx",
        "seen_at",
        postgresql_where=text("resolved_at IS NULL"),
    ),
    Index(
        "attention_open_key",
        "subject",
        "code",
        unique=True,
        postgresql_where=text("resolved_at IS NULL"),
    ),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", BigInteger, Identity(always=True), primary_key=True),
    _at("at"),
    _to("clients", nullable=True),
    _text("actor"),
    _text("action"),
    _text("subject"),
    _text("cause"),
    _json("before", nullable=True),
    _json("after", nullable=True),
    comment="Append-only; a trigger refuses update and delete",
)

audit_seals = Table(
    "audit_seals",
    metadata,
    Column("last_seq", BigInteger, primary_key=True, autoincrement=False),
    Column("rows", Integer, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    _at("sealed_at"),
    comment="A chain of digests over the audit; as append-only as that",
)

CREATE_TRIGGERS = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
"""What SQLAlchemy's tables cannot say."""
