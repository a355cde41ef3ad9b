"""The faults end; what follows within twenty minutes, and then within a quiet day."""

from datetime import timedelta
from functools import partial

from sync.resume import resume
from tests.simulation.operators import end_pause
from tests.simulation.world import World

_LOOKS = (1, 2, 4, 8, 14, 17, 20)
"""Minutes after which somebody looks what is due; really it is every two seconds.

Between two tries pass 13 at most, 16 1/3 where our clock was set back meanwhile; whoever
is missing then is looked for once more.
"""

_ROUNDS = 8


async def end_faults(world: World, source: str = "") -> None:
    """Everything is well again, at one source or everywhere."""
    world.dangers.trouble.clear()
    world.dangers.switch.left = None
    await world.wake_zombies()
    for tracker in world.trackers.values():
        if source in {"", tracker.source}:
            tracker.meanwhile.clear()
            if tracker.is_paused:
                await end_pause(world, tracker)
            tracker.weather.likely = {}
            tracker.lag = timedelta(0)
            tracker.is_down = tracker.is_revoked = False
            tracker.removed.clear()
            tracker.hidden.clear()
            if tracker.released_at:
                world.time.at = max(world.time.at, tracker.released_at)


async def twenty_minutes(world: World) -> None:
    """Look now and then, and do what is due."""
    began_at = world.time.at
    await _confirm(world)
    for minutes in _LOOKS:
        world.time.at = began_at + timedelta(minutes=minutes)
        await settle(world)
        await _confirm(world)


async def settle(world: World) -> None:
    """Until nothing is left that could be done now."""
    for _ in range(_ROUNDS):
        await _deliver_hooks(world)
        if not await world.work():
            return


async def _deliver_hooks(world: World) -> None:
    """What is not acknowledged is sent again."""
    for tracker in world.trackers.values():
        held = [hook for _, hook in tracker.later]
        waiting, tracker.hooks, tracker.later = [*tracker.hooks, *held], [], []
        for hook in waiting if world.hooks else ():
            if not await world.post(tracker.source, hook):
                tracker.hooks.append(hook)


async def _confirm(world: World) -> None:
    """A person lets out what a run wants to change."""
    rows = await world.rows(
        "SELECT name FROM sources WHERE stopped_at IS NOT NULL ORDER BY name"
    )
    for row in rows:
        name = row["name"]
        await world.insist(partial(resume, world.engine, name, "operator", "seen"))


async def wait_until(world: World, moment: timedelta, step: timedelta) -> None:
    """Let time pass in large steps, and work in between."""
    until = world.time.at + moment
    while world.time.at < until:
        world.time.at = min(until, world.time.at + step)
        await settle(world)
