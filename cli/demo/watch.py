"""What the check can see from outside: the pool's API and the trackers' journals."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

Json = dict[str, Any]
_COMES_AND_GOES = ("last_poll_at", "last_webhook_at")


class Pool:
    """Reads ``/api/v1`` and acts as a product manager.

    Every method raises ``httpx.HTTPError`` when the service does not answer well.
    """

    def __init__(self, address: str) -> None:
        self._client = httpx.Client(base_url=address, trust_env=False, timeout=30)

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def _get(self, path: str, **params: str | int) -> Any:
        answer = self._client.get(f"/api/v1/{path}", params=params)
        return answer.raise_for_status().json()

    def find(self, title: str, path: str) -> Json | None:
        """The requirement of the issue at a path of its tracker, in full."""
        found = self._get("requirements", q=title, sort="-created", limit=200)
        for row in found["items"]:
            if any(issue["url"].endswith(path) for issue in row["issues"]):
                return self.read(row["number"])
        return None

    def read(self, number: int) -> Json:
        """A requirement in full."""
        answer: Json = self._get(f"requirements/{number}")
        return answer

    def overrule(self, number: int, section: str, value: str, by: str) -> None:
        """Decide instead of the rules."""
        body = {"section": section, "value": value, "by": by}
        why = {"reason": "Agreed with the client on the phone"}
        path = f"/api/v1/requirements/{number}/overrides"
        self._client.post(path, json=body | why).raise_for_status()

    def sources(self) -> Mapping[str, Json]:
        """How each source is, by name."""
        return {one["name"]: one for one in self._get("status")["sources"]}

    def numbers(self) -> Iterator[int]:
        """Every requirement's number."""
        cursor = ""
        while True:
            page = self._get("requirements", sort="number", limit=200, cursor=cursor)
            yield from (row["number"] for row in page["items"])
            cursor = page["next"]
            if not cursor:
                return

    def digests(self) -> Mapping[int, str]:
        """Everything there is to each requirement, history included, as a hash."""
        return {number: _digest(self.read(number)) for number in self.numbers()}


def issue_of(requirement: Json) -> Json:
    """The issue of a requirement that has one."""
    issue: Json = requirement["issues"][0]
    return issue


def _digest(requirement: Json) -> str:
    for issue in requirement["issues"]:
        for name in _COMES_AND_GOES:
            issue.pop(name, None)
    text = json.dumps(requirement, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


class Control:
    """The stand-in's own switches: its webhooks and its journal of requests."""

    def __init__(self, tracker: str) -> None:
        self._client = httpx.Client(
            base_url=f"{tracker}/_sandbox", trust_env=False, timeout=300
        )

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def writes(self) -> int:
        """How many requests have ever changed something, people's pages not counted."""
        answer = self._client.get("/journal", params={"since": 10**9})
        return int(answer.raise_for_status().json()["writes"])

    def pending(self) -> int:
        """How many webhooks are on their way."""
        answer = self._client.get("/webhooks").raise_for_status()
        return int(answer.json()["pending"])

    def switch(self, *, enabled: bool) -> None:
        """Let webhooks out, or lose them."""
        answer = self._client.post("/webhooks", json={"enabled": enabled})
        answer.raise_for_status()

    def replay(self, *, same_id: bool) -> Json:
        """Send every webhook so far once more; how many, and how they were answered."""
        answer = self._client.post("/webhooks/replay", json={"same_id": same_id})
        told: Json = answer.raise_for_status().json()
        return told


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything that a replay must not change, and the inbox, which it must.

    Attributes:
        requirements: number to hash.
        writes: requests that changed something, by tracker.
        outbox: writes by state, by source.
        inbox: deliveries kept, by source.
        heard_at: when each source's last webhook came.
    """

    requirements: Mapping[int, str]
    writes: Mapping[str, int]
    outbox: Mapping[str, Mapping[str, int]]
    inbox: Mapping[str, int]
    heard_at: Mapping[str, str]


def take_picture(pool: Pool, trackers: Mapping[str, Control]) -> Picture:
    """Read all of it."""
    sources = pool.sources()
    return Picture(
        requirements=pool.digests(),
        writes={name: tracker.writes() for name, tracker in trackers.items()},
        outbox={name: source["outbox"] for name, source in sources.items()},
        inbox={name: source["received"] for name, source in sources.items()},
        heard_at={name: one["last_webhook_at"] for name, one in sources.items()},
    )
