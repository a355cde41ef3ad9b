"""What a person and we changed both is never lost: a record, and the history."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from model.changes import Base, Receipt, Transition
from model.decisions import PoolState
from model.issues import Person
from pool import conflicts, history, issues
from pool.conflicts import Conflict, Kept
from pool.history import Event, Origin
from sandbox.jira import talk
from sandbox.jira.records import Issue
from sync.advance import advance
from sync.clash import Clash, clash
from sync.note_race import note_race
from sync.plan import Target, learn, plan
from sync.poll import poll
from tests.sync.conftest import JiraDesk
from tests.sync.test_plan import OURS, labels, releases, snapshot, some_labels, statuses
from tests.sync.world import World

WISH = "WeChat mini program for approvals"


async def found(world: World, issue: Issue) -> list[Conflict]:
    row = await world.issue(issue.key)
    async with world.engine.database.transaction() as connection:
        return list(await conflicts.find(connection, row["id"], 20))


async def history_of(world: World, issue: Issue) -> list[Event]:
    row = await world.issue(issue.key)
    async with world.engine.database.transaction() as connection:
        return list(await history.find(connection, [row["id"]]))


async def move_in_pool(world: World, issue: Issue, state: PoolState) -> None:
    [row] = await world.rows(
        "SELECT requirement_id FROM requirement_issues l JOIN issues i"
        " ON i.id = l.issue_id WHERE i.key = %s",
        issue.key,
    )
    await advance(world.engine, row["requirement_id"], state, "agreed", "Mei")


def drag_elsewhere(desk: JiraDesk, issue: Issue) -> str:
    """To an open status; answers which."""
    store = desk.tracker.store
    offered = desk.server.call(lambda: store.transitions(desk.client, issue))
    names = [edge.to.name for edge in offered if edge.to.name != "Done"]
    [name, *_] = [name for name in names if name != issue.status.name]
    desk.move(issue, name)
    return str(name)


async def test_a_status_changed_just_before_our_write_is_recorded(
    world: World, desk: JiraDesk
) -> None:
    """Nothing of the person's change was read when ours is sent."""
    made = desk.raise_issue(WISH)
    await world.settle(polls=True)
    await move_in_pool(world, made, PoolState.IN_DEVELOPMENT)
    await world.settle()
    ours = made.status.name
    world.clock.wind(seconds=20)
    theirs = drag_elsewhere(desk, made)
    await move_in_pool(world, made, PoolState.DELIVERED)
    await world.settle()
    assert made.status.name not in {ours, theirs}
    [conflict] = await found(world, made)
    assert (conflict.base, conflict.theirs, conflict.ours, conflict.kept) == (
        ours,
        theirs,
        made.status.name,
        Kept.OURS,
    )
    assert conflict.actor == desk.client.name
    assert any(event.after == theirs for event in await history_of(world, made))


async def test_a_status_that_both_sides_changed_is_written_and_recorded(
    world: World, desk: JiraDesk
) -> None:
    made = desk.raise_issue(WISH)
    await world.settle(polls=True)
    await move_in_pool(world, made, PoolState.IN_DEVELOPMENT)
    await world.settle()
    await move_in_pool(world, made, PoolState.DELIVERED)
    world.clock.wind(minutes=5)
    theirs = drag_elsewhere(desk, made)
    await poll(world.engine, "acme")
    await world.settle(polls=True)
    [conflict] = await found(world, made)
    assert (conflict.theirs, conflict.kept) == (theirs, Kept.OURS)
    assert conflict.actor == desk.client.name
    assert conflict.ours == made.status.name


async def test_a_status_a_person_changed_alone_is_left_and_recorded_once(
    world: World, desk: JiraDesk
) -> None:
    made = desk.raise_issue(WISH)
    await world.settle(polls=True)
    await move_in_pool(world, made, PoolState.IN_DEVELOPMENT)
    await world.settle()
    ours = made.status.name
    world.clock.wind(minutes=5)
    theirs = drag_elsewhere(desk, made)
    for _ in range(2):
        world.clock.wind(minutes=5)
        desk.edit(made, summary=f"{made.summary}!")
        await world.settle(polls=True)
    assert [(it.base, it.theirs, it.kept) for it in await found(world, made)] == [
        (ours, theirs, Kept.THEIRS)
    ]
    assert made.status.name == theirs


async def test_our_comment_edited_by_a_person_is_kept_in_the_history_and_recorded(
    world: World, desk: JiraDesk
) -> None:
    made = desk.raise_issue(WISH)
    await world.settle(polls=True)
    [ours] = made.comments
    world.clock.wind(minutes=5)
    store = desk.tracker.store
    edit = "We agreed on the phone."
    desk.server.call(lambda: talk.edit_comment(store, desk.bot, made, ours, edit))
    await world.settle(polls=True)
    events = [it for it in await history_of(world, made) if it.after == edit]
    assert [event.origin for event in events] == [Origin.TRACKER]
    assert await found(world, made) == []
    world.clock.wind(minutes=5)
    desk.edit(made, summary="How do I export a fund report?")
    await world.settle(polls=True)
    [conflict] = await found(world, made)
    assert (conflict.field, conflict.theirs, conflict.kept) == (
        "comment",
        edit,
        Kept.OURS,
    )


