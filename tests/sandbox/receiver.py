"""A letterbox for webhooks, on a port of its own."""

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


@dataclass(frozen=True)
class Arrival:
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """Keeps what arrives; `answers` are given out first, then `status`."""

    status: int = 200
    location: str = ""
    answers: list[int] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _door(self))
        serve = self._server.serve_forever
        self._thread = threading.Thread(target=serve, args=(0.01,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/hook"

    def take(self, arrival: Arrival) -> int:
        self.arrivals.append(arrival)
        return self.answers.pop(0) if self.answers else self.status


def _door(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            self.send_response(receiver.take(Arrival(headers, body)))
            self.send_header("content-length", "0")
            self.send_header("location", receiver.location)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            return

    return Door
