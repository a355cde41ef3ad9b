"""Everything that changed since a position, oldest change first, nothing left out.

Rows move to the end of the list while it is read, whenever somebody edits an issue, and
the rows behind them move up: listings by offset (Data Center, JRASERVER-69860) and by
token skip what moved up, and listings by token were seen to end early without an error.
So each page is the first one of a window that begins where the last page ended. Where
the window cannot move on, because a page ends in the minute that it began in,

- Data Center's pages overlap by some rows, and when none of these is found again the
  window is read from its start;
- Cloud's pages follow the token, and the window is read again until it brings nothing
  new; only then does the position pass it.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from functools import partial
from typing import Any

from connectors.jira.config import JiraConfig
from connectors.jira.lists import ask_for
from connectors.jira.mapping import fields_for, get_updated_at
from connectors.jira.people import Json
from connectors.jira.rows import parser_for
from connectors.jira.site import QuietJira, Site
from connectors.jira.windows import minute_of, write_jql
from connectors.trail import Trail
from model.errors import PermanentError, RetriableError

MAX_PAGES = 10_000
MAX_RESTARTS = 20
_OVERLAP_ROWS = 10
_REMEMBERED = timedelta(hours=4)


@dataclass(slots=True)
class Sweep:
    """One run over the changed issues.

    Attributes:
        position: the latest ``updated`` that was seen; None before the first issue.
        until: where it ends, to the minute; None for never.
        total: how many there are in all, once the site told.
    """

    site: Site
    config: JiraConfig
    zone: tzinfo
    position: datetime | None
    until: datetime | None = None
    total: int | None = None
    _seen: dict[str, datetime] = field(default_factory=dict)
    _trail: Trail = field(default_factory=lambda: Trail("search"))

    def fetch_pages(self) -> AsyncIterator[Sequence[Json]]:
        """Yield raw issues page by page, none twice in the same state."""
        return self._cloud_pages() if self.site.is_cloud else self._server_pages()

    async def _cloud_pages(self) -> AsyncIterator[Sequence[Json]]:
        reading: _Pass | None = _Pass(self.position)
        while reading:
            jql = self._jql(reading.since)
            found = await self.site.ask(partial(self._ask_cloud, jql, reading.token))
            self._trail.add(found["issues"])
            fresh = self._take(found["issues"])
            reading.note(found, fresh)
            following = reading.find_next()
            if following and following.rereads > reading.rereads:
                self._trail.forget()
            self.position = reading.safe
            if fresh:
                yield fresh
            reading = following

    async def _server_pages(self) -> AsyncIterator[Sequence[Json]]:
        page = _Page(self.position)
        while True:
            jql = self._jql(page.since)
            found = await self.site.ask(partial(self._ask_server, jql, page.start))
            issues = found["issues"]
            self.total = found["total"] if self.total is None else self.total
            if page.has_shifted(issues):
                page = page.restarted()
                self._trail.forget()
                continue
            self._trail.add(issues)
            fresh = self._take(issues)
            self.position = _latest(issues, self.position)
            if fresh:
                yield fresh
            if not issues or page.start + len(issues) >= found["total"]:
                return
            page = page.next_after(issues, self.position)

    def _jql(self, since: datetime | None) -> str:
        return write_jql(self.config.project_keys, since, self.zone, self.until)

    def _ask_cloud(self, jql: str, token: str, jira: QuietJira) -> Any:
        following = {"nextPageToken": token} if token else {}
        return self._ask(jira, "search/jql", jql=jql, **following)

    def _ask_server(self, jql: str, start: int, jira: QuietJira) -> Any:
        return self._ask(jira, "search", jql=jql, startAt=start)

    def _ask(self, jira: QuietJira, path: str, **params: str | int) -> Any:
        own = self.site.names.ids
        fields = fields_for(self.config, self.site.names)
        search = partial(jira.get_as, parser_for(tuple(fields), own), path, **params)
        size = self.config.page_size
        return ask_for(
            fields, lambda names: search(maxResults=size, fields=",".join(names))
        )

    def _take(self, issues: Sequence[Json]) -> list[Json]:
        """Keep those that were not seen in this state."""
        fresh = []
        for raw in issues:
            updated_at = get_updated_at(raw)
            if self._seen.get(raw["id"]) != updated_at:
                self._seen[raw["id"]] = updated_at
                fresh.append(raw)
        self._forget()
        return fresh

    def _forget(self) -> None:
        """What lies before any window still to come needs no memory."""
        if self.position and len(self._seen) > MAX_PAGES:
            limit = self.position - _REMEMBERED
            self._seen = {name: at for name, at in self._seen.items() if at >= limit}


@dataclass(slots=True)
class _Pass:
    """One reading of a Cloud window.

    Attributes:
        since: where the window begins.
        token: of the next page; empty when there is none.
        latest: the latest update that was seen.
        safe: no change up to here was skipped.
    """

    since: datetime | None
    rereads: int = 0
    token: str = ""
    latest: datetime | None = None
    safe: datetime | None = None
    _pages: int = 0
    _news: int = 0
    _used: set[str] = field(default_factory=set)

    def note(self, found: Json, fresh: Sequence[Json]) -> None:
        """Take in a page; an empty one ends the listing.

        Raises:
            PermanentError: ``list_without_end``: a token leads to where it was.
        """
        self._pages, self._news = self._pages + 1, self._news + len(fresh)
        self.latest = _latest(found["issues"], self.latest or self.since)
        self.safe = self.latest if self._pages == 1 else self.safe
        token = found.get("nextPageToken") or ""
        self.token = token if found["issues"] else ""
        if self.token in self._used:
            raise PermanentError("list_without_end", {"path": "search/jql"})
        self._used.add(token)

    def find_next(self) -> "_Pass | None":
        """What to read next; None at the end.

        Raises:
            RetriableError: ``listing_unstable``: it never holds still.
        """
        moved = self.latest is not None and _is_later(self.latest, self.since)
        if self.token and not moved:
            return self._continued()
        if self._pages > 1 and self._news:
            return self._reread()
        self.safe = self.latest
        return _Pass(self.latest) if self.token else None

    def _continued(self) -> "_Pass":
        if self._pages >= MAX_PAGES:
            raise RetriableError("listing_unstable")
        return self

    def _reread(self) -> "_Pass":
        """Rows may have moved up behind the token."""
        if self.rereads >= MAX_RESTARTS:
            raise RetriableError("listing_unstable")
        return _Pass(self.since, self.rereads + 1)


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
        if position and _is_later(position, self.since):
            return _Page(position, restarts=self.restarts)
        kept = min(_OVERLAP_ROWS, len(issues) // 2)
        tail = frozenset(raw["id"] for raw in issues[len(issues) - kept :])
        return _Page(self.since, self.start + len(issues) - kept, tail, self.restarts)


def _is_later(position: datetime, since: datetime | None) -> bool:
    """Whether the window's first minute is over."""
    return since is None or minute_of(position) > minute_of(since)


def _latest(issues: Sequence[Json], so_far: datetime | None) -> datetime | None:
    times = [get_updated_at(raw) for raw in issues]
    return max([*times, so_far] if so_far else times, default=None)
