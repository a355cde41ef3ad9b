"""Sends webhooks at a rate, each at its own moment whether those before were answered.

The lanes are out of step with each other, since nobody's clients send on the same beat.
``python -m benchmarks.pace WANTED``, a process of its own, so that nothing else holds it
up. ``WANTED`` is JSON: ``{"port", "seconds", "seed", "lanes": [{"source", "per_second",
"secret", "event"}]}``. It prints one JSON object: by source what became of its webhooks,
and as ``own_p99_ms`` how late the sender itself was. How late an answer came is counted
from the moment its webhook was due, so that one which nobody could send is late, too.
"""

import asyncio
import hmac
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from random import Random
from time import perf_counter
from typing import Any, Self

import uvloop

from benchmarks.burst import Line
from benchmarks.ingest_load import make_head, make_rest

MOST_CONNECTIONS = 64
LETTERS = 100


@dataclass
class Lane:
    """The webhooks of one source.

    Attributes:
        event: what every body begins with.
    """

    source: str
    per_second: float
    secret: str
    event: Mapping[str, Any]

    @property
    def connections(self) -> int:
        return min(MOST_CONNECTIONS, 2 + round(self.per_second))


@dataclass
class Sent:
    """What became of a lane's webhooks.

    Attributes:
        late_seconds: how long after its moment each was acknowledged.
    """

    late_seconds: list[float] = field(default_factory=list)
    refused: int = 0

    def describe(self) -> dict[str, float]:
        """How many were acknowledged, and how late most, nearly all and all of them."""
        return {
            "acknowledged": len(self.late_seconds),
            "refused": self.refused,
            "p50_ms": find_milliseconds(self.late_seconds, 0.5),
            "p99_ms": find_milliseconds(self.late_seconds, 0.99),
            "longest_ms": find_milliseconds(self.late_seconds, 1),
        }


@dataclass
class Pace:
    """Deliveries at a rate, over lines that are taken in turn.

    Attributes:
        ahead: the share of a beat that passes before the first one.
    """

    port: int
    seconds: float
    seed: int
    lane: Lane
    ahead: float
    sent: Sent = field(default_factory=Sent)
    own_seconds: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        random = Random(self.seed)
        self._total = int(self.lane.per_second * self.seconds)
        self._head = make_head(self.port, f"/webhooks/{self.lane.source}")
        several = range(min(self._total, LETTERS))
        self._letters = [self._begin(make_rest(random)) for _ in several]

    async def run(self, began: float) -> None:
        waiting: asyncio.Queue[tuple[int, float] | None] = asyncio.Queue()
        async with asyncio.TaskGroup() as group:
            for _ in range(self.lane.connections):
                group.create_task(self._keep_sending(waiting))
            await self._tick(waiting, began)

    def _begin(self, rest: bytes) -> "tuple[bytes, hmac.HMAC]":
        """A body that only lacks its number, and what its signature begins with."""
        told = {**self.lane.event, "rest": rest.decode().replace('"', "'")}
        told["seed"] = self.seed
        front = json.dumps(told, ensure_ascii=False).encode()[:-1] + b', "turn": '
        return front, hmac.new(self.lane.secret.encode(), front, "sha256")

    def _make_request(self, number: int) -> bytes:
        front, hashed = self._letters[number % LETTERS]
        end, signed = b"%d}" % number, hashed.copy()
        signed.update(end)
        length = len(front) + len(end)
        return self._head % (length, signed.hexdigest().encode()) + front + end

    async def _tick(
        self, waiting: "asyncio.Queue[tuple[int, float] | None]", began: float
    ) -> None:
        for number in range(self._total):
            moment = began + (self.ahead + number) / self.lane.per_second
            if (early := moment - perf_counter()) > 0:
                await asyncio.sleep(early)
            self.own_seconds.append(perf_counter() - moment)
            waiting.put_nowait((number, moment))
        for _ in range(self.lane.connections):
            waiting.put_nowait(None)

    async def _keep_sending(
        self, waiting: "asyncio.Queue[tuple[int, float] | None]"
    ) -> None:
        line: Line | None = None
        while (asked := await waiting.get()) is not None:
            number, moment = asked
            line = line or await Line.open(self.port)
            if line is not None and await line.send(self._make_request(number)):
                self.sent.late_seconds.append(perf_counter() - moment)
            else:
                line, self.sent.refused = None, self.sent.refused + 1


@dataclass(frozen=True)
class Paced:
    """What a sender told when it had ended."""

    sent: Mapping[str, Sent]
    own_p99_ms: float

    @classmethod
    def parse(cls, told: bytes) -> Self:
        found = json.loads(told)
        sent = {source: Sent(**one) for source, one in found["sent"].items()}
        return cls(sent, found["own_p99_ms"])


@contextmanager
def sending(
    port: int, seconds: float, lanes: Sequence[Lane], seed: int = 7
) -> "Iterator[subprocess.Popen[bytes]]":
    """A sender at work; it is ended at the end, if it has not ended by itself."""
    told = [asdict(lane) for lane in lanes]
    wanted = {"port": port, "seconds": seconds, "seed": seed, "lanes": told}
    program = [sys.executable, "-m", "benchmarks.pace", json.dumps(wanted)]
    sender = subprocess.Popen(program, stdout=subprocess.PIPE)  # noqa: S603 - ours
    try:
        yield sender
    finally:
        sender.kill()
        sender.wait()


def finish(sender: "subprocess.Popen[bytes]") -> Paced:
    """Wait until it has sent everything."""
    told, _ = sender.communicate()
    return Paced.parse(told)


def find_milliseconds(seconds: Sequence[float], share: float) -> float:
    """What this share of them does not exceed."""
    ordered = sorted(seconds)
    return round(1000 * ordered[min(int(share * len(ordered)), len(ordered) - 1)], 1)


async def pace(wanted: Mapping[str, Any]) -> dict[str, Any]:
    lanes = [Lane(**lane) for lane in wanted["lanes"]]
    paces = [
        Pace(
            wanted["port"],
            wanted["seconds"],
            wanted["seed"] + number,
            lane,
            ahead=number / len(lanes),
        )
        for number, lane in enumerate(lanes)
    ]
    began = perf_counter()
    await asyncio.gather(*(one.run(began) for one in paces))
    own = [seconds for one in paces for seconds in one.own_seconds]
    return {
        "sent": {one.lane.source: asdict(one.sent) for one in paces},
        "own_p99_ms": find_milliseconds(own, 0.99) if own else 0,
    }


if __name__ == "__main__":
    print(json.dumps(uvloop.run(pace(json.loads(sys.argv[1])))))
