"""What people changed between two looks is in the history, with who and when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from model.changes import Base
from model.decisions import PoolState
from model.edits import Edit
from model.issues import IssueRef, IssueSnapshot, Person, StatusCategory
from pool import history
from pool.history import Event, Origin
from pool.issues import StoredIssue
from pool.schema import StateOrigin
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
