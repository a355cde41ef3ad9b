"""Work item statuses where an instance has them, and what is done where it has none."""

from collections.abc import Iterator

import pytest

from connectors.base import Wanted
from connectors.gitlab.mapping import WorkItemStatus
from connectors.gitlab.statuses import find_status
from model.changes import Transition
from model.errors import PermanentError
from model.findings import Severity
from model.issues import IssueRef, IssueSnapshot, StatusCategory
from sandbox.gitlab.instance import Switches
from sandbox.gitlab.records import IN_PROGRESS, WONT_DO, Issue
from tests.connectors.gitlab.rig import GitLabRig, id_of, open_gitlab, open_old


@pytest.fixture
def licensed() -> Iterator[GitLabRig]:
    with open_gitlab(Switches(premium=True)) as opened:
        yield opened


def ref(issue: Issue) -> IssueRef:
    return IssueRef("acme", id_of(issue))


async def read(site: GitLabRig, issue: Issue) -> IssueSnapshot:
    return (await site.connect().fetch([id_of(issue)])).snapshots[0]


@pytest.mark.parametrize(
    "word",
    [
        "in PROGRESS",
        "in_progress",
        "gid://gitlab/WorkItems::Statuses::SystemDefined::Status/2",
    ],
)
async def test_d13_a_status_is_named_by_name_id_or_category(
    licensed: GitLabRig, word: str
) -> None:
    issue = licensed.open_issue("one")
    receipt = await licensed.connect().apply(ref(issue), Transition(word), "op")
    found = await read(licensed, issue)
    assert issue.status is IN_PROGRESS
    assert (found.status, found.status_id) == ("In progress", receipt.status_id)
    assert found.status_category is StatusCategory.IN_PROGRESS


async def test_a_status_that_closes_is_done(licensed: GitLabRig) -> None:
    issue = licensed.open_issue("one")
    await licensed.connect().apply(ref(issue), Transition("Won't do"), "op")
    found = await read(licensed, issue)
    assert (issue.state, issue.status) == ("closed", WONT_DO)
    assert found.status_category is StatusCategory.DONE


async def test_closed_still_closes_and_tells_the_status(licensed: GitLabRig) -> None:
    issue = licensed.open_issue("one")
    receipt = await licensed.connect().apply(ref(issue), Transition("closed"), "op")
    found = await read(licensed, issue)
    assert (found.status, found.status_id) == ("Done", receipt.status_id)


def test_a_category_is_enough_only_where_it_leaves_no_choice() -> None:
    finished = WorkItemStatus("1", "Finished", "done")
    dropped = WorkItemStatus("2", "Dropped", "canceled")
    assert find_status("done", [finished]) == finished
    assert find_status("done", [finished, dropped]) is None
    assert find_status("dropped", [finished, dropped]) == dropped


@pytest.mark.parametrize("version", ["16.11.0", "19.2.0-ee"])
async def test_without_the_licence_there_are_opened_and_closed(version: str) -> None:
    with open_gitlab(Switches(version=version)) as site:
        issue = site.open_issue("one")
        with pytest.raises(PermanentError) as raised:
            await site.connect().apply(ref(issue), Transition("In progress"), "op")
        assert raised.value.code == "transition_unavailable"
        assert raised.value.params["offered"] == "opened, closed"
        found = await read(site, issue)
        assert (found.status, found.status_id) == ("opened", "")


async def test_an_older_server_still_tells_links_and_time() -> None:
    with open_old() as site:
        parent, child = site.open_issue("parent"), site.open_issue("child")
        child.parent = parent
        site.edit(child, spend=5400)
        found = await read(site, child)
        assert [link.key for link in found.links] == ["kunlun/funds#1"]
        assert [log.seconds for log in found.worklogs] == [5400]


async def test_who_logged_time_is_told(licensed: GitLabRig) -> None:
    issue = licensed.open_issue("one")
    licensed.edit(issue, spend=7200)
    licensed.clock.wind(3600)
    licensed.edit(issue, spend=-1800)
    logs = (await read(licensed, issue)).worklogs
    assert [log.seconds for log in logs] == [7200, -1800]
    assert logs[0].author is not None
    assert logs[0].author.name == "财务部用户"
    assert logs[1].started_at == licensed.clock.at


async def test_the_check_says_what_issues_can_be_brought_to(
    licensed: GitLabRig,
) -> None:
    wanted = Wanted(frozenset({"In progress", "closed", "Scheduled"}))
    found = await licensed.connect().check(wanted)
    [error] = [one for one in found if one.severity is Severity.ERROR]
    assert (error.code, error.params["status"]) == ("status_unknown", "Scheduled")
    [told] = [one for one in found if one.code == "statuses"]
    assert "In progress, Done, Won't do" in told.params["offered"]
