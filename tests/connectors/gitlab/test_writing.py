"""Writing to the stand-in over real HTTP: once, and only what is ours."""

from datetime import date

import pytest

from connectors.gitlab import GitLabConnector
from connectors.gitlab.note_text import MARKER
from model.changes import (
    Change,
    Receipt,
    SetAssignee,
    SetFields,
    SetLabels,
    SetRelease,
    Transition,
    UpsertComment,
)
from model.client_text import ClientSafeFacts, ClientText
from model.errors import PermanentError, RetriableError
from model.issues import IssueRef
from model.projects import Language
from sandbox.faults import Fault
from sandbox.gitlab.issues import delete_issue
from sandbox.gitlab.records import Issue
from tests.connectors.gitlab.rig import CUSTOM_FIELDS, GitLabRig

OURS = "pool-scope::in-contract"


def ref(issue: Issue) -> IssueRef:
    return IssueRef("kunlun", f"{issue.project.id}#{issue.iid}")


def labels(add: set[str] = frozenset(), remove: set[str] = frozenset()) -> SetLabels:  # type: ignore[assignment] # an empty set
    return SetLabels(frozenset(add), frozenset(remove))


def comment(text: str, comment_id: str | None = None) -> UpsertComment:
    rendered = ClientText(text, ClientSafeFacts(), Language.ZH)
    return UpsertComment(rendered, comment_id)


def names(issue: Issue) -> set[str]:
    return {label.name for label in issue.labels}


async def test_d5_labels_are_added_and_removed_and_everybody_elses_stay(
    site: GitLabRig, connector: GitLabConnector
) -> None:
    issue = site.open_issue("one", labels=["finance", "pool-prio::P2"])
    change = labels({OURS, "pool-prio::P0"}, {"pool-prio::P2", "never-there"})
    receipt = await connector.apply(ref(issue), change, "op-1")
    assert names(issue) == {"finance", OURS, "pool-prio::P0"}
    assert receipt == Receipt(written=True, updated_at=receipt.updated_at, calls=1)
    assert receipt.updated_at == issue.updated_at.replace(
        microsecond=issue.updated_at.microsecond // 1000 * 1000
    )
    assert site.writes() == [f"PUT issues/{issue.iid}"]


CHANGES: list[Change] = [
    labels({OURS}),
    Transition("closed"),
    SetRelease("2.1", ship_on=date(2026, 4, 1)),
    comment("计划版本:2.1"),
    SetAssignee("@finance.user"),
    SetFields({"clause::": "2.1", "time_estimate": "3"}),
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda c: type(c).__name__)
async def test_doing_it_twice_is_doing_it_once(
    site: GitLabRig, connector: GitLabConnector, change: Change
) -> None:
    issue = site.open_issue("one")
    once = await connector.apply(ref(issue), change, "op-1")
    writes = site.writes()
    twice = await connector.apply(ref(issue), change, "op-1")
    assert (once.written, twice.written, twice.calls) == (True, False, 0)
    assert once.calls == len(writes)
    assert site.writes() == writes


@pytest.mark.parametrize("change", CHANGES, ids=lambda c: type(c).__name__)
async def test_d11_a_lost_reply_is_not_repeated_in_here_and_makes_nothing_twice(
    site: GitLabRig, connector: GitLabConnector, change: Change
) -> None:
    issue = site.open_issue("one")
    site.tracker.bench.faults.fail_next = [
        Fault(method=method, status=0, apply_first=True) for method in ("PUT", "POST")
    ]
    for _ in range(3):
        try:
            await connector.apply(ref(issue), change, "op-1")
        except RetriableError:
            continue
    assert len(issue.user_notes) <= 1
    assert len(site.project.milestones) <= 1
    assert len(site.writes()) == len(set(site.writes()))


async def test_d5_a_label_is_spelt_as_the_project_spells_it(
    site: GitLabRig, connector: GitLabConnector
) -> None:
    site.tracker.store.add_label(site.project, "Pool-Scope::In-Contract")
    issue = site.open_issue("one")
    await connector.apply(ref(issue), labels({OURS}), "op-1")
    assert names(issue) == {"Pool-Scope::In-Contract"}
    again = await connector.apply(ref(issue), labels({OURS}), "op-1")
    assert not again.written
    await connector.apply(ref(issue), labels(remove={OURS}), "op-2")
    assert names(issue) == set()


