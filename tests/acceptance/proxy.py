"""An HTTP proxy that may swallow a request, or change its answer."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

_OURS = {"host", "connection", "content-length", "accept-encoding"}
_THEIRS = {"connection", "content-length", "content-encoding", "transfer-encoding"}


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    body: bytes


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


Meddle = Callable[[Asked, Callable[[], Answer]], Answer]
"""What was asked, and how to have the real server answer it."""


@contextmanager
def serve_proxy(target: str, meddle: Meddle) -> Iterator[str]:
    """The proxy's address."""
    with httpx.Client(base_url=target, trust_env=False, timeout=300) as client:
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(client, meddle))
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def _handler(client: httpx.Client, meddle: Meddle) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("content-length", 0))
            asked = Asked(self.command, self.path, self.rfile.read(length))
            answer = meddle(asked, lambda: self._forward(asked))
            self.send_response(answer.status)
            for name, value in answer.headers:
                self.send_header(name, value)
            self.send_header("content-length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        do_POST = do_GET  # noqa: N815 - named by the standard library

        def _forward(self, asked: Asked) -> Answer:
            sent = {n: v for n, v in self.headers.items() if n.lower() not in _OURS}
            got = client.request(
                asked.method, asked.path, content=asked.body, headers=sent
            )
            kept = (it for it in got.headers.multi_items() if it[0] not in _THEIRS)
            return Answer(got.status_code, got.content, tuple(kept))

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - theirs
            """Say nothing."""

    return Handler
