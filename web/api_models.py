"""What the JSON API takes and answers."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from model.decisions import Kind, PoolState, Priority, Scope, Section
from model.projects import Phase
from web.asked import TEXT_LENGTH


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("must not contain NUL")
    return text


Plain = AfterValidator(_without_nul)
"""Text that PostgreSQL can hold."""
_Value = Annotated[str, StringConstraints(min_length=1, max_length=200), Plain]
Why = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2000),
    Plain,
    Field(description="Why; kept for good and shown beside the verdict."),
]
Who = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=80),
    Plain,
    Field(description="Who decides; recorded as given until there is sign-in."),
]


def _many(what: str) -> Any:
    return Field(default=[], max_length=100, description=what)


class FilterQuery(BaseModel):
    """Values of one filter are alternatives; filters narrow each other."""

    model_config = ConfigDict(extra="forbid")

    client: list[_Value] = _many("Slugs of clients.")
    project: list[_Value] = _many("Slugs of projects.")
    phase: list[Phase] = _many("Phases of the issue's project.")
    kind: list[Kind | Literal["none"]] = _many("Kinds; `none`: not decided yet.")
    scope: list[Scope | Literal["none"]] = _many("Scopes; `none`: has no scope.")
    state: list[PoolState] = _many("States of development.")
    priority: list[Priority | Literal["none"]] = _many("Priorities.")
    release: list[_Value] = _many("Names of releases; `none`: in no release.")
    source: list[_Value] = _many("Names of sources.")
    tracker: list[_Value] = _many("Kinds of tracker, such as `gitlab`.")
    q: Annotated[str, Plain] = Field(
        default="",
        max_length=TEXT_LENGTH,
        description="Words that title, description or key contain; Chinese, too.",
    )


class ListQuery(FilterQuery):
    """Filters, order and place."""

    sort: Literal[
        "priority",
        "-priority",
        "created",
        "-created",
        "changed",
        "-changed",
        "number",
        "-number",
    ] = Field(
        default="priority",
        description="`priority` begins with the most urgent; a minus turns it round.",
    )
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str = Field(
        default="",
        max_length=500,
        description="`next` or `previous` of an earlier answer, same filters and sort.",
    )


class OverrideBody(BaseModel):
    """A person decides instead of the rules."""

    model_config = ConfigDict(extra="forbid")

    section: Section
    value: Annotated[
        _Value,
        Field(
            description="A kind, scope or priority; for `release` the name of a release,"
            " or `none`."
        ),
    ]
    clause: Annotated[str, Plain] = Field(
        default="",
        max_length=200,
        description="With the scope `in_contract`: whose allowance it counts against.",
    )
    reason: Why
    by: Who


class StateBody(BaseModel):
    """A person moves the requirement on."""

    model_config = ConfigDict(extra="forbid")

    state: PoolState
    reason: Why
    by: Who


class RaiseBody(BaseModel):
    """A person raises the requirement in another tracker, in that client's words."""

    model_config = ConfigDict(extra="forbid")

    source: Annotated[str, Plain, Field(description="Its configured name.")]
    title: Annotated[str, StringConstraints(min_length=1, max_length=255), Plain] = (
        Field(description="One line for the client.")
    )
    text: Annotated[str, StringConstraints(max_length=20_000)] = Field(
        default="", description="For the client, Markdown."
    )
    place: Annotated[str, Plain] = Field(
        default="",
        description=(
            "Project key, path or repository; the source's first if empty. A source"
            " that is a group has no first."
        ),
    )
    issue_type: Annotated[str, Plain] = Field(
        default="", description="The tracker's name of it; its first if empty."
    )
    reason: Why
    by: Who


class Answer(BaseModel):
    """What all answers have in common."""

    model_config = ConfigDict(from_attributes=True)


class IssueRow(Answer):
    """An issue in a list."""

    key: str
    url: str
    title: str
    status: str = Field(description="In the tracker's own words.")
    scope: str | None
    release: str | None
    client: str
    client_name: str
    project: str
    project_name: str
    phase: str
    source: str
    tracker: str


class RequirementRow(Answer):
    """A requirement in a list, with its live issues."""

    number: int
    title: str
    kind: str | None
    state: str
    priority: str | None
    score: int
    created_at: datetime
    changed_at: datetime
    issues: list[IssueRow]


class RequirementList(Answer):
    """A page of the list."""

    items: list[RequirementRow]
    next: str | None = Field(description="Cursor of the page after this one.")
    previous: str | None = Field(description="Cursor of the page before this one.")


class FacetCounts(Answer):
    """How many requirements each value would leave; `complete`: not lower bounds."""

    by_value: dict[str, int]
    complete: bool


class ReasonView(Answer):
    """Why a section came out as it did."""

    section: str
    rule: str
    place: str = Field(description="`file:line` of the rule.")
    because: dict[str, str] = Field(description="By language.")
    matched: dict[str, str] = Field(description="Facts with the values they had.")
    points: int | None


class EvidenceView(Answer):
    """A clause that came near."""

    clause: str
    module: str
    text: str
    score: float = Field(description="Likeness from 0 to 1.")
    matched: list[str]
    excluded: bool


class DecisionView(Answer):
    """What the rules said, what holds, and why."""

    id: UUID
    decided_at: datetime
    cause: str
    verdict: dict[str, str]
    effective: dict[str, str]
    score: int
    ruleset: str
    contract: str
    engine: str
    reasons: list[ReasonView]
    evidence: list[EvidenceView]


class OverrideView(Answer):
    """A person's decision."""

    section: str
    value: str
    clause: str = Field(description="Named with a scope; else empty.")
    reason: str
    made_by: str
    made_at: datetime


class RevokedView(Answer):
    """A person's decision that no longer stands."""

    override: OverrideView
    revoked_at: datetime
    revoked_by: str


