"""Repositories and issues, read directly, and lists of what changed.

GitHub has no feed of changes: issues, and comments beside them, are listed in the order
of ``updated_at``. https://docs.github.com/en/rest/issues
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from connectors.base import Cursor
from connectors.github.mapping import IssuePlace, parse_moment, write_moment
from connectors.github.rest import Json, ListPage, Rest
from connectors.places import Places
from connectors.trail import Trail
from model.errors import PermanentError

OVERLAP = timedelta(minutes=5)
"""What is committed late, or answered by a replica that lags, shows within it."""

ISSUES, COMMENTS = "issues", "issues/comments"
_ISSUE_PATH = re.compile(r"/repositories/([0-9]+)/issues/([0-9]+)$", re.ASCII)
_BY_CHANGE: Mapping[str, str] = {"sort": "updated", "direction": "asc"}


class Position(NamedTuple):
    """How far one repository has been read.

    Attributes:
        since: all changes until then are stored, on GitHub's clock; None at first.
        etags: of the two lists, when both were empty: then asking again costs nothing
            of the rate limit, as long as ``since`` stays where it is.
    """

    since: datetime | None = None
    etags: tuple[str, str] = ("", "")

    @property
    def query(self) -> dict[str, str]:
        """As parameters of both lists."""
        since = {"since": write_moment(self.since - OVERLAP)} if self.since else {}
        return {**_BY_CHANGE, **since}

    def reach(self, rows: Sequence[Json]) -> "Position":
        """Where we are once these rows are stored."""
        moments = [parse_moment(row["updated_at"]) for row in rows]
        known = [self.since] if self.since else []
        return Position(max([*known, *moments], default=None))

    def complete(self, until: datetime) -> "Position":
        """Where we are once everything that was there at ``until`` is stored."""
        return Position(max(self.since or until, until))


def read_cursor(cursor: Cursor | None) -> dict[int, Position]:
    """The position in each repository; what cannot be read starts from the beginning."""
    try:
        told = json.loads(cursor or "{}")
        return {
            int(repository): Position(parse_moment(since), (str(one), str(other)))
            for repository, (since, one, other) in told.items()
        }
    except (ValueError, TypeError, AttributeError):
        return {}


def write_cursor(positions: Mapping[int, Position]) -> Cursor:
    """The same as text; moments are rounded down."""
    told = {
        str(repository): [write_moment(position.since), *position.etags]
        for repository, position in positions.items()
        if position.since
    }
    return json.dumps(told, separators=(",", ":"))


class Repositories(Places):
    """The configured repositories by their ids, which survive renames."""

    def __init__(self, rest: Rest, configured: Sequence[int | str]) -> None:
        super().__init__(configured)
        self._rest = rest

    def get_row(self, place: int | str) -> Json:
        """A repository as GitHub shows it, also when it was renamed meanwhile.

        Raises:
            PermanentError: ``project_unreachable``: it is gone, or not for us; GitHub
                tells neither apart on purpose.
        """
        path = f"/repositories/{place}" if isinstance(place, int) else f"/repos/{place}"
        try:
            return self._get_row(path)
        except PermanentError as error:
            if error.code != "not_found":
                raise
            params = {**error.params, "project": str(place)}
            raise PermanentError("project_unreachable", params) from error

    def _get_row(self, path: str) -> Json:
        try:
            return self._rest.get_row(path)
        except PermanentError as error:
            target = urlsplit(error.params.get("location", "")).path
            moved = target[target.find("/repositories/") :]
            if error.code != "redirected" or not moved[14:].isdecimal():
                raise
            return self._rest.get_row(moved)


class IssueReads:
    """Reads issues as JSON. Blocking; meant for threads."""

    def __init__(self, rest: Rest, repositories: Repositories, page_size: int) -> None:
        self._rest = rest
        self._repositories = repositories
        self._page_size = page_size

    def get_first(self, repository: int, stream: str, position: Position) -> ListPage:
        """The first page of what changed; empty when its ETag says that nothing did."""
        etag = position.etags[0 if stream == ISSUES else 1]
        return self._get_page(repository, stream, position.query, etag)

    def iterate_rest(
        self, repository: int, stream: str, position: Position, page: ListPage
    ) -> Iterator[list[Json]]:
        """Yield what comes after the first page.

        Each page is asked from the last row's ``updated_at`` on: rows that change
        meanwhile leave their place, and page numbers would skip what comes after them.

        Raises:
            PermanentError: ``list_without_end``.
        """
        query: dict[str, str] = position.query
        trail = Trail(f"/repositories/{repository}/{stream}")
        trail.add(page.rows)
        while page.next_query and page.rows:
            query = _next(query, page.next_query, page.rows[-1])
            page = self._get_page(repository, stream, query)
            trail.add(page.rows)
            yield page.rows

    def _get_page(
        self, repository: int, stream: str, query: Mapping[str, str], etag: str = ""
    ) -> ListPage:
        path = f"/repositories/{repository}/{stream}"
        every = {"state": "all"} if stream == ISSUES else {}
        whole = {**every, **query, "per_page": self._page_size}
        try:
            return self._rest.get_page(path, whole, etag)
        except PermanentError as error:
            if error.code == "not_found":
                self._repositories.get_row(repository)
            raise

    def find_row(self, place: IssuePlace) -> Json | None:
        """One issue; None when it was deleted (410), transferred (301) or never was.

        Raises:
            PermanentError: ``project_unreachable``, which says nothing of its issues.
        """
        try:
            row = self._rest.get_row(place.path)
        except PermanentError as error:
            if error.code not in {"not_found", "redirected"}:
                raise
            self._repositories.get_row(place.repository)
            return None
        return row if is_issue(row) else None

    def find_new_key(self, place: IssuePlace) -> str | None:
        """Where an issue goes on that was transferred; None for any other.

        https://docs.github.com/en/rest/issues/issues#get-an-issue
        """
        try:
            self._rest.get_row(place.path)
        except PermanentError as error:
            target = urlsplit(error.params.get("location", "")).path
            found = _ISSUE_PATH.search(target) if error.code == "redirected" else None
            return f"{self._find_name(int(found[1]))}#{found[2]}" if found else None
        return None

    def _find_name(self, repository: int) -> str:
        """Its id, where we may not see it."""
        try:
            return str(self._repositories.get_row(repository)["full_name"])
        except PermanentError as error:
            if error.code != "project_unreachable":
                raise
            return str(repository)

    def fetch_comments(self, place: IssuePlace) -> list[Json]:
        """The comments of an issue, oldest first."""
        try:
            return self._rest.get_all(f"{place.path}/comments")
        except PermanentError as error:
            if error.code not in {"not_found", "redirected"}:
                raise
            # Deleted or transferred since it was listed; the next read will show it.
            return []


def is_issue(row: Json) -> bool:
    """Pull requests are listed among the issues."""
    return "pull_request" not in row


def find_commented(repository: int, row: Json) -> IssuePlace | None:
    """The issue that a comment belongs to; None for a pull request's."""
    number = str(row["issue_url"]).rpartition("/")[2]
    return (
        IssuePlace(repository, int(number)) if "/issues/" in row["html_url"] else None
    )


def _next(
    query: Mapping[str, str], step: Mapping[str, str], last: Json
) -> dict[str, str]:
    """From the last row on; while all rows have one time, the next page of it."""
    since = write_moment(parse_moment(last["updated_at"]))
    if since > query.get("since", ""):
        return {**_BY_CHANGE, "since": since}
    return {**query, **step}
