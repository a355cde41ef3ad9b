"""What must hold once the faults have ended, and twenty minutes have passed."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from model.changes import Base
from pool import runs
from pool.encode import decode
from sync.redecide import redecide
from tests.simulation.broken import Broken, need
from tests.simulation.heal import wait_until
from tests.simulation.invariants import RELEASES, is_our_label
from tests.simulation.leaks import find_canary
from tests.simulation.tracker import ModelTracker, Write
from tests.simulation.world import World

_ZONE = ZoneInfo("Asia/Shanghai")
_EXCUSED = ("OperationalError", "DeadlockDetected", "DiskFull")

_ISSUES = """
SELECT i.*, s.name AS source, l.requirement_id,
 (SELECT json_object_agg(c.tracker_id, c.body) FROM comments c
  WHERE c.issue_id = i.id AND c.deleted_at IS NULL) AS comments,
 (SELECT json_agg(o.field) FROM outbox o
  WHERE o.issue_id = i.id AND o.state IN ('dead', 'discarded')) AS dead
FROM issues i JOIN sources s ON s.id = i.source_id
LEFT JOIN requirement_issues l ON l.issue_id = i.id AND l.unlinked_at IS NULL
"""


async def check_converged(world: World, *sources: str) -> None:
    """Laws 1, 5, 6, 12, 15 for these sources, or for all."""
    chosen = [world.trackers[one] for one in sources or world.trackers]
    await _check_settled(world, [one.source for one in chosen])
    rows = await world.rows(_ISSUES)
    for tracker in chosen:
        stored = {r["tracker_id"]: r for r in rows if r["source"] == tracker.source}
        _check_mirror(tracker, stored)
        _check_moves(tracker, stored)
    await _check_edits(world, chosen)
    await _check_audit(world, chosen)
    await _check_receipts(world, chosen)
    await _check_commands(world, chosen)
    await _check_pins(world)


async def check_isolated(world: World, well: str) -> None:
    """With the other tracker down a source comes to its rest in the same time (13)."""
    try:
        await check_converged(world, well)
    except Broken as broken:
        sentence = f"{well} is held up by the other: {broken}"
        need(13, holds=False, sentence=sentence)


async def _check_settled(world: World, sources: list[str]) -> None:
    rows = await world.rows(
        "SELECT i.state, s.name FROM inbox i JOIN sources s ON s.id = i.source_id"
        " WHERE i.state = 'pending' AND s.name = ANY(%s)",
        sources,
    )
    need(5, not rows, f"{len(rows)} deliveries never ended")
    rows = await world.rows(
        "SELECT o.field, o.state, o.error, o.attempts FROM outbox o"
        " JOIN sources s ON s.id = o.source_id"
        " WHERE o.state IN ('pending', 'held') AND s.name = ANY(%s)",
        sources,
    )
    need(1, not rows, f"writes left: {rows[:2]}")
    rows = await world.rows(
        "SELECT code, params FROM attention WHERE code IN"
        " ('issue_not_absorbed', 'issue_not_decided', 'verb_failed')"
    )
    failed = [r for r in rows if not r["params"]["error"].startswith(_EXCUSED)]
    need(1, not failed, f"failures: {failed[:2]}")


def _check_mirror(tracker: ModelTracker, stored: dict[str, dict[str, Any]]) -> None:
    """Every field and comment of every living issue equals the tracker's."""
    missing = set(tracker.living()) - stored.keys()
    need(1, not missing, f"not in the pool: {sorted(missing)[:3]}")
    for tracker_id in tracker.living():
        row, theirs = stored[tracker_id], tracker.issues[tracker_id]
        newest = tracker.hashes[tracker_id][-1]
        need(1, row["content_hash"] == newest, f"{tracker_id} is not the tracker's")
        held = row["comments"] or {}
        there = {one.tracker_id: one.body for one in theirs.comments or ()}
        need(1, held == there, f"{tracker_id}: comments {held} are not {there}")
        stands = row["deleted_at"] is None or bool(theirs.moved_to)
        need(15, stands, f"{tracker_id} lives and has a tombstone")
        if not theirs.moved_to:
            _check_shown(tracker, row)


