"""Every rule, won or lost, as the decision was taken."""

import httpx

from sync.redecide import redecide
from tests.builders import Town
from tests.web.test_rules_api import activate
from tests.web.test_rules_page import BASE


async def test_the_page_shows_every_rule_with_the_values_of_its_conditions(
    site: httpx.AsyncClient, town: Town
) -> None:
    number = await town.raise_issue("导出报错", issue_type="Bug")
    page = (await site.get(f"/requirements/{number}")).text
    assert f'href="/requirements/{number}/why?issue=FIN-1' in page
    why = (await site.get(f"/requirements/{number}/why")).text
    assert "Decision 1 of 1" in why
    assert "rule is-won" in why
    assert "rule is-not-reached" in why
    assert '<code>issue.type is @type_defect</code> <span class="value">Bug' in why


async def test_an_earlier_decision_is_explained_by_its_own_ruleset(
    site: httpx.AsyncClient, town: Town
) -> None:
    number = await town.raise_issue("导出报错")
    town.clock.wind(days=40)
    await activate(site, BASE)
    await redecide(town.engine)
    path = f"/api/v1/requirements/{number}/explain"
    latest = (await site.get(path)).json()
    then = (await site.get(f"{path}?at=2026-11-20")).json()
    assert (latest["ruleset"]["name"], then["ruleset"]["name"]) == (
        "base",
        "vendor-zh",
    )
    assert (then["decision"]["number"], then["decision"]["of"]) == (1, 2)
    assert then["decision"]["facts"]["issue.title"] == "导出报错"
    for query in (f"decision={then['decision']['id']}", "decision=1"):
        assert (await site.get(f"{path}?{query}")).json() == then
    page = (await site.get(f"/requirements/{number}/why?decision=1")).text
    assert "by vendor-zh as of then" in page
    assert "Later decision" in page


async def test_what_was_never_decided_is_not_found(
    site: httpx.AsyncClient, town: Town
) -> None:
    number = await town.raise_issue("导出报错")
    path = f"/api/v1/requirements/{number}/explain"
    for query in ("at=2020-01-01", "decision=7", "issue=FIN-99"):
        assert (await site.get(f"{path}?{query}")).status_code == 404
    assert (await site.get("/requirements/99/why")).status_code == 404
    assert (await site.get(f"{path}?decision=x")).status_code == 422


async def test_a_ruleset_that_is_gone_is_said_to_be(
    site: httpx.AsyncClient, town: Town
) -> None:
    number = await town.raise_issue("导出报错")
    await town.rows("UPDATE rulesets SET fingerprint = 'x' RETURNING id")
    answer = await site.get(f"/api/v1/requirements/{number}/explain")
    assert (answer.status_code, answer.json()["code"]) == (410, "ruleset_gone")


async def test_a_hostile_title_stays_text(site: httpx.AsyncClient, town: Town) -> None:
    number = await town.raise_issue("<script>alert(1)</script>")
    assert "<script>alert" not in (await site.get(f"/requirements/{number}/why")).text
