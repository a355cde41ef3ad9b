"""Writing to the stand-in: what the contract suite does not ask of every tracker."""

from datetime import date

import pytest

from connectors.github import GitHubConnector
from connectors.github.mapping import MARKER
from model.changes import SetLabels, SetRelease, Transition, UpsertComment
from model.errors import PermanentError
from sandbox.faults import Fault
from tests.connectors.github.rig import GitHubRig, id_of
from tests.contracts.reads import state_of
from tests.contracts.rig import client_text, ref_of


def label(*add: str, remove: tuple[str, ...] = ()) -> SetLabels:
    return SetLabels(frozenset(add), frozenset(remove))


async def test_labels_are_compared_without_regard_to_case(
    site: GitHubRig, connector: GitHubConnector
) -> None:
    issue = id_of(site.open_issue("labelled", labels=["Pool-Defect"]))
    receipt = await connector.apply(ref_of(issue), label("pool-defect"), "op")
    assert not receipt.written


async def test_labels_go_one_by_one_also_with_a_slash_or_chinese_in_them(
    site: GitHubRig, connector: GitHubConnector
) -> None:
    issue = id_of(site.open_issue("labelled", labels=["a/b c", "缺陷", "theirs"]))
    change = label("new", remove=("a/b c", "缺陷", "never there"))
    receipt = await connector.apply(ref_of(issue), change, "op")
    assert receipt.calls == 3
    assert (await state_of(connector, issue)).labels == {"new", "theirs"}


async def test_a_label_that_somebody_else_took_away_is_gone_all_the_same(
    site: GitHubRig, connector: GitHubConnector
) -> None:
    issue = id_of(site.open_issue("labelled", labels=["a", "b"]))
    site.bench.faults.fail_next.append(Fault(method="DELETE", status=404))
    receipt = await connector.apply(ref_of(issue), label(remove=("a", "b")), "op")
    assert receipt.written


async def test_an_issue_is_closed_for_a_reason_and_opened_again(
    site: GitHubRig, connector: GitHubConnector
) -> None:
    issue = site.open_issue("to be declined")
    for status, reason in (
        ("not planned", "not_planned"),
        ("closed", "completed"),
        ("open", "reopened"),
    ):
        await connector.apply(ref_of(id_of(issue)), Transition(status), "op")
        assert issue.state_reason == reason
        assert (await state_of(connector, id_of(issue))).status == status


async def test_a_milestone_is_due_on_the_day_that_was_meant(
    site: GitHubRig, connector: GitHubConnector
) -> None:
    issue = site.make_issue("planned")
    change = SetRelease("2026.12", ship_on=date(2026, 12, 31))
    receipt = await connector.apply(ref_of(issue), change, "op")
    assert receipt.calls == 2
    [milestone] = site.repository.milestones
    assert milestone.due_on == "2026-12-31T08:00:00Z"


async def test_a_milestone_that_another_write_made_meanwhile_is_used(
    site: GitHubRig, connector: GitHubConnector
) -> None:
    issue = site.make_issue("planned")
    lost = Fault(method="POST", path_contains="milestones", status=422)
    lost.apply_first = True
    site.bench.faults.fail_next.append(lost)
    await connector.apply(ref_of(issue), SetRelease("R1"), "op")
    assert len(site.repository.milestones) == 1
    assert (await state_of(connector, issue)).releases == ("R1",)


async def test_a_milestone_of_the_client_is_not_taken_away(
    site: GitHubRig, connector: GitHubConnector
) -> None:
    theirs = site.store.add_milestone(site.repository, site.person, "theirs")
    issue = id_of(site.open_issue("planned", milestone=theirs))
    receipt = await connector.apply(ref_of(issue), SetRelease(None, "ours"), "op")
    assert not receipt.written
    assert (await state_of(connector, issue)).releases == ("theirs",)


async def test_the_comment_calls_nobody_and_reads_back_as_it_was_meant(
    site: GitHubRig, connector: GitHubConnector
) -> None:
    issue = site.open_issue("asked")
    text = UpsertComment(client_text("@finance-user 见 #12"))
    receipt = await connector.apply(ref_of(id_of(issue)), text, "op")
    [stored] = issue.comments
    assert "@finance" not in stored.body
    assert stored.body.endswith(MARKER)
    [told] = (await state_of(connector, id_of(issue))).comments or ()
    assert (told.tracker_id, told.body) == (receipt.comment_id, "@finance-user 见 #12")
    assert told.ours


async def test_a_comment_of_another_issue_is_never_written_over(
    site: GitHubRig, connector: GitHubConnector
) -> None:
    first, second = site.make_issue("one"), site.make_issue("two")
    there = await connector.apply(
        ref_of(first), UpsertComment(client_text("of one")), "op"
    )
    here = UpsertComment(client_text("of two"), there.comment_id)
    receipt = await connector.apply(ref_of(second), here, "op")
    assert receipt.comment_id != there.comment_id
    told = (await state_of(connector, first)).comments or ()
    assert [one.body for one in told] == ["of one"]


async def test_what_our_account_wrote_by_hand_is_not_written_over(
    site: GitHubRig, connector: GitHubConnector
) -> None:
    issue = site.open_issue("asked")
    by_hand = site.server.call(
        lambda: site.store.write_comment(issue, site.bot, "Written by a person.")
    )
    text = UpsertComment(client_text("decided"))
    receipt = await connector.apply(ref_of(id_of(issue)), text, "op")
    assert receipt.comment_id != str(by_hand.id)
    assert by_hand.body == "Written by a person."


async def test_a_transferred_issue_is_not_written_to(
    site: GitHubRig, connector: GitHubConnector
) -> None:
    issue = site.open_issue("to be moved")
    archive = site.store.add_repository("kunlun/archive")
    archive.members |= site.repository.members
    site.server.call(lambda: site.store.transfer_issue(issue, archive, site.person))
    with pytest.raises(PermanentError, match="not_found"):
        await connector.apply(ref_of(id_of(issue)), label("a"), "op")


async def test_a_repository_out_of_reach_is_told_from_an_issue_that_is_gone(
    site: GitHubRig, connector: GitHubConnector
) -> None:
    issue = site.make_issue("still there")
    await state_of(connector, issue)
    del site.repository.members[site.bot.id]
    with pytest.raises(PermanentError, match="project_unreachable"):
        await connector.apply(ref_of(issue), label("a"), "op")


async def test_issues_of_other_repositories_are_not_written_to(
    site: GitHubRig, connector: GitHubConnector
) -> None:
    other = site.store.add_repository("kunlun/secret")
    other.members |= site.repository.members
    foreign = id_of(site.open_issue("not ours", repository=other))
    with pytest.raises(PermanentError, match="project_not_configured"):
        await connector.apply(ref_of(foreign), label("a"), "op")
