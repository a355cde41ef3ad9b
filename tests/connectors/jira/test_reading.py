"""Reading, where Jira is at its oddest; on both deployments unless one is named."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from typing import cast
from urllib.parse import unquote_plus

import pytest

from connectors.base import Page
from connectors.http import Limits
from connectors.jira import JiraConnector
from connectors.jira.lists import fetch_all_comments
from connectors.jira.people import Json
from connectors.jira.site import QuietJira
from model.errors import PermanentError
from model.issues import IssueSnapshot, StatusCategory, Urgency, Visibility
from sandbox.jira import talk
from tests.connectors.jira.rig import JiraRig, open_jira


async def read(connector: JiraConnector, cursor: str | None = None) -> list[Page]:
    return [page async for page in connector.fetch_changed(cursor)]


def titles(pages: list[Page]) -> dict[str, str]:
    return {one.ref.tracker_id: one.title for page in pages for one in page.snapshots}


async def one(connector: JiraConnector, tracker_id: str) -> IssueSnapshot:
    return (await connector.fetch([tracker_id])).snapshots[0]


# -- what a snapshot holds ---------------------------------------------------------


async def test_fields_are_normalised(jira: JiraRig) -> None:
    made = jira.make_issue(
        "导出",
        priority={"name": "Highest"},
        labels=["紧急"],
        components=[{"name": "总账"}],
        duedate="2026-12-01",
    )
    issue = await one(jira.connect(), made)
    assert (issue.key, issue.url) == ("FIN-1", f"{jira.url}/browse/FIN-1")
    assert (issue.priority, issue.urgency) == ("Highest", Urgency.HIGHEST)
    assert (issue.labels, issue.modules) == (frozenset({"紧急"}), ("总账",))
    assert issue.status_category is StatusCategory.TO_DO
    assert issue.reporter is not None
    assert issue.reporter.name == "王丽"
    assert str(issue.due_on) == "2026-12-01"
    assert issue.updated_at == jira.clock()


@pytest.mark.parametrize(
    ("priority", "urgency"), [("最高", Urgency.HIGHEST), ("低", Urgency.LOW)]
)
def test_chinese_priorities_are_known(
    cloud: JiraRig, priority: str, urgency: Urgency
) -> None:
    config = cloud.connect()._config  # noqa: SLF001 - the defaults are the fact
    assert config.find_urgency(priority) is urgency


async def test_the_site_s_own_priorities_are_mapped(jira: JiraRig) -> None:
    made = jira.make_issue("x", priority={"name": "Low"})
    connector = jira.connect(urgency={"low": "Highest"})
    assert (await one(connector, made)).urgency is Urgency.HIGHEST


async def test_an_estimate_is_read_from_its_field(jira: JiraRig) -> None:
    made = jira.make_issue("x", customfield_10016=2.5)
    connector = jira.connect(estimate_field="customfield_10016")
    assert str((await one(connector, made)).estimate_days) == "2.50"


async def test_a10_restricted_comments_are_internal(jira: JiraRig) -> None:
    made = jira.make_issue("x")
    jira.write_comment(made, "to everybody")
    role = {"type": "role", "value": "Users"}
    jira.write_comment(made, "to a role", visibility=role)
    internal = {"sd.public.comment": {"internal": True}}
    jira.write_comment(made, "to agents", properties=internal)
    comments = (await one(jira.connect(), made)).comments or ()
    seen = {comment.body: comment.visibility for comment in comments}
    assert seen["to everybody"] is Visibility.PUBLIC
    assert seen["to a role"] is Visibility.INTERNAL
    if jira.tracker.site.cloud:
        assert seen["to agents"] is Visibility.INTERNAL


async def test_comments_beyond_one_answer_are_fetched(jira: JiraRig) -> None:
    made = jira.make_issue("x")
    for number in range(130):
        jira.write_comment(made, f"comment {number}")
    connector = jira.connect()
    whole = [f"comment {number}" for number in range(130)]
    direct = (await one(connector, made)).comments or ()
    assert [comment.body for comment in direct] == whole
    searched = [one for page in await read(connector) for one in page.snapshots]
    assert [comment.body for comment in searched[0].comments or ()] == whole


class Shifting:
    """A list from which somebody takes the first one between two pages."""

    def __init__(self) -> None:
        self.rows = [{"id": str(number)} for number in range(150)]
        self.asked = 0

    def get(self, _path: str, *, startAt: int, maxResults: int, **_: str) -> Json:  # noqa: N803 - Jira's names
        self.asked += 1
        if self.asked == 2:
            del self.rows[0]
        page = self.rows[startAt : startAt + maxResults]
        return {"total": len(self.rows), "comments": page}


def test_b9_a_comment_that_moves_up_while_pages_are_read_is_not_skipped() -> None:
    site = Shifting()
    found = fetch_all_comments("1", cast("QuietJira", site))
    assert found == site.rows


async def test_who_logged_time_is_told_also_beyond_what_an_issue_holds(
    jira: JiraRig,
) -> None:
    made = jira.make_issue("x")
    issue, store = jira.get_issue(made), jira.tracker.store
    for number in range(23):
        work = talk.Work(1800 + number, "", jira.clock.at - timedelta(days=number))
        jira.server.call(partial(talk.add_worklog, store, jira.client, issue, work))
    connector = jira.connect()
    direct = await one(connector, made)
    [searched] = [one for page in await read(connector) for one in page.snapshots]
    assert searched == direct
    assert [log.seconds for log in direct.worklogs] == [*range(1822, 1799, -1)]
    assert {log.author.name for log in direct.worklogs if log.author} == {"王丽"}
    assert str(direct.spent_days) == "1.45"


async def test_a9_a_moved_issue_keeps_its_id(jira: JiraRig) -> None:
    made = jira.make_issue("x")
    store, issue = jira.tracker.store, jira.get_issue(made)
    ops = jira.tracker.site.projects["OPS"]
    jira.server.call(lambda: store.move_issue(jira.client, issue, ops))
    moved = await one(jira.connect(project_keys=["FIN", "OPS"]), made)
    assert (moved.ref.tracker_id, moved.key) == (made, "OPS-1")


async def test_of_an_issue_in_a_project_that_is_not_ours_only_its_key_is_told(
    jira: JiraRig,
) -> None:
    ours, theirs = jira.make_issue("x"), jira.make_issue("y")
    store, issue = jira.tracker.store, jira.get_issue(theirs)
    ops = jira.tracker.site.projects["OPS"]
    jira.server.call(lambda: store.move_issue(jira.client, issue, ops))
    connector = jira.connect()
    fetched = await connector.fetch([ours, theirs])
    assert [one.ref.tracker_id for one in fetched.snapshots] == [ours]
    assert (list(fetched.missing), fetched.moved) == ([], {theirs: "OPS-1"})
    assert list(await connector.find_missing([ours, theirs])) == [theirs]


async def test_b8_a_hundred_issues_are_looked_for_in_one_request_of_cloud(
    cloud: JiraRig,
) -> None:
    made = [cloud.make_issue(f"issue {number}") for number in range(100)]
    connector = cloud.connect()
    await connector.find_missing(made)
    before = cloud.bench.journal.total
    assert list(await connector.find_missing(made)) == []
    assert cloud.bench.journal.total - before == 1
    cloud.delete_issue(made[7])
    assert list(await connector.find_missing(made)) == [made[7]]


# -- listing while the world moves -------------------------------------------------


async def test_many_issues_of_one_minute_are_all_found(jira: JiraRig) -> None:
    made = {jira.make_issue(f"bulk {number}") for number in range(40)}
    pages = await read(jira.connect(page_size=7))
    seen = [one.ref.tracker_id for page in pages for one in page.snapshots]
    assert set(seen) == made
    assert len(seen) == len(made)


async def test_b7_edits_while_listing_lose_nothing(jira: JiraRig) -> None:
    made = [jira.make_issue(f"issue {number}") for number in range(30)]
    pages = jira.connect(page_size=4).fetch_changed(None)
    seen: dict[str, str] = {}
    for edited in made:
        page = await anext(pages, None)
        if page is None:
            break
        seen |= titles([page])
        jira.clock.wind(1)
        jira.retitle(edited, "edited while listing")
    seen |= titles([page async for page in pages])
    assert set(seen) == set(made)


async def test_many_edits_between_two_pages_lose_nothing(jira: JiraRig) -> None:
    made = [jira.make_issue(f"issue {number}") for number in range(30)]
    pages = jira.connect(page_size=8).fetch_changed(None)
    seen = titles([await anext(pages), await anext(pages)])
    for edited in made[:12]:
        jira.retitle(edited, "edited while listing")
        jira.clock.wind(1)
    seen |= await _rest(pages)
    assert set(seen) == set(made)


async def test_edits_over_minutes_while_listing_end_in_the_newest_state(
    jira: JiraRig,
) -> None:
    made = []
    for number in range(20):
        made.append(jira.make_issue(f"issue {number}"))
        jira.clock.wind(25)
    pages = jira.connect(page_size=4).fetch_changed(None)
    seen = titles([await anext(pages)])
    jira.retitle(made[0], "second edit")
    seen |= await _rest(pages)
    assert set(seen) == set(made)
    assert seen[made[0]] == "second edit"


async def _rest(pages: AsyncIterator[Page]) -> dict[str, str]:
    return titles([page async for page in pages])


async def test_no_issue_comes_twice_in_the_same_state(jira: JiraRig) -> None:
    for number in range(25):
        jira.make_issue(f"issue {number}")
        jira.clock.wind(20)
    pages = await read(jira.connect(page_size=4))
    states = [(one.ref, one.updated_at) for page in pages for one in page.snapshots]
    assert len(states) == len(set(states)) == 25


async def test_much_is_read_in_stretches_of_time_side_by_side(jira: JiraRig) -> None:
    made = []
    for number in range(60):
        made.append(jira.make_issue(f"issue {number}"))
        jira.clock.wind(50 if number % 3 else 400)
    before = jira.bench.journal.total
    pages = await read(jira.connect(page_size=4))
    asked = [unquote_plus(one.query) for one in jira.bench.journal.since(before)]
    stretches = {words.partition("updated < ")[2][:18] for words in asked} - {""}
    assert len(stretches) >= 4
    states = [(one.ref, one.updated_at) for page in pages for one in page.snapshots]
    assert len(states) == len(set(states)) == len(made)
    moments = [one.updated_at for page in pages for one in page.snapshots]
    assert moments == sorted(moments)


async def test_what_was_edited_while_stretches_were_read_ends_in_the_newest_state(
    jira: JiraRig,
) -> None:
    made = []
    for number in range(60):
        made.append(jira.make_issue(f"issue {number}"))
        jira.clock.wind(61)
    pages = jira.connect(page_size=4).fetch_changed(None)
    seen = titles([await anext(pages)])
    for number in (0, 20, 40, 59):
        jira.retitle(made[number], "edited while listing")
    seen |= await _rest(pages)
    assert set(seen) == set(made)
    assert [seen[made[number]] for number in (0, 20, 40, 59)] == [
        "edited while listing"
    ] * 4


async def test_an_interrupted_first_read_goes_on_without_loss(jira: JiraRig) -> None:
    made = []
    for number in range(40):
        made.append(jira.make_issue(f"issue {number}"))
        jira.clock.wind(400)
    connector = jira.connect(page_size=4)
    pages = connector.fetch_changed(None)
    first = [await anext(pages), await anext(pages), await anext(pages)]
    await pages.aclose()  # type: ignore[attr-defined] # an async generator
    rest = await read(connector, first[-1].cursor)
    assert set(titles([*first, *rest])) == set(made)


async def test_the_first_fetch_says_how_many_there_are(jira: JiraRig) -> None:
    for number in range(8):
        jira.make_issue(f"issue {number}")
    pages = await read(jira.connect())
    assert {page.total for page in pages} == {8}


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"])
@pytest.mark.parametrize("deployment", ["Cloud", "Server"])
async def test_b6_nothing_is_lost_whatever_the_user_s_time_zone(
    deployment: str, zone: str
) -> None:
    with open_jira(deployment, zone) as jira:  # type: ignore[arg-type] # one of the two
        jira.make_issue("old")
        jira.clock.wind(3600)
        connector = jira.connect()
        cursor = (await read(connector))[-1].cursor
        new = jira.make_issue("new")
        changed = titles(await read(connector, cursor))
    assert set(changed) == {new}


async def test_b5_a_write_the_index_had_not_seen_is_found_next_time(
    jira: JiraRig,
) -> None:
    connector = jira.connect()
    cursor = (await read(connector))[-1].cursor
    jira.bench.faults.search_lag_seconds = 200
    made = jira.make_issue("late")
    jira.clock.wind(150)
    pages = await read(connector, cursor)
    assert titles(pages) == {}
    jira.clock.wind(60)
    assert set(titles(await read(connector, pages[-1].cursor))) == {made}


async def test_b5_a_direct_read_does_not_wait_for_the_index(jira: JiraRig) -> None:
    made = jira.make_issue("old title")
    jira.bench.faults.search_lag_seconds = 600
    jira.retitle(made, "new title")
    assert (await one(jira.connect(), made)).title == "new title"


async def test_a_quiet_poll_repeats_nothing(jira: JiraRig) -> None:
    jira.make_issue("x")
    jira.clock.wind(3600)
    connector = jira.connect()
    cursor = (await read(connector))[-1].cursor
    jira.clock.wind(60)
    assert titles(await read(connector, cursor)) == {}


async def test_b1_a_poll_asks_the_search_that_its_deployment_has(jira: JiraRig) -> None:
    connector = jira.connect()
    cursor = (await read(connector))[-1].cursor
    before = jira.bench.journal.total
    await read(connector, cursor)
    paths = [entry.path for entry in jira.bench.journal.since(before)]
    search = (
        "/rest/api/2/search/jql" if jira.tracker.site.cloud else "/rest/api/2/search"
    )
    assert paths == ["/rest/api/2/serverInfo", "/rest/api/2/myself", search]


async def test_b4_a_token_revoked_while_listing_is_not_the_end_of_the_list(
    cloud: JiraRig,
) -> None:
    for number in range(8):
        cloud.make_issue(f"issue {number}")
    pages = cloud.connect().fetch_changed(None)
    first = await anext(pages)
    cloud.bot.token = "revoked"
    with pytest.raises(PermanentError, match="credentials_refused"):
        [page async for page in pages]
    assert json.loads(first.cursor)["position"]


async def test_b2_the_site_refuses_nothing_that_we_ask(jira: JiraRig) -> None:
    made = [jira.make_issue(f"issue {number}") for number in range(8)]
    connector = jira.connect()
    await read(connector)
    await connector.fetch(made)
    refused = [entry for entry in jira.bench.journal.entries if entry.status >= 400]
    assert refused == []


async def test_the_log_tells_who_changed_what_and_when(jira: JiraRig) -> None:
    made = jira.make_issue("导出", labels=["客户"])
    jira.clock.wind(60)
    since = jira.clock()
    jira.retitle(made, "导出 Excel")
    jira.clock.wind(5)
    jira.edit(made, {"labels": ["客户", "urgent"], "duedate": "2026-12-01"})
    connector = jira.connect()
    edits = (await connector.fetch_edits({made: since, "999999": since}))[made]
    assert [(one.field, one.before, one.after) for one in edits[:1]] == [
        ("title", ("导出",), ("导出 Excel",))
    ]
    told = {one.field: (one.before, one.after) for one in edits[1:]}
    assert told == {"labels": ((), ("urgent",)), "due_on": ((), ("2026-12-01",))}
    assert edits[0].author is not None
    assert edits[0].made_at == since
    assert len({one.entry for one in edits}) == 3


async def test_a_short_log_comes_with_its_issue(jira: JiraRig) -> None:
    """Cut off at a hundred entries it has to be asked for."""
    made, long = jira.make_issue("导出"), jira.make_issue("打印")
    jira.clock.wind(60)
    since = jira.clock()
    jira.retitle(made, "导出 Excel")
    for number in range(101):
        jira.retitle(long, f"打印 {number}")
    connector = jira.connect()
    logs = (await connector.fetch([made, long])).logs
    asked = await connector.fetch_edits({made: since})
    assert {one: log(since) for one, log in logs.items()} == asked


async def test_comments_too_many_for_one_answer_hold_up_no_issue(jira: JiraRig) -> None:
    jira.limits = Limits(body_bytes=150_000)
    first, second = jira.make_issue("Export"), jira.make_issue("Import")
    for made in (first, second):
        for _ in range(9):
            jira.write_comment(made, "x" * 10_000)
    for snapshots in (
        [it for page in await read(jira.connect()) for it in page.snapshots],
        (await jira.connect().fetch([first, second])).snapshots,
    ):
        assert {it.ref.tracker_id for it in snapshots} == {first, second}
        assert [len(it.comments or ()) for it in snapshots] == [9, 9]
