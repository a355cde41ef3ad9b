"""Compare issues with clauses before they are absorbed, while others are being kept."""

from collections.abc import Sequence

from model.issues import IssueSnapshot
from pool.sources import SourceRow
from sync.engine import Engine
from sync.match import compare_by, find_calibration
from sync.prepare import prepare
from sync.sitting import open_sitting


async def rehearse(
    engine: Engine, source: SourceRow, snapshots: Sequence[IssueSnapshot]
) -> None:
    """Know the matches of some issues, which takes the most of what a decision takes.

    Losing this is harmless: whoever decides finds what is not known by then.
    """
    project = source.project_id
    await prepare(engine, project, snapshots)
    async with engine.database.transaction() as connection:
        sitting = await open_sitting(engine, connection)
        if sitting is None:
            return
        setting = await sitting.get_setting(project)
        comparison = compare_by(engine, await find_calibration(engine, connection))
    for snapshot in snapshots:
        await comparison.match(snapshot, setting, sitting.today_in(project))