def _check_shown(tracker: ModelTracker, row: dict[str, Any]) -> None:
    """What was written last is what the tracker shows, or a person put it there."""
    theirs, base = tracker.issues[row["tracker_id"]], decode(row["base"], Base)
    dead = set(row["dead"] or ())
    untouched = base == Base()
    ours = frozenset(filter(is_our_label, theirs.labels))
    if not ({"labels"} & (base.kept.keys() | dead) or untouched):
        need(1, ours == base.labels, f"{theirs.key} shows {ours}, not {base.labels}")
    shown = len(tracker.ours(row["tracker_id"]))
    need(7, shown <= 1, f"{theirs.key} has {shown} comments of ours")


def _check_moves(tracker: ModelTracker, stored: dict[str, dict[str, Any]]) -> None:
    """Where an issue went on elsewhere its requirement did, too."""
    by_key = {row["key"]: row for row in stored.values()}
    for tracker_id in tracker.living():
        moved_to = tracker.issues[tracker_id].moved_to
        if moved_to in by_key:
            here, there = stored[tracker_id], by_key[moved_to]
            same = here["requirement_id"] == there["requirement_id"]
            need(15, same, f"{tracker_id} went to {moved_to} and is a twin there")


async def _check_edits(world: World, chosen: list[ModelTracker]) -> None:
    """A person's status or release that a write of ours replaced is on record."""
    for tracker in chosen:
        for tracker_id, field, value in _find_replaced(tracker):
            if world.restores or tracker_id not in tracker.living():
                continue
            rows = await world.rows(
                "SELECT FROM history h JOIN issues i ON i.id = h.issue_id"
                " WHERE i.tracker_id = %s AND h.field LIKE %s"
                " AND strpos(concat(h.before, h.after), %s) > 0"
                " UNION ALL SELECT FROM conflicts c JOIN issues i ON i.id = c.issue_id"
                " WHERE i.tracker_id = %s AND c.field = %s",
                *(tracker_id, f"{field}%", value, tracker_id, field),
            )
            need(2, rows, f"{tracker_id}: a person's {field} {value} was lost unseen")


def _find_replaced(tracker: ModelTracker) -> Iterator[tuple[str, str, str]]:
    for tracker_id, status in tracker.replaced:
        yield tracker_id, "status", status
    for write in tracker.writes[tracker.forgiven :]:
        for name in {*write.before.releases} - {*write.after.releases} - RELEASES:
            yield write.issue, "release", name


async def _check_audit(world: World, chosen: list[ModelTracker]) -> None:
    """One row for each write, under its operation; its decision has the ruleset."""
    rows = await world.rows(
        "SELECT a.cause, d.id IS NOT NULL AS is_explained FROM audit a"
        " LEFT JOIN decisions d ON d.id::text = a.after->>'decision'"
        " WHERE a.action LIKE 'write%%'"
    )
    known = {row["cause"] for row in rows if row["is_explained"] or world.restores}
    for tracker in chosen:
        for write in tracker.writes[tracker.forgiven :]:
            need(12, write.operation in known, f"{write.issue}: a write without audit")


async def _check_receipts(world: World, chosen: list[ModelTracker]) -> None:
    """What counts as written was written."""
    rows = await world.rows(
        "SELECT o.id::text AS operation, s.name FROM outbox o"
        " JOIN sources s ON s.id = o.source_id"
        " WHERE o.state = 'sent' AND o.receipt->>'written' = 'true'"
    )
    for tracker in chosen if not world.restores else ():
        sent = {row["operation"] for row in rows if row["name"] == tracker.source}
        never = sent - tracker.touched
        need(6, not never, f"{tracker.source}: taken for written: {sorted(never)[:2]}")


async def _check_commands(world: World, chosen: list[ModelTracker]) -> None:
    rows = await world.rows(
        "SELECT subject, count(*) AS n FROM audit WHERE action LIKE 'overrule%%'"
        " AND actor LIKE 'Li Lei (%%' GROUP BY 1"
    )
    done = {row["subject"]: row["n"] for row in rows}
    for tracker in chosen:
        given, count = Counter[str](), Counter[str]()
        for issue in tracker.issues:
            origin = tracker.origin_of(issue)
            given[origin] += tracker.commands[issue]
            count[origin] += done.get(f"{tracker.source}:{issue}", 0)
        twice = [one for one in given if count[one] > given[one]]
        need(6, not twice, f"more commands carried out than given: {twice}")