class WriteView(Answer):
    """An intended write to the tracker that is `pending` or given up (`dead`)."""

    field: str
    state: str
    attempts: int
    not_before: datetime
    created_at: datetime
    change: dict[str, Any]
    error: dict[str, Any] | None


class ConcernView(Answer):
    """Something that a person must look at."""

    code: str
    subject: str
    params: dict[str, Any]
    sentence: str
    remedy: str
    raised_at: datetime
    seen_at: datetime
    count: int
    source: str | None = None
    issue_key: str | None = None
    issue_url: str | None = None
    requirement: int | None = None


class CommentView(Answer):
    """A comment in the tracker, in its own markup."""

    author: str
    body: str
    visibility: str
    created_at: datetime


class WorklogView(Answer):
    """Time that somebody logged on an issue in its tracker."""

    author: str
    started_at: datetime | None = Field(description="None: the tracker does not tell.")
    seconds: int = Field(description="Negative where time was taken back.")


class ConflictView(Answer):
    """Where a person and we changed the same field of an issue."""

    noticed_at: datetime
    field: str
    base: str = Field(description="What we wrote last, or saw before.")
    theirs: str = Field(description="What a person put there.")
    ours: str = Field(description="What was to be written.")
    kept: str = Field(description="`theirs` or `ours`.")
    actor: str = Field(description="The person, when the tracker told.")


class OpinionView(Answer):
    """What the operator's judge said: evidence, never a decision."""

    scope: str | None = Field(description="None: it was not sure.")
    clauses: list[str] = Field(description="Ids of clauses that it cited.")
    reason: str = Field(description="A model's own words.")
    model: str
    prompt: str = Field(description="The version of the question.")
    made_at: datetime


class IssueView(IssueRow):
    """An issue of a requirement, in full."""

    source: str
    description: str
    issue_type: str
    labels: list[str]
    releases: list[str] = Field(description="What the tracker itself shows.")
    release_intent: str | None
    kind: str | None
    priority: str | None
    score: int
    confidential: bool
    created_at: datetime
    updated_at: datetime = Field(description="On the tracker's clock.")
    changed_at: datetime = Field(description="When we last took something in.")
    deleted_at: datetime | None
    moved_to: str = Field(
        description=(
            "The key under which it went on elsewhere; begins with `?#` where we may"
            " not look."
        )
    )
    spent_days: float | None = Field(description="Person-days that were logged.")
    worklogs: list[WorklogView] = Field(description="Oldest first.")
    contract: str | None
    last_poll_at: datetime | None
    last_webhook_at: datetime | None
    decision: DecisionView | None
    opinion: OpinionView | None
    earlier_decisions: list[DecisionView]
    overrides: list[OverrideView]
    revoked_overrides: list[RevokedView]
    writes: list[WriteView]
    attention: list[ConcernView]
    conflicts: list[ConflictView] = Field(description="The latest 20, newest first.")
    comments: list[CommentView]


class EventView(Answer):
    """Something that happened to an issue."""

    issue: str
    happened_at: datetime
    origin: str
    actor: str
    field: str
    before: Any
    after: Any
    note: str


class RequirementView(Answer):
    """A requirement in full."""

    number: int
    title: str
    kind: str | None
    state: str
    state_origin: str
    priority: str | None
    score: int
    created_at: datetime
    changed_at: datetime
    issues: list[IssueView]
    history: list[EventView] = Field(description="Newest first.")


class ClientView(Answer):
    """A client."""

    number: int
    slug: str
    name: str
    language: str
    projects: int


class ProjectView(Answer):
    """A project."""

    number: int
    slug: str
    name: str
    client: str
    phase: str
    project_manager: str
    contract: str | None


class ReleaseView(Answer):
    """A release."""

    number: int
    name: str
    train: str
    freeze_on: date
    ship_on: date
    state: str


class FindingView(Answer):
    """What the latest check of a source found amiss."""

    code: str
    severity: str
    subject: str
    params: dict[str, str]
    sentence: str
    remedy: str


class SourceView(Answer):
    """A source, and whether it keeps up."""

    name: str
    kind: str
    client: str
    client_name: str
    project: str
    project_name: str
    paused_at: datetime | None
    paused_by: str | None
    paused_reason: str | None
    broken_at: datetime | None = Field(
        description="Since when the tracker is taken to be down and only probed."
    )
    stopped_at: datetime | None = Field(
        description="Since when a mass change waits for a person."
    )
    not_before: datetime | None
    last_webhook_at: datetime | None
    last_poll_at: datetime | None
    last_error: dict[str, Any] | None
    fetches: int = Field(description="Issues waiting to be read.")
    received: int = Field(description="Deliveries that were ever kept.")
    inbox: dict[str, int] = Field(description="Deliveries not settled, by state.")
    outbox: dict[str, int] = Field(description="Writes not settled, by state.")
    checked_at: datetime | None
    findings: list[FindingView] = Field(description="What needs a person.")


class ClearingView(Answer):
    """What age took away."""

    what: str = Field(description="`bodies` of deliveries, or overtaken `writes`.")
    cleared_at: datetime = Field(description="When it was looked for last.")
    before: datetime = Field(description="What was settled before this is gone.")
    dropped: int = Field(description="Rows that were ever dropped.")


class StatusView(Answer):
    """How the pool stands with its trackers."""

    ruleset: str | None = Field(description="Fingerprint of the active ruleset.")
    sources: list[SourceView]
    attention: list[ConcernView] = Field(description="The latest 200.")
    concerns: int = Field(description="How many there are in all.")
    clearings: list[ClearingView] = Field(description="What was dropped by age.")


class ProblemView(BaseModel):
    """A problem, as in RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[dict[str, str]] = []
