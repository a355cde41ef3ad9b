"""What must hold after every step; what must hold in the end is in ``finale``."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.simulation.broken import need
from tests.simulation.tracker import ModelTracker, Write, is_ours
from tests.simulation.world import World

RELEASES = {"2026.12", "2026.11.1", "2027.02"}
MOST_ATTEMPTS = 12

_LOOK = """
SELECT
 (SELECT json_agg(json_build_array(s.name, i.tracker_id, i.content_hash,
     i.deleted_at IS NOT NULL)) FROM issues i JOIN sources s ON s.id = i.source_id)
     AS issues,
 (SELECT json_agg(json_build_array(s.name, c.value)) FROM cursors c
     JOIN sources s ON s.id = c.source_id WHERE c.stream = 'issues') AS cursors,
 (SELECT json_agg(json_build_array(s.name, f.tracker_id)) FROM fetches f
     JOIN sources s ON s.id = f.source_id) AS fetches,
 (SELECT max(attempts) FROM outbox) AS attempts,
 (SELECT json_agg(seq) FROM outbox WHERE state = 'dead') AS dead,
 (SELECT json_agg(before->'number') FROM audit
     WHERE action IN ('replay write', 'discard write')) AS acted_on,
 (SELECT count(*) FROM inbox) AS deliveries,
 (SELECT count(*) FROM (SELECT FROM inbox GROUP BY source_id, delivery, sha256) d)
     AS distinct_deliveries
