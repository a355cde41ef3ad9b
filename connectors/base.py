"""The contract between the engine and every tracker: port, results and errors.

A new tracker is one folder beside this file and one entry point in the group
``reqpool.connectors``. Blocking libraries run in threads behind these coroutines; a
connector limits how many by itself. Errors are :class:`model.errors.RetriableError`,
:class:`model.errors.Conflict` and :class:`model.errors.PermanentError`, nothing else.
"""

import hmac
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, ClassVar, Literal, NamedTuple, Protocol, runtime_checkable

import httpx
from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from connectors.http import Origin, WebAddress
from model.changes import Change, Raised, RaiseIssue, Receipt
from model.clock import Clock
from model.commands import Verb
from model.decisions import Decided, PoolState
from model.deliveries import Delivery, Hint, Ignored, Quarantined
from model.edits import Edit
from model.findings import Finding
from model.issues import IssueRef, IssueSnapshot, Person
from model.phrase import Phrase
from model.trackers import Capabilities

Cursor = str
"""Opaque; only the connector that wrote it reads it."""


TAKEN_FIELDS = frozenset(
    {
        *("summary", "title", "description", "labels", "status", "state"),
        *("fixversions", "fix versions", "milestone", "assignee", "comment"),
    }
)
"""What people write, or what is written from a ruleset."""


class SourceConfig(BaseModel):
    """What every source has in its ``[sources.NAME]`` section.

    Attributes:
        kind: the connector's name, such as ``gitlab``.
        project: slug of the reqpool project that its issues belong to.
        base_url: the exact origin (and path, if any) of the tracker; the only place
            that the source's requests may go to.
        webhook_auth: ``signature`` for hooks that sign (or carry GitLab's token),
            ``url_token`` for hooks that cannot.
        webhook_secrets: one secret, or two while they are being rotated; none means
            that every delivery is refused.
        poll_seconds: how often the tracker is asked for changes.
        max_concurrency: requests to this source at the same time.
        mass_change_share: a run (an activated ruleset, an applied catalogue) that would
            write to more than this share of the issues waits for a person; 1 never.
        mass_change_issues: a run that writes to fewer issues never waits.
        mass_change_first: whether the very first import waits for a person, too.
        status: pool state to tracker status; overrides the ruleset's map.
        people: people as rulesets name them, to their accounts in this tracker: an id
            or a username. Nobody else is ever given an issue.
        write_fields: a field of this tracker, by its name, to what fills it. Only
            these are written, and nothing else is.
        commanders: who may use which commands in comments. A key is the tracker's id
            of a person, or ``@username`` where there are usernames.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    project: str
    base_url: WebAddress
    webhook_auth: Literal["signature", "url_token"] = "signature"
    webhook_secrets: Annotated[tuple[SecretStr, ...], Field(max_length=2)] = ()
    poll_seconds: Annotated[float, Field(gt=0)] = 60
    max_concurrency: Annotated[int, Field(gt=0, le=32)] = 4
    mass_change_share: Annotated[float, Field(ge=0, le=1)] = 0.2
    mass_change_issues: Annotated[int, Field(ge=1)] = 20
    mass_change_first: bool = False
    status: Mapping[PoolState, str] = Field(default_factory=dict)
    people: Mapping[str, str] = Field(default_factory=dict)
    write_fields: Mapping[str, Decided] = Field(default_factory=dict)
    commanders: Mapping[str, tuple[Verb | Literal["all"], ...]] = Field(
        default_factory=dict
    )

    @field_validator("people")
    @classmethod
    def _accounts_name_somebody(cls, people: Mapping[str, str]) -> Mapping[str, str]:
        """Jira takes ``-1`` for its own choice, and nothing for nobody."""
        odd = sorted(name for name, it in people.items() if it.strip() in {"", "-1"})
        if odd:
            message = Phrase("people without an account: {names}", names=", ".join(odd))
            raise ValueError(message)
        return people

    @field_validator("write_fields")
    @classmethod
    def _fields_are_not_written_otherwise(
        cls, fields: Mapping[str, Decided]
    ) -> Mapping[str, Decided]:
        taken = sorted(name for name in fields if name.casefold() in TAKEN_FIELDS)
        if taken:
            message = Phrase("not ours to fill: {names}", names=", ".join(taken))
            raise ValueError(message)
        return fields

    def seal(self, base_url: str) -> str:
        """What shows that the same credential was used at an address, and not which.

        HMAC-SHA-256 of the origin, keyed with what the source signs in with.
        """
        key = "\n".join(
            value.get_secret_value()
            for name in sorted(type(self).model_fields)
            if isinstance(value := getattr(self, name), SecretStr)
        )
        return hmac.digest(
            key.encode(), str(Origin.of(base_url)).encode(), "sha256"
        ).hex()

    def covers(self, hint: Hint) -> bool:
        """Whether an issue is of a place that is configured, as far as a hint tells."""
        del hint
        return True

    def find_rights(self, person: Person | None) -> frozenset[Verb]:
        """The commands that a person may use; none for who is not listed."""
        if person is None:
            return frozenset()
        names = {person.tracker_id, f"@{person.username.casefold()}"} - {"", "@"}
        given = [
            verbs
            for key, verbs in self.commanders.items()
            if (key.casefold() if key.startswith("@") else key) in names
        ]
        return frozenset(
            verb for verb in Verb for verbs in given if {verb, "all"} & {*verbs}
        )


class Authentic(NamedTuple):
    """An authenticated delivery.

    Attributes:
        delivery_id: the tracker's id of the event, equal across retries; may be empty.
        stale: the signature is right, but its signed time is more than 5 minutes off.
    """

    delivery_id: str
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Some changed issues, oldest change first.

    Attributes:
        snapshots: each whole.
        cursor: safe to keep once the snapshots are stored: asking again from there
            skips nothing (it may repeat).
        total: how many are expected in all, when the tracker tells; for progress bars.
        hidden: of the last page: names of places that were read before and cannot be
            seen any more, by what stays the same of them.
    """

    snapshots: Sequence[IssueSnapshot]
    cursor: Cursor
    total: int | None = None
    hidden: Mapping[str, str] = field(default_factory=dict)


