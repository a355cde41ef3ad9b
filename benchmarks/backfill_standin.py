"""A stand-in that answers as fast as it can: GitLab, Jira Cloud and Data Center in one.

``python -m benchmarks.backfill_standin --issues 20000 --latency 0.05`` prints its
address and serves until its standard input ends. Rows are bytes from the beginning, so
that what is measured is who reads them. Cloud lives under ``/cloud``, Data Center under
``/dc``; GitLab's project 1 is without notes, 2 (``bench/noted``) with.
"""

import argparse
import asyncio
import json
import re
import socket
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

import uvicorn

from benchmarks.backfill_rows import (
    NOTES,
    Rows,
    build_rows,
    gitlab_issue,
    gitlab_notes,
    gitlab_work_item,
    jira_issue,
    write_comments,
    write_notes,
)

ZONE = "Asia/Shanghai"
"""Of the user that asks Jira."""

_TOTAL_TOLD = 10_000
_FARTHEST = 50_000
_WINDOW = re.compile(r'updated (>=|<=|<) "([^"]+)"')
_NUMBER = re.compile(r"/(?:issues|issue)/([0-9]+)/")

UNKNOWN = b'{"errors":[{"message":"no","extensions":{"code":"undefinedField"}}]}'
"""An older server's answer."""

Answer = tuple[int, bytes, list[tuple[bytes, bytes]]]


class Standin:
    """An ASGI application over prebuilt rows."""

    def __init__(
        self, count: int, latency_seconds: float, *, graphql_notes: bool
    ) -> None:
        self._latency = latency_seconds
        self._bare = build_rows(count, partial(gitlab_issue, notes=0))
        self._noted = build_rows(count, partial(gitlab_issue, notes=NOTES))
        self._relations = build_rows(count, gitlab_work_item).bodies
        self._notes = build_rows(count, gitlab_notes).bodies if graphql_notes else ()
        self._issues = build_rows(count, jira_issue)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = (await receive())["body"] if scope["method"] == "POST" else b""
        if self._latency:
            await asyncio.sleep(self._latency)
        query = {k: v[-1] for k, v in parse_qs(scope["query_string"].decode()).items()}
        status, content, headers = self.answer(scope["path"], query, body)
        lines = [
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(content)),
            *headers,
        ]
        start = {"type": "http.response.start", "status": status, "headers": lines}
        await send(start)
        await send({"type": "http.response.body", "body": content})

    def answer(self, path: str, query: Mapping[str, str], body: bytes) -> Answer:
        name = path.rsplit("/", 1)[-1]
        if path.startswith(("/cloud/", "/dc/")):
            return _ok(self._jira(path, name, {**query, **_object(body)}))
        if name == "issues":
            return _list(self._noted if _has_notes(path) else self._bare, query, path)
        return _ok(self._gitlab(path, name, body))

    def _gitlab(self, path: str, name: str, body: bytes) -> bytes:
        match name:
            case "notes":
                return write_notes(_number(path))
            case "graphql":
                return self._graphql(_object(body))
            case "award_emoji":
                return b"[]"
            case _:
                return json.dumps({"id": 2 if _has_notes(path) else 1}).encode()

    def _graphql(self, asked: Mapping[str, Any]) -> bytes:
        places = [int(iid) - 1 for iid in asked["variables"]["iids"]]
        if "workItems" in asked["query"]:
            nodes = b",".join([self._relations[place] for place in places])
            return b'{"data":{"project":{"workItems":{"nodes":[%s]}}}}' % nodes
        if not self._notes:
            return UNKNOWN
        nodes = b",".join([self._notes[place] for place in places])
        return b'{"data":{"project":{"issues":{"nodes":[%s]}}}}' % nodes

    def _jira(self, path: str, name: str, asked: Mapping[str, Any]) -> bytes:
        match name:
            case "search" | "jql":
                return self._search(asked, by_token=name == "jql")
            case "approximate-count":
                first, last = self._find(str(asked["jql"]))
                return b'{"count":%d}' % (last - first)
            case "comment":
                return write_comments(_number(path) - 10_000)
            case "field":
                return b"[]"
            case _:
                return _about("Cloud" if "/cloud/" in path else "Server")

    def _search(self, asked: Mapping[str, Any], *, by_token: bool) -> bytes:
        first, last = self._find(str(asked["jql"]))
        skipped = int(asked.get("nextPageToken" if by_token else "startAt") or 0)
        size = min(int(asked.get("maxResults") or 50), 100)
        start = min(first + skipped, last)
        end = min(start + size, last)
        issues = b",".join(self._issues.bodies[start:end])
        if by_token:
            more = b',"nextPageToken":"%d"' % (end - first) if end < last else b""
            return b'{"issues":[%s]%s}' % (issues, more)
        told = (skipped, size, last - first, issues)
        return b'{"startAt":%d,"maxResults":%d,"total":%d,"issues":[%s]}' % told

    def _find(self, jql: str) -> tuple[int, int]:
        """Rows of a window, both of its ends by the minute."""
        moments, first, last = self._issues.moments, 0, len(self._issues.moments)
        for operator, literal in _WINDOW.findall(jql):
            at = datetime.strptime(literal, "%Y-%m-%d %H:%M").replace(
                tzinfo=ZoneInfo(ZONE)
            )
            place = bisect_left(moments, at)
            match operator:
                case ">=":
                    first = max(first, place)
                case "<":
                    last = min(last, place)
                case _:
                    last = min(last, bisect_right(moments, at))
        return first, max(first, last)


