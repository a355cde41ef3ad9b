"""GitHub's REST through the source's guarded client.

Errors come from the door (:mod:`connectors.http`); what GitHub alone means by them is
told here. https://docs.github.com/en/rest/using-the-rest-api
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from connectors.answers import (
    find_date,
    find_next_query,
    read_pages,
    read_row,
    read_rows,
)
from model.errors import PermanentError, RetriableError

VERSION = "2022-11-28"
PER_PAGE = 100
_NOTHING: Mapping[str, Any] = {}
_SECONDARY_WAIT_SECONDS = 60
"""For a secondary limit that names no time ("Rate limits for the REST API")."""

Json = dict[str, Any]
Query = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list.

    Attributes:
        rows: empty, too, when nothing has changed since the ``etag`` that was sent.
        next_query: what its link to the next page adds to the query; None on the last.
        etag: what to send to be told that nothing has changed.
        answered_at: on GitHub's clock, when it told.
    """

    rows: list[Json]
    next_query: dict[str, str] | None
    etag: str
    answered_at: datetime | None


class Rest:
    """Asks one GitHub. May be shared by threads."""

    def __init__(self, base_url: str, token: str, http: httpx.Client) -> None:
        self._base_url = base_url.rstrip("/")
        self._http = http
        self._headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {token}",
            "User-Agent": "reqpool",
            "X-GitHub-Api-Version": VERSION,
        }

    def get_row(self, path: str) -> Json:
        """Read one object."""
        return read_row(self.ask("GET", path))

    def get_page(self, path: str, query: Query = _NOTHING, etag: str = "") -> ListPage:
        """Read one page of a list."""
        answer = self.ask("GET", path, query={"per_page": PER_PAGE, **query}, etag=etag)
        same = answer.status_code == httpx.codes.NOT_MODIFIED
        told = answer.headers.get("etag", etag)
        rows = [] if same else read_rows(answer)
        return ListPage(
            rows, find_next_query(answer, ("after", "page")), told, find_date(answer)
        )

    def get_all(self, path: str, query: Query = _NOTHING) -> list[Json]:
        """Read a list whole; of GitHub's links only the query is taken."""
        return read_pages(path, lambda step: self.get_page(path, {**query, **step}))

    def send(self, method: str, path: str, body: Json) -> Json:
        """Write, and answer the object as it is now."""
        return read_row(self.ask(method, path, body=body))

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Query = _NOTHING,
        body: Json | None = None,
        etag: str = "",
    ) -> httpx.Response:
        """Send one request.

        Raises:
            PermanentError: ``not_found`` also for what was deleted (410).
            RetriableError: later.
        """
        headers = {**self._headers, **({"If-None-Match": etag} if etag else {})}
        url = self._base_url + path
        try:
            return self._http.request(
                method, url, params=dict(query) or None, json=body, headers=headers
            )
        except PermanentError as error:
            raise _in_githubs_words(error) from error


def _in_githubs_words(error: PermanentError) -> PermanentError | RetriableError:
    detail = error.params.get("detail", "")
    if error.code == "permission_missing" and "secondary rate limit" in detail:
        wait = _SECONDARY_WAIT_SECONDS
        return RetriableError("rate_limited", error.params, wait)
    if error.code == "gone":
        return PermanentError("not_found", error.params)
    return error
