from dataclasses import replace

import httpx
import pytest

from tests.builders import Town
from web.desk import desk_of
from web.site import build

FORM = {"state": "planned", "reason": "r", "by": "b"}


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "http://localhost:9999"},
        {"origin": "null"},
        {"sec-fetch-site": "same-origin", "origin": "https://evil.example"},
    ],
)
async def test_pages_of_other_origins_change_nothing(
    site: httpx.AsyncClient, town: Town, headers: dict[str, str]
) -> None:
    number = await town.raise_issue("导出报错")
    page = f"/requirements/{number}/state"
    assert (await site.post(page, data=FORM, headers=headers)).status_code == 403
    api = await site.post(f"/api/v1{page}", json=FORM, headers=headers)
    assert api.json()["code"] == "cross_origin"
    rows = await town.rows("SELECT state FROM requirements")
    assert rows[0]["state"] != "planned"


async def test_the_own_origin_may(site: httpx.AsyncClient, town: Town) -> None:
    number = await town.raise_issue("导出报错")
    headers = {"sec-fetch-site": "same-origin", "origin": "http://localhost:8080"}
    answer = await site.post(
        f"/requirements/{number}/state", data=FORM, headers=headers
    )
    assert answer.status_code == 303


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8080", "", "[", "a@b"])
async def test_other_host_names_are_refused(site: httpx.AsyncClient, host: str) -> None:
    answer = await site.get("/pool", headers={"host": host})
    assert answer.status_code == 421


async def test_probes_answer_under_any_name(site: httpx.AsyncClient) -> None:
    for path, said in (("/healthz", "ok\n"), ("/readyz", "ready\n")):
        answer = await site.get(path, headers={"host": "10.1.2.3:8080"})
        assert (answer.status_code, answer.text) == (200, said)


@pytest.mark.parametrize(
    "path", ["/pool", "/health", "/nothing", "/api/v1/status", "/static/house.css"]
)
async def test_every_answer_carries_the_policy(
    site: httpx.AsyncClient, path: str
) -> None:
    headers = (await site.get(path)).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-robots-tag"] == "noindex, nofollow"


async def test_a_crash_is_answered_with_the_policy_and_without_its_cause(
    town: Town,
) -> None:
    async def crash(*_: object) -> None:
        raise RuntimeError("the secret")

    desk = desk_of(town.engine)
    site = build(replace(desk, advance=crash))
    transport = httpx.ASGITransport(site, raise_app_exceptions=False)
    number = await town.raise_issue("导出报错")
    async with httpx.AsyncClient(
        transport=transport, base_url="http://localhost"
    ) as client:
        answer = await client.post(f"/api/v1/requirements/{number}/state", json=FORM)
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "content-security-policy" in answer.headers


async def test_the_missing_page_is_in_the_house_style(site: httpx.AsyncClient) -> None:
    answer = await site.get("/nothing/here")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text


async def test_choices_never_lead_to_another_site(site: httpx.AsyncClient) -> None:
    answer = await site.get("http://localhost:8080//evil.example/?lang=en")
    assert answer.headers["location"] == "/evil.example/"
