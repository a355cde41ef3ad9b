"""Everything that changed in a project, oldest change first.

GitLab has no feed of changes: the list of issues is asked in the order of
``updated_at`` (https://docs.gitlab.com/api/issues/). Commits become visible a little
out of that order, so that resuming goes back five minutes; what was read from there
before is remembered and not read again. Much is read as several windows of time side
by side: unlike page numbers these stay where they are while issues change. Pages far down
the list tell where the windows begin, and are the first of theirs.
"""

import hashlib
import json
from collections.abc import AsyncGenerator, AsyncIterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple, Self

from connectors.base import Cursor
from connectors.gitlab.rest import Json, ListPage, Rest, group_path, project_path
from connectors.gitlab.rows import parse_issues
from connectors.gitlab.timestamps import parse_moment, write_moment
from connectors.shapes import understanding
from model.errors import PermanentError

OVERLAP = timedelta(minutes=5)
SETTLING = timedelta(seconds=5)
"""Longer than the coarsest ``updated_at`` and any delay of a replica's answer."""

MAX_REMEMBERED = 2000

_WINDOW_ROWS = 300
"""About as many: several pages, and few, for several windows are held at once."""

_FARTHEST_ROW = 50_000
"""Offsets beyond are refused (https://docs.gitlab.com/administration/instance_limits/)."""

EVERY_ISSUE: Mapping[str, str] = {"scope": "all", "state": "all"}
"""Written out: other scopes are the default elsewhere, and a parameter whose name
GitLab does not know is ignored without a word."""

_BY_CHANGE: Mapping[str, str] = {
    **EVERY_ISSUE,
    "order_by": "updated_at",
    "sort": "asc",
}


class Sighting(NamedTuple):
    """That an issue was read.

    Attributes:
        digest: of the row as the list showed it.
        updated_at: on the tracker's clock.
        read_at: when it was first read like this, on ours.
        settled: it was asked for again, and was alike, so much later that another
            change within the same tick of the tracker's clock would have shown.
    """

    digest: str
    updated_at: datetime
    read_at: datetime
    settled: bool


class Reading(NamedTuple):
    """When a page was asked for and when all of it had been read, on our clock."""

    asked_at: datetime
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Position:
    """How far one project has been read.

    Attributes:
        since: all changes until then are stored, on the tracker's clock; None before
            the first page.
        seen: rows of the last five minutes before that, by iid.
    """

    since: datetime | None = None
    seen: Mapping[str, Sighting] = field(default_factory=dict)

    @property
    def resume_from(self) -> datetime | None:
        """Where to ask again from; None for the beginning."""
        return self.since - OVERLAP if self.since else None

    def find_news(self, rows: Sequence[Json]) -> list[Json]:
        """The rows that are not known for sure in this very state."""
        return [row for row in rows if not self._is_settled(row)]

    def _is_settled(self, row: Json) -> bool:
        known = self.seen.get(str(row["iid"]))
        return bool(known and known.settled and known.digest == _digest(row))

    def advance(self, glance: "Glance", reading: Reading) -> "Position":
        """Where we are once the rows of a page are stored."""
        known = [moment for moment in (self.since, glance.latest) if moment]
        since = max(known, default=None)
        fresh = {
            iid: self._sighting(iid, digest, updated_at, reading)
            for iid, (digest, updated_at) in glance.near.items()
            if since and updated_at >= since - OVERLAP
        }
        return Position(since, _still_near({**self.seen, **fresh}, since))

    def complete(self, until: datetime) -> "Position":
        """Where we are once everything that was there at ``until`` is stored."""
        since = max(self.since, until) if self.since else until
        return Position(since, _still_near(self.seen, since))

    def _sighting(
        self, iid: str, digest: str, updated_at: datetime, reading: Reading
    ) -> Sighting:
        known = self.seen.get(iid)
        if known is None or known.digest != digest:
            return Sighting(digest, updated_at, reading.read_at, settled=False)
        settled = reading.asked_at - known.read_at >= SETTLING
        return known._replace(settled=known.settled or settled)