async def _check_pins(world: World) -> None:
    """Rules never overwrite what a person decided."""
    rows = await world.rows(
        "SELECT i.tracker_id, v.section, v.value, CASE v.section"
        " WHEN 'kind' THEN i.kind WHEN 'scope' THEN i.scope ELSE i.priority END AS held"
        " FROM overrides v JOIN issues i ON i.id = v.issue_id WHERE v.revoked_at IS NULL"
        " AND i.deleted_at IS NULL AND v.section IN ('kind', 'scope', 'priority')"
    )
    for row in rows:
        same = row["held"] == row["value"]
        need(2, same, f"{row['tracker_id']}: a person's {row['section']} is gone")


async def check_rules(world: World) -> None:
    """Deciding again on everything yields nothing (law 16)."""
    before = await _decided(world)
    async with world.engine.database.transaction() as connection:
        await runs.set_aside_all(connection)
    await redecide(world.engine)
    after = await _decided(world)
    need(16, before == after, f"deciding again changed {before} to {after}")


async def _decided(world: World) -> dict[str, Any]:
    [row] = await world.rows(
        "SELECT (SELECT count(*) FROM decisions) AS decisions,"
        " (SELECT count(*) FROM outbox) AS writes"
    )
    return row


async def check_quiet_day(world: World) -> None:
    """Without stimuli nothing is written, except once when the day turns (law 4)."""
    here = world.time.at.astimezone(_ZONE)
    midnight = (here + timedelta(days=1)).replace(hour=0, minute=0, second=0)
    left = midnight - here - timedelta(minutes=10)
    before = _written(world)
    await wait_until(world, max(left, timedelta(0)), timedelta(hours=6))
    need(4, _written(world) == before, f"wrote unasked: {_since(world, before)}")
    await wait_until(world, timedelta(minutes=30), timedelta(minutes=10))
    twice = [one for one, n in _fields_since(world, before).items() if n > 1]
    need(4, not twice, f"the day wrote more than once to {twice}")
    before = _written(world)
    await wait_until(world, timedelta(hours=23), timedelta(hours=6))
    # who was missing in the last of these looks is looked for once more
    await wait_until(world, timedelta(minutes=4), timedelta(minutes=2))
    need(4, _written(world) == before, f"wrote unasked: {_since(world, before)}")


def _written(world: World) -> dict[str, int]:
    return {name: len(one.writes) for name, one in world.trackers.items()}


def _since(world: World, before: dict[str, int]) -> list[Write]:
    return [
        write
        for name, tracker in world.trackers.items()
        for write in tracker.writes[before[name] :]
    ]


def _fields_since(world: World, before: dict[str, int]) -> Counter[tuple[str, str]]:
    changed = _since(world, before)
    plain = [one for one in changed if one.before.status == one.after.status]
    return Counter((one.issue, type(one.change).__name__) for one in plain)


async def check_tombstones(world: World) -> None:
    """After a day every deleted issue is known to be gone (law 15)."""
    rows = await world.rows(_ISSUES)
    for row in rows:
        tracker = world.trackers[row["source"]]
        if row["tracker_id"] in tracker.deleted:
            need(15, row["deleted_at"], f"{row['tracker_id']} is gone, and unknown")


async def check_no_canary(world: World) -> None:
    """What lies in an outbox or in a client's issue is for that client (law 10)."""
    rows = await world.rows(
        "SELECT s.name, o.change::text AS told FROM outbox o"
        " JOIN sources s ON s.id = o.source_id"
    )
    for row in rows:
        found = find_canary(row["told"], row["name"])
        need(10, not found, f"{found!r} is wanted for {row['name']}")
    for tracker in world.trackers.values():
        for issue in tracker.living():
            for comment in tracker.ours(issue):
                found = find_canary(comment.body, tracker.source)
                need(10, not found, f"{found!r} stands in {issue}")