Log = Callable[[datetime], Sequence[Edit]]
"""What was changed in an issue from a moment on, oldest first."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What direct reads answered.

    Of an id that is nowhere in it nothing can be said: its place cannot be seen.

    Attributes:
        snapshots: of issues in the configured places.
        missing: ids that the tracker says do not exist for us: deleted, moved out of
            reach, or no permission any more; a deletion is confirmed elsewhere.
        moved: ids of issues that the tracker says went on in another place, to their
            keys there; of what they are there nothing is told.
        logs: by id, of those that came with their whole log of changes; the others' are
            asked for (:class:`TellsEdits`).
    """

    snapshots: Sequence[IssueSnapshot]
    missing: Collection[str] = ()
    moved: Mapping[str, str] = field(default_factory=dict)
    logs: Mapping[str, Log] = field(default_factory=dict)


class Connector(Protocol):
    """One source of one tracker."""

    kind: ClassVar[str]
    Config: ClassVar[type[SourceConfig]]
    capabilities: ClassVar[Capabilities]

    def __init__(
        self, name: str, config: SourceConfig, http: httpx.Client, clock: Clock
    ) -> None:
        """Sends nothing yet.

        Args:
            name: of the source.
            config: an instance of this class's ``Config``.
            http: the source's guarded client from :mod:`connectors.http`.
            clock: for the age of signatures and search windows.
        """

    def authenticate(
        self, headers: Mapping[str, str], body: bytes, url_token: str = ""
    ) -> Authentic:
        """Check a delivery's signature over its raw bytes, in constant time.

        Args:
            headers: lower-case names.
            body: never parsed before this.
            url_token: the last segment of ``/webhooks/{source}/{url_token}``.

        Raises:
            DeliveryRejected: not authentic, or no secret is configured.
        """

    @classmethod
    def parse(cls, delivery: Delivery) -> Hint | Ignored | Quarantined:
        """Tell what an authentic delivery is about. Never raises, whatever the bytes."""

    def fetch_changed(self, cursor: Cursor | None) -> AsyncIterator[Page]:
        """Yield everything that changed since the cursor; everything when None."""

    async def fetch(self, tracker_ids: Sequence[str]) -> Fetched:
        """Read up to 100 issues directly, with comments: never through a lagging search."""

    async def apply(self, ref: IssueRef, change: Change, operation_id: str) -> Receipt:
        """Write one change. Doing it twice with one operation id is doing it once.

        Writes are never retried in here: the outbox does that.
        """

    async def check(self, wanted: "Wanted") -> list[Finding]:
        """Compare what the configuration needs with what the tracker offers us."""


@runtime_checkable
class GivesFiles(Protocol):
    """A connector that can also hand out the content of attachments."""

    async def fetch_file(self, ref: IssueRef, file: str) -> bytes:
        """The content of an attachment, by its tracker id; whole, and only from here.

        Raises:
            PermanentError: ``not_found``, ``answer_too_large``, ``foreign_origin`` …
            RetriableError: later.
        """