class Glance(NamedTuple):
    """What a position needs of a page, so that its rows need not be kept.

    Attributes:
        latest: change of the page; None for an empty one.
        near: digest and time of change of rows that resuming could show again, by iid.
    """

    latest: datetime | None
    near: Mapping[str, tuple[str, datetime]]


def glance_at(rows: Sequence[Json]) -> Glance:
    """Look a page over; what is too old for any position after it is left out."""
    moments = [parse_moment(row["updated_at"]) for row in rows]
    latest = max(moments, default=None)
    near = {
        str(row["iid"]): (_digest(row), moment)
        for row, moment in zip(rows, moments, strict=True)
        if latest and moment >= latest - OVERLAP
    }
    return Glance(latest, near)


def _digest(row: Json) -> str:
    text = json.dumps(row, sort_keys=True).encode()
    return hashlib.blake2b(text, digest_size=8).hexdigest()


def _still_near(
    seen: Mapping[str, Sighting], since: datetime | None
) -> dict[str, Sighting]:
    """What resuming will show again; of very many the newest."""
    if since is None:
        return {}
    near = [entry for entry in seen.items() if entry[1].updated_at >= since - OVERLAP]
    near.sort(key=lambda entry: entry[1].updated_at)
    return dict(near[-MAX_REMEMBERED:])


def read_cursor(cursor: Cursor | None) -> dict[int, Position]:
    """The position in each project; one that cannot be read starts from the beginning."""
    try:
        told = json.loads(cursor or "{}")
        return {int(project): _read_position(row) for project, row in told.items()}
    except (ValueError, TypeError, KeyError, AttributeError):
        return {}


def write_cursor(positions: Mapping[int, Position]) -> Cursor:
    """The same as text."""
    rows = {str(project): _position_row(place) for project, place in positions.items()}
    return json.dumps(rows, separators=(",", ":"))


def _read_position(row: Json) -> Position:
    since = parse_moment(row["since"]) if row["since"] else None
    seen = {
        iid: Sighting(digest, parse_moment(updated), parse_moment(read), bool(settled))
        for iid, (digest, updated, read, settled) in row["seen"].items()
    }
    return Position(since, seen)


def _position_row(position: Position) -> Json:
    seen = {
        iid: [
            sighting.digest,
            write_moment(sighting.updated_at),
            write_moment(sighting.read_at),
            int(sighting.settled),
        ]
        for iid, sighting in position.seen.items()
    }
    since = write_moment(position.since) if position.since else None
    return {"since": since, "seen": seen}


class Window(NamedTuple):
    """Changes of a stretch of time, both ends included; None is open."""

    after: datetime | None = None
    before: datetime | None = None

    @property
    def query(self) -> dict[str, str]:
        """As parameters of the list."""
        ends = {"updated_after": self.after, "updated_before": self.before}
        return {name: write_moment(end) for name, end in ends.items() if end}


class Listed(NamedTuple):
    """Issues as a list showed them, oldest change first; when it was asked, on our clock."""

    rows: list[Json]
    asked_at: datetime

    @property
    def begins_at(self) -> datetime:
        """The first change."""
        return _changed_at(self.rows[0])

    @property
    def ends_at(self) -> datetime:
        """The last one."""
        return _changed_at(self.rows[-1])

    def after(self, page: Self) -> Self:
        """Without the row that the page before ended with: it was asked from there."""
        comes_again = self.rows[:1] == page.rows[-1:]
        return self._replace(rows=self.rows[1:]) if comes_again else self


def _changed_at(row: Json) -> datetime:
    with understanding(str(row.get("web_url"))):
        return parse_moment(row["updated_at"])


class Stretch(NamedTuple):
    """A page, and the window of what follows it until the next stretch begins."""

    first: Listed
    rest: Window


async def split(
    first: Listed, pages: AsyncIterable[Listed]
) -> AsyncGenerator[Stretch, None]:
    """Stretches that leave nothing out, whatever the pages; the last one is open.

    Each comes as soon as the page after it does: reading need not wait for all of them.
    """
    async for page in pages:
        if page.begins_at > first.ends_at:
            yield Stretch(first, Window(first.ends_at, page.begins_at))
            first = page
    yield Stretch(first, Window(first.ends_at))


