"""Lets libraries that ride on ``requests`` send through a guarded ``httpx`` client."""

import io
from collections.abc import Collection, Iterable, Iterator, Mapping
from http import HTTPStatus

import httpx
import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from requests.utils import get_encoding_from_headers

_HOP_BY_HOP = frozenset({"connection", "accept-encoding", "transfer-encoding"})
"""What requests wrote for a connection that is not used."""


class HttpxAdapter(BaseAdapter):
    """A transport adapter for ``requests.Session.mount``.

    Errors of the door (:mod:`model.errors`) pass through the library untouched.
    Streaming is not supported: an answer is whole when it returns. Cookies are not kept.

    Args:
        client: the source's guarded client.
        reading_posts: endings of paths whose ``POST`` only reads, such as
            ``/search/jql``; these are repeated like a ``GET``.
    """

    def __init__(
        self, client: httpx.Client, reading_posts: Collection[str] = ()
    ) -> None:
        super().__init__()
        self._client = client
        self._reading_posts = tuple(reading_posts)

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: ARG002, FBT001, FBT002 - same
        timeout: object = None,  # noqa: ARG002 - the door's own limits hold
        verify: object = True,  # noqa: ARG002, FBT002 - same
        cert: object = None,  # noqa: ARG002 - same
        proxies: Mapping[str, str] | None = None,  # noqa: ARG002 - same
    ) -> requests.Response:
        """Send it through the door, and give back what requests would have made."""
        response = self._client.send(self._translate(request))
        return _to_requests(response, request)

    def close(self) -> None:
        """Leave the client open: it is the source's, not the library's."""

    def _translate(self, request: requests.PreparedRequest) -> httpx.Request:
        url = httpx.URL(request.url or "")
        reads = request.method == "POST" and url.path.endswith(self._reading_posts)
        headers = [
            (_text(name), _text(value))
            for name, value in request.headers.items()
            if _text(name).lower() not in _HOP_BY_HOP
        ]
        return httpx.Request(
            request.method or "GET",
            url,
            headers=headers,
            content=_body_of(request),
            extensions={"idempotent": True} if reads and self._reading_posts else {},
        )


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _body_of(request: requests.PreparedRequest) -> bytes | None:
    body: object = request.body
    match body:
        case None | bytes():
            return body
        case str():
            return body.encode()
        case _ if hasattr(body, "read"):
            content = body.read()
            return content.encode() if isinstance(content, str) else bytes(content)
        case Iterable():
            return b"".join(body)
        case _:
            message = f"a body of type {type(body).__name__} cannot be sent"
            raise TypeError(message)


def _to_requests(
    response: httpx.Response, request: requests.PreparedRequest
) -> requests.Response:
    made = requests.Response()
    made.status_code = response.status_code
    made.reason = response.reason_phrase or _phrase(response.status_code)
    made.headers = CaseInsensitiveDict(response.headers)
    made.encoding = get_encoding_from_headers(made.headers)
    made.url = str(request.url)
    made.request = request
    made.raw = _Whole(response.content)
    return made


class _Whole(io.BytesIO):
    """Given in one piece, where ``requests`` would put it together of many small ones."""

    def stream(self, *_: object, **__: object) -> Iterator[bytes]:
        """What ``iter_content`` asks for."""
        yield self.getvalue()


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in set(HTTPStatus) else ""
