"""What must be so at the moment a write leaves for a tracker."""

import json
from dataclasses import dataclass, field
from typing import Any

from model.changes import Change, Transition
from model.issues import IssueRef
from pool.encode import encode
from tests.simulation.broken import need
from tests.simulation.database import MortalDatabase
from tests.simulation.leaks import find_canary
from tests.simulation.tracker import ModelTracker

_CLAIM = """
SELECT o.state, o.not_before, i.base->>'status' AS base_status, o.claimed_at, o.audience, o.attempts, s.name AS source,
    o.client_id = i.client_id AND i.client_id = s.client_id AS is_bound,
    i.tracker_id, i.deleted_at, i.status, i.source_id = o.source_id AS same_source
FROM outbox o JOIN issues i ON i.id = o.issue_id JOIN sources s ON s.id = o.source_id
WHERE o.id::text = %s
"""


@dataclass
class Claims:
    """Looks at each write from outside, on a connection of its own."""

    database: MortalDatabase
    trackers: dict[str, ModelTracker] = field(default_factory=dict)

    async def witness(
        self, source: str, ref: IssueRef, change: Change, operation: str
    ) -> None:
        row = await self._find(operation)
        tracker = self.trackers[source]
        need(4, row, f"{source} gets a write that nobody wants: {operation}")
        assert row is not None
        self._check_binding(source, ref, row)
        self._check_claim(tracker, row, operation)
        found = find_canary(json.dumps(encode(change), ensure_ascii=False), source)
        need(10, not found, f"{found!r} leaves for {source}")
        if isinstance(change, Transition):
            again = change.status == row["base_status"]
            need(2, not again, f"{ref}: a person's status is moved back")
        self._note_race(tracker, ref, change, row)

    async def _find(self, operation: str) -> dict[str, Any] | None:
        rows = await self.database.look(_CLAIM, operation)
        return rows[0] if rows else None

    def _check_binding(self, source: str, ref: IssueRef, row: dict[str, Any]) -> None:
        bound = row["is_bound"] and row["same_source"] and row["audience"] == "client"
        fits = (row["source"], row["tracker_id"]) == (ref.source, ref.tracker_id)
        need(11, bound and fits and ref.source == source, f"{ref} is not of {source}")

    def _check_claim(
        self, tracker: ModelTracker, row: dict[str, Any], operation: str
    ) -> None:
        known = tracker.writes[tracker.forgiven :]
        is_sent = any(one.operation == operation for one in known)
        need(6, not is_sent, f"{operation} is sent again under its old id")
        need(6, row["state"] == "pending", f"a write is sent that is {row['state']}")
        need(6, row["claimed_at"], "a write is sent that nobody claimed")
        in_time = row["not_before"] > tracker.now()
        need(6, in_time, "a write is sent after its claim ran out")
        need(14, row["attempts"] <= 12, f"attempt {row['attempts']}")
        need(15, row["deleted_at"] is None, "a tombstone is written to")

    def _note_race(
        self, tracker: ModelTracker, ref: IssueRef, change: Change, row: dict[str, Any]
    ) -> None:
        issue = tracker.issues.get(ref.tracker_id)
        if isinstance(change, Transition) and issue and issue.status != row["status"]:
            tracker.replaced.append((ref.tracker_id, issue.status))
