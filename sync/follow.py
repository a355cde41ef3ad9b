"""Follow an issue that goes on elsewhere in its tracker: no twin, nothing lost.

Jira keeps an issue's id when it moves, so that only what goes to a project that is not
configured is let go, and found again once that is. GitLab closes the old issue and makes
a new one in the other project, GitHub has the old one redirect; either may be seen first.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from model.issues import IssueSnapshot, StatusCategory
from pool import history, issues, moves, outbox
from pool.database import Connection
from pool.history import Event, Origin
from pool.issues import StoredIssue
from pool.moves import Placed
from pool.outbox import Want
from pool.sources import SourceRow
from sync.engine import Engine


async def find_origin(
    connection: Connection, source: SourceRow, snapshot: IssueSnapshot
) -> Placed | None:
    """The issue that a new one is the continuation of."""
    return await moves.find_moved_here(
        connection, source.client_id, source.id, snapshot.key
    )


def recall_move(stored: StoredIssue | None, seen: IssueSnapshot) -> IssueSnapshot:
    """Say where a closed issue went, also when its tracker does not know any more.

    GitLab closes what it moves, and sets ``moved_to_id`` to null when the new issue is
    deleted (its db/structure.sql, ``fk_a194299be1``): the old one looks then as if its
    wish was dealt with. Whoever opens it again goes on with it. What was let go without
    being seen elsewhere has no hash, and is back whatever its status.
    """
    is_closed = seen.status_category is StatusCategory.DONE
    if stored is None or not stored.content_hash or seen.moved_to or not is_closed:
        return seen
    return replace(seen, moved_to=stored.snapshot.moved_to)


async def come_back(connection: Connection, issue: StoredIssue, came_from: str) -> None:
    """What people pinned on the issue that it was meanwhile holds for it again."""
    there = await moves.find_called(
        connection, issue.client_id, issue.source_id, came_from
    )
    if there is not None:
        await moves.hand_on_overrides(connection, there.id, issue.id)


async def follow(
    engine: Engine, connection: Connection, issue: StoredIssue, came_from: str = ""
) -> None:
    """Close an issue that was moved, without writing; its requirement goes on.

    Args:
        engine: for ids and the time.
        connection: the transaction's.
        issue: as stored, with ``moved_to``.
        came_from: where it was said to have gone before, if it was.
    """
    now = engine.clock()
    await issues.mark_deleted(connection, issue.id, now)
    await outbox.want(connection, engine.ids, [Want(issue)], now)
    moved_to = issue.snapshot.moved_to
    if moved_to != came_from:
        event = Event(now, Origin.TRACKER, "", "moved_to", issue.snapshot.key, moved_to)
        await history.add(connection, engine.ids, issue.client_id, issue.id, [event])
    target = await _find_target(connection, issue)
    if target is not None:
        await _join(engine, connection, issue, target, now)


async def _find_target(connection: Connection, issue: StoredIssue) -> Placed | None:
    """Where it is now: it may have gone on from where it went, and that be seen first."""
    target: Placed | None = None
    passed, moved_to = {issue.id}, issue.snapshot.moved_to
    while moved_to:
        found = await moves.find_called(
            connection, issue.client_id, issue.source_id, moved_to
        )
        if found is None or found.id in passed:
            break
        passed.add(found.id)
        target, moved_to = found, found.moved_to
    return target


async def _join(
    engine: Engine,
    connection: Connection,
    issue: StoredIssue,
    target: Placed,
    now: datetime,
) -> None:
    """The new issue was here first: one of the two requirements takes in the other."""
    await moves.hand_on_overrides(connection, issue.id, target.id)
    if target.requirement_id == issue.requirement_id:
        return
    if target.siblings == 1:
        into = issue.requirement_id
        await moves.relink(connection, engine.ids(), target.id, into, now)
    else:
        into = target.requirement_id
        for one in (issue.id, *await _find_past(connection, issue)):
            await moves.relink(connection, engine.ids(), one, into, now)


async def _find_past(connection: Connection, issue: StoredIssue) -> Sequence[UUID]:
    """What it was before it came here, the last first; its requirement is theirs."""
    past, key = [issue.id], issue.snapshot.key
    while True:
        found = await moves.find_moved_here(
            connection, issue.client_id, issue.source_id, key
        )
        if found is None or found.id in past:
            return past[1:]
        past.append(found.id)
        key = found.key