async def test_labels_that_a_project_has_are_asked_for_once_a_minute(
    site: GitLabRig, connector: GitLabConnector
) -> None:
    """A new one is found the second time, and then known."""
    journal = site.tracker.bench.journal
    for title in ("one", "two"):
        await connector.apply(ref(site.open_issue(title)), labels({OURS}), "op-1")
    before = journal.total
    issue = site.open_issue("three")
    await connector.apply(ref(issue), labels({OURS}), "op-1")
    assert [entry.method for entry in journal.since(before)] == ["GET", "PUT"]
    assert names(issue) == {OURS}


async def test_a_label_of_a_person_in_other_letters_is_not_taken_away(
    site: GitLabRig, connector: GitLabConnector
) -> None:
    site.tracker.store.add_label(site.project, "review")
    issue = site.open_issue("one", labels=["REVIEW"])
    receipt = await connector.apply(ref(issue), labels(remove={"review"}), "op-1")
    assert not receipt.written
    assert names(issue) == {"REVIEW"}


@pytest.mark.parametrize("label", ["a,b", "", " "])
async def test_a_label_that_gitlab_cannot_hold_is_refused_before_anything_is_sent(
    site: GitLabRig, connector: GitLabConnector, label: str
) -> None:
    issue = site.open_issue("one")
    with pytest.raises(PermanentError, match="label_impossible"):
        await connector.apply(ref(issue), labels({label}), "op-1")
    assert site.writes() == []


async def test_an_issue_is_closed_and_opened_again(
    site: GitLabRig, connector: GitLabConnector
) -> None:
    issue = site.open_issue("one")
    for status in ("closed", "opened"):
        assert (await connector.apply(ref(issue), Transition(status), "op")).written
        assert issue.state == status
    with pytest.raises(PermanentError, match="transition_unavailable"):
        await connector.apply(ref(issue), Transition("Done"), "op")


async def test_a_release_is_a_milestone_made_when_it_is_missing(
    site: GitLabRig, connector: GitLabConnector
) -> None:
    first, second = site.open_issue("one"), site.open_issue("two")
    change = SetRelease("2.1 资金", ship_on=date(2026, 4, 1))
    assert (await connector.apply(ref(first), change, "op-1")).calls == 2
    assert (await connector.apply(ref(second), change, "op-2")).calls == 1
    [milestone] = site.project.milestones
    assert milestone.due_on == date(2026, 4, 1)
    assert first.milestone is second.milestone is milestone


async def test_a_milestone_that_is_known_is_not_looked_for_until_it_is_gone(
    site: GitLabRig, connector: GitLabConnector
) -> None:
    journal, change = site.tracker.bench.journal, SetRelease("2.1")
    await connector.apply(ref(site.open_issue("one")), change, "op-1")
    before, issue = journal.total, site.open_issue("two")
    await connector.apply(ref(issue), change, "op-2")
    assert [entry.method for entry in journal.since(before)] == ["GET", "PUT"]
    site.project.milestones.clear()
    issue = site.open_issue("three")
    assert (await connector.apply(ref(issue), change, "op-3")).calls == 2
    assert issue.milestone is site.project.milestones[0]
    issue.milestone.title, issue = "2.1 LTS", site.open_issue("four")
    await connector.apply(ref(issue), change, "op-4")
    assert issue.milestone is not None
    assert issue.milestone.title == "2.1"


async def test_only_a_milestone_of_ours_is_taken_away(
    site: GitLabRig, connector: GitLabConnector
) -> None:
    site.tracker.store.add_milestone(site.project, "客户的里程碑")
    issue = site.open_issue("one", milestone=site.project.milestones[0])
    left = await connector.apply(ref(issue), SetRelease(None, remove="2.1"), "op-1")
    assert not left.written
    assert issue.milestone
    change = SetRelease(None, remove="客户的里程碑")
    assert (await connector.apply(ref(issue), change, "op-2")).written
    assert issue.milestone is None


async def test_there_is_one_note_of_ours_and_it_is_brought_up_to_date(
    site: GitLabRig, connector: GitLabConnector
) -> None:
    issue = site.open_issue("one")
    site.note(issue, f"a person pastes {MARKER}")
    first = await connector.apply(ref(issue), comment("计划版本:2.1"), "op-1")
    second = await connector.apply(
        ref(issue), comment("计划版本:2.2", first.comment_id), "op-2"
    )
    third = await connector.apply(ref(issue), comment("计划版本:2.3"), "op-3")
    assert first.comment_id == second.comment_id == third.comment_id
    assert [note.author.username for note in issue.user_notes] == [
        "finance.user",
        site.bot.username,
    ]
    assert issue.user_notes[1].body == f"计划版本:2.3\n\n{MARKER}"


