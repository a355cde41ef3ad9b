"""Writing, where Jira is at its oddest; on both deployments unless one is named."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from connectors.http import Limits
from connectors.jira.comments import neutralise
from connectors.jira.mapping import ANCHOR
from model.changes import (
    SetAssignee,
    SetFields,
    SetLabels,
    SetRelease,
    Transition,
    UpsertComment,
)
from model.errors import Conflict, PermanentError, RetriableError
from sandbox.faults import Fault
from sandbox.jira import talk
from sandbox.jira.records import Status, Version, Workflow
from sandbox.jira.records import Transition as Edge
from tests.connectors.jira.rig import JiraRig
from tests.contracts.rig import client_text, ref_of


def comment(text: str, comment_id: str | None = None) -> UpsertComment:
    return UpsertComment(client_text(text), comment_id)


async def test_nothing_is_written_to_a_project_that_is_not_ours(jira: JiraRig) -> None:
    made, connector = (
        jira.make_issue("x"),
        jira.connect(write_fields={"Points": "scope"}),
    )
    store, site = jira.tracker.store, jira.tracker.site
    issue, ops = jira.get_issue(made), site.projects["OPS"]
    jira.server.call(lambda: store.move_issue(jira.client, issue, ops))
    writes = jira.bench.journal.writes
    for change in (
        SetLabels(frozenset({"ours"}), frozenset()),
        SetRelease("2026.12"),
        Transition("In Progress"),
        comment("计划版本"),
        SetAssignee(jira.accounts[1]),
        SetFields(jira.fields),
    ):
        with pytest.raises(Conflict, match="issue_moved"):
            await connector.apply(ref_of(made), change, "op")
    assert jira.bench.journal.writes == writes


# -- labels and releases -----------------------------------------------------------


async def test_b11_a_label_with_white_space_never_leaves(jira: JiraRig) -> None:
    made = jira.make_issue("x")
    before = jira.bench.journal.total
    change = SetLabels(frozenset({"two words"}), frozenset())
    with pytest.raises(PermanentError, match="label_invalid"):
        await jira.connect().apply(ref_of(made), change, "op")
    writes = [one for one in jira.bench.journal.since(before) if one.write]
    assert writes == []


async def test_b11_a_label_set_between_read_and_write_survives(jira: JiraRig) -> None:
    made = jira.make_issue("x", labels=["a"])
    jira.get_issue(made).labels.append("set-by-a-person")
    change = SetLabels(frozenset({"ours"}), frozenset({"a"}))
    await jira.connect().apply(ref_of(made), change, "op")
    assert set(jira.get_issue(made).labels) == {"ours", "set-by-a-person"}


async def test_a_version_is_created_with_its_date(jira: JiraRig) -> None:
    made = jira.make_issue("x")
    change = SetRelease("2026.12", ship_on=date(2026, 12, 31))
    receipt = await jira.connect().apply(ref_of(made), change, "op")
    versions = jira.tracker.site.projects["FIN"].versions
    assert [(one.name, one.release_on) for one in versions] == [
        ("2026.12", "2026-12-31")
    ]
    assert receipt.calls == 2


async def test_a_version_that_is_known_is_not_looked_for_until_it_is_gone(
    jira: JiraRig,
) -> None:
    connector, journal = jira.connect(), jira.bench.journal
    change, versions = SetRelease("2026.12"), jira.tracker.site.projects["FIN"].versions
    await connector.apply(ref_of(jira.make_issue("one")), change, "op-1")
    before = journal.total
    await connector.apply(ref_of(jira.make_issue("two")), change, "op-2")
    assert [entry.method for entry in journal.since(before)] == ["GET", "PUT"]
    versions.clear()
    made = jira.make_issue("three")
    assert (await connector.apply(ref_of(made), change, "op-3")).calls == 2
    assert jira.get_issue(made).fix_versions == versions


async def test_a_write_whose_answer_is_too_large_is_not_taken_for_one_of_others(
    jira: JiraRig,
) -> None:
    """A second look would find the version in the issue, and nobody who put it there."""
    jira.limits = Limits(body_bytes=150_000)
    connector, change = jira.connect(), SetRelease("2026.12")
    await connector.apply(ref_of(jira.make_issue("one")), change, "op-1")
    blank = Fault("PUT", status=200, apply_first=True, body=" " * 200_000)
    jira.bench.faults.fail_next = [blank]
    made = jira.make_issue("two")
    with pytest.raises(PermanentError, match="answer_too_large"):
        await connector.apply(ref_of(made), change, "op-2")
    assert [one.name for one in jira.get_issue(made).fix_versions] == ["2026.12"]


async def test_releases_of_others_stay(jira: JiraRig) -> None:
    made = jira.make_issue("x")
    other = Version("900", "theirs", "FIN")
    jira.tracker.site.projects["FIN"].versions.append(other)
    jira.get_issue(made).fix_versions.append(other)
    connector = jira.connect()
    await connector.apply(ref_of(made), SetRelease("ours"), "op-1")
    await connector.apply(ref_of(made), SetRelease(None, remove="ours"), "op-2")
    assert [one.name for one in jira.get_issue(made).fix_versions] == ["theirs"]


async def test_an_archived_release_is_a_person_s_matter(jira: JiraRig) -> None:
    made = jira.make_issue("x")
    archived = Version("900", "old", "FIN", archived=True)
    jira.tracker.site.projects["FIN"].versions.append(archived)
    with pytest.raises(PermanentError, match="release_archived"):
        await jira.connect().apply(ref_of(made), SetRelease("old"), "op")


# -- transitions -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "goal"),
    [
        ("To Do", "Done"),
        ("To Do", "In Review"),
        ("Scheduled", "Done"),
        ("Done", "In Review"),
        ("In Review", "Scheduled"),
        ("Done", "Scheduled"),
    ],
)
async def test_the_way_is_found_along_offered_edges(
    jira: JiraRig, start: str, goal: str
) -> None:
    made = jira.make_issue("x")
    issue = jira.get_issue(made)
    statuses = {one.name: one for one in jira.tracker.site.statuses()}
    issue.status = statuses[start]
    receipt = await jira.connect().apply(ref_of(made), Transition(goal), "op")
    assert issue.status.name == goal
    assert 1 <= receipt.calls <= 4


async def test_a_required_resolution_is_filled(data_center: JiraRig) -> None:
    made = data_center.make_issue("x")
    await data_center.connect().apply(ref_of(made), Transition("Done"), "op")
    resolution = data_center.get_issue(made).resolution
    assert resolution is not None
    assert resolution.name == "Done"


async def test_the_configured_resolution_is_preferred(data_center: JiraRig) -> None:
    made = data_center.make_issue("x")
    connector = data_center.connect(resolution="Won't Do")
    await connector.apply(ref_of(made), Transition("Done"), "op")
    resolution = data_center.get_issue(made).resolution
    assert resolution is not None
    assert resolution.name == "Won't Do"


def require_fields(jira: JiraRig, *names: str) -> None:
    change_edges(jira, lambda edge: replace(edge, required=names))


async def test_b10_required_fields_of_a_screen_are_filled_as_configured(
    jira: JiraRig,
) -> None:
    made = jira.make_issue("x")
    require_fields(jira, "customfield_10020", "customfield_10030")
    filled = {"contract clause": "n/a", "customfield_10030": "P2"}
    connector = jira.connect(screen_fields=filled)
    await connector.apply(ref_of(made), Transition("In Progress"), "op")
    custom = jira.get_issue(made).custom
    assert custom["customfield_10020"] == "n/a"
    assert custom["customfield_10030"]["value"] == "P2"


@pytest.mark.parametrize("filled", [{}, {"Pool priority": "P9"}])
async def test_b10_required_fields_that_nothing_fills_are_named(
    jira: JiraRig, filled: dict[str, str]
) -> None:
    made = jira.make_issue("x")
    require_fields(jira, "customfield_10030")
    connector = jira.connect(screen_fields=filled)
    with pytest.raises(PermanentError) as raised:
        await connector.apply(ref_of(made), Transition("In Progress"), "op")
    assert raised.value.code == "transition_needs_field"
    assert raised.value.params["fields"] == "Pool priority"


async def test_an_account_without_the_permission_is_told_what_is_offered(
    jira: JiraRig,
) -> None:
    made = jira.make_issue("x")
    jira.bot.denied.add("TRANSITION_ISSUES")
    with pytest.raises(PermanentError) as raised:
        await jira.connect().apply(ref_of(made), Transition("Done"), "op")
    assert raised.value.code == "transition_unavailable"
    assert raised.value.params["at"] == "To Do"
    assert raised.value.params["offered"] == ""


def rename(jira: JiraRig, old: str, shown: str, written: str = "") -> None:
    """A status as our account sees it, and as its administrator wrote it."""

    def swap(one: Status) -> Status:
        renamed = replace(one, name=shown, untranslated=written)
        return renamed if one.name == old else one

    for project in jira.tracker.site.projects.values():
        flow = project.workflow
        edges = [replace(edge, to=swap(edge.to)) for edge in flow.transitions]
        project.workflow = Workflow(swap(flow.initial), tuple(edges))


def change_edges(jira: JiraRig, change: Callable[[Edge], Edge], *more: Edge) -> None:
    project = jira.tracker.site.projects["FIN"]
    edges = [change(edge) for edge in project.workflow.transitions]
    project.workflow = replace(project.workflow, transitions=(*more, *edges))


async def test_b10_a_translated_status_is_found_as_its_administrator_wrote_it(
    cloud: JiraRig,
) -> None:
    rename(cloud, "Scheduled", "已排期", "Scheduled")
    made = cloud.make_issue("x")
    receipt = await cloud.connect().apply(ref_of(made), Transition("Scheduled"), "op")
    found = (await cloud.connect().fetch([made])).snapshots[0]
    assert (found.status, found.status_id) == ("已排期", receipt.status_id)


@pytest.mark.parametrize("word", ["10103", "in review", "done"])
async def test_b10_a_status_is_named_by_id_name_or_category(
    jira: JiraRig, word: str
) -> None:
    made = jira.make_issue("x")
    receipt = await jira.connect().apply(ref_of(made), Transition(word), "op")
    assert receipt.status_id == jira.get_issue(made).status.id
    again = await jira.connect().apply(ref_of(made), Transition(word), "op")
    assert (again.written, again.status_id) == (False, receipt.status_id)


async def test_b10_a_category_that_leaves_a_choice_is_a_person_s_matter(
    jira: JiraRig,
) -> None:
    made = jira.make_issue("x")
    rename(jira, "Done", "Finished")
    rejected = Edge("71", "Reject", Status("10105", "Rejected", "done"))
    change_edges(jira, lambda edge: edge, rejected)
    with pytest.raises(PermanentError) as raised:
        await jira.connect().apply(ref_of(made), Transition("DONE"), "op")
    assert raised.value.code == "status_ambiguous"
    assert raised.value.params["offered"].startswith("Finished, ")


async def test_b10_of_several_transitions_the_one_that_can_be_passed_is_taken(
    jira: JiraRig,
) -> None:
    made = jira.make_issue("x")
    doing = jira.tracker.site.projects["FIN"].workflow.transitions[0].to
    screened = Edge("12", "With a screen", doing, required=("Team",))
    change_edges(jira, lambda edge: edge, screened)
    receipt = await jira.connect().apply(ref_of(made), Transition("In Progress"), "op")
    assert receipt.calls == 1


async def test_b10_a_post_function_that_lands_elsewhere_is_noticed(
    jira: JiraRig,
) -> None:
    made = jira.make_issue("x")
    review = next(one for one in jira.tracker.site.statuses() if one.id == "10103")

    def land(edge: Edge) -> Edge:
        return replace(edge, lands=review) if edge.to.name == "Scheduled" else edge

    change_edges(jira, land)
    with pytest.raises(PermanentError) as raised:
        await jira.connect().apply(ref_of(made), Transition("Scheduled"), "op")
    assert raised.value.code == "transition_landed_elsewhere"
    assert raised.value.params == {"status": "Scheduled", "at": "In Review"}


async def test_b10_statuses_are_asked_for_once(jira: JiraRig) -> None:
    connector, before = jira.connect(), jira.bench.journal.total
    for title in "ab":
        made = jira.make_issue(title)
        await connector.apply(ref_of(made), Transition("In Progress"), "op")
    paths = [one.path for one in jira.bench.journal.since(before)]
    assert sum(path.endswith("/status") for path in paths) == 1


async def test_a_transition_whose_answer_was_lost_is_found_done(jira: JiraRig) -> None:
    made = jira.make_issue("x")
    lost = Fault("POST", "/transitions", status=0, apply_first=True)
    jira.bench.faults.fail_next.append(lost)
    connector = jira.connect()
    with pytest.raises(RetriableError):
        await connector.apply(ref_of(made), Transition("In Progress"), "op")
    again = await connector.apply(ref_of(made), Transition("In Progress"), "op")
    assert not again.written


async def test_a_conflict_is_told_as_one(jira: JiraRig) -> None:
    made = jira.make_issue("x")
    jira.bench.faults.fail_next.append(Fault("POST", "/transitions", status=409))
    with pytest.raises(Conflict):
        await jira.connect().apply(ref_of(made), Transition("In Progress"), "op")


# -- people and fields -------------------------------------------------------------


async def test_b13_who_may_not_be_assigned_is_a_person_s_matter(jira: JiraRig) -> None:
    made = jira.make_issue("x", assignee=jira.reference)
    jira.bot.denied.add("ASSIGNABLE_USER")
    with pytest.raises(PermanentError, match="person_not_assignable"):
        await jira.connect().apply(ref_of(made), SetAssignee(jira.bot.id), "op")
    assert jira.get_issue(made).assignee is jira.client


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("Nowhere", "x", "field_not_editable"),
        ("Pool priority", "P9", "field_value_invalid"),
        ("Story point estimate", "many", "field_value_invalid"),
    ],
)
async def test_a_field_that_cannot_be_filled_is_a_person_s_matter(
    jira: JiraRig, name: str, value: str, code: str
) -> None:
    made, before = jira.make_issue("x"), jira.bench.journal.writes
    with pytest.raises(PermanentError) as raised:
        await jira.connect().apply(ref_of(made), SetFields({name: value}), "op")
    assert raised.value.code == code
    assert raised.value.params["field"] == name
    assert jira.bench.journal.writes == before


async def test_an_option_is_found_by_its_words(jira: JiraRig) -> None:
    made = jira.make_issue("x")
    connector = jira.connect(write_fields={"Pool priority": "priority"})
    change = SetFields({"Pool priority": "p1"})
    await connector.apply(ref_of(made), change, "op")
    found = (await connector.fetch([made])).snapshots[0]
    assert found.written_fields == {"Pool priority": "P1"}
    assert not (await connector.apply(ref_of(made), change, "op")).written


# -- the comment -------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["[~wang.li]", "[~accountid:5b10]", "@wang.li", "@全体"]
)
def test_mentions_are_readable_and_notify_nobody(text: str) -> None:
    neutral = neutralise(f"问 {text}")
    assert "[~" not in neutral
    assert neutral.replace("\u200b", "") == f"问 {text}"


async def test_the_comment_carries_both_marks(jira: JiraRig) -> None:
    made = jira.make_issue("x")
    await jira.connect().apply(ref_of(made), comment("hi"), "op")
    written = jira.get_issue(made).comments[0]
    assert written.body == f"hi\n{ANCHOR}"
    assert written.properties == {"reqpool": {"sticky": True}}


async def test_b11_a_comment_that_lost_its_anchor_is_found_by_its_property(
    jira: JiraRig,
) -> None:
    made = jira.make_issue("x")
    connector = jira.connect()
    first = await connector.apply(ref_of(made), comment("one"), "op-1")
    issue = jira.get_issue(made)
    store, written = jira.tracker.store, issue.comments[0]
    jira.server.call(
        lambda: talk.edit_comment(store, jira.client, issue, written, "rewritten")
    )
    second = await connector.apply(ref_of(made), comment("two"), "op-2")
    assert second.comment_id == first.comment_id
    assert len(issue.comments) == 1


async def test_a_first_comment_takes_one_look_and_one_write(jira: JiraRig) -> None:
    connector, journal = jira.connect(), jira.bench.journal
    await connector.apply(ref_of(jira.make_issue("x")), comment("one"), "op-1")
    made, before = jira.make_issue("y"), journal.total
    await connector.apply(ref_of(made), comment("one"), "op-1")
    assert [entry.method for entry in journal.since(before)] == ["GET", "POST"]


async def test_ours_is_found_behind_more_comments_than_come_with_an_issue(
    jira: JiraRig,
) -> None:
    made = jira.make_issue("x")
    issue, store = jira.get_issue(made), jira.tracker.store

    def talk_on() -> None:
        for number in range(110):
            talk.add_comment(store, jira.client, issue, f"number {number}")

    jira.server.call(talk_on)
    first = await jira.connect().apply(ref_of(made), comment("one"), "op-1")
    again = await jira.connect().apply(ref_of(made), comment("one"), "op-2")
    assert (first.written, again.written) == (True, False)
    assert first.comment_id == again.comment_id


async def test_other_comments_of_our_account_are_not_taken_for_it(
    jira: JiraRig,
) -> None:
    made = jira.make_issue("x")
    issue, store = jira.get_issue(made), jira.tracker.store
    jira.server.call(lambda: talk.add_comment(store, jira.bot, issue, "by hand"))
    receipt = await jira.connect().apply(ref_of(made), comment("ours"), "op")
    assert [one.body.split("\n")[0] for one in issue.comments] == ["by hand", "ours"]
    assert receipt.comment_id == issue.comments[1].id
