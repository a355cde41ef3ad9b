from decimal import Decimal

import httpx
from pydantic import TypeAdapter

from model.issues import Person, Urgency, Worklog
from tests.builders import Town
from web.api_models import RequirementView, WorklogView


async def numbers(site: httpx.AsyncClient, query: str) -> list[int]:
    answer = await site.get(f"/api/v1/requirements?{query}")
    assert answer.status_code == 200, answer.text
    return [item["number"] for item in answer.json()["items"]]


def is_problem(answer: httpx.Response, status: int, code: str) -> bool:
    problem = answer.json()
    return (
        answer.headers["content-type"] == "application/problem+json"
        and (answer.status_code, problem["status"]) == (status, status)
        and problem["code"] == code
        and problem["type"] == f"urn:reqpool:problem:{code}"
    )


async def test_cursors_lead_forth_and_back(site: httpx.AsyncClient, town: Town) -> None:
    await town.absorb(*(town.snapshot(f"导出报错 {n}") for n in range(5)))
    first = (await site.get("/api/v1/requirements?sort=-number&limit=2")).json()
    query = f"sort=-number&limit=2&cursor={first['next']}"
    second = (await site.get(f"/api/v1/requirements?{query}")).json()
    assert [item["number"] for item in second["items"]] == [3, 2]
    back = f"sort=-number&limit=2&cursor={second['previous']}"
    assert await numbers(site, back) == [5, 4]


async def test_a_requirement_is_told_in_full(
    site: httpx.AsyncClient, town: Town
) -> None:
    log = Worklog("1", Person("li", "Li Lei"), town.clock(), 5400)
    number = await town.raise_issue(
        "资金日报按公司汇总，并导出为 Excel",
        urgency=Urgency.HIGH,
        worklogs=(log,),
        spent_days=Decimal("0.19"),
    )
    answer = await site.get(f"/api/v1/requirements/{number}")
    found = TypeAdapter(RequirementView).validate_json(answer.content)
    [issue] = found.issues
    assert issue.decision
    assert issue.decision.verdict["scope"] == "in_contract"
    assert {reason.section for reason in issue.decision.reasons} == {
        "kind",
        "scope",
        "priority",
        "release",
    }
    assert issue.decision.evidence[0].clause == "3.2"
    assert {write.field for write in issue.writes} >= {"labels"}
    assert found.history
    logged = WorklogView(author="Li Lei", started_at=town.clock(), seconds=5400)
    assert (issue.worklogs, issue.spent_days) == ([logged], 0.19)
    assert issue.moved_to == ""


async def test_overrule_revoke_and_move(site: httpx.AsyncClient, town: Town) -> None:
    number = await town.raise_issue("资金日报按公司汇总，并导出为 Excel")
    path = f"/api/v1/requirements/{number}"
    body = {"section": "priority", "value": "P0", "reason": "r", "by": "b"}
    assert (await site.post(f"{path}/overrides", json=body)).status_code == 204
    assert await numbers(site, "priority=P0") == [number]
    revoked = await site.delete(f"{path}/overrides/priority?reason=r&by=b")
    assert revoked.status_code == 204
    assert await numbers(site, "priority=P0") == []
    move = {"state": "planned", "reason": "r", "by": "b"}
    assert (await site.post(f"{path}/state", json=move)).status_code == 204
    assert await numbers(site, "state=planned") == [number]


async def test_a_requirement_is_raised_elsewhere_once(
    site: httpx.AsyncClient, town: Town
) -> None:
    number = await town.raise_issue("资金日报按公司汇总，并导出为 Excel")
    path = f"/api/v1/requirements/{number}/issues"
    body = {"source": "huaxin-jira", "title": "日报", "reason": "r", "by": "b"}
    assert (await site.post(path, json=body)).status_code == 202
    assert is_problem(await site.post(path, json=body), 422, "impossible_value")
    elsewhere = await site.post(path, json={**body, "source": "nowhere"})
    assert is_problem(elsewhere, 404, "not_found")
    [row] = await town.rows("SELECT draft->'title'->>'template' AS title FROM raisings")
    assert row["title"] == "日报"


