"""Webhooks that administrators register; an API token cannot register dynamic ones.

Cloud, and Data Center before 10: ``/rest/webhooks/1.0/webhook`` (Atlassian,
"Webhooks"). Data Center from 10 on: ``/rest/jira-webhook/1.0/webhooks``, whose
``configuration`` holds secret and filter (second-hand: what other products send).
Before 10, Data Center signs nothing.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType

from connectors.base import Webhook, WebhookForm
from connectors.hooks import Registered, Standard
from connectors.jira.config import JiraConfig
from connectors.jira.people import Json
from connectors.jira.site import QuietJira, Site
from connectors.jira.windows import write_scope
from model.errors import PermanentError
from model.findings import Finding

EVENTS: Mapping[str, str] = MappingProxyType(
    {
        "jira:issue_created": "Issue: created",
        "jira:issue_updated": "Issue: updated",
        "jira:issue_deleted": "Issue: deleted",
        "comment_created": "Comment: created",
        "comment_updated": "Comment: updated",
        "comment_deleted": "Comment: deleted",
        "worklog_created": "Worklog: created",
        "worklog_updated": "Worklog: updated",
        "worklog_deleted": "Worklog: deleted",
    }
)
"""Events, and how the page calls them."""

OLD, NEW = "/rest/webhooks/1.0/webhook", "/rest/jira-webhook/1.0/webhooks"
_FIRST_NEW = 10
_MOST = 1000
"""The new API lists page by page."""
_SECTION = "issue-related-events-section"
"""Of ``filters``: comments and worklogs are selected by it, too."""


@dataclass(frozen=True, slots=True)
class Webhooks:
    """The webhooks of one source."""

    name: str
    site: Site
    config: JiraConfig

    def describe(self, url: str) -> WebhookForm:
        """See :class:`connectors.base.HasWebhooks`."""
        fields = {"Name": self._title, "Status": "Enabled", "JQL": self._scope}
        return self._at(url).describe("Secret", fields)

    async def fetch(self, url: str) -> list[Webhook]:
        """Ours at the site, or what stands for one that is missing."""
        await self.site.learn()
        return await self.site.ask(lambda jira: list(self._fetch(url, jira)))

    def _fetch(self, url: str, jira: QuietJira) -> Iterator[Webhook]:
        standard, place, path = self._at(url), self.config.server, self._path
        try:
            rows = jira.administer("GET", f"{path}?limit={_MOST}")
        except PermanentError as error:
            if error.code == "credentials_refused":
                raise
            yield standard.unknown(place, path, error)
            return
        ours = [row for row in rows if standard.is_ours(str(row.get("url", "")))]
        found = [standard.judge(place, path, self._read(row)) for row in ours]
        for webhook in found or [standard.missing(place, path)]:
            yield replace(webhook, findings=(*webhook.findings, *self._cannot_sign()))

    def _cannot_sign(self) -> Iterator[Finding]:
        if (
            self.site.is_cloud
            or self._is_new
            or self.config.webhook_auth != "signature"
        ):
            return
        yield Finding.error(
            "webhook_auth",
            f"{self.name}: {self.config.server}",
            "Jira before 10 cannot sign webhooks: every delivery is refused.",
            'Set sources.{source}.webhook_auth = "url_token", then run reqpool webhooks'
            " install {source}.",
            source=self.name,
        )

    def _read(self, row: Json) -> Registered:
        """Cloud says ``enabled`` where Data Center's new API says ``active``."""
        extra = row.get("configuration") or {}
        is_bare = str(extra.get("EXCLUDE_BODY", row.get("excludeBody"))).lower()
        number = row.get("id") or str(row.get("self", "")).rpartition("/")[2]
        is_signed = row.get("isSigned", True if extra.get("SECRET") else None)
        return Registered(
            id=str(number),
            url=str(row["url"]),
            events=frozenset(row.get("events") or ()),
            is_enabled=bool(row.get("enabled", row.get("active", True))),
            is_signed=is_signed if self.site.is_cloud or self._is_new else None,
            unreadable="excludeBody" if is_bare == "true" else "",
            selects=self._find_selection(row, extra),
        )

    def _find_selection(self, row: Json, extra: Json) -> str:
        """The filter, when it does not name all of our projects."""
        told = extra.get("FILTERS") or (row.get("filters") or {}).get(_SECTION) or ""
        named = set(re.findall(r"\w+", str(told)))
        return str(told) if told and set(self.config.project_keys) - named else ""

    async def install(self, webhook: Webhook, url: str) -> None:
        """Make it, or replace what it says; events that it has beside ours stay."""
        body = {
            **self._write(self._at(url)),
            "events": list(dict.fromkeys([*EVENTS, *webhook.events])),
        }
        await self.site.ask(partial(_send, webhook, body))

    def _write(self, standard: Standard) -> Json:
        secret = standard.secret if self.config.webhook_auth == "signature" else ""
        body: Json = {"name": self._title, "url": standard.address}
        if not self._is_new:
            signing = {"secret": secret} if secret else {}
            filters = {_SECTION: self._scope}
            more = {"filters": filters, "excludeBody": False, "enabled": True}
            return {**body, **more, **signing}
        signing = {"SECRET": secret} if secret else {}
        extra = {"FILTERS": self._scope, "EXCLUDE_BODY": "false", **signing}
        return {**body, "active": True, "configuration": extra}

    async def remove(self, webhook: Webhook) -> None:
        """Unregister it."""
        try:
            path = f"{webhook.path}/{webhook.id}"
            await self.site.ask(lambda jira: jira.administer("DELETE", path))
        except PermanentError as error:
            if error.code != "not_found":
                raise

    def _at(self, url: str) -> Standard:
        site = (self.config.site_url or self.config.server).rstrip("/")
        page = f"System > WebHooks ({site}/plugins/servlet/webhooks)"
        return Standard(self.name, self.config, url, EVENTS, page)

    @property
    def _is_new(self) -> bool:
        return not self.site.is_cloud and self.site.major_version >= _FIRST_NEW

    @property
    def _path(self) -> str:
        return NEW if self._is_new else OLD

    @property
    def _title(self) -> str:
        return f"reqpool {self.name}"

    @property
    def _scope(self) -> str:
        return write_scope(self.config.project_keys)


def _send(webhook: Webhook, body: Json, jira: QuietJira) -> None:
    if webhook.id:
        jira.administer("PUT", f"{webhook.path}/{webhook.id}", body)
    else:
        jira.administer("POST", webhook.path, body)
