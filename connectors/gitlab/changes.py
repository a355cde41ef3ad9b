"""Follows one project: everything that changed, whole, several windows at a time.

A page's issues are completed where the page is read, so that neither notes nor links
wait for the pages before it, and no more rows are held than the windows ahead have.
"""

import asyncio
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Callable,
    Mapping,
    Sequence,
)
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from connectors.ahead import in_order
from connectors.gitlab.feed import (
    Feed,
    Glance,
    Listed,
    Position,
    Reading,
    Stretch,
    glance_at,
    split,
)
from connectors.gitlab.mapping import IssuePlace
from connectors.gitlab.notes import ISSUES_PER_REQUEST, NoteReads
from connectors.gitlab.reads import IssueReads, has_notes
from connectors.gitlab.relations import RelationReads
from connectors.gitlab.rest import Json, ListPage
from connectors.shapes import understanding
from connectors.threads import Threads
from connectors.trail import Trail
from model.clock import Clock
from model.issues import IssueSnapshot

_PAGES_AHEAD = 2
_SPARE_WINDOWS = 4
"""More than there are threads: while one window ends the others leave none idle."""


@dataclass(frozen=True, slots=True)
class WholeReads:
    """Completes rows: with their notes and relations."""

    threads: Threads
    reads: IssueReads
    notes: NoteReads
    relations: RelationReads

    async def fetch(self, rows: Sequence[Json]) -> list[IssueSnapshot]:
        """The issues of some rows, in their order."""
        if not rows:
            return []
        noted = [row for row in rows if has_notes(row)]
        if not noted:
            return await self.threads.run(self._fetch_bare, rows)
        notes, relations = await asyncio.gather(
            self._fetch_notes(noted), self.threads.run(self.relations.fetch, rows)
        )
        return await self.threads.run(self.reads.read_all, rows, notes, relations)

    def _fetch_bare(self, rows: Sequence[Json]) -> list[IssueSnapshot]:
        """Without notes: from thread to thread costs as much as reading some issues."""
        return self.reads.read_all(rows, {}, self.relations.fetch(rows))

    async def _fetch_notes(
        self, rows: Sequence[Json]
    ) -> Mapping[IssuePlace, Sequence[Json]]:
        """Together where that saves requests, one by one what is left over."""
        together = await asyncio.gather(
            *(
                self.threads.run(
                    self.notes.fetch, rows[start : start + ISSUES_PER_REQUEST]
                )
                for start in range(
                    0, len(rows) if len(rows) > 1 else 0, ISSUES_PER_REQUEST
                )
            )
        )
        found = {place: notes for part in together for place, notes in part.items()}
        with understanding(self.threads.source):
            left = {IssuePlace.of(row): row for row in rows}
        left = {place: row for place, row in left.items() if place not in found}
        reads = (self.threads.run(self.reads.fetch_notes, row) for row in left.values())
        return {**found, **dict(zip(left, await asyncio.gather(*reads), strict=True))}


class _ReadPage(NamedTuple):
    """What is news of a page, whole; of its rows no more than a position needs."""

    glance: Glance
    reading: Reading
    snapshots: list[IssueSnapshot]


@dataclass(frozen=True, slots=True)
class ChangeReads:
    """Reads what changed in the projects of a source."""

    threads: Threads
    feed: Feed
    whole: WholeReads
    clock: Clock

    async def follow(
        self, project_id: int, position: Position
    ) -> AsyncIterator[tuple[Sequence[IssueSnapshot], Position]]:
        """Yield what is new from a position on, and where we are once it is stored."""
        known, asked_at = position, self.clock()
        first = await self.threads.run(
            self.feed.get_first, project_id, known.resume_from
        )
        until = min(asked_at, first.answered_at or asked_at)
        reading = self._read_pages(project_id, known, first, asked_at)
        async with aclosing(reading) as pages:
            async for page in pages:
                position = position.advance(page.glance, page.reading)
                yield page.snapshots, position
        yield (), position.complete(until)

    async def find_quiet(
        self, group: int | str, positions: Mapping[int, Position]
    ) -> Mapping[int, Position]:
        """Projects of a group in which nothing changed, and where we are in each.

        One request asks for all of them; where it does not tell everything, and for
        projects that were not read yet, each is to be asked for itself.
        """
        known = {one: place for one, place in positions.items() if place.resume_from}
        starts = [place.resume_from for place in known.values() if place.resume_from]
        if not group or not starts:
            return {}
        asked_at = self.clock()
        page = await self.threads.run(self.feed.get_changed, group, min(starts))
        if page.next_query is not None:
            return {}
        until = min(asked_at, page.answered_at or asked_at)
        with understanding(self.threads.source):
            busy = {int(row["project_id"]) for row in page.rows}
        return {
            one: place.complete(until)
            for one, place in known.items()
            if one not in busy
        }

    async def _read_pages(
        self, project_id: int, known: Position, page: ListPage, asked_at: datetime
    ) -> AsyncGenerator[_ReadPage, None]:
        first = Listed(page.rows, asked_at)
        if page.next_query is None or not first.rows:
            yield await self._complete(known, first)
            return
        far = self._find_far(project_id, known.resume_from, page.total)
        stretches = split(first, far)
        reads = (self._read(project_id, stretch, known) async for stretch in stretches)
        ahead = self.threads.count + _SPARE_WINDOWS
        async with (
            aclosing(far),
            aclosing(stretches),
            aclosing(in_order(reads, ahead)) as found,
        ):
            async for pages in found:
                for one in pages:
                    yield one

    async def _find_far(
        self, project_id: int, after: datetime | None, total: int | None
    ) -> AsyncGenerator[Listed, None]:
        finds = (
            self._list(self.feed.find_far, project_id, after, number)
            for number in self.feed.far_pages(total)
        )
        async with aclosing(in_order(finds, self.threads.count)) as found:
            async for page in found:
                if not page.rows:
                    return
                yield page

    async def _list(self, ask: Callable[..., list[Json]], *args: object) -> Listed:
        asked_at = self.clock()
        return Listed(await self.threads.run(ask, *args), asked_at)

    async def _read(
        self, project_id: int, stretch: Stretch, known: Position
    ) -> list[_ReadPage]:
        """A stretch whole; its next page is asked for while one is completed."""
        whole = self._completions(project_id, stretch, known)
        async with (
            aclosing(whole),
            aclosing(in_order(whole, _PAGES_AHEAD)) as pages,
        ):
            return [page async for page in pages]

    async def _completions(
        self, project_id: int, stretch: Stretch, known: Position
    ) -> AsyncGenerator[asyncio.Task[_ReadPage], None]:
        page = stretch.first
        yield asyncio.create_task(self._complete(known, page))
        query, trail = self.feed.begin(stretch.rest), Trail(f"/projects/{project_id}")
        while query is not None:
            asked_at = self.clock()
            rows, query = await self.threads.run(self.feed.get_next, project_id, query)
            trail.add(rows)
            page = Listed(rows, asked_at).after(page)
            yield asyncio.create_task(self._complete(known, page))

    async def _complete(self, known: Position, page: Listed) -> _ReadPage:
        with understanding(self.threads.source):
            news, glance = known.find_news(page.rows), glance_at(page.rows)
        snapshots = await self.whole.fetch(news)
        return _ReadPage(glance, Reading(page.asked_at, self.clock()), snapshots)
