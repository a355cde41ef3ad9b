"""One source of a Jira site, Cloud or Data Center."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime, tzinfo
from functools import partial
from typing import ClassVar, assert_never

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
from connectors.jira.assignee import apply_assignee
from connectors.jira.changes import Changes
from connectors.jira.checks import Check
from connectors.jira.comments import apply_comment
from connectors.jira.config import JiraConfig
from connectors.jira.edits import fetch_edits
from connectors.jira.files import fetch_file
from connectors.jira.payloads import parse_webhook
from connectors.jira.people import parse_moment
from connectors.jira.raising import raise_issue
from connectors.jira.reading import fetch_issues, find_missing
from connectors.jira.releases import Versions, apply_labels, apply_release
from connectors.jira.signing import authenticate_signature, authenticate_url_token
from connectors.jira.site import Site
from connectors.jira.transitions import Workflow
from connectors.jira.webhooks import Webhooks
from connectors.jira.windows import find_zone, parse_cursor, write_cursor
from connectors.jira.written_fields import apply_fields
from model.changes import (
    Change,
    Raised,
    RaiseIssue,
    Receipt,
    SetAssignee,
    SetFields,
    SetLabels,
    SetRelease,
    Transition,
    UpsertComment,
)
from model.clock import Clock
from model.deliveries import Delivery, Hint, Ignored, Quarantined
from model.edits import Edit
from model.errors import ConfigError, Problem
from model.findings import Finding
from model.issues import IssueRef
from model.trackers import Capabilities


class JiraConnector:
    """See :class:`connectors.base.Connector`."""

    kind: ClassVar[str] = "jira"
    Config: ClassVar[type[SourceConfig]] = JiraConfig
    capabilities: ClassVar[Capabilities] = Capabilities(
        name="Jira",
        label_pattern=r"\S{1,255}",
        label_limits="refuses white space and more than 255 characters",
    )

    def __init__(
        self, name: str, config: SourceConfig, http: httpx.Client, clock: Clock
    ) -> None:
        self._name = name
        self._config = _own(name, config)
        self._clock = clock
        self._site = Site(self._config, http)
        self._workflow = Workflow.of(self._config)
        self._versions = Versions(clock)
        self._webhooks = Webhooks(name, self._site, self._config)

    def authenticate(
        self, headers: Mapping[str, str], body: bytes, url_token: str = ""
    ) -> Authentic:
        """Check the signature, or the URL's token where hooks cannot sign.

        Raises:
            DeliveryRejected: not authentic, or no secret is configured.
        """
        secrets = [one.get_secret_value() for one in self._config.webhook_secrets]
        match self._config.webhook_auth:
            case "signature":
                return authenticate_signature(headers, body, secrets)
            case "url_token":
                return authenticate_url_token(headers, url_token, secrets)
            case unknown:
                assert_never(unknown)

    @classmethod
    def parse(cls, delivery: Delivery) -> Hint | Ignored | Quarantined:
        """Tell what an authentic delivery is about. Never raises."""
        return parse_webhook(delivery.body)

    async def fetch_changed(self, cursor: Cursor | None) -> AsyncIterator[Page]:
        """Yield everything that changed since the cursor; everything when None.

        The last page's cursor is the site's own time at the start of the run, so that
        the next run does not read the last issue again.

        Raises:
            RetriableError: later.
            PermanentError: ``credentials_refused`` before anything could look empty.
        """
        started_at, zone = await self._begin()
        keys = self._config.project_keys
        since = None if cursor is None else parse_cursor(cursor, keys)
        changes = Changes(self._name, self._site, self._config, zone)
        end = started_at
        async with aclosing(changes.follow(since, started_at)) as pages:
            async for snapshots, position in pages:
                end = max(end, position or end)
                cursor = write_cursor(position or since or started_at, keys)
                yield Page(snapshots, cursor, changes.total)
        yield Page((), write_cursor(end, keys), changes.total)

    async def seek(self, since: datetime) -> Cursor:
        """See :mod:`connectors.jira.windows`."""
        return write_cursor(since, self._config.project_keys)

    async def fetch(self, tracker_ids: Sequence[str]) -> Fetched:
        """Read issues directly, with comments."""
        await self._site.learn_once()
        return await fetch_issues(self._name, self._site, self._config, tracker_ids)

    async def fetch_file(self, ref: IssueRef, file: str) -> bytes:  # noqa: ARG002 - ids are the site's
        """The content of an attachment; see :mod:`connectors.jira.files`."""
        await self._site.learn_once()
        return await self._site.ask(
            partial(fetch_file, file, is_cloud=self._site.is_cloud)
        )

    async def fetch_edits(
        self, since: Mapping[str, datetime]
    ) -> Mapping[str, Sequence[Edit]]:
        """See :mod:`connectors.jira.edits`."""
        await self._site.learn_once()
        reads = (self._site.ask(partial(fetch_edits, *one)) for one in since.items())
        return dict(zip(since, await asyncio.gather(*reads), strict=True))

    async def find_missing(self, tracker_ids: Sequence[str]) -> Collection[str]:
        """Which issues do not answer; see :mod:`connectors.jira.reading`."""
        await self._site.learn_once()
        return await find_missing(self._site, self._config, tracker_ids)

    async def apply(
        self,
        ref: IssueRef,
        change: Change,
        operation_id: str,  # noqa: ARG002 - each change is found done by its own marks
    ) -> Receipt:
        """Write one change; what is already so is not written again.

        Raises:
            RetriableError: the answer was lost, or the site is busy.
            Conflict: the issue changed under us, or is in a project that is not ours.
            PermanentError: see the functions that write.
        """
        await self._site.learn_once()
        issue_id = ref.tracker_id
        match change:
            case SetLabels():
                write = partial(apply_labels, issue_id, change)
            case SetRelease():
                write = partial(apply_release, issue_id, change, self._versions)
            case Transition():
                write = partial(self._workflow.apply, issue_id, change)
            case UpsertComment():
                us = await self._site.learn_own_id()
                write = partial(apply_comment, issue_id, change, us)
            case SetAssignee():
                is_cloud = self._site.is_cloud
                write = partial(apply_assignee, issue_id, change, is_cloud=is_cloud)
            case SetFields():
                write = partial(apply_fields, issue_id, change)
            case _:
                assert_never(change)
        return await self._site.ask(write)

    @property
    def first_place(self) -> str:
        """The first project key."""
        return self._config.project_keys[0]

    async def raise_issue(self, draft: RaiseIssue) -> Raised:
        """See :mod:`connectors.jira.raising`."""
        await self._site.learn_once()
        is_cloud = self._site.is_cloud
        return await self._site.ask(
            partial(raise_issue, draft, self._config, is_cloud=is_cloud)
        )

    async def check(self, wanted: Wanted) -> list[Finding]:
        """Sign-in, projects, permissions, statuses, priorities, labels, webhook."""
        check = Check(self._name, self._site, self._config, self._webhooks, wanted)
        return await check.run()

    def describe_webhook(self, url: str) -> WebhookForm:
        """See :mod:`connectors.jira.webhooks`."""
        return self._webhooks.describe(url)

    async def fetch_webhooks(self, url: str) -> Sequence[Webhook]:
        """Ours at the site; administrators may look."""
        return await self._webhooks.fetch(url)

    async def install_webhook(self, webhook: Webhook, url: str) -> None:
        """Make it or replace it; administrators may."""
        await self._webhooks.install(webhook, url)

    async def remove_webhook(self, webhook: Webhook) -> None:
        """Unregister it."""
        await self._webhooks.remove(webhook)

    async def _begin(self) -> tuple[datetime, tzinfo]:
        """The site's time, and the time zone that it reads our searches in.

        ``/myself`` refuses a wrong token, where a search would answer with nothing.
        """
        told = await self._site.learn()
        us = await self._site.ask(lambda jira: jira.get("myself"))
        server_time = told.get("serverTime")
        at = parse_moment(server_time) if server_time else self._clock()
        return at, find_zone(str(us.get("timeZone") or ""))


def _own(name: str, config: SourceConfig) -> JiraConfig:
    if not isinstance(config, JiraConfig):
        message = f"source {name} is not configured as jira"
        raise ConfigError([Problem("E_TYPE", message)])
    return config
