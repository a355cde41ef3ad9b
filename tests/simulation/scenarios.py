"""Fourteen things that happen, told calmly: each is told again with a kill in it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from model.decisions import PoolState, Section
from sync.activate import activate
from sync.advance import advance
from sync.overrule import overrule
from tests.simulation.database import Each
from tests.simulation.faults import Fault
from tests.simulation.heal import settle, twenty_minutes
from tests.simulation.invariants import Watch
from tests.simulation.people import REASON, RULESETS, requirement_of
from tests.simulation.tracker import MANAGER, ModelTracker
from tests.simulation.world import World

Act = Callable[[World], Awaitable[None]]

_LOOKS = 2
"""What is awaited later only looks whether anything is due."""

REPORT = "Export the fund report to Excel"
OUTSIDE = "WeChat mini program for approvals"


@dataclass(frozen=True)
class Scenario:
    """What was before, and what happens then; ``calm`` lets it settle in between."""

    name: str
    before: Act
    act: Act
    calm: bool = True


async def perform(
    world: World, scenario: Scenario, kill_at: int | None, each: Each | None = None
) -> None:
    """Tell a scenario, killed once at a point, or told of each point."""
    world.reseed(scenario.name)
    await scenario.before(world)
    if scenario.calm:
        await twenty_minutes(world)
    watch = Watch(world)
    world.dangers.switch.begin(kill_at, each)
    await scenario.act(world)
    for _ in range(_LOOKS):
        world.time.wind(minutes=1)
        await settle(world)
        await watch.look()
    world.dangers.switch.begin(None)
    await twenty_minutes(world)
    await watch.look()


async def portray(world: World) -> dict[str, Any]:
    """The end state, without what differs from one telling to the next."""
    shown = {
        f"{tracker.source}:{issue}": (
            *_portray_issue(tracker, issue),
            issue in tracker.deleted,
        )
        for tracker in world.trackers.values()
        for issue in tracker.issues
    }
    rows = await world.rows(
        "SELECT i.tracker_id, i.title, i.status, i.labels, i.kind, i.scope, i.priority,"
        " r.name AS release, i.deleted_at IS NOT NULL AS deleted, q.state,"
        " (SELECT count(*) FROM requirement_issues o WHERE o.unlinked_at IS NULL"
        "  AND o.requirement_id = l.requirement_id) AS siblings,"
        " (SELECT json_agg(json_build_array(section, value) ORDER BY section)"
        "  FROM overrides v WHERE v.issue_id = i.id AND revoked_at IS NULL) AS pins"
        " FROM issues i LEFT JOIN releases r ON r.id = i.release_id"
        " LEFT JOIN requirement_issues l ON l.issue_id = i.id AND l.unlinked_at IS NULL"
        " LEFT JOIN requirements q ON q.id = l.requirement_id ORDER BY i.tracker_id"
    )
    return {"shown": shown, "pool": rows}


def _portray_issue(tracker: ModelTracker, issue: str) -> tuple[object, ...]:
    state = tracker.issues[issue]
    comments = sorted(one.body for one in state.comments or ())
    return state.title, state.status, sorted(state.labels), state.releases, comments


async def nothing(_world: World) -> None:
    """The first day."""


async def one_issue(world: World) -> None:
    world.trackers["acme"].create(REPORT)


async def one_in_gitlab(world: World) -> None:
    world.trackers["globex"].create(OUTSIDE)


async def seven_issues(world: World) -> None:
    for number in range(7):
        world.trackers["globex"].create(f"{OUTSIDE} {number}")


def first(world: World, source: str = "acme") -> tuple[ModelTracker, str]:
    tracker = world.trackers[source]
    return tracker, next(iter(tracker.issues))


async def is_edited(world: World) -> None:
    tracker, issue = first(world)
    tracker.edit(issue, title="How do I export the fund report?")


async def is_commanded(world: World) -> None:
    tracker, issue = first(world)
    tracker.commands[issue] += 1
    tracker.say(issue, "/pool scope daily", MANAGER)


async def is_overruled(world: World) -> None:
    await _pin(world, Section.SCOPE, "out_of_contract")


async def is_revoked(world: World) -> None:
    await _pin(world, Section.SCOPE, None)


async def goes_into_release(world: World) -> None:
    await _pin(world, Section.RELEASE, "2027.02")


async def _pin(world: World, section: Section, value: str | None) -> None:
    tracker, issue = first(world)
    requirement = await requirement_of(world, tracker.source, issue)
    assert requirement is not None
    await world.insist(
        lambda: overrule(world.engine, requirement, section, value, REASON, "Mei")
    )


async def pinned_issue(world: World) -> None:
    await one_issue(world)
    await twenty_minutes(world)
    await is_overruled(world)


async def is_delivered(world: World) -> None:
    tracker, issue = first(world)
    requirement = await requirement_of(world, tracker.source, issue)
    assert requirement is not None
    state = PoolState.DELIVERED
    await world.insist(lambda: advance(world.engine, requirement, state, REASON, "Mei"))


async def is_moved(world: World) -> None:
    tracker, issue = first(world, "globex")
    tracker.move(issue)


async def is_deleted(world: World) -> None:
    tracker, issue = first(world)
    tracker.delete(issue)


async def deleted_issue(world: World) -> None:
    await one_issue(world)
    await twenty_minutes(world)
    await is_deleted(world)


async def is_restored(world: World) -> None:
    tracker, issue = first(world)
    tracker.restore(issue)


async def rules_change(world: World) -> None:
    await world.insist(partial(activate, world.engine, RULESETS[1], "operator"))


async def replies_are_lost(world: World) -> None:
    tracker = world.trackers["acme"]
    tracker.create(REPORT)
    tracker.weather.likely = {Fault.LOST_REPLY: 1.0}
    for _ in range(3):
        world.time.wind(minutes=1)
        await world.work()
    tracker.weather.likely = {}


SCENARIOS = [
    Scenario("a new issue", nothing, one_issue),
    Scenario("an edit", one_issue, is_edited),
    Scenario("a command in a comment", one_issue, is_commanded),
    Scenario("an override", one_issue, is_overruled),
    Scenario("an override revoked", pinned_issue, is_revoked),
    Scenario("a way through the workflow", one_issue, is_delivered),
    Scenario("another release", one_issue, goes_into_release),
    Scenario("a move", one_in_gitlab, is_moved),
    Scenario("a deletion", one_issue, is_deleted),
    Scenario("a restoration", deleted_issue, is_restored),
    Scenario("another ruleset", one_issue, rules_change),
    Scenario("a mass change that waits", seven_issues, rules_change),
    Scenario("replies that are lost", nothing, replies_are_lost),
    Scenario("a first import", seven_issues, nothing, calm=False),
]