async def test_a_note_of_ours_that_a_person_deleted_is_written_anew(
    site: GitLabRig, connector: GitLabConnector
) -> None:
    issue = site.open_issue("one")
    first = await connector.apply(ref(issue), comment("2.1"), "op-1")
    issue.notes.clear()
    again = await connector.apply(ref(issue), comment("2.1", first.comment_id), "op-2")
    assert again.written
    assert again.comment_id != first.comment_id


async def test_a_note_of_somebody_else_is_never_changed(
    site: GitLabRig, connector: GitLabConnector
) -> None:
    issue = site.open_issue("one")
    theirs = site.note(issue, "mine")
    receipt = await connector.apply(ref(issue), comment("2.1", str(theirs.id)), "op-1")
    assert theirs.body == "mine"
    assert receipt.comment_id != str(theirs.id)


async def test_d6_commands_in_a_note_do_not_run(
    site: GitLabRig, connector: GitLabConnector
) -> None:
    issue = site.open_issue("one")
    text = "/close\n说明\n/label ~bug\n @all"
    await connector.apply(ref(issue), comment(text), "op-1")
    [page] = [page async for page in connector.fetch_changed(None) if page.snapshots]
    assert issue.state == "opened"
    assert names(issue) == set()
    assert page.snapshots[0].comments
    assert page.snapshots[0].comments[0].body == text


async def test_d4_an_issue_that_is_gone_differs_from_a_project_out_of_reach(
    site: GitLabRig,
) -> None:
    issue = site.open_issue("one")
    connector = site.connect(projects=(site.project.id,))
    site.server.call(lambda: delete_issue(site.tracker.store, issue))
    for change in CHANGES:
        with pytest.raises(PermanentError, match="not_found"):
            await connector.apply(ref(issue), change, "op-1")
    site.project.members.pop(site.bot.id)
    for change in CHANGES:
        with pytest.raises(PermanentError, match="project_unreachable"):
            await connector.apply(ref(issue), change, "op-1")


async def test_another_clients_issue_is_never_written(
    site: GitLabRig, connector: GitLabConnector
) -> None:
    other = site.tracker.store.add_project("huaxin/funds", "资金")
    other.members |= site.project.members
    issue = site.open_issue("theirs", project=other)
    with pytest.raises(PermanentError, match="project_not_configured"):
        await connector.apply(ref(issue), labels({OURS}), "op-1")
    assert names(issue) == set()


async def test_other_assignees_stay_where_several_are_licensed(
    site: GitLabRig, connector: GitLabConnector
) -> None:
    other = site.tracker.store.add_user("auditor", "审计")
    site.project.members[other.id] = 20
    site.tracker.store.switches.premium = True
    issue = site.open_issue("shared", assignees=[other])
    await connector.apply(ref(issue), SetAssignee("@finance.user"), "op-1")
    assert issue.assignees == [site.person, other]
    change = SetAssignee(str(site.bot.id), "@finance.user")
    await connector.apply(ref(issue), change, "op-2")
    assert issue.assignees == [site.bot, other]


async def test_a_weight_that_is_not_licensed_is_a_person_s_matter(
    site: GitLabRig, connector: GitLabConnector
) -> None:
    site.tracker.store.switches.premium = False
    issue = site.open_issue("one")
    with pytest.raises(PermanentError, match="field_not_editable"):
        await connector.apply(ref(issue), SetFields({"weight": "3"}), "op-1")


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("Nowhere", "x", "field_not_editable"),
        ("Pool priority", "P9", "field_value_invalid"),
        ("Points", "many", "field_value_invalid"),
    ],
)
async def test_a_custom_field_that_cannot_be_filled_is_a_person_s_matter(
    site: GitLabRig, connector: GitLabConnector, name: str, value: str, code: str
) -> None:
    site.tracker.store.switches.premium = True
    site.tracker.store.custom_fields = list(CUSTOM_FIELDS)
    issue = site.open_issue("one")
    with pytest.raises(PermanentError) as raised:
        await connector.apply(ref(issue), SetFields({name: value}), "op-1")
    assert raised.value.code == code
    assert issue.custom == {}


async def test_custom_fields_that_are_not_licensed_are_a_person_s_matter(
    site: GitLabRig, connector: GitLabConnector
) -> None:
    issue = site.open_issue("one")
    with pytest.raises(PermanentError, match="field_not_editable"):
        await connector.apply(ref(issue), SetFields({"Points": "3"}), "op-1")