async def test_what_a_connector_found_just_before_it_wrote_is_not_lost(
    world: World, desk: JiraDesk
) -> None:
    made = desk.raise_issue(WISH)
    await world.settle(polls=True)
    row = await world.issue(made.key)
    change, receipt = Transition("Done"), Receipt(written=True, before="In Review")
    async with world.engine.database.transaction() as connection:
        [stored] = await issues.lock(connection, [row["id"]])
        await note_race(world.engine, connection, stored, change, receipt)
        for seen in (stored.snapshot.status, "Done"):
            harmless = replace(receipt, before=seen)
            await note_race(world.engine, connection, stored, change, harmless)
    [conflict] = await found(world, made)
    assert (conflict.base, conflict.theirs, conflict.ours) == (
        row["status"],
        "In Review",
        "Done",
    )
    told = {event.note for event in await history_of(world, made)}
    assert {"found_before_writing", "overwrote_person"} <= told


def values(**known: Any) -> st.SearchStrategy[Base]:
    return st.builds(Base, **known)


bases = values(
    labels=labels,
    status=st.none() | statuses,
    release=st.none() | releases,
    reasserted=st.none() | labels,
)
targets = st.builds(
    Target,
    labels=st.none() | labels,
    owned_labels=st.just(OURS),
    status=st.none() | statuses,
    release=st.none() | releases,
)


@given(
    bases, targets, some_labels, statuses, st.lists(releases.filter(bool), max_size=1)
)
def test_nothing_a_person_changed_is_written_over_without_a_record(
    base: Base, target: Target, shown: frozenset[str], status: str, within: list[str]
) -> None:
    theirs = snapshot(labels=shown, status=status, releases=tuple(within))
    planned = plan(base, theirs, target)
    recorded = {one.field: one for one in clash(base, theirs, planned)}
    wrote = {type(change).__name__ for change in planned.changes}
    if "Transition" in wrote and base.status and base.status != status:
        assert recorded["status"].theirs == status
    if "SetRelease" in wrote and base.release and base.release not in within:
        assert recorded["release"].theirs == "".join(within)
    if "SetLabels" in wrote and base.labels - shown:
        assert "labels" in recorded


def test_the_three_sides_of_each_field_are_told_in_words() -> None:
    base = Base(
        labels=frozenset({"pool::b", "pool::a"}),
        status="Scheduled",
        status_id="7",
        release="2026.12",
        assignee="wang.li",
        fields={"Points": "3", "Clause": "FIN-1", "Empty": ""},
    )
    theirs = snapshot(
        labels=frozenset({"pool::a", "ui"}),
        status="In Review",
        releases=("theirs",),
        assignee=Person("zhang.wei", "Zhang Wei"),
        written_fields={"Clause": "by hand", "Points": "3.0"},
    )
    target = Target(
        labels=frozenset({"pool::c"}),
        owned_labels=OURS,
        status="Done",
        release="2027.01",
        assignee="li.na",
        fields={"Clause": "FIN-2", "Points": "5", "Empty": "new"},
    )
    known = "Clause: FIN-1; Points: 3"
    assert list(clash(base, theirs, plan(base, theirs, target))) == [
        Clash("labels", "pool::a, pool::b", "pool::a", "pool::c", Kept.OURS),
        Clash("status", "Scheduled", "In Review", "Done", Kept.OURS),
        Clash("release", "2026.12", "theirs", "2027.01", Kept.OURS),
        Clash("assignee", "wang.li", "Zhang Wei", "li.na", Kept.OURS),
        Clash(
            "fields",
            known,
            "Clause: by hand; Points: 3",
            "Clause: FIN-2; Points: 5",
            Kept.OURS,
        ),
    ]
    same = Target(
        labels=base.labels,
        owned_labels=OURS,
        status=base.status,
        release=base.release,
        assignee=base.assignee,
        fields=base.fields,
    )
    base = replace(base, reasserted=base.labels)
    planned = plan(base, theirs, same)
    assert planned.changes == ()
    labels, told = "pool::a, pool::b", "Clause: FIN-1; Empty: ; Points: 3"
    assert list(clash(base, theirs, planned)) == [
        Clash("labels", labels, "pool::a", labels, Kept.THEIRS),
        Clash("status", "Scheduled", "In Review", "Scheduled", Kept.THEIRS),
        Clash("release", "2026.12", "theirs", "2026.12", Kept.THEIRS),
        Clash("assignee", "wang.li", "Zhang Wei", "wang.li", Kept.THEIRS),
        Clash("fields", told, "Clause: by hand", told, Kept.THEIRS),
    ]
    assert list(clash(planned.base, theirs, planned)) == []


@given(bases, targets)
def test_what_nobody_changed_is_no_conflict(base: Base, target: Target) -> None:
    theirs = snapshot(
        labels=base.labels,
        status=base.status or "Open",
        releases=(base.release,) if base.release else (),
    )
    planned = plan(base, theirs, target)
    assert list(clash(base, theirs, planned)) == []
    for change in planned.changes:
        base = learn(base, change, Receipt(written=True))
