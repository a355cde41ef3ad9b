"""Sends webhooks as fast as they are answered; a process of its own.

``python -m benchmarks.ingest_load PORT PATH CONNECTIONS SECONDS SEED`` prints one JSON
object: how many were accepted, and the median and 99th percentile in milliseconds.
"""

import hmac
import json
import sys
from asyncio import gather, open_connection
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
_EVENT = {
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
    return json.dumps(fields, ensure_ascii=False).encode()[: BODY_BYTES - 250]


def make_body(seed: int, number: int, rest: bytes) -> bytes:
    """No two are the same."""
    event = {**_EVENT, "seed": seed, "number": number, "rest": ""}
    body = json.dumps(event, ensure_ascii=False).encode()
    return body[:-2] + rest.replace(b'"', b"'") + body[-2:]


class Load:
    """Connections that each send one delivery after the other."""

    def __init__(self, port: int, path: str, seed: int) -> None:
        self._port = port
        self._path = path
        self._seed = seed
        self._numbers = count()
        random = Random(seed)
        self._rests = [make_rest(random) for _ in range(100)]
        self.refused = 0
        self.milliseconds: list[float] = []

    async def run(self, connections: int, seconds: float) -> None:
        until = perf_counter() + seconds
        await gather(*(self._keep_sending(until) for _ in range(connections)))

    async def _keep_sending(self, until: float) -> None:
        reader, writer = await open_connection("127.0.0.1", self._port)
        while perf_counter() < until:
            number = next(self._numbers)
            body = make_body(self._seed, number, self._rests[number % 100])
            request = make_request(self._port, self._path, body)
            started = perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(_length(head))
            if head.startswith(b"HTTP/1.1 202"):
                self.milliseconds.append(1000 * (perf_counter() - started))
            else:
                self.refused += 1
        writer.close()


def make_request(port: int, path: str, body: bytes) -> bytes:
    """Signed, as Jira sends it."""
    digest = hmac.digest(SECRET.encode(), body, "sha256").hex()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        f"User-Agent: Atlassian Webhook HTTP Client\r\n"
        f"X-Hub-Signature: sha256={digest}\r\n\r\n"
    )
    return head.encode() + body


def _length(head: bytes) -> int:
    lines = head.lower().split(b"\r\n")
    return next(int(one[15:]) for one in lines if one.startswith(b"content-length:"))


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
