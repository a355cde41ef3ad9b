"""Everything that changed since a position, oldest change first, nothing left out.

Rows move to the end of the list while it is read, whenever somebody edits an issue:

- Data Center pages by offset over a live index (JRASERVER-69860), so the window itself
  moves on; where it cannot (many issues in one minute), pages overlap by some rows, and
  when none of these is found again the window is read from its start.
- Cloud pages by token, and listings were seen to end early without an error, so a
  listing of several pages is asked for again from where it ended until nothing is new.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from functools import partial
from typing import Any

from connectors.jira.config import JiraConfig
from connectors.jira.mapping import Json, fields_for, get_updated_at
from connectors.jira.site import QuietJira, Site
from connectors.jira.windows import minute_of, write_jql
from model.errors import RetriableError

MAX_PAGES = 10_000
MAX_RESTARTS = 20
_OVERLAP_ROWS = 10
_REMEMBERED = timedelta(hours=4)


@dataclass(slots=True)
class Sweep:
    """One run over the changed issues.

    Attributes:
        position: the latest ``updated`` that was seen; None before the first issue.
        total: how many there are in all, once the site told.
    """

    site: Site
    config: JiraConfig
    zone: tzinfo
    position: datetime | None
    total: int | None = None
    _seen: dict[str, datetime] = field(default_factory=dict)

    def fetch_pages(self) -> AsyncIterator[Sequence[Json]]:
        """Yield raw issues page by page, none twice in the same state."""
        return self._cloud_pages() if self.site.is_cloud else self._server_pages()

    async def _cloud_pages(self) -> AsyncIterator[Sequence[Json]]:
        again = True
        while again:
            pages = news = 0
            async for issues in self._token_pages(self._jql()):
                fresh = self._take(issues)
                pages, news = pages + 1, news + len(fresh)
                if fresh:
                    yield fresh
            again = pages > 1 and news > 0

    async def _token_pages(self, jql: str) -> AsyncIterator[Sequence[Json]]:
        used: set[str] = set()
        token: str | None = None
        for _ in range(MAX_PAGES):
            found = await self.site.ask(partial(self._ask_cloud, jql, token))
            yield found["issues"]
            token = found.get("nextPageToken")
            if not token or token in used or not found["issues"]:
                return
            used.add(token)

    async def _server_pages(self) -> AsyncIterator[Sequence[Json]]:
        page = _Page(self.position)
        while True:
            jql = write_jql(self.config.project_keys, page.since, self.zone)
            found = await self.site.ask(partial(self._ask_server, jql, page.start))
            issues = found["issues"]
            self.total = found["total"] if self.total is None else self.total
            if page.has_shifted(issues):
                page = page.restarted()
                continue
            fresh = self._take(issues)
            if fresh:
                yield fresh
            if not issues or page.start + len(issues) >= found["total"]:
                return
            page = page.next_after(issues, self.position)

    def _jql(self) -> str:
        return write_jql(self.config.project_keys, self.position, self.zone)

    def _ask_cloud(self, jql: str, token: str | None, jira: QuietJira) -> Any:
        return jira.enhanced_search_issues(
            jql,
            nextPageToken=token,
            maxResults=self.config.page_size,
            fields=[",".join(fields_for(self.config))],
            json_result=True,
        )

    def _ask_server(self, jql: str, start: int, jira: QuietJira) -> Any:
        return jira.search_issues(
            jql,
            startAt=start,
            maxResults=self.config.page_size,
            fields=[",".join(fields_for(self.config))],
            json_result=True,
        )

    def _take(self, issues: Sequence[Json]) -> list[Json]:
        """Keep those that were not seen in this state, and move the position on."""
        fresh = []
        for raw in issues:
            updated_at = get_updated_at(raw)
            if self._seen.get(raw["id"]) != updated_at:
                self._seen[raw["id"]] = updated_at
                fresh.append(raw)
            self.position = max(self.position or updated_at, updated_at)
        self._forget()
        return fresh

    def _forget(self) -> None:
        """What lies before any window still to come needs no memory."""
        if self.position and len(self._seen) > MAX_PAGES:
            limit = self.position - _REMEMBERED
            self._seen = {name: at for name, at in self._seen.items() if at >= limit}


@dataclass(frozen=True, slots=True)
class _Page:
    """Where a listing by offset stands."""

    since: datetime | None
    start: int = 0
    tail: frozenset[str] = frozenset()
    restarts: int = 0

    def has_shifted(self, issues: Sequence[Json]) -> bool:
        """Whether rows may lie between the last page and this one."""
        return bool(self.tail) and not self.tail & {raw["id"] for raw in issues}

    def restarted(self) -> "_Page":
        """Read the window from its start.

        Raises:
            RetriableError: ``listing_unstable``: it never holds still.
        """
        if self.restarts >= MAX_RESTARTS:
            raise RetriableError("listing_unstable")
        return _Page(self.since, restarts=self.restarts + 1)

    def next_after(self, issues: Sequence[Json], position: datetime | None) -> "_Page":
        """Move the window when its first minute is over, else the offset."""
        if position and (self.since is None or _is_later(position, self.since)):
            return _Page(position, restarts=self.restarts)
        kept = min(_OVERLAP_ROWS, len(issues) // 2)
        tail = frozenset(raw["id"] for raw in issues[len(issues) - kept :])
        return _Page(self.since, self.start + len(issues) - kept, tail, self.restarts)


def _is_later(position: datetime, since: datetime) -> bool:
    return minute_of(position) > minute_of(since)
