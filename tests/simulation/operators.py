"""What operators do: let a source rest, replay, discard, compare, go back."""

from collections.abc import Awaitable
from typing import Any

from pool.writes import SettledError
from sync.discard_delivery import discard_delivery
from sync.discard_write import discard_write
from sync.pause import pause
from sync.reconcile import reconcile
from sync.replay_delivery import replay_delivery
from sync.replay_write import replay_write
from sync.resume import resume
from sync.rollback import rollback
from tests.simulation.people import REASON, pick_tracker
from tests.simulation.tracker import ModelTracker
from tests.simulation.world import World

_DEAD_FIRST = 0.7


async def pause_or_resume(world: World) -> None:
    tracker = pick_tracker(world)
    if tracker.is_paused:
        await end_pause(world, tracker)
        return
    await world.ask(pause(world.engine, tracker.source, "Mei", REASON))
    await see_pause(world, tracker)
    world.note(f"pause {tracker.source} {tracker.is_paused}")


async def end_pause(world: World, tracker: ModelTracker) -> None:
    name, tracker.is_paused = tracker.source, False
    await world.insist(lambda: resume(world.engine, name, "Mei", REASON))
    await see_pause(world, tracker)
    world.note(f"resume {name} {not tracker.is_paused}")


async def see_pause(world: World, tracker: ModelTracker) -> None:
    """Whoever asked may have died before it was kept, or right after it."""
    tracker.is_paused = bool(
        await world.rows(
            "SELECT FROM sources WHERE paused_at IS NOT NULL AND name = %s",
            tracker.source,
        )
    )


async def replay_a_write(world: World) -> None:
    if write := await _pick_write(world):
        await _try(world, "replay", write, replay_write(world.engine, write, "Mei"))


async def discard_a_write(world: World) -> None:
    if write := await _pick_write(world):
        work = discard_write(world.engine, write, "Mei", REASON)
        await _try(world, "discard", write, work)


async def _pick_write(world: World) -> int:
    """Mostly one that was given up."""
    rows = await world.rows(
        "SELECT seq, state = 'dead' AS is_dead FROM outbox WHERE state <> 'sent'"
        " ORDER BY seq"
    )
    dead = [row for row in rows if row["is_dead"]]
    among = dead if dead and world.dice.random() < _DEAD_FIRST else rows
    return world.dice.choice(among)["seq"] if among else 0


async def replay_a_delivery(world: World) -> None:
    if kept := await _pick_delivery(world):
        work = replay_delivery(world.engine, kept["id"], "Mei", REASON)
        await _try(world, "replay", kept["delivery"], work)


async def discard_a_delivery(world: World) -> None:
    if kept := await _pick_delivery(world):
        work = discard_delivery(world.engine, kept["id"], "Mei", REASON)
        await _try(world, "discard", kept["delivery"], work)


async def _pick_delivery(world: World) -> dict[str, Any] | None:
    rows = await world.rows(
        "SELECT id, delivery FROM inbox WHERE state = 'quarantined'"
        " ORDER BY received_at, id"
    )
    return world.dice.choice(rows) if rows else None


async def compare(world: World) -> None:
    tracker, repair = pick_tracker(world), world.dice.random() < 0.7
    world.begin_run()
    work = reconcile(world.engine, tracker.source, "Mei", repair=repair)
    await _try(world, "compare", tracker.source, work)


async def go_back(world: World) -> None:
    await _try(world, "go back", "", rollback(world.engine, "Mei", reason=REASON))


async def _try(world: World, act: str, what: object, work: Awaitable[Any]) -> None:
    world.note(f"{act} {what}")
    try:
        await world.ask(work)
    except SettledError:
        world.note("too late")
