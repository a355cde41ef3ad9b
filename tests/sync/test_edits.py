"""What people changed between two looks is in the history, with who and when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from model.changes import Base
from model.decisions import PoolState
from model.edits import Edit
from model.issues import (
    Attachment,
    Comment,
    IssueRef,
    IssueSnapshot,
    Link,
    LinkKind,
    Person,
    StatusCategory,
    Visibility,
)
from pool import history
from pool.history import Event, Origin
from pool.issues import StoredIssue
from pool.states import StateOrigin
from sync.compare import compare
from sync.weave import weave
from tests.sync.conftest import JiraDesk
from tests.sync.world import World

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LI = Person("li", "李娜")
OURS = "pool-scope::in-contract"
LABELS = st.sampled_from(["urgent", "客户", "later", OURS])
STATUSES = st.sampled_from(["To Do", "In Progress", "Done"])


def snapshot_of(status: str, labels: frozenset[str]) -> IssueSnapshot:
    return IssueSnapshot(
        ref=IssueRef("acme", "1"),
        key="FIN-1",
        url="",
        title="Export",
        description="",
        issue_type="Story",
        status=status,
        status_category=StatusCategory.TO_DO,
        created_at=NOON,
        updated_at=NOON,
        labels=labels,
    )


def stored_as(status: str, labels: frozenset[str]) -> StoredIssue:
    return StoredIssue(
        id=uuid4(),
        number=1,
        client_id=uuid4(),
        project_id=uuid4(),
        source_id=uuid4(),
        snapshot=snapshot_of(status, labels),
        content_hash="",
        read=1,
        write_read=0,
        base=Base(labels=frozenset({OURS})),
        requirement_id=uuid4(),
        requirement_state=PoolState.NEW,
        state_origin=StateOrigin.RULES,
        comment_count=0,
    )


def edit(number: int, field: str, before: str, after: str) -> Edit:
    made_at = NOON + timedelta(seconds=number)
    told = [tuple(name for name in (text,) if name) for text in (before, after)]
    return Edit(str(number), made_at, LI, field, told[0], told[1])


edits_of_labels = st.lists(st.tuples(st.booleans(), LABELS), max_size=6)


@given(STATUSES, st.lists(STATUSES, max_size=5), edits_of_labels)
def test_the_history_leads_from_the_stored_state_to_the_observed_one(
    begin: str, statuses: list[str], changes: list[tuple[bool, str]]
) -> None:
    stored = stored_as(begin, frozenset({"客户", OURS}))
    edits = [edit(n, "status", "", status) for n, status in enumerate(statuses)]
    edits += [
        edit(100 + n, "labels", "" if adds else name, name if adds else "")
        for n, (adds, name) in enumerate(changes)
    ]
    labels = {"客户", OURS}
    for adds, name in changes:
        labels = labels | {name} if adds else labels - {name}
    new = snapshot_of([begin, *statuses][-1], frozenset(labels))
    events = weave(stored, compare(stored, (), new), edits)
    reached: dict[str, object] = {"status": begin, "labels": ["客户"]}
    for event in events:
        assert event.before == reached[event.field]
        assert event.after != event.before
        reached[event.field] = event.after
    assert reached == {"status": new.status, "labels": sorted(new.labels - {OURS})}
    assert all(event.actor == "李娜" and event.entry for event in events)


def test_what_the_log_does_not_explain_goes_on_from_where_it_ends() -> None:
    stored = stored_as("To Do", frozenset())
    new = replace(stored.snapshot, status="Done", title="Export to Excel")
    log = [edit(1, "status", "To Do", "In Progress")]
    events = weave(stored, compare(stored, (), new), log)
    told = [(event.field, event.before, event.after, event.actor) for event in events]
    assert told == [
        ("status", "To Do", "In Progress", "李娜"),
        ("title", "Export", "Export to Excel", ""),
        ("status", "In Progress", "Done", ""),
    ]


def test_what_changed_is_told_once_a_field_and_a_comment() -> None:
    later = NOON + timedelta(hours=1)
    before = stored_as("To Do", frozenset({"ui", OURS}))
    base = Base(
        labels=frozenset({OURS}), status="Done", release="2026.12", comment_id="9"
    )
    stored = replace(before, base=base, read=1, write_read=2)
    was = {name: comment(name, name) for name in ("1", "2", "3", "9")}
    now = [
        was["1"],
        comment("2", "other", later, LI),
        comment("4", "new", later),
        comment("9", "edited", later),
    ]
    link = Link(LinkKind.BLOCKS, "blocks", "FIN-2", "2", "")
    new = replace(
        stored.snapshot,
        status="Done",
        releases=("2026.12", "theirs"),
        title="Export to Excel",
        estimate_days=Decimal("0.5"),
        labels=frozenset({"urgent", OURS}),
        attachments=(Attachment("7", "layout.pdf"),),
        links=(link,),
        fields={"Module": ("Funds", "Reports")},
        assignee=LI,
        comments=tuple(now),
        updated_at=later,
    )
    theirs, ours = Origin.TRACKER, Origin.REQPOOL
    assert compare(stored, tuple(was.values()), new) == [
        Event(later, theirs, "", "title", "Export", "Export to Excel"),
        Event(later, ours, "", "status", "To Do", "Done"),
        Event(later, ours, "", "releases", [], ["2026.12", "theirs"]),
        Event(later, theirs, "", "estimate_days", None, "0.5"),
        Event(later, theirs, "", "labels", ["ui"], ["urgent"]),
        Event(later, theirs, "", "attachments", [], ["layout.pdf"]),
        Event(later, theirs, "", "links", [], ["blocks FIN-2"]),
        Event(later, theirs, "", "fields", [], ["Module: Funds, Reports"]),
        Event(later, theirs, "", "assignee", None, "李娜"),
        Event(later, theirs, "李娜", "comment:2", "2", "other"),
        Event(later, theirs, "", "comment:3", "3", None),
        Event(later, theirs, "", "comment:4", None, "new"),
        Event(later, ours, "", "comment:9", "9", "edited"),
    ]
    read_back = replace(stored, read=3)
    [*_, last] = compare(read_back, tuple(was.values()), new)
    assert (last.field, last.origin) == ("comment:9", theirs)


def comment(
    tracker_id: str, body: str, at: datetime = NOON, author: Person | None = None
) -> Comment:
    return Comment(tracker_id, author, body, Visibility.PUBLIC, NOON, at)


async def events_of(world: World, key: str, field: str) -> list[Event]:
    issue = await world.issue(key)
    async with world.engine.database.transaction() as connection:
        found = await history.find(connection, [issue["id"]])
    return [event for event in reversed(found) if event.field == field]


async def test_a_change_that_was_taken_back_before_the_next_look_is_in_the_history(
    world: World, desk: JiraDesk
) -> None:
    made = desk.raise_issue("How do I export the fund report?", labels=["客户"])
    await world.settle(polls=True)
    begin = world.clock()
    for title in (
        "Export broken?",
        "Export broken!",
        "How do I export the fund report?",
    ):
        world.clock.wind(seconds=20)
        desk.edit(made, summary=title)
    desk.edit(made, labels=[*made.labels, "urgent"])
    world.clock.wind(minutes=2)
    await world.settle(polls=True)
    world.clock.wind(minutes=2)
    await world.settle(polls=True)
    titles = await events_of(world, made.key, "title")
    assert [event.after for event in titles] == [
        "Export broken?",
        "Export broken!",
        "How do I export the fund report?",
    ]
    assert {event.actor for event in titles} == {desk.client.name}
    assert {event.origin for event in titles} == {Origin.TRACKER}
    moments = [(event.happened_at - begin).total_seconds() for event in titles]
    assert moments == [20, 40, 60]
    [labelled] = await events_of(world, made.key, "labels")
    assert (labelled.before, labelled.after) == (["客户"], ["urgent", "客户"])
