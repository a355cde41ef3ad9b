"""What must hold after every step, and what must hold once the faults have ended."""

from collections import Counter

from model.changes import Base, SetLabels, SetRelease
from pool.encode import decode
from tests.simulation.world import World

RELEASES = {"2026.12", "2026.11.1", "2027.02"}


def is_ours(label: str) -> bool:
    return label.startswith("pool-")


async def check_step(world: World) -> None:
    check_ownership(world)
    check_one_comment(world)
    check_no_write_after_deletion(world)
    check_operations(world)
    await check_inbox(world)


def check_ownership(world: World) -> None:
    for write in world.tracker.writes:
        match write.change:
            case SetLabels(add, remove):
                assert all(map(is_ours, add | remove)), f"touched {add | remove}"
            case SetRelease(name, remove):
                assert {name, remove} <= RELEASES | {None}, f"touched {name} {remove}"
            case _:
                pass


def check_one_comment(world: World) -> None:
    for tracker_id in world.tracker.issues:
        ours = world.tracker.ours(tracker_id)
        assert len(ours) <= 1, f"{tracker_id} has {len(ours)} comments of ours"


def check_no_write_after_deletion(world: World) -> None:
    living = {write.issue for write in world.tracker.writes[-5:]}
    assert living <= set(world.tracker.issues)


def check_operations(world: World) -> None:
    times = Counter(write.operation for write in world.tracker.writes)
    twice = [operation for operation, count in times.items() if count > 1]
    assert not twice, f"operations with two effects: {twice}"


async def check_inbox(world: World) -> None:
    rows = await world.rows("SELECT delivery FROM inbox")
    kept = {row["delivery"] for row in rows}
    missing = world.acknowledged - kept
    assert not missing, f"acknowledged and not kept: {missing}"
    assert len(rows) == len(kept), "one delivery is two rows"


async def check_end(world: World) -> None:
    await check_step(world)
    await check_settled(world)
    await check_mirror(world)
    await check_shown(world)


async def check_settled(world: World) -> None:
    rows = await world.rows("SELECT state, count(*) AS n FROM inbox GROUP BY 1")
    assert "pending" not in {row["state"] for row in rows}, "inbox not drained"
    rows = await world.rows(
        "SELECT field, change, error FROM outbox WHERE state = 'pending'"
    )
    assert not rows, f"writes left: {rows[:3]}"
    failed = await world.rows(
        "SELECT code, params FROM attention"
        " WHERE code IN ('issue_not_absorbed', 'verb_failed')"
    )
    assert not failed, f"failures: {failed[:3]}"


async def check_mirror(world: World) -> None:
    """Every field and comment of every living issue equals the tracker's."""
    rows = await world.rows("SELECT * FROM issues")
    stored = {row["tracker_id"]: row for row in rows}
    tracker = world.tracker
    assert set(tracker.living()) <= stored.keys(), "an issue is missing"
    for tracker_id in tracker.living():
        row, theirs = stored[tracker_id], tracker.issues[tracker_id]
        shown = (row["title"], row["status"], set(row["labels"]), row["deleted_at"])
        wanted = (theirs.title, theirs.status, set(theirs.labels), None)
        assert shown == wanted, f"{tracker_id}: {shown} is not {wanted}"
        comments = await world.rows(
            "SELECT tracker_id, body FROM comments"
            " WHERE issue_id = %s AND deleted_at IS NULL",
            row["id"],
        )
        held = {one["tracker_id"]: one["body"] for one in comments}
        there = {one.tracker_id: one.body for one in theirs.comments or ()}
        assert held == there, f"{tracker_id}: comments {held} are not {there}"


async def check_shown(world: World) -> None:
    """What was written last is what the tracker shows, or a person put it there."""
    rows = await world.rows("SELECT tracker_id, base FROM issues")
    for row in rows:
        if row["tracker_id"] in world.tracker.deleted:
            continue
        base: Base = decode(row["base"], Base)
        theirs = world.tracker.issues[row["tracker_id"]]
        ours = frozenset(filter(is_ours, theirs.labels))
        is_past = theirs.status == "Done" and base == Base()
        person = "labels" in base.kept or is_past
        assert person or ours == base.labels, f"{theirs.key}: {ours} != {base.labels}"