def _list(rows: Rows, query: Mapping[str, str], path: str) -> Answer:
    first, last = _window(rows, query)
    size = int(query.get("per_page", 20))
    if query.get("pagination") == "keyset":
        start = first + int(query.get("cursor", 0))
        following = f"cursor={start + size - first}"
    else:
        page = int(query.get("page", 1))
        start, following = first + (page - 1) * size, f"page={page + 1}"
        if start - first > _FARTHEST:
            return 405, b'{"message":"405 Method Not Allowed"}', []
    end = min(start + size, last)
    headers = (
        [(b"x-total", b"%d" % (last - first))] if last - first <= _TOTAL_TOLD else []
    )
    if end < last:
        headers.append((b"link", _next_link(path, query, following)))
    return 200, b"[%s]" % b",".join(rows.bodies[start:end]), headers


def _next_link(path: str, query: Mapping[str, str], following: str) -> bytes:
    kept = "&".join(f"{k}={v}" for k, v in query.items() if k not in {"page", "cursor"})
    return f'<http://{_HOST[0]}{path}?{kept}&{following}>; rel="next"'.encode()


_HOST = ["127.0.0.1"]


def _window(rows: Rows, query: Mapping[str, str]) -> tuple[int, int]:
    after, before = query.get("updated_after"), query.get("updated_before")
    first = bisect_left(rows.moments, _moment(after)) if after else 0
    last = bisect_right(rows.moments, _moment(before)) if before else len(rows.moments)
    return first, last


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text.replace(" ", "+"))
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _has_notes(path: str) -> bool:
    return "/projects/2/" in path or "/noted" in path


def _number(path: str) -> int:
    found = _NUMBER.search(path)
    return int(found[1]) if found else 1


def _about(deployment: str) -> bytes:
    """What Jira says of itself and of the user that asks."""
    told = {
        "deploymentType": deployment,
        "versionNumbers": [10, 0, 0],
        "timeZone": ZONE,
    }
    return json.dumps(told).encode()


def _object(body: bytes) -> dict[str, Any]:
    return dict(json.loads(body)) if body else {}


def _ok(content: bytes) -> Answer:
    return 200, content, []


async def serve(app: Standin) -> None:
    """Until standard input ends: whoever started it is gone then."""
    # Without IPPROTO_TCP asyncio does not send small answers at once.
    bound = socket.socket(proto=socket.IPPROTO_TCP)
    bound.bind(("127.0.0.1", 0))
    bound.listen()
    _HOST[0] = f"127.0.0.1:{bound.getsockname()[1]}"
    config = uvicorn.Config(app, log_level="error", access_log=False, lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[bound]))
    print(f"http://{_HOST[0]}", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.should_exit = True
    await serving


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--issues", type=int, default=20_000)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds")
    parser.add_argument("--old", action="store_true", help="no notes by GraphQL")
    asked = parser.parse_args()
    app = Standin(asked.issues, asked.latency, graphql_notes=not asked.old)
    asyncio.run(serve(app))


if __name__ == "__main__":
    main()
