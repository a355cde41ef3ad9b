"""What several processes hold at once is taken in one order, so that none waits for ever."""

import asyncio

from pool import issues, outbox
from pool.outbox import Want
from sync.deliver import deliver
from tests.sync.conftest import JiraDesk
from tests.sync.world import VERBS, World


async def decided(world: World, desk: JiraDesk) -> None:
    """Raise an issue, and leave what is to be written of it in the outbox."""
    desk.raise_issue("Export the fund report to Excel")
    for verb in ("poll", "fetch"):
        await VERBS[verb](world.engine, "acme")


async def test_a_receipt_and_a_new_decision_do_not_deadlock(
    world: World, desk: JiraDesk
) -> None:
    """A decision holds its issue and then cancels writes; so a receipt takes the issue first."""
    await decided(world, desk)
    [row] = await world.rows("SELECT DISTINCT issue_id FROM outbox")
    async with world.engine.database.transaction() as connection:
        [issue] = await issues.lock(connection, [row["issue_id"]])
        delivering = asyncio.create_task(deliver(world.engine, "acme"))
        while not desk.tracker.bench.journal.writes:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.3)
        await outbox.want(connection, world.engine.ids, [Want(issue)], world.clock())
    assert await delivering
