import re
from dataclasses import replace
from datetime import timedelta

import httpx

from model.decisions import Scope
from model.issues import UNSEEN, Comment, Person, Visibility, Worklog
from pool.attention import Concern, raise_concern
from tests.builders import Town

HOSTILE = """"><script>alert(1)</script><img src=x onerror=alert(1)>'{{7*7}}"""


async def test_the_page_says_why(site: httpx.AsyncClient, town: Town) -> None:
    number = await town.raise_issue("资金日报按公司汇总，并导出为 Excel")
    page = (await site.get(f"/requirements/{number}")).text
    assert "A clause covers it" in page
    assert re.search(r"rules\.yaml:\d+", page)
    assert "likeness of the nearest clause" in page
    assert "<mark>资金日报</mark>" in page
    assert '<rect class="bar" width="' in page


async def test_overruling_is_shown_beside_the_verdict(
    site: httpx.AsyncClient, town: Town
) -> None:
    number = await town.raise_issue("资金日报按公司汇总，并导出为 Excel")
    answer = await site.post(
        f"/requirements/{number}/overrides",
        data={
            "section": "scope",
            "value": "daily_change",
            "reason": "电话确认",
            "by": "李雷",
        },
    )
    assert answer.status_code == 303
    page = await site.get(answer.headers["location"])
    assert "Overruled by 李雷" in page.text
    assert "电话确认" in page.text
    assert 'class="set-aside"><span class="badge scope is-in-contract"' in page.text
    assert 'value="李雷"' in page.text


async def test_revoking_lets_the_rules_decide_again(
    site: httpx.AsyncClient, town: Town
) -> None:
    number = await town.raise_issue("资金日报按公司汇总，并导出为 Excel")
    path = f"/requirements/{number}/overrides"
    form = {"section": "scope", "reason": "r", "by": "b"}
    await site.post(path, data=form | {"value": "daily_change"})
    await site.post(path, data=form | {"value": ""})
    page = (await site.get(f"/requirements/{number}")).text
    assert "Overruled by" not in page
    assert "Revoked overrides (1)" in page


async def test_a_change_without_reason_is_refused_and_says_so(
    site: httpx.AsyncClient, town: Town
) -> None:
    number = await town.raise_issue("导出报错")
    for path, form in (
        ("overrides", {"section": "scope", "value": "daily_change"}),
        ("state", {"state": "planned"}),
    ):
        answer = await site.post(
            f"/requirements/{number}/{path}", data=form | {"reason": " ", "by": "b"}
        )
        assert answer.status_code == 422
        assert "a reason and a name are needed" in answer.text


async def test_a_value_that_cannot_be_is_refused(
    site: httpx.AsyncClient, town: Town
) -> None:
    number = await town.raise_issue("导出报错")
    form = {"section": "scope", "value": "P0", "reason": "r", "by": "b"}
    answer = await site.post(f"/requirements/{number}/overrides", data=form)
    assert answer.status_code == 422
    assert "this value is not possible" in answer.text


async def test_a_person_moves_the_state(site: httpx.AsyncClient, town: Town) -> None:
    number = await town.raise_issue("导出报错")
    form = {"state": "planned", "reason": "12 月版本", "by": "李雷"}
    answer = await site.post(f"/requirements/{number}/state", data=form)
    page = (await site.get(answer.headers["location"])).text
    assert "badge state is-planned" in page
    assert "12 月版本" in page


async def test_unknown_numbers_answer_not_found(site: httpx.AsyncClient) -> None:
    for number in ("99", "0", "-1", "x", "9" * 30):
        assert (await site.get(f"/requirements/{number}")).status_code in {404, 422}


async def test_a_merged_number_leads_to_what_it_became(
    site: httpx.AsyncClient, town: Town
) -> None:
    number = await town.raise_issue("导出报错")
    merged = await town.raise_issue("Export fails", source="nordwind-gitlab")
    await town.link("delivery/erp#2", number)
    answer = await site.get(f"/requirements/{merged}")
    assert answer.headers["location"] == f"/requirements/{number}"


async def test_hostile_text_in_every_field_stays_text(
    site: httpx.AsyncClient, town: Town
) -> None:
    author = Person("x", HOSTILE)
    comment = Comment(
        "1", author, HOSTILE, Visibility.PUBLIC, town.clock(), town.clock()
    )
    snapshot = town.snapshot(
        HOSTILE,
        key=HOSTILE,
        url="javascript:alert(1)",
        description=f"{HOSTILE}\n[x](javascript:alert(1)) https://a.example/{HOSTILE}",
        issue_type=HOSTILE,
        status=HOSTILE,
        priority=HOSTILE,
        labels=frozenset({HOSTILE}),
        reporter=author,
        comments=(comment,),
    )
    await town.absorb(snapshot)
    [issue] = await town.rows("SELECT id FROM issues")
    async with town.database.transaction() as connection:
        for code in (HOSTILE, "transition_unavailable"):
            concern = Concern(code, HOSTILE, {"status": HOSTILE}, issue_id=issue["id"])
            await raise_concern(connection, town.engine.ids, concern, town.clock())
    number = await town.number_of(HOSTILE)
    form = {"section": "kind", "value": "task", "reason": HOSTILE, "by": HOSTILE[:80]}
    await site.post(f"/requirements/{number}/overrides", data=form)
    for path in (f"/requirements/{number}", "/pool", "/health", f"/pool?q={HOSTILE}"):
        page = (await site.get(path)).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert 'href="javascript' not in page
        assert "49" not in re.findall(r"\{\{7\*7\}\}|'49", page)


