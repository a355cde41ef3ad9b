"""A connector that is told its answers, in the place of one of a town's sources."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from connectors.base import Authentic, Fetched, Wanted, Webhook, WebhookForm
from model.changes import Raised, RaiseIssue
from model.errors import TrackerError
from model.findings import Finding
from pool import sources
from pool.sources import SourceRow
from tests.builders import Town

NAME = "huaxin-jira"
SEEN = Finding.ok("signed_in", NAME, "Signed in as {account}.", account="reqpool")
FORM = WebhookForm("settings", "url", ("Issue",), {"Secret": "webhook_secrets"})


@dataclass
class Told:
    """A connector that answers what it was told to, and keeps what it was asked."""

    inner: Any
    error: TrackerError | None = None
    missing: Collection[str] = ()
    webhooks: Sequence[Webhook] = ()
    content: bytes = b""
    asked: list[Any] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def _ask(self, *asked: Any) -> None:
        self.asked.append(asked)
        if self.error is not None:
            raise self.error

    def authenticate(
        self, headers: Mapping[str, str], body: bytes, url_token: str
    ) -> Authentic:
        self._ask(headers, body, url_token)
        return Authentic(headers["id"], stale="stale" in headers)

    async def check(self, wanted: Wanted) -> list[Finding]:
        self._ask(wanted)
        return [SEEN]

    async def fetch(self, ids: Sequence[str]) -> Fetched:
        self._ask(ids)
        return Fetched((), set(ids))

    async def find_missing(self, ids: Sequence[str]) -> Collection[str]:
        self._ask(ids)
        return self.missing

    async def fetch_edits(self, since: Mapping[str, datetime]) -> Mapping[str, Any]:
        self._ask(since)
        return dict.fromkeys(since, ())

    async def fetch_file(self, ref: object, file: str) -> bytes:
        self._ask(ref, file)
        return self.content

    async def fetch_webhooks(self, url: str) -> Sequence[Webhook]:
        self.asked.append((url,))
        return self.webhooks

    def describe_webhook(self, url: str) -> WebhookForm:
        return replace(FORM, url=url)

    async def install_webhook(self, webhook: Webhook, url: str) -> None:
        self._ask("install", webhook.place, url)

    first_place = "FIN"

    async def raise_issue(self, draft: RaiseIssue) -> Raised:
        self._ask(draft)
        return Raised("10900", "FIN-900", created=True)

    async def remove_webhook(self, webhook: Webhook) -> None:
        self._ask("remove", webhook.place)


def plug(town: Town, told: dict[str, Any] | None = None, **config: Any) -> Told:
    """Put the stand-in in the place of a source's connector."""
    source = town.engine.sources[NAME]
    stand_in = Told(source.connector, **(told or {}))
    known = source.config.model_copy(update=config)
    connector: Any = stand_in
    plugged = replace(source, connector=connector, config=known)
    town.engine = replace(town.engine, sources={**town.engine.sources, NAME: plugged})
    return stand_in


async def source_of(town: Town) -> SourceRow:
    async with town.database.transaction() as connection:
        row = await sources.find(connection, NAME)
    assert row
    return row
