"""What the API takes and answers about writes and deliveries."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from pool.states import OutboxState
from web.api_models import Answer, Plain

_Name = Annotated[str, StringConstraints(max_length=200), Plain]


class WritesAsked(BaseModel):
    """Filters narrow each other; states are alternatives."""

    model_config = ConfigDict(extra="forbid")

    source: _Name = Field(default="", description="Name of the source.")
    issue: _Name = Field(default="", description="Key of the issue, past or present.")
    state: list[OutboxState] = Field(
        default=[], max_length=10, description="Pending, held and dead when empty."
    )
    before: int | None = Field(
        default=None, ge=1, lt=2**63, description="`next` of the page before."
    )
    limit: int = Field(default=50, ge=1, le=200)


class WriteInFull(Answer):
    """An intended write."""

    number: int
    operation: UUID = Field(description="Of the present attempt.")
    source: str
    issue: str
    requirement: int | None
    field: str
    state: str
    change: dict[str, Any]
    attempts: int
    not_before: datetime
    created_at: datetime
    settled_at: datetime | None
    receipt: dict[str, Any] | None
    error: dict[str, Any] | None
    is_newest: bool = Field(description="Nothing else was wanted of the field since.")
    is_gone: bool = Field(description="Its issue is deleted, or went on elsewhere.")
    is_claimed: bool = Field(description="It is being sent right now.")


class WriteList(Answer):
    """A page of writes, the latest first."""

    items: list[WriteInFull]
    next: int | None = Field(description="`before` of the page after this one.")


class QuarantineAsked(BaseModel):
    """Filters narrow each other."""

    model_config = ConfigDict(extra="forbid")

    source: _Name = Field(default="", description="Name of the source.")
    because: _Name = Field(default="", description="Code of the reason.")
    before: UUID | None = Field(default=None, description="`next` of the page before.")
    limit: int = Field(default=50, ge=1, le=200)


class QuarantinedView(Answer):
    """A delivery that was kept but not understood."""

    id: UUID
    source: str
    delivery: str = Field(description="The tracker's id of it; may be empty.")
    sha256: str
    received_at: datetime
    reason: str
    size: int | None = Field(description="Bytes; null when no body was kept.")


class QuarantineList(Answer):
    """A page of the quarantine, the latest first."""

    items: list[QuarantinedView]
    next: UUID | None = Field(description="`before` of the page after this one.")


class ResumedView(Answer):
    """What went on."""

    was_paused: bool
    issues: int = Field(description="To how many a confirmed mass change is written.")
    waits: bool = Field(description="A mass change still waits to be confirmed.")