"""

_KEPT = """
SELECT s.name, i.delivery, i.sha256 FROM inbox i JOIN sources s ON s.id = i.source_id
"""


@dataclass
class Watch:
    """Remembers what it saw, so that each step looks at what is new only."""

    world: World
    commits: int = -1
    restores: int = 0
    writes: dict[str, int] = field(default_factory=dict)
    states: dict[tuple[str, str], int] = field(default_factory=dict)
    held: dict[tuple[str, str], str] = field(default_factory=dict)
    cursors: dict[str, str] = field(default_factory=dict)
    dead: set[int] = field(default_factory=set)
    kept: set[tuple[str, str, str]] = field(default_factory=set)

    async def look(self) -> None:
        """After a step."""
        for tracker in self.world.trackers.values():
            self._look_at_tracker(tracker)
        dangers = self.world.dangers
        if dangers.commits == self.commits and self.restores == self.world.restores:
            return
        if self.restores != self.world.restores:
            self._start_over()
        self.commits = dangers.commits
        [row] = await self.world.rows(_LOOK)
        await self._look_at_inbox(row)
        self._look_at_issues(row)
        self._look_at_cursors(row)
        self._look_at_outbox(row)

    def _start_over(self) -> None:
        """An older pool: it may know less than it did."""
        self.restores = self.world.restores
        self.states.clear()
        self.cursors.clear()
        self.dead.clear()
        self.kept.clear()

    def _look_at_tracker(self, tracker: ModelTracker) -> None:
        seen = self.writes.get(tracker.source, 0)
        for write in tracker.writes[seen:]:
            check_ownership(tracker, write)
            check_transition(tracker, write)
            check_comments(tracker, write)
            check_operation(tracker, write)
        self.writes[tracker.source] = len(tracker.writes)

    async def _look_at_inbox(self, row: dict[str, Any]) -> None:
        need(
            5,
            row["deliveries"] == row["distinct_deliveries"],
            "one delivery is two rows",
        )
        fresh = self.world.acknowledged - self.kept
        if fresh:
            rows = await self.world.rows(_KEPT)
            self.kept = {(r["name"], r["delivery"], r["sha256"]) for r in rows}
            missing = self.world.acknowledged - self.kept
            need(5, not missing, f"acknowledged and not kept: {sorted(missing)[:3]}")

    def _look_at_issues(self, row: dict[str, Any]) -> None:
        for source, tracker_id, content_hash, is_tombstone in row["issues"] or ():
            tracker = self.world.trackers[source]
            known = tracker.hashes.get(tracker_id)
            need(11, known, f"{source} has an issue that its tracker has not")
            assert known is not None
            self._check_monotonic(tracker, tracker_id, content_hash)
            gone = not is_tombstone or tracker_id in tracker.vanished
            need(15, gone, f"{tracker_id} has a tombstone and was never gone")

    def _check_monotonic(
        self, tracker: ModelTracker, tracker_id: str, content_hash: str
    ) -> None:
        hashes, place = tracker.hashes[tracker_id], (tracker.source, tracker_id)
        since = self.states.setdefault(place, 0)
        self.held[place] = content_hash
        if hashes[since] == content_hash:
            return
        try:
            self.states[place] = hashes.index(content_hash, since)
        except ValueError:
            need(8, holds=False, sentence=f"{tracker_id} went back to an older state")

    def _look_at_cursors(self, row: dict[str, Any]) -> None:
        waiting = {(source, one) for source, one in row["fetches"] or ()}
        for source, value in row["cursors"] or ():
            if self.cursors.get(source) != value:
                self.cursors[source] = value
                self._check_cursor(source, datetime.fromisoformat(value), waiting)

    def _check_cursor(
        self, source: str, value: datetime, waiting: set[tuple[str, str]]
    ) -> None:
        """Whatever is older than the cursor is stored, or about to be read."""
        tracker = self.world.trackers[source]
        for tracker_id, states in tracker.past.items():
            if tracker_id in tracker.vanished or (source, tracker_id) in waiting:
                continue
            held = self.held.get((source, tracker_id))
            is_stored = held == tracker.hashes[tracker_id][-1]
            passed = states[-1][1].updated_at < value and not is_stored
            need(8, not passed, f"the cursor passed {tracker_id}, not stored")

    def _look_at_outbox(self, row: dict[str, Any]) -> None:
        attempts = row["attempts"] or 0
        need(14, attempts <= MOST_ATTEMPTS, f"a write was tried {attempts} times")
        dead = set(row["dead"] or ())
        acted_on = set(row["acted_on"] or ())
        need(14, self.dead <= dead | acted_on, "a dead letter is gone by itself")
        self.dead = dead


def check_ownership(tracker: ModelTracker, write: Write) -> None:
    """A write changes what is ours in an issue, and nothing else of it.

    An issue of GitLab has one milestone: a release of ours takes a person's place.
    """
    before, after = write.before, write.after
    labels = {one for one in before.labels ^ after.labels if not is_our_label(one)}
    need(3, not labels, f"{write.issue}: labels of others touched: {sorted(labels)}")
    releases = set(before.releases) ^ set(after.releases)
    if tracker.kind == "gitlab" and after.releases:
        releases -= {*before.releases}
    need(3, releases <= RELEASES, f"{write.issue}: releases touched: {releases}")
    theirs = [one for one in before.comments or () if not is_ours(one)]
    left = [one for one in after.comments or () if not is_ours(one)]
    need(3, theirs == left, f"{write.issue}: a comment of others touched")
    for name in ("title", "description", "priority", "key", "assignee"):
        same = getattr(before, name) == getattr(after, name)
        need(2, same, f"{write.issue}: {name} overwritten")


def is_our_label(label: str) -> bool:
    return label.startswith("pool-")


def check_transition(tracker: ModelTracker, write: Write) -> None:
    """The model refuses ways that the workflow does not offer; none is walked twice.

    What an older backup does not know may be written again.
    """
    if write.before.status == write.after.status:
        return
    steps = [
        one
        for one in tracker.writes[tracker.forgiven :]
        if one.operation == write.operation and one.before.status != one.after.status
    ]
    passed = [one.before.status for one in steps]
    need(9, len(passed) == len(set(passed)), f"{write.issue}: a path in a circle")


def check_comments(tracker: ModelTracker, write: Write) -> None:
    made, lost = tracker.made_comments[write.issue], tracker.lost_comments[write.issue]
    need(7, made <= 1 + lost, f"{write.issue}: {made} comments of ours were made")


def check_operation(tracker: ModelTracker, write: Write) -> None:
    """At most one effect an operation; a way over several statuses is one effect."""
    known = tracker.writes[tracker.forgiven :]
    same = [one for one in known if one.operation == write.operation]
    is_path = all(one.before.status != one.after.status for one in same)
    need(6, len(same) == 1 or is_path, f"{write.operation} had {len(same)} effects")
