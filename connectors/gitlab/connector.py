"""The GitLab connector: the contract's verbs over the parts of this folder."""

import asyncio
from collections import defaultdict
from collections.abc import (
    AsyncIterator,
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import contextmanager
from datetime import datetime
from typing import ClassVar, TypeVar

import httpx

from connectors.base import (
    Authentic,
    Cursor,
    Fetched,
    Page,
    SourceConfig,
    Wanted,
    Webhook,
    WebhookForm,
)
from connectors.gitlab.changes import ChangeReads, WholeReads
from connectors.gitlab.checks import Checks
from connectors.gitlab.config import GitLabConfig
from connectors.gitlab.edits import fetch_edits
from connectors.gitlab.feed import Feed, Position, read_cursor, write_cursor
from connectors.gitlab.mapping import CLOSED, IssuePlace, IssueReader
from connectors.gitlab.notes import NoteReads
from connectors.gitlab.payloads import parse_delivery
from connectors.gitlab.raising import NewIssues
from connectors.gitlab.reads import IssueReads, Projects
from connectors.gitlab.relations import RelationReads
from connectors.gitlab.rest import Json, Rest
from connectors.gitlab.signing import authenticate_signature, authenticate_url
from connectors.gitlab.uploads import find_upload_path
from connectors.gitlab.webhooks import Webhooks
from connectors.gitlab.writes import Writer
from connectors.raising import Raising
from connectors.shapes import understanding
from connectors.threads import Threads
from model.changes import Change, Raised, RaiseIssue, Receipt
from model.clock import Clock
from model.deliveries import Delivery, Hint, Ignored, Quarantined
from model.edits import Edit
from model.errors import PermanentError
from model.findings import Finding
from model.issues import IssueRef
from model.trackers import Capabilities

_Result = TypeVar("_Result")

_HIDDEN = frozenset({"not_found", "permission_missing", "project_unreachable"})
"""Answers of a project that we may not see, or that is not there."""


class GitLabConnector:
    """One source: an instance, and projects of one client on it.

    python-gitlab blocks: its calls run in at most ``max_concurrency`` threads of this
    source's own, so that a slow tracker holds up no other.
    """

    kind: ClassVar[str] = "gitlab"
    Config: ClassVar[type[SourceConfig]] = GitLabConfig
    capabilities: ClassVar[Capabilities] = Capabilities(
        name="GitLab",
        statuses=("opened", CLOSED),
        label_pattern="[^,]{1,255}",
        label_limits="takes a comma for two labels, and refuses more than 255 characters",
        secret_headers=frozenset({"x-gitlab-token"}),
    )

    def __init__(
        self, name: str, config: SourceConfig, http: httpx.Client, clock: Clock
    ) -> None:
        """See :class:`connectors.base.Connector`."""
        self._name = name
        self._config = GitLabConfig.model_validate(config)
        self._clock = clock
        token = self._config.token.get_secret_value()
        rest = Rest(self._config.base_url, token, http)
        self._rest = rest
        self._projects = Projects(rest, self._config.projects, self._config.group)
        self._reads = IssueReads(rest, IssueReader(name, self._config))
        self._feed = Feed(rest, self._config.page_size)
        self._writer = Writer(rest, self._config.hours_per_day, clock)
        self._raising = Raising(NewIssues(rest, self._projects), self._projects)
        self._webhooks = Webhooks(name, self._config, rest, self._projects)
        self._checks = Checks(name, self._config, rest, self._projects, self._webhooks)
        self._threads = Threads.open(self.kind, name, self._config.max_concurrency)
        self._whole = WholeReads(
            self._threads,
            self._reads,
            NoteReads(rest, self._config.base_url),
            RelationReads(
                rest, self._config.base_url, bool(self._config.custom_fields)
            ),
        )
        self._changes = ChangeReads(self._threads, self._feed, self._whole, clock)

    def authenticate(
        self, headers: Mapping[str, str], body: bytes, url_token: str = ""
    ) -> Authentic:
        """See :mod:`connectors.gitlab.signing`."""
        secrets = [secret.get_secret_value() for secret in self._config.webhook_secrets]
        if self._config.webhook_auth == "url_token":
            return authenticate_url(secrets, headers, url_token)
        return authenticate_signature(secrets, headers, body, self._clock())

    @classmethod
    def parse(cls, delivery: Delivery) -> Hint | Ignored | Quarantined:
        """See :mod:`connectors.gitlab.payloads`."""
        return parse_delivery(delivery)

    async def fetch_changed(self, cursor: Cursor | None) -> AsyncIterator[Page]:
        """See :mod:`connectors.gitlab.feed`; ends with a page, be it an empty one.

        Of much that changed, up to ``max_concurrency`` windows are read ahead: the
        request for a later page may have been sent before the page was asked for.
        """
        await self._run(self._projects.renew)
        project_ids = await self._run(self._projects.get_ids)
        known = read_cursor(cursor)
        positions = {one: known.get(one, Position()) for one in project_ids}
        total = None if known else await self._run(self._feed.count, project_ids)
        quiet = await self._changes.find_quiet(self._config.group, positions)
        positions |= quiet
        hidden = self._find_left(known, project_ids)
        positions |= {one: known[one] for one in hidden}
        for project_id in (one for one in project_ids if one not in quiet):
            with self._passing(project_id, hidden):
                async for snapshots, position in self._changes.follow(
                    project_id, positions[project_id]
                ):
                    positions[project_id] = position
                    if snapshots:
                        yield Page(snapshots, write_cursor(positions), total)
        names = {str(one): self._projects.get_name(one) for one in hidden}
        yield Page((), write_cursor(positions), total, names)

    def _find_left(self, known: Iterable[int], project_ids: Iterable[int]) -> set[int]:
        """What was read of a group and is not among its projects any more.

        Where they are configured one by one a person took them out.
        """
        return set(known) - set(project_ids) if self._config.group else set()

    @contextmanager
    def _passing(self, project_id: int, hidden: set[int]) -> Iterator[None]:
        """Read on without one project of a group that does not answer us."""
        try:
            yield
        except PermanentError as error:
            if not self._config.group or error.code not in _HIDDEN:
                raise
            hidden.add(project_id)

    async def seek(self, since: datetime) -> Cursor:
        """See :mod:`connectors.gitlab.feed`."""
        project_ids = await self._run(self._projects.get_ids)
        return write_cursor(dict.fromkeys(project_ids, Position(since)))

    async def fetch(self, tracker_ids: Sequence[str]) -> Fetched:
        """Read issues of the configured projects; others are missing for us."""
        rows, hidden = await self._fetch_rows(tracker_ids)
        snapshots = await self._whole.fetch(rows)
        found = {snapshot.ref.tracker_id for snapshot in snapshots}
        return Fetched(snapshots, self._find_absent(tracker_ids, found, hidden))

    def _find_absent(
        self,
        tracker_ids: Sequence[str],
        found: Collection[str],
        hidden: Collection[int],
    ) -> list[str]:
        """Of a hidden project's issues nothing is said."""
        return [
            one
            for one in tracker_ids
            if one not in found
            and (
                (place := IssuePlace.find(one)) is None
                or place.project_id not in hidden
            )
        ]

    async def _fetch_rows(
        self, tracker_ids: Sequence[str]
    ) -> tuple[list[Json], set[int]]:
        """Issues of ours, and which of their projects are hidden from us."""
        ours = set(await self._run(self._projects.get_ids))
        of = defaultdict[int, list[IssuePlace]](list)
        for place in (place for one in tracker_ids if (place := IssuePlace.find(one))):
            of[place.project_id].append(place)
        hidden, rows = self._find_left(of, ours), list[Json]()
        for project_id in of.keys() & ours:
            with self._passing(project_id, hidden):
                rows += await self._fetch_project(of[project_id])
        return rows, hidden

    async def _fetch_project(self, wanted: Sequence[IssuePlace]) -> list[Json]:
        rows = await self._run(lambda: list(self._reads.fetch_rows(wanted)))
        with understanding(self._name):
            absent = set(wanted) - {IssuePlace.of(row) for row in rows}
        reads = (self._run(self._reads.find_row, place) for place in sorted(absent))
        return rows + [row for row in await asyncio.gather(*reads) if row]

    async def fetch_file(self, ref: IssueRef, file: str) -> bytes:
        """The content of an upload (GitLab 17.4 or newer), by its secret and name.

        Raises:
            PermanentError: ``not_found`` …
        """
        place = IssuePlace.find(ref.tracker_id)
        path = find_upload_path(place.project_id, file) if place else None
        if path is None:
            raise PermanentError("not_found", {"file": file})
        return await self._run(self._reads.fetch_file, path)

    async def fetch_edits(
        self, since: Mapping[str, datetime]
    ) -> Mapping[str, Sequence[Edit]]:
        """See :mod:`connectors.gitlab.edits`."""
        places = {one: place for one in since if (place := IssuePlace.find(one))}
        reads = (
            self._run(fetch_edits, place, since[one], self._rest)
            for one, place in places.items()
        )
        return dict(zip(places, await asyncio.gather(*reads), strict=True))

    async def find_missing(self, tracker_ids: Sequence[str]) -> Collection[str]:
        """Which issues do not answer: one request for 100, and one for each that is not."""
        rows, hidden = await self._fetch_rows(tracker_ids)
        with understanding(self._name):
            found = {str(IssuePlace.of(row)) for row in rows}
        return self._find_absent(tracker_ids, found, hidden)

    async def apply(self, ref: IssueRef, change: Change, operation_id: str) -> Receipt:
        """Look first, then write what is missing; see :mod:`connectors.gitlab.writes`.

        GitLab has no idempotency keys, so ``operation_id`` is not sent.
        """
        del operation_id
        place = IssuePlace.find(ref.tracker_id)
        if place is None or place.project_id not in await self._run(
            self._projects.get_ids
        ):
            raise PermanentError("project_not_configured", {"issue": str(ref)})
        return await self._run(self._writer.write, place, change)

    @property
    def first_place(self) -> str:
        """The first project; which of a group's is the first may change."""
        return str(next(iter(self._config.projects), ""))

    async def raise_issue(self, draft: RaiseIssue) -> Raised:
        """See :mod:`connectors.raising`."""
        return await self._run(self._raising.raise_issue, draft)

    async def check(self, wanted: Wanted) -> list[Finding]:
        """See :mod:`connectors.gitlab.checks`."""
        today = self._clock().date()
        return await self._run(lambda: list(self._checks.check(wanted, today)))

    def describe_webhook(self, url: str) -> WebhookForm:
        """See :mod:`connectors.gitlab.webhooks`."""
        return self._webhooks.describe(url)

    async def fetch_webhooks(self, url: str) -> Sequence[Webhook]:
        """Ours, place by place; maintainers may look."""
        return await self._run(lambda: list(self._webhooks.fetch(url)))

    async def install_webhook(self, webhook: Webhook, url: str) -> None:
        """Make it or change it."""
        await self._run(self._webhooks.install, webhook, url)

    async def remove_webhook(self, webhook: Webhook) -> None:
        """Unregister it."""
        await self._run(self._webhooks.remove, webhook)

    async def _run(self, blocking: Callable[..., _Result], *args: object) -> _Result:
        return await self._threads.run(blocking, *args)
