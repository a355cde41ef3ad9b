"""Part a batch into runs whose issues can be absorbed together."""

from collections.abc import Callable, Iterator, Sequence

from model.issues import IssueSnapshot
from pool import issues
from pool.database import Connection
from pool.moves import find_arrivals
from pool.raisings import find_awaited
from pool.sources import SourceRow
from rules.commands import parse_commands


async def part(
    connection: Connection, source: SourceRow, snapshots: Sequence[IssueSnapshot]
) -> Sequence[Sequence[IssueSnapshot]]:
    """Part a batch, in its order; all of its issues are locked in one order first.

    One that moves, continues another, was raised by us or holds commands is alone: it
    changes what those after it are absorbed by. So is the second sight of an issue.
    """
    ids = [snapshot.ref.tracker_id for snapshot in snapshots]
    await issues.hold_by_tracker(connection, source.id, ids)
    arrivals = await find_arrivals(connection, [one.key for one in snapshots])
    awaited = await find_awaited(connection, source.id)
    moving = {one.moved_to for one in snapshots if one.moved_to}

    def is_alone(snapshot: IssueSnapshot) -> bool:
        return (
            bool(snapshot.moved_to)
            or snapshot.key in arrivals
            or snapshot.key in moving
            or any(one.is_(snapshot) for one in awaited)
            or _has_commands(snapshot)
        )

    return list(_run(snapshots, is_alone))


def _has_commands(snapshot: IssueSnapshot) -> bool:
    written = (one.body for one in snapshot.comments or () if not one.ours)
    return any(parse_commands(body) for body in written)


def _run(
    snapshots: Sequence[IssueSnapshot], is_alone: Callable[[IssueSnapshot], bool]
) -> Iterator[Sequence[IssueSnapshot]]:
    some = dict[str, IssueSnapshot]()
    for snapshot in snapshots:
        alone = is_alone(snapshot)
        if some and (alone or snapshot.ref.tracker_id in some):
            yield list(some.values())
            some.clear()
        some[snapshot.ref.tracker_id] = snapshot
        if alone:
            yield list(some.values())
            some.clear()
    if some:
        yield list(some.values())
