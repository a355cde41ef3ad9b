"""The GitHub connector: the contract's verbs over the parts of this folder."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
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
from connectors.github.checks import Checks
from connectors.github.config import GitHubConfig
from connectors.github.edits import fetch_edits
from connectors.github.mapping import STATUSES, IssuePlace, IssueReader
from connectors.github.payloads import (
    authenticate_signature,
    authenticate_url,
    parse_delivery,
)
from connectors.github.raising import NewIssues
from connectors.github.reads import (
    COMMENTS,
    ISSUES,
    IssueReads,
    Position,
    Repositories,
    find_commented,
    is_issue,
    read_cursor,
    write_cursor,
)
from connectors.github.rest import Json, ListPage, Rest
from connectors.github.webhooks import Webhooks
from connectors.github.writes import Writer
from connectors.raising import Raising
from connectors.shapes import understanding
from connectors.threads import Threads
from model.changes import Change, Raised, RaiseIssue, Receipt
from model.clock import Clock
from model.deliveries import Delivery, Hint, Ignored, Quarantined
from model.edits import Edit
from model.errors import PermanentError
from model.findings import Finding
from model.issues import IssueRef, IssueSnapshot
from model.trackers import Capabilities

_Result = TypeVar("_Result")
_Found = tuple[IssuePlace, Json]


class GitHubConnector:
    """One source: repositories of one client.

    Requests block: they run in at most ``max_concurrency`` threads of this source's
    own, so that a slow tracker holds up no other.
    """

    kind: ClassVar[str] = "github"
    Config: ClassVar[type[SourceConfig]] = GitHubConfig
    capabilities: ClassVar[Capabilities] = Capabilities(
        name="GitHub",
        statuses=tuple(STATUSES),
        label_pattern=".{1,50}",
        label_limits="refuses more than 50 characters",
    )

    def __init__(
        self, name: str, config: SourceConfig, http: httpx.Client, clock: Clock
    ) -> None:
        """See :class:`connectors.base.Connector`."""
        self._name = name
        self._config = GitHubConfig.model_validate(config)
        self._clock = clock
        token = self._config.token.get_secret_value()
        self._rest = rest = Rest(self._config.base_url, token, http)
        self._repositories = Repositories(rest, self._config.repositories)
        self._reads = IssueReads(rest, self._repositories, self._config.page_size)
        self._reader = IssueReader(name, self._config)
        self._writer = Writer(rest, self._repositories)
        self._raising = Raising(NewIssues(rest, self._repositories), self._repositories)
        self._webhooks = Webhooks(name, self._config, rest, self._repositories)
        self._checks = Checks(
            name, self._config, rest, self._repositories, self._webhooks
        )
        self._threads = Threads.open(self.kind, name, self._config.max_concurrency)

    def authenticate(
        self, headers: Mapping[str, str], body: bytes, url_token: str = ""
    ) -> Authentic:
        """See :mod:`connectors.github.payloads`."""
        secrets = [secret.get_secret_value() for secret in self._config.webhook_secrets]
        if self._config.webhook_auth == "url_token":
            return authenticate_url(secrets, headers, url_token)
        return authenticate_signature(secrets, headers, body)

    @classmethod
    def parse(cls, delivery: Delivery) -> Hint | Ignored | Quarantined:
        """See :mod:`connectors.github.payloads`."""
        return parse_delivery(delivery)

    async def fetch_changed(self, cursor: Cursor | None) -> AsyncIterator[Page]:
        """See :mod:`connectors.github.reads`; ends with a page, be it an empty one."""
        known = read_cursor(cursor)
        repositories = await self._run(self._repositories.get_ids)
        positions = {one: known.get(one, Position()) for one in repositories}
        for repository in repositories:
            async for snapshots, position in self._follow(
                repository, positions[repository]
            ):
                positions[repository] = position
                if snapshots:
                    yield Page(snapshots, write_cursor(positions))
        yield Page((), write_cursor(positions))

    async def _follow(
        self, repository: int, start: Position
    ) -> AsyncIterator[tuple[Sequence[IssueSnapshot], Position]]:
        asked_at, position = self._clock(), start
        seen: dict[IssuePlace, str] = {}
        issues = await self._run(self._reads.get_first, repository, ISSUES, start)
        async for rows in self._iterate(repository, ISSUES, start, issues):
            with understanding(self._name):
                position = position.reach(rows)
                news = _take_news(repository, rows, seen)
            yield await self._fetch_whole(news), position
        etags, commented = ("", ""), False
        if start.since:
            comments = await self._run(
                self._reads.get_first, repository, COMMENTS, start
            )
            etags, commented = (issues.etag, comments.etag), bool(comments.rows)
            others = await self._find_others(repository, start, comments, seen)
            yield await self._fetch_whole(await self._fetch_rows(others)), position
        if start.since and not seen and not commented:
            yield (), Position(start.since, etags)
        else:
            yield (), position.complete(min(asked_at, issues.answered_at or asked_at))

    async def _iterate(
        self, repository: int, stream: str, start: Position, first: ListPage
    ) -> AsyncIterator[list[Json]]:
        yield first.rows
        later = self._reads.iterate_rest(repository, stream, start, first)
        while (rows := await self._run(next, later, None)) is not None:
            yield rows

    async def _find_others(
        self,
        repository: int,
        start: Position,
        first: ListPage,
        seen: Collection[IssuePlace],
    ) -> set[IssuePlace]:
        """Issues whose comments changed, and nothing else of them."""
        found = set()
        async for rows in self._iterate(repository, COMMENTS, start, first):
            with understanding(self._name):
                found |= {find_commented(repository, row) for row in rows}
        return {place for place in found if place} - set(seen)

    async def seek(self, since: datetime) -> Cursor:
        """See :mod:`connectors.github.reads`."""
        repositories = await self._run(self._repositories.get_ids)
        return write_cursor(dict.fromkeys(repositories, Position(since)))

    async def fetch(self, tracker_ids: Sequence[str]) -> Fetched:
        """Read issues of the configured repositories; others are missing for us."""
        ours = set(await self._run(self._repositories.get_ids))
        places = [place for one in tracker_ids if (place := IssuePlace.find(one))]
        wanted = {one for one in places if one.repository in ours}
        found = await self._fetch_rows(wanted)
        absent = wanted - {place for place, _ in found}
        moved = await self._find_moved(sorted(absent))
        gone = set(tracker_ids) - {str(place) for place, _ in found} - set(moved)
        return Fetched(await self._fetch_whole(found), sorted(gone), moved)

    async def _find_moved(self, absent: Sequence[IssuePlace]) -> dict[str, str]:
        reads = (self._run(self._reads.find_new_key, place) for place in absent)
        keys = await asyncio.gather(*reads)
        return {str(one): key for one, key in zip(absent, keys, strict=True) if key}

    async def fetch_edits(
        self, since: Mapping[str, datetime]
    ) -> Mapping[str, Sequence[Edit]]:
        """See :mod:`connectors.github.edits`."""
        places = {one: place for one in since if (place := IssuePlace.find(one))}
        reads = (
            self._run(fetch_edits, place, since[one], self._rest)
            for one, place in places.items()
        )
        return dict(zip(places, await asyncio.gather(*reads), strict=True))

    async def apply(self, ref: IssueRef, change: Change, operation_id: str) -> Receipt:
        """Look first, then write what is missing; see :mod:`connectors.github.writes`.

        GitHub has no idempotency keys, so ``operation_id`` is not sent.
        """
        del operation_id
        place = IssuePlace.find(ref.tracker_id)
        ours = await self._run(self._repositories.get_ids)
        if place is None or place.repository not in ours:
            raise PermanentError("project_not_configured", {"issue": str(ref)})
        return await self._run(self._writer.write, place, change)

    @property
    def first_place(self) -> str:
        """The first repository."""
        return str(self._config.repositories[0])

    async def raise_issue(self, draft: RaiseIssue) -> Raised:
        """See :mod:`connectors.raising`."""
        return await self._run(self._raising.raise_issue, draft)

    async def check(self, wanted: Wanted) -> list[Finding]:
        """See :mod:`connectors.github.checks`."""
        today = self._clock().date()
        return await self._run(lambda: list(self._checks.check(wanted, today)))

    def describe_webhook(self, url: str) -> WebhookForm:
        """See :mod:`connectors.github.webhooks`."""
        return self._webhooks.describe(url)

    async def fetch_webhooks(self, url: str) -> Sequence[Webhook]:
        """Ours, place by place; administrators may look."""
        return await self._run(lambda: list(self._webhooks.fetch(url)))

    async def install_webhook(self, webhook: Webhook, url: str) -> None:
        """Make it or change it."""
        await self._run(self._webhooks.install, webhook, url)

    async def remove_webhook(self, webhook: Webhook) -> None:
        """Unregister it."""
        await self._run(self._webhooks.remove, webhook)

    async def _fetch_rows(self, places: Collection[IssuePlace]) -> list[_Found]:
        asked = sorted(places)
        reads = (self._run(self._reads.find_row, place) for place in asked)
        rows = await asyncio.gather(*reads)
        return [(place, row) for place, row in zip(asked, rows, strict=True) if row]

    async def _fetch_whole(self, found: Sequence[_Found]) -> list[IssueSnapshot]:
        reads = (self._fetch_comments(place, row) for place, row in found)
        told = await asyncio.gather(*reads)
        return [
            self._reader.read(place, row, comments)
            for (place, row), comments in zip(found, told, strict=True)
        ]

    async def _fetch_comments(self, place: IssuePlace, row: Json) -> list[Json]:
        if row.get("comments") == 0:
            return []
        return await self._run(self._reads.fetch_comments, place)

    async def _run(self, blocking: Callable[..., _Result], *args: object) -> _Result:
        return await self._threads.run(blocking, *args)


def _take_news(
    repository: int, rows: Sequence[Json], seen: dict[IssuePlace, str]
) -> list[_Found]:
    """What the pages before did not hold, without pull requests."""
    found = [(IssuePlace(repository, int(row["number"])), row) for row in rows]
    news = [
        (place, row) for place, row in found if seen.get(place) != row["updated_at"]
    ]
    seen.update({place: row["updated_at"] for place, row in found})
    return [(place, row) for place, row in news if is_issue(row)]
