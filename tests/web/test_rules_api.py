"""Everything that the page about rules does, for programs."""

import html

import httpx
import jsonschema
import pytest
import yaml

from sync.redecide import redecide
from tests.builders import Town
from tests.web.test_rules_page import BASE, OWN, SIGNED


async def activate(site: httpx.AsyncClient, text: str, **fields: object) -> int:
    body = {"text": text, **SIGNED, **fields}
    answer = await site.post("/api/v1/rules/activate", json=body)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["number"])


async def test_a_draft_is_checked_without_changing_anything(
    site: httpx.AsyncClient,
) -> None:
    answer = await site.post("/api/v1/rules/check", json={"text": BASE})
    found = answer.json()
    assert (found["name"], found["rules"], found["problems"]) == ("base", 2, [])
    assert found["diff"]["files"]
    broken = BASE.replace("Bug", "{gt: 3}")
    found = (await site.post("/api/v1/rules/check", json={"text": broken})).json()
    assert found["name"] is None
    assert [(it["code"], it["line"]) for it in found["problems"]] == [("E_TYPE", 3)]
    assert len((await site.get("/api/v1/rules/history")).json()) == 1


async def test_a_broken_draft_is_refused_with_its_problems(
    site: httpx.AsyncClient,
) -> None:
    body = {"text": "name: x\nkidn: []\n", **SIGNED}
    answer = await site.post("/api/v1/rules/activate", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_ruleset")
    [error] = answer.json()["errors"]
    assert "draft:2:1" in error["detail"]


async def test_problems_speak_the_readers_language(site: httpx.AsyncClient) -> None:
    body = {"text": "name: x\nkidn: []\n", **SIGNED}
    for headers, said in (
        ({"accept-language": "zh-CN"}, "未知字段“kidn”"),
        ({"accept-language": "en"}, 'unknown field "kidn"'),
    ):
        draft = {"text": body["text"]}
        found = await site.post("/api/v1/rules/check", json=draft, headers=headers)
        assert found.json()["problems"][0]["message"] == said
        refused = await site.post("/api/v1/rules/activate", json=body, headers=headers)
        assert said in refused.json()["errors"][0]["detail"]
        page = await site.post("/rules/check", data=draft, headers=headers)
        assert html.escape(said, quote=True).replace("&quot;", "&#34;") in page.text


async def test_the_lifecycle_of_a_ruleset(site: httpx.AsyncClient, town: Town) -> None:
    await town.raise_issue("导出报错")
    first = await activate(site, BASE)
    own = await activate(site, OWN, project="huaxin-finance")
    active = (await site.get("/api/v1/rules")).json()["active"]
    assert [row["project"] for row in active] == [None, "huaxin-finance"]
    await redecide(town.engine)
    second = await activate(site, BASE.replace("rest", "others"))
    [*_, before] = (await site.get("/api/v1/rules/history")).json()
    assert before["deactivated_at"]
    diff = (await site.get(f"/api/v1/rules/{second}/diff?against={first}")).json()
    assert {(it["how"], it["rule"]) for it in diff["rules"]} == {
        ("added", "others"),
        ("removed", "rest"),
    }
    assert (await site.get(f"/api/v1/rules/{own}")).json()["files"]["base"]
    answer = await site.post(f"/api/v1/rules/{first}/rollback", json=SIGNED)
    assert answer.status_code == 201
    retire = {"project": "huaxin-finance", **SIGNED}
    assert (await site.post("/api/v1/rules/retire", json=retire)).status_code == 204
    assert (await site.post("/api/v1/rules/retire", json=retire)).status_code == 404


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("rules/activate", {"text": BASE, "based_on": 99}, "outdated"),
        ("rules/activate", {"text": OWN, "project": "nobody"}, "no_project"),
        ("rules/99/rollback", {}, "not_found"),
        ("sources/huaxin-jira/resume", {}, "not_found"),
    ],
)
async def test_what_cannot_be_is_a_problem(
    site: httpx.AsyncClient, path: str, body: dict[str, object], code: str
) -> None:
    answer = await site.post(f"/api/v1/{path}", json={**body, **SIGNED})
    assert answer.json()["code"] == code
    assert answer.status_code in {404, 409}


async def test_the_schema_accepts_what_runs(site: httpx.AsyncClient) -> None:
    schema = (await site.get("/api/v1/rules/schema")).json()
    text = (await site.get("/api/v1/rules/1")).json()["files"]["rules.yaml"]
    schema["properties"]["write_back"] = {}
    jsonschema.validate(yaml.safe_load(text), schema)


async def test_a_text_is_tried_on_the_pool(site: httpx.AsyncClient, town: Town) -> None:
    await town.raise_issue("导出报错", issue_type="Bug")
    await activate(site, BASE)
    await redecide(town.engine)
    body = {"text": BASE.replace("set: defect", "set: task")}
    found = (await site.post("/api/v1/rules/simulate", json=body)).json()
    assert (found["share"], found["whole"]["flipped"]) == (1.0, 1)
    assert ("kind", "defect", "task") in {
        (it["section"], it["before"], it["after"]) for it in found["flips"]
    }
    page = await site.post(
        "/rules/simulate", data=body, headers={"reqpool-part": "result"}
    )
    assert "1 of 1 issues flip (100.0 %)" in page.text
