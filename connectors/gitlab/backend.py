"""Lets python-gitlab send through the source's guarded client, without requests.

The library takes any backend (``gitlab.Gitlab(backend=…)``); by the same two threads a
request costs half of what it does through an adapter of :mod:`connectors.http.adapter`.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

import gitlab
import httpx
from gitlab._backends.requests_backend import RequestsBackend

_READING_POSTS = ("/api/graphql",)


class _Answer:
    """What the library asks of an answer; ``response`` is handed on to us."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.status_code = response.status_code
        self.headers = response.headers
        self.content = response.content
        self.reason = response.reason_phrase

    def json(self) -> Any:
        """The library looks for its error messages in here."""
        return self.response.json()


class HttpxBackend:
    """Sends one source's requests; errors of the door pass through untouched."""

    prepare_send_data = staticmethod(RequestsBackend.prepare_send_data)

    def __init__(self, client: httpx.Client, **_: object) -> None:
        self.client = client

    def http_request(
        self,
        method: str,
        url: str,
        *,
        json: Mapping[str, Any] | None = None,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: Any = None,
        **_: object,
    ) -> _Answer:
        """Send it; the door's own time limits hold."""
        reads = method == "post" and url.endswith(_READING_POSTS)
        # The client's own `build_request` takes the address apart three times.
        asked = f"?{httpx.QueryParams(params)}" if params else ""
        request = httpx.Request(
            method.upper(),
            f"{url}{asked}",
            json=json,
            headers={**(headers or {}), "PRIVATE-TOKEN": auth.token},
            extensions={"idempotent": True} if reads else None,
        )
        return _Answer(self.client.send(request))


def open_library(base_url: str, token: str, client: httpx.Client) -> gitlab.Gitlab:
    """A library object for one thread, which repeats nothing by itself."""
    return gitlab.Gitlab(
        base_url,
        private_token=token,
        keep_base_url=True,
        retry_transient_errors=False,
        backend=partial(HttpxBackend, client),
    )
