"""Reading from the stand-in over real HTTP: what changed, and single issues."""

from datetime import timedelta

import pytest

from connectors.base import Page
from connectors.gitlab import GitLabConnector
from connectors.http import Limits
from model.errors import PermanentError, RetriableError
from model.issues import IssueSnapshot, StatusCategory, Urgency, Visibility
from sandbox.faults import Fault
from sandbox.gitlab.instance import Switches
from sandbox.gitlab.issues import delete_issue, move_issue
from sandbox.gitlab.records import Actor, Project
from tests.connectors.gitlab.rig import GitLabRig


async def pages(connector: GitLabConnector, cursor: str | None = None) -> list[Page]:
    return [page async for page in connector.fetch_changed(cursor)]


async def changed(
    connector: GitLabConnector, cursor: str | None = None
) -> tuple[list[str], str]:
    read = await pages(connector, cursor)
    titles = [one.title for page in read for one in page.snapshots]
    return titles, read[-1].cursor


async def first(connector: GitLabConnector) -> IssueSnapshot:
    return (await pages(connector))[0].snapshots[0]


async def test_an_issue_comes_whole_with_its_notes(
    site: GitLabRig, connector: GitLabConnector
) -> None:
    issue = site.open_issue("资金报表合计不对", labels=["优先级::紧急", "模块::资金"])
    site.note(issue, "请问什么时候能修好?")
    site.note(issue, "内部讨论", internal=True)
    snapshot = await first(connector)
    assert snapshot.ref.tracker_id == f"{site.project.id}#{issue.iid}"
    assert snapshot.key == f"kunlun/funds#{issue.iid}"
    assert snapshot.urgency is Urgency.HIGHEST
    assert snapshot.modules == ("资金",)
    assert snapshot.status_category is StatusCategory.TO_DO
    assert snapshot.comments
    assert [(c.body, c.visibility) for c in snapshot.comments] == [
        ("请问什么时候能修好?", Visibility.PUBLIC),
        ("内部讨论", Visibility.INTERNAL),
    ]


@pytest.mark.parametrize("keyset", [True, False])
async def test_d3_every_issue_comes_once_in_the_order_of_change_and_is_counted(
    site: GitLabRig, connector: GitLabConnector, keyset: bool
) -> None:
    site.tracker.store.switches.keyset = keyset
    for number in range(250):
        site.open_issue(f"{number}")
    read = await pages(connector)
    snapshots = [one for page in read for one in page.snapshots]
    moments = [one.updated_at for one in snapshots]
    assert moments == sorted(moments)
    assert {one.title for one in snapshots} == {str(number) for number in range(250)}
    assert {page.total for page in read} == {250}
    assert len(snapshots) <= (250 if keyset else 275)


async def test_more_issues_of_one_moment_than_a_page_holds_all_come(
    site: GitLabRig, connector: GitLabConnector
) -> None:
    site.tracker.store.switches.keyset = False
    moment = site.tracker.store.now() - timedelta(days=1)
    for number in range(230):
        site.open_issue(f"{number}").updated_at = moment
    titles, _ = await changed(connector)
    assert set(titles) == {str(number) for number in range(230)}


async def test_an_issue_that_changes_while_pages_are_read_hides_no_other(
    site: GitLabRig, connector: GitLabConnector
) -> None:
    site.tracker.store.switches.keyset = False
    issues = [site.open_issue(f"{number}") for number in range(250)]
    seen: set[str] = set()
    async for page in connector.fetch_changed(None):
        seen |= {one.title for one in page.snapshots}
        if issues:
            site.edit(issues.pop(0), description="变了")
            issues = issues[:3]
    assert seen == {str(number) for number in range(250)}


