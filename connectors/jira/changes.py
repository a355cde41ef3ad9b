"""Everything that changed since a position; much of it in stretches, side by side.

Pages of a search follow each other, by a token on Cloud and by offset on Data Center.
So a long time is cut into stretches of few issues each, which are read at the same time
and handed on in their order. The bounds are minutes, written once and used on both
sides: whatever a site takes them for, nothing lies between two stretches. The last one,
where every edit ends up that is made meanwhile, is read when all others are done.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import partial
from itertools import pairwise
from math import ceil
from typing import Any, NamedTuple

from connectors.ahead import in_order
from connectors.jira.config import JiraConfig
from connectors.jira.mapping import get_updated_at
from connectors.jira.reading import complete
from connectors.jira.search import Sweep
from connectors.jira.site import QuietJira, Site
from connectors.jira.windows import minute_of, write_jql
from model.issues import IssueSnapshot

_PAGES = 3
"""In a stretch: several, so that finding the bounds costs little of reading them."""

_HELD_PAGES = 12
"""Of one stretch, before those of the stretches before it were handed on."""

_SPARE = 2
_MOST_PARTS = 100
_LONG_AGO = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)

ReadPage = tuple[list[IssueSnapshot], datetime | None]
"""Issues, and the position that no change up to was skipped; None: not known."""


class Stretch(NamedTuple):
    """A stretch of time, its end not included; None is open. ``rows`` as estimated."""

    since: datetime | None
    until: datetime | None
    rows: int = 0


@dataclass(slots=True)
class Changes:
    """One run over what changed.

    Attributes:
        zone: in which the site reads our searches.
        total: how many issues there are, once it is known.
    """

    source: str
    site: Site
    config: JiraConfig
    zone: tzinfo
    total: int | None = None

    async def follow(
        self, since: datetime | None, now: datetime
    ) -> AsyncGenerator[ReadPage, None]:
        """Yield all issues that changed since then, oldest change first."""
        *closed, last = await self._cut(since, now)
        reads = (self._read(stretch) for stretch in closed)
        ahead = self.config.max_concurrency + _SPARE
        async with aclosing(in_order(reads, ahead)) as found:
            async for held, rest in found:
                for page in held:
                    yield page
                async for page in rest:
                    yield page
        async for page in self._pages(last):
            yield page

    async def _read(
        self, stretch: Stretch
    ) -> tuple[list[ReadPage], AsyncIterator[ReadPage]]:
        """A stretch whole; of one that is longer than it should be the beginning."""
        held, pages = list[ReadPage](), self._pages(stretch)
        async for page in pages:
            held.append(page)
            if len(held) >= _HELD_PAGES:
                break
        return held, pages

    async def _pages(self, stretch: Stretch) -> AsyncIterator[ReadPage]:
        sweep = Sweep(
            self.site, self.config, self.zone, stretch.since, until=stretch.until
        )
        async for raws in sweep.fetch_pages():
            snapshots = await complete(self.source, self.site, self.config, raws)
            self.total = sweep.total if self.total is None else self.total
            yield snapshots, sweep.position

    async def _cut(self, since: datetime | None, now: datetime) -> Sequence[Stretch]:
        """One stretch for an ordinary look, whose one page costs one request."""
        whole = Stretch(since, None)
        if since is not None and now - since < _LONG_AGO:
            return [whole]
        rows = await self._count(whole)
        self.total = rows
        if rows <= self._few:
            return [whole]
        if self.site.is_cloud:
            return await self._cut_by_counts(whole._replace(rows=rows), now)
        return await self._cut_by_rows(whole._replace(rows=rows))

    @property
    def _few(self) -> int:
        return _PAGES * self.config.page_size

    async def _cut_by_rows(self, whole: Stretch) -> Sequence[Stretch]:
        """Data Center tells when the n-th change took place."""
        finds = (
            self.site.ask(partial(self._find_moment, whole, row))
            for row in range(self._few, whole.rows, self._few)
        )
        found = await asyncio.gather(*finds)
        bounds = sorted({minute_of(bound) for bound in found if bound})
        return join([whole.since, *bounds, None])

    async def _cut_by_counts(self, whole: Stretch, now: datetime) -> Sequence[Stretch]:
        """Cloud counts what changed between two moments, roughly."""
        oldest = await self.site.ask(partial(self._find_moment, whole, 0))
        begin = minute_of(oldest or now)
        parts = await self._divide(Stretch(begin, minute_of(now), whole.rows))
        bounds, rows = list[datetime | None](), 0
        for part in parts:
            if rows and rows + part.rows > self._few:
                bounds.append(part.since)
                rows = 0
            rows += part.rows
        return join([whole.since, *bounds, None])

    async def _divide(self, part: Stretch) -> list[Stretch]:
        edges = divide(part, ceil(part.rows / self._few))
        if part.rows <= self._few or len(edges) <= 2:  # noqa: PLR2004 - one stretch
            return [part]
        inner = [Stretch(*ends) for ends in pairwise(edges)]
        counts = await asyncio.gather(*(self._count(one) for one in inner))
        counted = [
            one._replace(rows=rows) for one, rows in zip(inner, counts, strict=True)
        ]
        found = await asyncio.gather(*(self._divide(one) for one in counted))
        return [one for ones in found for one in ones]

    async def _count(self, stretch: Stretch) -> int:
        """Data Center's own total; on Cloud an estimate, and only that."""
        jql = self._jql(stretch)
        if self.site.is_cloud:
            unordered = jql.partition(" ORDER BY ")[0]
            found = await self.site.ask(
                lambda jira: jira.approximate_issue_count(unordered)
            )
            return int(found)
        asked: dict[str, str | int] = {"jql": jql, "maxResults": 0, "fields": "updated"}
        told = await self.site.ask(lambda jira: jira.get("search", **asked))
        return int(told["total"])

    def _find_moment(
        self, stretch: Stretch, row: int, jira: QuietJira
    ) -> datetime | None:
        """When the change of a row took place, counted from 0."""
        asked: dict[str, Any] = {
            "jql": self._jql(stretch),
            "maxResults": 1,
            "fields": "updated",
        }
        if self.site.is_cloud:
            issues = jira.get("search/jql", **asked)["issues"]
        else:
            issues = jira.get("search", startAt=row, **asked)["issues"]
        return get_updated_at(issues[0]) if issues else None

    def _jql(self, stretch: Stretch) -> str:
        keys = self.config.project_keys
        return write_jql(keys, stretch.since, self.zone, stretch.until)


def join(bounds: Sequence[datetime | None]) -> list[Stretch]:
    """Stretches between neighbours; they leave nothing out, whatever the bounds."""
    return [Stretch(*ends) for ends in pairwise(bounds)]


def divide(stretch: Stretch, parts: int) -> list[datetime]:
    """Minutes that cut a closed stretch into about as many parts, its ends included."""
    since, until = stretch.since, stretch.until
    if since is None or until is None or until <= since:
        return []
    minutes = int((until - since) / _MINUTE)
    parts = max(1, min(parts, minutes, _MOST_PARTS))
    return [since + minutes * place // parts * _MINUTE for place in range(parts + 1)]
