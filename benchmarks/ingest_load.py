"""Sends webhooks as fast as they are answered; a process of its own.

``python -m benchmarks.ingest_load PORT PATH CONNECTIONS SECONDS SEED`` prints one JSON
object: how many were accepted, and the median and 99th percentile in milliseconds.
"""

import hmac
import json
import sys
from asyncio import Protocol, gather, get_running_loop
from itertools import count
from random import Random
from time import perf_counter
from typing import Any

import uvloop

SECRET = "the-secret-of-the-benchmark"  # noqa: S105 - of nothing else
BODY_BYTES = 7_000
_WORDS = [
    "资金",
    "报表",
    "审批",
    "流程",
    "凭证",
    "导出",
    "export",
    "report",
    "of",
    "funds",
    "approval",
    "by",
    "amount",
]
EVENT = {
    "webhookEvent": "jira:issue_updated",
    "timestamp": 1763627400000,
    "issue": {"id": "10001", "key": "FIN-1", "fields": {"summary": "资金报表"}},
}


def make_field(random: Random) -> dict[str, Any]:
    """One of the many fields of an issue, as compressible as they are."""
    return {
        "self": f"https://acme.example/rest/api/2/field/{random.randrange(10**6)}",
        "id": f"customfield_{random.randrange(10**5)}",
        "value": " ".join(random.choices(_WORDS, k=6)),
        "updated": f"2026-11-20T08:{random.randrange(60):02}:07.{random.random():.6f}",
    }


def make_rest(random: Random) -> bytes:
    """What makes a body as long as Jira's."""
    fields = [make_field(random) for _ in range(40)]
    cut = json.dumps(fields, ensure_ascii=False).encode()[: BODY_BYTES - 250]
    return cut.decode(errors="ignore").encode()


def make_body(seed: int, number: int, rest: bytes) -> bytes:
    """No two are the same."""
    event = {**EVENT, "seed": seed, "number": number, "rest": ""}
    body = json.dumps(event, ensure_ascii=False).encode()
    return body[:-2] + rest.replace(b'"', b"'") + body[-2:]


class Load:
    """Connections that each send one delivery after the other.

    Frugal, for the servers have to share the machine with it: no streams lie between it
    and the sockets, and what many bodies have in common is hashed once.
    """

    def __init__(self, port: int, path: str, seed: int) -> None:
        random = Random(seed)
        self._port = port
        self._head = make_head(port, path)
        self._numbers = count()
        self._letters = [Letter(seed, make_rest(random)) for _ in range(100)]
        self.refused = 0
        self.milliseconds: list[float] = []

    async def run(self, connections: int, seconds: float) -> None:
        loop, until = get_running_loop(), perf_counter() + seconds
        opened = [
            await loop.create_connection(
                lambda: Line(self, until), "127.0.0.1", self._port
            )
            for _ in range(connections)
        ]
        await gather(*(line.ended for _, line in opened))

    def make_next(self) -> bytes:
        """A request that is like no other."""
        number = next(self._numbers)
        body, digest = self._letters[number % len(self._letters)].write(number)
        return self._head % (len(body), digest.encode()) + body


class Letter:
    """A long body that ends in a number, and its signature."""

    def __init__(self, seed: int, rest: bytes) -> None:
        self._front = make_body(seed, 0, rest)[:-1] + b', "turn": '
        self._hashed = hmac.new(SECRET.encode(), self._front, "sha256")

    def write(self, number: int) -> tuple[bytes, str]:
        end = b"%d}" % number
        signed = self._hashed.copy()
        signed.update(end)
        return self._front + end, signed.hexdigest()


class Line(Protocol):
    """One connection: the next request leaves when the last one was answered."""

    def __init__(self, load: Load, until: float) -> None:
        self._load = load
        self._until = until
        self._answer = b""
        self._sent_at = 0.0
        self.ended = get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._send()

    def _send(self) -> None:
        request = self._load.make_next()
        self._sent_at = perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._answer += data
        head, blank, body = self._answer.partition(b"\r\n\r\n")
        if not blank or len(body) < _length(head):
            return
        if head.startswith(b"HTTP/1.1 202"):
            self._load.milliseconds.append(1000 * (perf_counter() - self._sent_at))
        else:
            self._load.refused += 1
        self._answer = b""
        if perf_counter() < self._until:
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        if not self.ended.done():
            self.ended.set_result(None)


def make_head(port: int, path: str) -> bytes:
    """Of a request as Jira sends it; length and signature are left open."""
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Content-Type: application/json\r\nContent-Length: %d\r\n"
        f"User-Agent: Atlassian Webhook HTTP Client\r\n"
        f"X-Hub-Signature: sha256=%b\r\n\r\n"
    ).encode()


def make_request(port: int, path: str, body: bytes) -> bytes:
    """Signed, as Jira sends it."""
    digest = hmac.digest(SECRET.encode(), body, "sha256").hex()
    return make_head(port, path) % (len(body), digest.encode()) + body


def _length(head: bytes) -> int:
    _, _, after = head.lower().partition(b"content-length:")
    return int(after.partition(b"\r\n")[0])


def main() -> None:
    port, path, connections, seconds, seed = sys.argv[1:]
    load = Load(int(port), path, int(seed))
    uvloop.run(load.run(int(connections), float(seconds)))
    took = sorted(load.milliseconds)
    found = {
        "accepted": len(took),
        "refused": load.refused,
        "p50": took[len(took) // 2],
        "p99": took[len(took) * 99 // 100],
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