async def test_everything_wrong_is_a_problem(
    site: httpx.AsyncClient, town: Town
) -> None:
    number = await town.raise_issue("导出报错")
    path = f"/api/v1/requirements/{number}"
    body = {"section": "scope", "value": "P0", "reason": "r", "by": "b"}
    assert is_problem(await site.get("/api/v1/nothing"), 404, "not_found")
    assert is_problem(await site.get("/api/v1/requirements/99"), 404, "not_found")
    assert is_problem(await site.put(path), 405, "method_not_allowed")
    assert is_problem(await site.get("/api/v1/requirements?colour=red"), 422, "invalid")
    assert is_problem(
        await site.get("/api/v1/requirements?cursor=AAAA"), 422, "bad_cursor"
    )
    assert is_problem(
        await site.post(f"{path}/overrides", json=body), 422, "impossible_value"
    )
    wrongs: list[object] = [{**body, "reason": " "}, {**body, "by": "\0"}, {}, [], "x"]
    for wrong in wrongs:
        answer = await site.post(f"{path}/overrides", json=wrong)
        assert is_problem(answer, 422, "invalid")
        assert answer.json()["errors"]
    unpaired = '{"section": "scope", "value": "x", "reason": "\\ud800", "by": "b"}'
    assert is_problem(
        await site.post(f"{path}/overrides", content=unpaired), 422, "invalid"
    )


async def test_a_facet_counts_with_the_other_filters_standing(
    site: httpx.AsyncClient, town: Town
) -> None:
    await town.raise_issue("导出报错", issue_type="Bug")
    await town.raise_issue("怎么导出?", issue_type="Question")
    await town.raise_issue("Export fails", issue_type="Bug", source="nordwind-gitlab")
    answer = await site.get("/api/v1/facets/kind?client=huaxin&kind=defect")
    assert answer.json() == {
        "by_value": {"defect": 1, "question": 1},
        "complete": True,
    }
    counts = (await site.get("/api/v1/facets/client")).json()["by_value"]
    assert counts == {"huaxin": 2, "nordwind": 1}
    assert is_problem(await site.get("/api/v1/facets/colour"), 404, "not_found")


async def test_every_facet_can_be_counted(site: httpx.AsyncClient, town: Town) -> None:
    await town.raise_issue("导出报错", issue_type="Bug")
    for name in ("client", "project", "phase", "kind", "scope", "priority"):
        answer = await site.get(f"/api/v1/facets/{name}")
        assert sum(answer.json()["by_value"].values()) == 1
    for name in ("release", "state", "source", "tracker"):
        answer = await site.get(f"/api/v1/facets/{name}")
        assert sum(answer.json()["by_value"].values()) == 1


async def test_lists_of_what_surrounds_requirements(site: httpx.AsyncClient) -> None:
    clients = (await site.get("/api/v1/clients")).json()
    projects = (await site.get("/api/v1/projects")).json()
    releases = (await site.get("/api/v1/releases")).json()
    assert [client["slug"] for client in clients] == ["huaxin", "nordwind"]
    assert projects[0]["contract"] == "huaxin-2026"
    assert [release["name"] for release in releases] == [
        "2027.02",
        "2026.12",
        "2026.11.1",
    ]


async def test_the_status_counts_what_waits(
    site: httpx.AsyncClient, town: Town
) -> None:
    await town.raise_issue("导出报错", issue_type="Bug")
    status = (await site.get("/api/v1/status")).json()
    [jira] = [one for one in status["sources"] if one["name"] == "huaxin-jira"]
    assert jira["outbox"]["pending"] > 0
    assert jira["fetches"] == 0
    assert status["ruleset"]


async def test_the_description_of_the_api_names_every_parameter(
    site: httpx.AsyncClient,
) -> None:
    described = (await site.get("/api/v1/openapi.json")).json()
    for path, methods in described["paths"].items():
        assert path.startswith("/api/v1/")
        for operation in methods.values():
            assert operation["summary"]
            assert operation["description"]
    listing = described["paths"]["/api/v1/requirements"]["get"]
    names = {parameter["name"] for parameter in listing["parameters"]}
    assert {"client", "scope", "q", "sort", "limit", "cursor"} <= names
