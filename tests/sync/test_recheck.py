"""What a check finds is kept for the health page, and gone once it is mended."""

from dataclasses import replace

from model.findings import Severity
from pool.status import SourceStatus, find_status
from sandbox.faults import Fault
from sync.check import check
from sync.hook import Deed, Outcome, hook
from sync.patrol import patrol
from sync.recheck import recheck
from tests.sync.conftest import JiraDesk
from tests.sync.world import World


async def status_of(world: World) -> SourceStatus:
    async with world.engine.database.transaction() as connection:
        [found] = (await find_status(connection)).sources
    return found


async def amiss(world: World) -> set[str]:
    return {finding.code for finding in (await status_of(world)).amiss}


async def test_findings_are_kept_replaced_and_left_alone_while_nobody_answers(
    world: World, desk: JiraDesk
) -> None:
    world.engine = replace(world.engine, public_url=world.url)
    await recheck(world.engine, "acme")
    assert await amiss(world) == {"webhook_missing"}
    [row] = await hook(world.engine, Deed.INSTALL, ["acme"])
    assert row.outcome is Outcome.INSTALLED
    assert await amiss(world) == {"webhook_missing"}, "nobody has looked again"
    world.clock.wind(hours=1)
    await patrol(world.engine)
    [due] = world.woken
    await recheck(world.engine, due.source)
    assert (due.verb, await amiss(world)) == ("check", set())
    [made] = desk.tracker.bench.deliveries.hooks.values()
    made.enabled = False
    await recheck(world.engine, "acme")
    assert await amiss(world) == {"webhook_disabled"}
    checked = (await status_of(world)).checked
    desk.tracker.bench.faults.fail_next.append(Fault(status=503, times=50))
    world.clock.wind(hours=1)
    silent = await recheck(world.engine, "acme")
    assert [one.code for one in silent if one.severity is Severity.ERROR] == [
        "tracker_silent"
    ]
    assert (await status_of(world)).checked == checked
    desk.tracker.bench.faults.fail_next.clear()
    desk.tracker.site.users["reqpool"].token = "revoked"
    await recheck(world.engine, "acme")
    assert await amiss(world) == {"credentials_refused"}


async def test_a_paused_source_is_left_alone(world: World) -> None:
    await world.rows("UPDATE sources SET paused_at = now() RETURNING id")
    await patrol(world.engine)
    assert world.woken == []


async def test_a_check_of_everything_says_that_no_address_is_known(
    world: World,
) -> None:
    codes = {finding.code for finding in await check(world.engine)}
    assert "public_url_missing" in codes
    assert not {code for code in codes if code.startswith("webhook_m")}