class Feed:
    """Lists the issues of one source's projects in the order of their change."""

    def __init__(self, rest: Rest, page_size: int) -> None:
        self._rest = rest
        self._by_change = {**_BY_CHANGE, "per_page": page_size}
        # The rows at both ends of a window's rest come twice: so it is whole pages.
        self._far_size = max(page_size - 1, 1)
        self._apart = _WINDOW_ROWS // page_size
        self._keyset = True

    def get_first(self, project_id: int, after: datetime | None) -> ListPage:
        """The first page, which tells how much there is."""
        query = {**self._by_change, **Window(after).query}
        return self._get_issues(_path(project_id), query)

    def get_changed(self, group: int | str, after: datetime) -> ListPage:
        """What changed in all projects of a group, as far as one page tells.

        https://docs.gitlab.com/api/issues/#list-group-issues
        """
        query = {**_BY_CHANGE, **Window(after).query}
        return self._get_issues(f"{group_path(group)}/issues", query)

    def begin(self, window: Window) -> Json | None:
        """The query of a window's first page."""
        return {**self._by_change, **window.query}

    def get_next(self, project_id: int, query: Json) -> tuple[list[Json], Json | None]:
        """A page of issues, oldest change first, and the query of the next one.

        Keyset pages where the server has them (18.3 and newer). Otherwise each page is
        asked from the last row's ``updated_at`` on: rows that change meanwhile leave
        their place, and page numbers would skip what comes after them.
        """
        page = self._get_by_key(_path(project_id), query)
        return page.rows, _next(query, page)

    def find_far(
        self, project_id: int, after: datetime | None, number: int
    ) -> list[Json]:
        """A page far down the list; nothing when it is too far."""
        query = {**self._by_change, **Window(after).query}
        asked = {**query, "per_page": self._far_size, "page": number}
        try:
            return self._get_issues(_path(project_id), asked).rows
        except PermanentError as error:
            if error.code != "method_not_allowed":
                raise
            return []

    def far_pages(self, total: int | None) -> range:
        """Numbers of the pages that windows begin with, but for the first one's."""
        last = _FARTHEST_ROW if total is None else total
        return range(1 + self._apart, last // self._far_size + 1, self._apart)

    def count(self, project_ids: Sequence[int]) -> int | None:
        """How many issues there are; None when one project does not tell."""
        query = {**EVERY_ISSUE, "per_page": 1}
        pages = [self._rest.get_page(_path(one), query) for one in project_ids]
        known = [page.total for page in pages if page.total is not None]
        return sum(known) if len(known) == len(pages) else None

    def _get_by_key(self, path: str, query: Json) -> ListPage:
        if not self._keyset:
            return self._get_issues(path, query)
        try:
            return self._get_issues(path, {"pagination": "keyset", **query})
        except PermanentError as error:
            if error.code != "method_not_allowed":
                raise
        self._keyset = False
        return self._get_issues(path, query)

    def _get_issues(self, path: str, query: Json) -> ListPage:
        return self._rest.get_page(path, query, parse_issues)


def _path(project_id: int) -> str:
    return f"{project_path(project_id)}/issues"


def _next(query: Json, page: ListPage) -> Json | None:
    if page.next_query is None or not page.rows:
        return None
    cursor = page.next_query.get("cursor")
    if cursor is None:
        return _next_window(query, page)
    if cursor == query.get("cursor"):
        raise PermanentError("list_without_end", {"cursor": cursor[:100]})
    return {**query, "cursor": cursor}


def _next_window(query: Json, page: ListPage) -> Json:
    """From the last row on; while all rows have one time, the next page of it."""
    since = parse_moment(page.rows[-1]["updated_at"])
    asked = query.get("updated_after")
    if asked is None or since > parse_moment(asked):
        moved = {name: value for name, value in query.items() if name != "page"}
        return {**moved, "updated_after": write_moment(since)}
    told = page.next_query or {}  # of the smaller page where this one was too large
    return {**query, "page": int(query.get("page", 1)) + 1, **told}
