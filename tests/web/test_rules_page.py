"""A person looks at the rules, changes them, confirms, and goes back."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest

from pool.database import Database
from sync.redecide import redecide
from tests.builders import Town, open_town

BASE = """\
name: base
kind:
  - {id: bug, when: {issue.type: Bug}, set: defect}
  - {id: rest, otherwise: requirement}
write_back:
  labels: {kind: {defect: pool-defect, requirement: pool-requirement}}
"""
OWN = """\
name: huaxin
extends: base
kind:
  - {id: story, when: {issue.type: Story}, set: task}
"""
SIGNED = {"reason": "asked for", "by": "Mei"}


@pytest.fixture
async def town(database: Database) -> AsyncIterator[Town]:
    async with open_town(database) as town:
        for number in range(3):
            await town.raise_issue(f"导出报错 {number}")
        yield town


async def activate(
    site: httpx.AsyncClient, text: str = BASE, **fields: object
) -> httpx.Response:
    number = await active_number(site, str(fields.get("project", "")))
    form = {"text": text, "based_on": number, **SIGNED, **fields}
    return await site.post("/rules/activate", data=form)


async def active_number(site: httpx.AsyncClient, project: str) -> int:
    active = (await site.get("/api/v1/rules")).json()["active"]
    numbers = {row["project"] or "": row["number"] for row in active}
    return int(numbers.get(project, 0))


async def shown(site: httpx.AsyncClient, answer: httpx.Response) -> str:
    assert answer.status_code == 303, answer.text
    return (await site.get(answer.headers["location"])).text


async def test_the_page_shows_what_runs_and_its_text(site: httpx.AsyncClient) -> None:
    page = (await site.get("/rules")).text
    assert "vendor-zh" in page
    assert "activated by test" in page
    assert "name: vendor-zh" in page


async def test_activating_shows_progress_until_the_pool_is_decided(
    site: httpx.AsyncClient, town: Town
) -> None:
    page = await shown(site, await activate(site))
    assert "Activated; issues are decided on again." in page
    assert "0 of 3 issues" in page
    assert (await site.get("/api/v1/rules/progress")).json()["left"] == 3
    await redecide(town.engine)
    assert (await site.get("/api/v1/rules/progress")).json()["left"] == 0
    assert (
        'class="progress" aria-live="polite" hidden' in (await site.get("/rules")).text
    )


async def test_problems_are_shown_in_place_and_the_old_one_stays(
    site: httpx.AsyncClient, town: Town
) -> None:
    broken = BASE.replace("issue.type", "issue.tpye")
    answer = await activate(site, broken)
    assert answer.status_code == 422
    assert "the ruleset has problems; the active one stays." in answer.text
    assert 'data-line="3" data-column="22"' in answer.text
    assert "did you mean &#34;issue.type&#34;?" in answer.text
    assert "issue.tpye: Bug" in answer.text
    [row] = await town.rows("SELECT name FROM rulesets WHERE deactivated_at IS NULL")
    assert row["name"] == "vendor-zh"


async def test_a_check_answers_its_outcome_alone_when_a_script_asks(
    site: httpx.AsyncClient,
) -> None:
    await activate(site)
    changed = BASE.replace("set: defect", "set: task")
    form = {"text": changed, "project": ""}
    whole = await site.post("/rules/check", data=form)
    part = await site.post(
        "/rules/check", data=form, headers={"reqpool-part": "result"}
    )
    for answer in (whole, part):
        assert "No problems" in answer.text
        assert re.search(r"is-changed.>changed</span>.*<code>bug</code>", answer.text)
        assert '<span class="sign">-</span>' in answer.text
    assert "<!doctype html>" in whole.text
    assert "<!doctype html>" not in part.text


async def test_a_project_gets_its_own_and_gives_it_up_again(
    site: httpx.AsyncClient, town: Town
) -> None:
    await activate(site)
    begun = (await site.get("/rules?project=huaxin-finance")).text
    assert "extends: base" in begun
    assert "The general ruleset decides now." in begun
    page = await shown(site, await activate(site, OWN, project="huaxin-finance"))
    assert "extends base" in page
    await redecide(town.engine)
    rows = await town.rows("SELECT DISTINCT kind FROM issues")
    assert [row["kind"] for row in rows] == ["task"]
    form = {"project": "huaxin-finance", **SIGNED}
    page = await shown(site, await site.post("/rules/retire", data=form))
    assert "The general ruleset decides now." in page


async def test_two_people_who_edit_at_once_do_not_lose_a_change(
    site: httpx.AsyncClient,
) -> None:
    begun = await active_number(site, "")
    await activate(site)
    late = BASE.replace("defect", "task")
    answer = await activate(site, late, based_on=begun)
    assert answer.status_code == 422
    assert "somebody activated another one meanwhile" in answer.text


async def test_an_activation_shows_what_it_changed_and_can_be_gone_back_to(
    site: httpx.AsyncClient,
) -> None:
    await activate(site)
    await activate(site, BASE.replace("Bug", "Fault"))
    page = (await site.get("/rules/3")).text
    assert "{issue.type: Fault}" in page
    assert "Roll back to it" not in page
    assert "Roll back to it" in (await site.get("/rules/2")).text
    unsigned = await site.post("/rules/2/rollback", data={"by": "Mei"})
    assert unsigned.status_code == 422
    page = await shown(site, await site.post("/rules/2/rollback", data=SIGNED))
    assert "Rolled back; issues are decided on again." in page
    history = (await site.get("/api/v1/rules/history")).json()
    assert [row["number"] for row in history] == [4, 3, 2, 1]
    assert history[0]["fingerprint"] == history[2]["fingerprint"]


async def test_a_mass_change_is_confirmed_on_the_page(
    site: httpx.AsyncClient, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = town.engine.sources["huaxin-jira"].config
    monkeypatch.setitem(config.__dict__, "mass_change_issues", 2)
    await activate(site)
    await redecide(town.engine)
    page = (await site.get("/rules")).text
    assert "huaxin-jira: 3 of 3 issues would be written to." in page
    assert "A mass change waits" in (await site.get("/health")).text
    [stop] = (await site.get("/api/v1/rules")).json()["stops"]
    assert (stop["changed"], stop["written"]) == (3, 3)
    answer = await site.post("/sources/huaxin-jira/resume", data={"by": "Mei"})
    assert "Confirmed; trackers are being written to." in await shown(site, answer)
    assert await town.rows("SELECT FROM outbox WHERE state = 'held'") == []
    again = await site.post(
        "/api/v1/sources/huaxin-jira/resume", json={"by": "Mei", "reason": "x"}
    )
    assert again.status_code == 404


async def test_hostile_texts_stay_text(site: httpx.AsyncClient) -> None:
    hostile = "</textarea><script>alert(1)</script>: \"'{{7*7}}"
    answer = await site.post("/rules/check", data={"text": hostile})
    assert "<script>alert" not in answer.text
    for path in ("/rules?project=<script>", "/rules?from=99", "/rules/99"):
        assert (await site.get(path)).status_code == 404


async def test_an_unsigned_activation_keeps_the_text(site: httpx.AsyncClient) -> None:
    answer = await activate(site, by=" ")
    assert answer.status_code == 422
    assert "a reason and a name are needed" in answer.text
    assert "pool-requirement" in answer.text
