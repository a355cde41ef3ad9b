"""A stand-in for an endpoint with chat completions, over real HTTP."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

Say = Callable[[dict[str, Any]], str]
"""From what was asked, the clauses and the request, to what the model writes."""


@dataclass
class Endpoint:
    """What it was asked, and what it will say.

    Attributes:
        say: the model's words.
        status: of the next answers.
        wait_seconds: before each answer.
        raw: the whole body instead of a completion.
    """

    url: str = ""
    say: Say = lambda _asked: '{"scope": "unsure", "clauses": [], "reason": ""}'
    status: int = 200
    wait_seconds: float = 0.0
    raw: bytes | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def answer(self, body: dict[str, Any]) -> bytes:
        time.sleep(self.wait_seconds)
        if self.raw is not None:
            return self.raw
        asked = json.loads(body["messages"][1]["content"])
        said = {"message": {"role": "assistant", "content": self.say(asked)}}
        return json.dumps({"choices": [said]}).encode()


@contextmanager
def serve_endpoint() -> Iterator[Endpoint]:
    endpoint = Endpoint()

    class Talk(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            endpoint.asked.append(body)
            endpoint.headers.append({k.lower(): v for k, v in self.headers.items()})
            answer = endpoint.answer(body)
            try:
                self.send_response(endpoint.status)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)
            except BrokenPipeError:
                pass  # the caller went away: it was tired of waiting

        def log_message(self, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Talk)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    endpoint.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield endpoint
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