async def test_resuming_brings_what_changed_and_goes_silent_when_nothing_does(
    site: GitLabRig, connector: GitLabConnector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.gitlab.feed.SETTLING", timedelta(0))
    site.open_issue("old")
    _, cursor = await changed(connector)
    _, cursor = await changed(connector, cursor)
    assert (await changed(connector, cursor))[0] == []
    site.open_issue("new")
    titles, cursor = await changed(connector, cursor)
    assert titles == ["new"]


async def test_d4_a_second_change_in_the_same_tick_of_the_trackers_clock_is_not_missed(
    site: GitLabRig, connector: GitLabConnector
) -> None:
    issue = site.open_issue("before")
    _, cursor = await changed(connector)
    _, cursor = await changed(connector, cursor)
    issue.title = "after"
    titles, _ = await changed(connector, cursor)
    assert titles == ["after"]


async def test_a_page_cursor_is_safe_to_keep(
    site: GitLabRig, connector: GitLabConnector
) -> None:
    for number in range(120):
        site.open_issue(f"{number}")
    begun = await anext(aiter(connector.fetch_changed(None)))
    titles, _ = await changed(connector, begun.cursor)
    stored = {one.title for one in begun.snapshots}
    assert stored | set(titles) == {str(number) for number in range(120)}


async def test_a_cursor_that_cannot_be_read_starts_from_the_beginning(
    site: GitLabRig, connector: GitLabConnector
) -> None:
    site.open_issue("old")
    for cursor in ("", "x", "[]", '{"1":{}}', '{"a":null}'):
        assert (await changed(connector, cursor))[0] == ["old"]


async def test_several_projects_are_followed_with_one_cursor(site: GitLabRig) -> None:
    other = _second_project(site)
    connector = site.connect(projects=("kunlun/funds", other.id))
    site.open_issue("funds")
    site.open_issue("contracts", project=other)
    titles, cursor = await changed(connector)
    assert titles == ["funds", "contracts"]
    site.open_issue("more", project=other)
    titles, _ = await changed(connector, cursor)
    assert "more" in titles


async def test_notes_are_asked_for_only_where_there_are_any(
    site: GitLabRig, connector: GitLabConnector
) -> None:
    site.open_issue("silent")
    talked = site.open_issue("talked about")
    site.note(talked, "hello")
    await changed(connector)
    asked = [entry.path for entry in site.tracker.bench.journal.entries]
    assert sum(path.endswith("/notes") for path in asked) == 1


async def test_direct_reads_tell_what_is_missing(
    site: GitLabRig, connector: GitLabConnector
) -> None:
    kept, gone = site.open_issue("kept"), site.open_issue("gone")
    site.server.call(lambda: delete_issue(site.tracker.store, gone))
    ids = [f"{site.project.id}#{issue.iid}" for issue in (kept, gone)]
    strangers = ["999#1", "nonsense"]
    fetched = await connector.fetch([*ids, *strangers])
    assert [one.title for one in fetched.snapshots] == ["kept"]
    assert list(fetched.missing) == [ids[1], *strangers]


async def test_a_list_that_lags_hides_nothing_from_a_direct_read(
    site: GitLabRig, connector: GitLabConnector
) -> None:
    issue = site.open_issue("just written")
    site.tracker.bench.faults.search_lag_seconds = 60
    fetched = await connector.fetch([f"{site.project.id}#{issue.iid}"])
    assert [one.title for one in fetched.snapshots] == ["just written"]
    assert not fetched.missing


async def test_a_hundred_issues_take_two_requests_and_one_for_each_with_notes(
    site: GitLabRig, connector: GitLabConnector
) -> None:
    issues = [site.open_issue(f"{number}") for number in range(100)]
    site.note(issues[7], "hello")
    await connector.fetch([])
    before = site.tracker.bench.journal.total
    await connector.fetch([f"{site.project.id}#{issue.iid}" for issue in issues])
    assert site.tracker.bench.journal.total - before == 3


async def test_notes_of_fifty_issues_take_one_request_and_are_those_that_rest_tells(
    site: GitLabRig, connector: GitLabConnector
) -> None:
    issues = [site.open_issue(f"{number}") for number in range(12)]
    for issue in issues:
        site.note(issue, f"请看 {issue.iid}")
        site.note(issue, "internal", internal=True)
        site.clock.wind(3)
        site.edit(issue, title=f"{issue.title}!")
    ids = [f"{site.project.id}#{issue.iid}" for issue in issues]
    await connector.fetch([])
    before = site.tracker.bench.journal.total
    together = await connector.fetch(ids)
    assert site.tracker.bench.journal.total - before == 3
    one_by_one = site.connect()
    one_by_one._whole.notes.is_understood = False  # noqa: SLF001 - an older server
    assert (await one_by_one.fetch(ids)).snapshots == together.snapshots
    assert all(len(one.comments or ()) == 2 for one in together.snapshots)


async def test_d8_the_log_tells_who_changed_labels_state_and_milestone(
    site: GitLabRig, connector: GitLabConnector
) -> None:
    issue = site.open_issue("资金报表", labels=["客户"])
    site.clock.wind(60)
    since = site.clock()
    site.edit(issue, add_labels=["urgent"])
    site.clock.wind(5)
    site.edit(issue, remove_labels=["urgent"], state_event="close")
    site.clock.wind(5)
    site.edit(issue, state_event="reopen")
    place = f"{site.project.id}#{issue.iid}"
    gone = f"{site.project.id}#99"
    edits = (await connector.fetch_edits({place: since, gone: since}))[place]
    labels = [(one.before, one.after) for one in edits if one.field == "labels"]
    assert labels == [((), ("urgent",)), (("urgent",), ())]
    states = [one for one in edits if one.field == "status"]
    assert [one.after for one in states] == [("closed",), ("opened",)]
    assert [(one.made_at - since).seconds for one in states] == [5, 10]
    assert {one.author.name for one in edits if one.author} == {site.person.name}
    assert len({one.entry for one in edits}) == 4


async def test_d4_a_project_out_of_reach_is_no_missing_issue(site: GitLabRig) -> None:
    issue = site.open_issue("kept")
    connector = site.connect(projects=(site.project.id,))
    site.project.members.pop(site.bot.id)
    with pytest.raises(PermanentError, match="project_unreachable"):
        await connector.fetch([f"{site.project.id}#{issue.iid}"])


async def test_d1_a_renamed_project_is_found_by_its_old_path(
    site: GitLabRig, connector: GitLabConnector
) -> None:
    issue = site.open_issue("kept")
    site.tracker.store.rename_project(site.project, "kunlun/treasury")
    snapshot = await first(connector)
    assert snapshot.key == f"kunlun/treasury#{issue.iid}"


async def test_a_moved_issue_is_closed_here_and_open_there(site: GitLabRig) -> None:
    other = _second_project(site)
    issue = site.open_issue("moves")
    site.server.call(
        lambda: move_issue(site.tracker.store, issue, other, Actor(site.person))
    )
    connector = site.connect(projects=(site.project.id, other.id))
    found = [one for page in await pages(connector) for one in page.snapshots]
    assert [(one.key, one.status) for one in found] == [
        (f"kunlun/funds#{issue.iid}", "closed"),
        ("kunlun/contracts#1", "opened"),
    ]


async def test_a_confidential_issue_says_so(
    site: GitLabRig, connector: GitLabConnector
) -> None:
    site.open_issue("secret", confidential=True)
    assert (await first(connector)).confidential


@pytest.mark.parametrize(
    ("fault", "error", "code"),
    [
        (Fault(status=502, times=9), RetriableError, "unavailable"),
        (Fault(status=401, times=9), PermanentError, "credentials_refused"),
        (Fault(status=200, body="<html>", times=9), RetriableError, "not_json"),
        (Fault(status=200, body='[{"iid"', times=9), RetriableError, "not_json"),
        (
            Fault(status=200, body="{}", times=9),
            RetriableError,
            "answer_not_understood",
        ),
        (Fault(status=200, body='[{"iid": 1}]', times=9), PermanentError, "answer_not"),
    ],
)
async def test_what_goes_wrong_is_one_of_our_errors(
    site: GitLabRig,
    fault: Fault,
    error: type[Exception],
    code: str,
) -> None:
    connector = site.connect(projects=(site.project.id,))
    fault.path_contains = "/issues"
    fault.headers = {"content-type": "application/json"}
    site.tracker.bench.faults.fail_next = [fault]
    with pytest.raises(error, match=code):
        await connector.fetch([f"{site.project.id}#1"])


def _second_project(site: GitLabRig) -> Project:
    other = site.tracker.store.add_project("kunlun/contracts", "合同管理")
    other.members |= site.project.members
    return other


@pytest.mark.parametrize(
    "switches",
    [
        Switches(),
        Switches(keyset=False),
        Switches(rows_without_total=10, max_offset=900),
    ],
    ids=["keyset", "offset", "without a total"],
)
async def test_d3_much_is_read_as_windows_and_nothing_is_left_out(
    site: GitLabRig, connector: GitLabConnector, switches: Switches
) -> None:
    site.tracker.store.switches = switches
    issues = [site.open_issue(f"{number}") for number in range(1200)]
    seen: list[str] = []
    async for page in connector.fetch_changed(None):
        seen += [one.title for one in page.snapshots]
        if len(issues) > 1180:
            site.edit(issues.pop(0), description="变了")
            site.edit(issues.pop(600), description="变了")
    assert set(seen) == {str(number) for number in range(1200)}
    assert len(seen) < 1300


async def test_an_idle_project_costs_one_request_a_poll(
    site: GitLabRig, connector: GitLabConnector
) -> None:
    site.note(site.open_issue("quiet"), "hello")
    _, cursor = await changed(connector)
    site.clock.wind(600)
    _, cursor = await changed(connector, cursor)
    before = site.bench.journal.total
    assert (await changed(connector, cursor))[0] == []
    assert site.bench.journal.total - before == 1
    assert len(cursor) < 100


@pytest.mark.parametrize("keyset", [True, False])
async def test_texts_too_large_for_one_answer_hold_up_no_issue(
    site: GitLabRig, keyset: bool
) -> None:
    site.tracker.store.switches.keyset = keyset
    site.limits = Limits(body_bytes=150_000)
    issues = [
        site.open_issue(f"{n}", description=f"{n % 10}" * 60_000) for n in range(7)
    ]
    for number in range(27):
        site.note(issues[1], f"{number} " + "x" * 10_000)
    ids = [f"{site.project.id}#{issue.iid}" for issue in issues]
    for snapshots in (
        [it for page in await pages(site.connect()) for it in page.snapshots],
        (await site.connect().fetch(ids)).snapshots,
    ):
        notes = {it.ref.tracker_id: it.comments or () for it in snapshots}
        assert sorted(notes) == sorted(ids)
        texts = [note.body.split()[0] for note in notes[ids[1]]]
        assert texts == [str(number) for number in range(27)]