@runtime_checkable
class RaisesIssues(Protocol):
    """A connector that can also make issues."""

    @property
    def first_place(self) -> str:
        """Where one goes for which no place is named; empty when one has to be named."""

    async def raise_issue(self, draft: RaiseIssue) -> Raised:
        """Make an issue, unless one with its mark is there already.

        After a lost answer, ask again once the tracker's search has caught up.

        Raises:
            PermanentError: ``place_not_configured``, ``type_unknown``, ``bad_request`` …
            RetriableError: it may have been made, or not.
        """


@runtime_checkable
class TellsEdits(Protocol):
    """A connector that can read the tracker's own log of changes."""

    async def fetch_edits(
        self, since: Mapping[str, datetime]
    ) -> Mapping[str, Sequence[Edit]]:
        """What was changed in issues from a moment each on, oldest first.

        Args:
            since: on the tracker's clock, by tracker id.

        Raises:
            PermanentError: we may not read it.
            RetriableError: later.
        """


@runtime_checkable
class Seeks(Protocol):
    """A connector that can begin to list what changed at any moment."""

    async def seek(self, since: datetime) -> Cursor:
        """A cursor for :meth:`Connector.fetch_changed` that leaves out what is older.

        Args:
            since: on the tracker's clock; a little of what is older may come, too.

        Raises:
            PermanentError: ``project_unreachable`` …
            RetriableError: later.
        """


@runtime_checkable
class FindsMissing(Protocol):
    """A connector that can tell cheaply which issues a tracker no longer has for us."""

    async def find_missing(self, tracker_ids: Sequence[str]) -> Collection[str]:
        """Which of up to 100 issues do not answer; to be confirmed by direct reads.

        Raises:
            PermanentError: ``project_unreachable``: nothing can be said about any.
            RetriableError: later.
        """


@dataclass(frozen=True, slots=True)
class Webhook:
    """A registration in the tracker that delivers to us, or a place that lacks one.

    Attributes:
        place: as people call it: a site, a group, a project or a repository.
        path: of the list that it belongs to, in the tracker's API.
        id: the tracker's; empty where there is none.
        url: as it is registered, without a secret at its end.
        events: that it sends, as the tracker's API calls them.
        findings: what is amiss with it; none when it is as we install it.
    """

    place: str
    path: str
    id: str = ""
    url: str = ""
    events: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def is_installable(self) -> bool:
        """Whether installing it would mend something."""
        beyond = {"webhook_unknown", "webhook_failing", "webhook_auth"}
        return any(finding.code not in beyond for finding in self.findings)


@dataclass(frozen=True, slots=True)
class WebhookForm:
    """What an administrator enters on the tracker's page, when we may not.

    Attributes:
        page: where it is.
        url: with the setting's name in the place of a secret at its end.
        events: as the page calls them.
        fields: the page's other fields by their names; a secret's value is the name of
            the setting that holds it.
    """

    page: str
    url: str
    events: tuple[str, ...]
    fields: Mapping[str, str]


@runtime_checkable
class HasWebhooks(Protocol):
    """A connector whose tracker has webhooks that can be registered.

    Ours are those whose address is ``url``, or ``url`` and a secret segment; no verb
    touches any other. ``url`` is what ``/webhooks/SOURCE`` is called from outside.
    """

    def describe_webhook(self, url: str) -> WebhookForm:
        """How to do by hand what :meth:`install_webhook` does."""

    async def fetch_webhooks(self, url: str) -> Sequence[Webhook]:
        """Ours at each of the source's places, and a bare one where a place has none.

        A place that we may not look at is one with the finding ``webhook_unknown``.

        Raises:
            PermanentError: ``credentials_refused`` …
            RetriableError: later.
        """

    async def install_webhook(self, webhook: Webhook, url: str) -> None:
        """Make it, or bring it to what we want, its secret included.

        Raises:
            PermanentError: ``permission_missing``: an administrator has to do it.
        """

    async def remove_webhook(self, webhook: Webhook) -> None:
        """Unregister it; one that is gone already is no error.

        Raises:
            PermanentError: ``permission_missing`` …
        """


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the rest of the configuration needs from a source.

    Attributes:
        statuses: names that the write-back may ask for.
        labels: that the write-back may set.
        webhook_url: where the tracker should deliver; empty when not known.
        writes_releases: whether fixVersions or milestones are written.
        people: that issues may be given to, as the ruleset names them.
    """

    statuses: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()
    webhook_url: str = ""
    writes_releases: bool = True
    people: frozenset[str] = frozenset()


def is_fresh(signed_at: datetime, now: datetime) -> bool:
    """Whether a signed time is within the 5 minutes of Standard Webhooks."""
    return abs((now - signed_at).total_seconds()) <= 300  # noqa: PLR2004 - 5 minutes
