"""GitLab's REST v4, spoken by python-gitlab through the source's guarded client.

Answers stay JSON: an object for each issue would cost more and save nothing. Errors
come from the door (:mod:`connectors.http`) and pass through the library.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

import gitlab
import httpx
from gitlab.exceptions import GitlabError

from connectors.answers import (
    find_date,
    find_next_query,
    read_pages,
    read_row,
    read_rows,
)
from connectors.gitlab.backend import open_library
from connectors.shapes import Parse, parse_answer
from model.errors import PermanentError, RetriableError

PER_PAGE = 100
"""The most that GitLab gives (https://docs.gitlab.com/api/rest/#pagination)."""

_FEW = 10
_GRAPHQL = "/api/graphql"
_NOTHING: Mapping[str, Any] = {}

Json = dict[str, Any]
Query = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list.

    Attributes:
        rows: as GitLab wrote them.
        next_query: what its link to the next page adds to or changes in the query;
            None on the last page.
        total: of the whole list; GitLab tells it up to 10,000.
        answered_at: on the tracker's clock, when it told (``Date``).
    """

    rows: list[Json]
    next_query: dict[str, str] | None
    total: int | None
    answered_at: datetime | None


class Rest:
    """Asks one instance. May be shared by threads: each has its own library object."""

    def __init__(self, base_url: str, token: str, http: httpx.Client) -> None:
        self._base_url = base_url
        self._token = token
        self._http = http
        self._of_thread = threading.local()

    def get_row(self, path: str) -> Json:
        """Read one object."""
        return read_row(self._ask("get", path))

    def get_page(
        self, path: str, query: Query = _NOTHING, parse: Parse = parse_answer
    ) -> ListPage:
        """Read one page of a list, or its beginning where it is too large.

        A note or a description may have a megabyte, and anybody may write hundreds.
        """
        asked = {"per_page": PER_PAGE, **query}
        try:
            answer = self._ask("get", path, query=asked)
        except PermanentError as error:
            if error.code != "answer_too_large" or asked["per_page"] == 1:
                raise
            return self.get_page(path, _begin(asked), parse)
        return ListPage(
            read_rows(answer, parse),
            find_next_query(answer, ("cursor", "page", "per_page")),
            _total(answer),
            find_date(answer),
        )

    def get_all(self, path: str, query: Query = _NOTHING) -> list[Json]:
        """Read a short list whole, page after page.

        Only the query of GitLab's links is taken, never their origin.
        """
        return read_pages(path, lambda step: self.get_page(path, {**query, **step}))

    def ask_graphql(self, query: str, variables: Query) -> Json:
        """Read through GraphQL; ``errors`` are for the caller to look at."""
        url = f"{self._base_url.rstrip('/')}{_GRAPHQL}"
        body = {"query": query, "variables": dict(variables)}
        return read_row(self._ask("post", url, body=body))

    def get_file(self, path: str) -> bytes:
        """Read the content of a file, whole."""
        return self._ask("get", path).content

    def put(self, path: str, body: Json) -> Json:
        """Change one object; answers it as it is now."""
        return read_row(self._ask("put", path, body=body))

    def post(self, path: str, body: Json) -> Json:
        """Create one object."""
        return read_row(self._ask("post", path, body=body))

    def delete(self, path: str) -> None:
        """Remove one object."""
        self._ask("delete", path)

    def _ask(
        self, verb: str, path: str, query: Query = _NOTHING, body: Json | None = None
    ) -> httpx.Response:
        try:
            answer: Any = self._library().http_request(
                verb,
                path,
                query_data=dict(query),
                post_data=body,
                obey_rate_limit=False,
                retry_transient_errors=False,
                max_retries=0,
            )
        except GitlabError as error:
            params = {"path": path, "detail": str(error)[:200]}
            raise PermanentError("refused", params) from error
        except httpx.HTTPError as error:
            params = {"path": path, "detail": type(error).__name__}
            raise RetriableError("unreachable", params) from error
        found: httpx.Response = answer
        return found

    def _library(self) -> gitlab.Gitlab:
        found = getattr(self._of_thread, "library", None)
        if isinstance(found, gitlab.Gitlab):
            return found
        made = open_library(self._base_url, self._token, self._http)
        self._of_thread.library = made
        return made


def _begin(asked: Query) -> Query:
    """The first rows of a page: ten where these make up the page, or else one."""
    before = int(asked["per_page"])
    size = _FEW if before % _FEW == 0 and before > _FEW else 1
    if "page" not in asked:
        return {**asked, "per_page": size}
    page = (int(asked["page"]) - 1) * before // size + 1
    return {**asked, "per_page": size, "page": page}


def project_path(project: int | str) -> str:
    """The route of a project; a path is encoded as one segment."""
    return f"/projects/{quote(str(project), safe='')}"


def group_path(group: int | str) -> str:
    """The route of a group."""
    return f"/groups/{quote(str(group), safe='')}"


def find_moved_project(error: PermanentError) -> str | None:
    """The route that a renamed project's old path redirects to.

    https://docs.gitlab.com/api/rest/#redirects
    """
    if error.code != "redirected":
        return None
    path = urlsplit(error.params.get("location", "")).path
    _, found, project = path.partition("/api/v4/projects/")
    return f"/projects/{project}" if found and "/" not in project else None


def is_project_missing(error: PermanentError) -> bool:
    """Whether a 404 is about the whole project: no access, or gone."""
    return error.code == "not_found" and "Project Not Found" in _detail(error)


def unreachable(project: int | str, error: PermanentError) -> PermanentError:
    """No access, or no such project: GitLab tells neither apart on purpose."""
    return PermanentError(
        "project_unreachable", {**error.params, "project": str(project)}
    )


def _detail(error: PermanentError) -> str:
    return error.params.get("detail", "")


def _total(answer: httpx.Response) -> int | None:
    total = answer.headers.get("X-Total", "")
    return int(total) if total.isascii() and total.isdigit() else None