async def test_writes_that_were_given_up_show_what_to_do(
    site: httpx.AsyncClient, town: Town
) -> None:
    number = await town.raise_issue("导出报错", issue_type="Bug")
    await town.rows(
        "UPDATE outbox SET state = 'dead',"
        ' error = \'{"code": "label_impossible", "label": "x y"}\''
        " WHERE field = 'labels' RETURNING id"
    )
    page = (await site.get(f"/requirements/{number}")).text
    assert "writes given up: 1" in page
    assert "The label “x y” was not accepted." in page
    assert "Use another label in the ruleset." in page


async def test_earlier_decisions_stay_readable(
    site: httpx.AsyncClient, town: Town
) -> None:
    snapshot = town.snapshot("导出报错", issue_type="Bug")
    await town.absorb(snapshot)
    town.clock.wind(hours=1)
    changed = {"issue_type": "Question", "title": "怎么导出?"}
    later = snapshot.updated_at + timedelta(hours=1)
    await town.absorb(
        town.snapshot(**changed, ref=snapshot.ref, key=snapshot.key, updated_at=later)
    )
    number = await town.number_of(snapshot.key)
    page = (await site.get(f"/requirements/{number}")).text
    assert "Earlier decisions (1)" in page


async def test_the_judges_opinion_stands_beside_the_evidence(
    site: httpx.AsyncClient, town: Town
) -> None:
    number = await town.raise_issue("资金日报按公司汇总，并导出为 Excel")
    assert "judge" not in (await site.get(f"/requirements/{number}")).text
    await town.judge_says(number, Scope.OUT_OF_CONTRACT, f"no clause {HOSTILE}", "C-1")
    page = (await site.get(f"/requirements/{number}")).text
    assert re.search(r"The judge&#39;s opinion <span class=\"badge scope", page)
    assert "Clauses that it cites: <code>C-1</code>" in page
    assert "<script>alert" not in page
    found = (await site.get(f"/api/v1/requirements/{number}")).json()
    opinion = found["issues"][0]["opinion"]
    assert (opinion["scope"], opinion["clauses"]) == ("out_of_contract", ["C-1"])


async def test_who_logged_how_much_time_is_shown(
    site: httpx.AsyncClient, town: Town
) -> None:
    log = Worklog("1", Person("li", "Li <Lei>"), None, 5400)
    number = await town.raise_issue("导出报错", worklogs=(log,))
    page = (await site.get(f"/requirements/{number}")).text
    assert "1.5 h" in page
    assert "Li &lt;Lei&gt;" in page


async def test_a_moved_issue_is_shown_as_moved_and_a_deleted_one_as_deleted(
    site: httpx.AsyncClient, town: Town
) -> None:
    number = await town.raise_issue("导出报错", moved_to="OPS-1")
    page = (await site.get(f"/requirements/{number}")).text
    assert "moved to OPS-1</span>" in page
    assert "deleted in the tracker" not in page
    number = await town.raise_issue("导出失败", moved_to=f"{UNSEEN}4711")
    page = (await site.get(f"/requirements/{number}")).text
    assert "moved to a project out of our sight</span>" in page
    assert "4711" not in page
    number = await town.raise_issue("打印报错")
    [row] = await town.rows(
        "SELECT i.key FROM issues i JOIN requirement_issues l ON l.issue_id = i.id"
        " JOIN requirements q ON q.id = l.requirement_id WHERE q.number = %s",
        number,
    )
    await town.delete_issue(row["key"])
    page = (await site.get(f"/requirements/{number}")).text
    assert "deleted in the tracker" in page


async def test_a_requirement_is_raised_elsewhere_from_its_page(
    site: httpx.AsyncClient, town: Town
) -> None:
    number = await town.raise_issue("导出报错")
    path = f"/requirements/{number}/issues"
    form = {"source": "huaxin-jira", "title": "发票", "reason": "法规", "by": "李雷"}
    answer = await site.post(path, data=form)
    assert "next delivery" in (await site.get(answer.headers["location"])).text
    again = await site.post(path, data=form)
    assert (again.status_code, "raised there already" in again.text) == (422, True)
    unsigned = await site.post(path, data=form | {"by": ""})
    assert "a reason and a name are needed" in unsigned.text


async def test_the_history_tells_the_trackers_words_from_ours(
    site: httpx.AsyncClient, town: Town
) -> None:
    first = town.snapshot("导出报错", priority="High", releases=("1.0",))
    await town.absorb(first)
    town.clock.wind(minutes=5)
    at, wang = town.clock(), Person("9", "Wang Li")
    said = Comment("77", wang, "Any news?", Visibility.PUBLIC, at, at)
    later = replace(
        first,
        confidential=True,
        priority="Low",
        releases=("1.1",),
        comments=(said,),
        updated_at=at,
    )
    await town.absorb(later)
    number = await town.number_of(first.key)
    page = (await site.get(f"/requirements/{number}")).text
    history = re.sub(r"\s+", " ", page.partition('id="history"')[2])
    assert "priority there <span" in history
    assert "versions there <span" in history
    assert "</strong> priority <span" in history
    assert "comment <span" in history
    assert re.search("confidential <span[^>]*>no</span>", history)
    assert "comment:" not in history
