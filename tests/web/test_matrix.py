"""Every route there is, against what strangers and hostile trackers try."""

import re
from collections.abc import Iterator
from uuid import UUID

import httpx
import pytest
from starlette.routing import Route

from model.issues import Person
from tests.builders import SOURCES, Town
from web.site import routes

SAFE = {"GET", "HEAD", "OPTIONS"}
FOREIGN = (
    {"sec-fetch-site": "cross-site"},
    {"origin": "https://evil.example"},
    {"origin": "null"},
)
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
UNKNOWN = {"number": "999999", "slug": "nobody", "delivery": str(UUID(int=7))}
MISSING = {404, 422}


def known(number: int) -> dict[str, str]:
    return {"number": str(number), "slug": "huaxin-finance", "source": "huaxin-jira"}


def walk(town: Town, *, mutating: bool) -> Iterator[tuple[str, str]]:
    """Each path with one method of the wanted kind."""
    found = [
        inner
        for one in routes(town.engine)
        for inner in getattr(getattr(one, "original_router", None), "routes", [one])
        if isinstance(inner, Route)
    ]
    assert len(found) > 20
    for route in found:
        for method in sorted(route.methods or ()):
            if (method not in SAFE) == mutating and method not in {"HEAD", "OPTIONS"}:
                yield method, route.path


def fill(path: str, values: dict[str, str], otherwise: str = "unknown") -> str:
    return re.sub(
        r"{(\w+)(?::\w+)?}", lambda found: values.get(found[1], otherwise), path
    )


async def test_no_route_lets_another_origin_change_anything(
    site: httpx.AsyncClient, town: Town
) -> None:
    number = await town.raise_issue("导出报错")
    tried = 0
    for method, path in walk(town, mutating=True):
        for headers in FOREIGN:
            url = fill(path, known(number))
            answer = await site.request(method, url, headers=headers)
            assert answer.status_code == 403, (method, path, headers)
            tried += 1
    assert tried >= 30


async def raise_hostile(town: Town) -> int:
    """An issue of a tracker that was taken over: every field tries something."""
    person = Person("7", HOSTILE, username=HOSTILE)
    return await town.raise_issue(
        HOSTILE,
        key=f"FIN-1{HOSTILE}",
        url="javascript:alert(1)",
        description=HOSTILE,
        issue_type=HOSTILE,
        status=HOSTILE,
        labels=frozenset({HOSTILE}),
        reporter=person,
        assignee=person,
    )


async def test_no_page_runs_what_a_tracker_sends(
    site: httpx.AsyncClient, town: Town
) -> None:
    number = await raise_hostile(town)
    shown = 0
    for method, path in walk(town, mutating=False):
        answer = await site.request(method, fill(path, known(number)))
        assert answer.status_code < 500, path
        if answer.headers.get("content-type", "").startswith("text/html"):
            assert "<script>alert" not in answer.text, path
            assert "<img src=x" not in answer.text, path
            assert not re.search(r'(?:href|src|action)="javascript:', answer.text), path
            shown += "alert(1)" in answer.text
    assert shown >= 3


async def test_what_is_not_there_is_missing_and_no_error(
    site: httpx.AsyncClient, town: Town
) -> None:
    for mutating in (False, True):
        for method, path in walk(town, mutating=mutating):
            if "{" in path:
                answer = await site.request(method, fill(path, UNKNOWN, "0"))
                said = {303} if mutating and not path.startswith("/api") else set[int]()
                assert answer.status_code in MISSING | said, (method, path)


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_no_answer_shows_a_credential(
    site: httpx.AsyncClient, town: Town, language: str
) -> None:
    number = await town.raise_issue("导出报错")
    secret = SOURCES["huaxin-jira"]["token"]
    for method, path in walk(town, mutating=False):
        headers = {"accept-language": language}
        answer = await site.request(method, fill(path, known(number)), headers=headers)
        assert secret not in answer.text, path
