"""What machines do: hooks travel, the engine works, clocks run, things break."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from model.errors import DeliveryRejected
from sync.engine import Memory
from tests.simulation.broken import Broken
from tests.simulation.faults import OF_A_REQUEST, OF_A_STATEMENT, Fault
from tests.simulation.hooks import KEYS, Hook
from tests.simulation.operators import see_pause
from tests.simulation.people import pick, pick_tracker, toggle_label
from tests.simulation.tracker import ModelTracker
from tests.simulation.world import World, Zombie

_KILLABLE = ["ingest", "fetch", "poll", "deliver", "deliver", "redecide"]


async def hook_arrives(world: World) -> None:
    found = next_hook(world)
    if found:
        await arrive(world, *found)


def next_hook(world: World) -> tuple[ModelTracker, Hook] | None:
    """Any of the fifty that wait longest."""
    tracker = pick_tracker(world)
    due = [hook for at, hook in tracker.later if at <= world.time.at]
    tracker.later = [(at, one) for at, one in tracker.later if at > world.time.at]
    tracker.hooks.extend(due)
    if not tracker.hooks or not world.hooks:
        return None
    place = world.dice.randrange(min(len(tracker.hooks), 50))
    if place:
        world.happened[Fault.REORDERED] += 1
    return tracker, tracker.hooks.pop(place)


async def arrive(world: World, tracker: ModelTracker, hook: Hook) -> None:
    world.note(f"hook {hook.delivery}")
    if await world.post(tracker.source, hook):
        tracker.arrived.append(hook)
    else:
        tracker.hooks.append(hook)


async def duplicate(world: World) -> None:
    tracker = pick_tracker(world)
    if tracker.arrived:
        world.happened[Fault.DUPLICATE] += 1
        await arrive(world, tracker, world.dice.choice(tracker.arrived))


async def duplicate_with_new_id(world: World) -> None:
    tracker = pick_tracker(world)
    if tracker.arrived:
        world.happened[Fault.DUPLICATE_NEW_ID] += 1
        hook = world.dice.choice(tracker.arrived)
        new = replace(hook, delivery=f"{hook.delivery}-{tracker.number()}")
        await arrive(world, tracker, new)


async def drop(world: World) -> None:
    if found := next_hook(world):
        world.happened[Fault.DROPPED] += 1
        world.note(f"hook {found[1].delivery} dropped")


async def delay(world: World) -> None:
    if found := next_hook(world):
        tracker, hook = found
        world.happened[Fault.DELAYED] += 1
        tracker.later.append((world.time.at + timedelta(hours=24), hook))


async def replay(world: World) -> None:
    """A stranger sends again what was overheard, as it was signed then."""
    tracker = pick_tracker(world)
    if tracker.arrived:
        hook = world.dice.choice(tracker.arrived)
        world.happened[Fault.REPLAYED] += 1
        await world.post(tracker.source, hook, at=hook.made_at - timedelta(minutes=6))


async def forge(world: World) -> None:
    await refused(world, Fault.FORGED, world.dice.choice([b"guess", b""]))


async def use_foreign_secret(world: World) -> None:
    await refused(world, Fault.FOREIGN_SECRET, None)


async def refused(world: World, fault: Fault, key: bytes | None) -> None:
    tracker = pick_tracker(world)
    [other] = [name for name in KEYS if name != tracker.source]
    world.happened[fault] += 1
    hook = Hook(f"odd-{tracker.number()}", b'{"webhookEvent": "x"}', world.time.at)
    try:
        await world.post(tracker.source, hook, key=KEYS[other] if key is None else key)
    except DeliveryRejected:
        return
    raise Broken(11, f"{tracker.source} took in {fault.value}")


async def tell_of_foreign_issue(world: World) -> None:
    """An authentic hook of one client that names an issue of nobody's."""
    tracker = world.trackers["globex"]
    body = b'{"object_kind":"issue","project":{"id":666},"object_attributes":{"iid":1}}'
    await arrive(world, tracker, Hook(f"odd-{tracker.number()}", body, world.time.at))


async def engine_works(world: World) -> None:
    await world.work()


async def engine_settles(world: World) -> None:
    for _ in range(3):
        if not await world.work():
            return


async def kill(world: World) -> None:
    await killed(world, "", world.dice.randrange(1, world.dice.choice([8, 16, 30])))


async def kill_at_commit(world: World) -> None:
    await killed(world, "commit", world.dice.randrange(1, 6))


async def killed(world: World, only: str, left: int) -> None:
    verb, source = world.dice.choice(_KILLABLE), world.dice.choice(list(world.trackers))
    if verb == "poll" and not world.polls:
        verb = "fetch"
    world.dangers.switch.only, world.dangers.switch.left = only, left
    world.note(f"kill in {verb} {source} at {left} {only}")
    await world.run_verb(verb, source)


async def fall_asleep(world: World) -> None:
    """A process stops in the middle of a write; it may wake after its lease."""
    tracker, where = pick_tracker(world), world.dice.choice(["apply", "applied"])
    wakes, asleep = asyncio.Event(), asyncio.Event()

    async def sleep(_issue: str) -> None:
        world.happened[Fault.ZOMBIE] += 1
        asleep.set()
        await wakes.wait()

    tracker.meanwhile[where] = [sleep]
    task = asyncio.create_task(world.run_verb("deliver", tracker.source))
    waiting = asyncio.create_task(asleep.wait())
    await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    tracker.meanwhile.pop(where, None)
    if task.done():
        await task
        return
    world.zombies.append(Zombie(task, wakes))
    world.note(f"a process sleeps at {where} of {tracker.source}")


async def awake(world: World) -> None:
    world.note("who sleeps wakes")
    await world.wake_zombies()


async def time_passes(world: World) -> None:
    span = world.dice.choice([1, 5, 30, 70, 400, 3600, 30_000])
    world.time.wind(seconds=span)
    world.note(f"wind {span}")


async def clock_back(world: World) -> None:
    """Ours alone; what was set back is put right before it is set back again."""
    ahead = max(one.ahead for one in world.trackers.values())
    back = -ahead or timedelta(seconds=world.dice.choice([1, 40, 200]))
    world.time.at -= back
    for tracker in world.trackers.values():
        tracker.ahead += back
    world.happened[Fault.CLOCK_BACK] += back > timedelta(0)
    world.note(f"the clock is set back by {back}")


async def skew(world: World) -> None:
    tracker = pick_tracker(world)
    tracker.skew = timedelta(seconds=world.dice.choice([-110, -30, 0, 45, 110]))
    world.happened[Fault.SKEW] += 1
    world.note(f"skew {tracker.source} {tracker.skew}")


_REFUSALS = (12, 14)
"""As often as a write is tried, or more often."""

_SHARE = {Fault.HALF_APPLIED: 0.8}
"""Few writes have two halves."""


async def weather(world: World) -> None:
    """What goes wrong with requests from now on, at one tracker."""
    tracker, dice = pick_tracker(world), world.dice
    possible = sorted(world.on & OF_A_REQUEST)
    chosen = [one for one in possible if dice.random() < _SHARE.get(one, 0.4)]
    likely = {one: dice.choice([0.05, 0.2, 0.5]) for one in chosen}
    if Fault.HALF_APPLIED in likely:
        likely[Fault.HALF_APPLIED] = 0.5
    tracker.weather.likely = likely
    lags = Fault.STALE_SEARCH in world.on and dice.random() < 0.4
    tracker.lag = timedelta(seconds=60 if lags else 0)
    world.note(f"weather {tracker.source} {_in_words(likely)} {tracker.lag}")


def _in_words(likely: Mapping[Fault, float]) -> str:
    return ", ".join(f"{fault.name} {share}" for fault, share in likely.items())


async def wear_out(world: World) -> None:
    """A tracker that refuses every write for hours, until each was given up."""
    tracker = pick_tracker(world)
    tracker.weather.likely = {Fault.CONFLICT: 1.0}
    for _ in range(world.dice.choice(_REFUSALS)):
        world.time.wind(minutes=20)
        await world.run_verb("deliver", tracker.source)
        await world.run_verb("fetch", tracker.source)
    tracker.weather.likely = {}
    world.note(f"worn out {tracker.source}")


async def outage(world: World) -> None:
    """Hours without the tracker, its hook disabled; the next time it is back."""
    tracker = pick_tracker(world)
    tracker.is_down = not tracker.is_down
    if tracker.is_down:
        world.happened[Fault.OUTAGE] += 1
        tracker.hooks.clear()
    else:
        world.time.wind(hours=world.dice.choice([1, 12, 48]))
    world.note(f"outage {tracker.source} {tracker.is_down}")


async def revoke_token(world: World) -> None:
    tracker = pick_tracker(world)
    tracker.is_revoked = not tracker.is_revoked
    world.happened[Fault.REVOKED] += tracker.is_revoked
    world.note(f"revoked {tracker.source} {tracker.is_revoked}")


async def hide(world: World) -> None:
    """An issue that does not answer once, and is there the next time."""
    tracker = pick_tracker(world)
    if standing := tracker.standing():
        issue = world.dice.choice(standing)
        tracker.hidden = {issue}
        tracker.call(issue, "updated")
        world.note(f"hidden {issue}")


async def search_lags(world: World) -> None:
    """A hook tells of an edit that the search behind the next poll does not show."""
    if chosen := pick(world):
        tracker, issue = chosen
        toggle_label(world, tracker, issue)
        if world.hooks and tracker.hooks:
            await arrive(world, tracker, tracker.hooks.pop())
            await world.run_verb("ingest", tracker.source)
            await world.run_verb("fetch", tracker.source)
        if world.polls:
            tracker.lag = timedelta(seconds=60)
            await world.run_verb("poll", tracker.source)
            tracker.lag = timedelta(0)


async def bury_and_restore(world: World) -> None:
    """An issue is deleted, noticed to be gone, and restored by an administrator."""
    if chosen := pick(world):
        tracker, issue = chosen
        tracker.delete(issue)
        if world.hooks and tracker.hooks:
            await arrive(world, tracker, tracker.hooks.pop())
            await world.run_verb("ingest", tracker.source)
            await world.run_verb("fetch", tracker.source)
            world.time.wind(seconds=70)
            await world.run_verb("fetch", tracker.source)
        tracker.restore(issue)
        world.happened[Fault.RESTORED] += 1
        world.note(f"deleted and restored {issue}")


async def shift_pages(world: World) -> None:
    tracker = pick_tracker(world)

    async def act(_issue: str) -> None:
        if standing := tracker.standing():
            world.happened[Fault.SHIFTING_PAGES] += 1
            toggle_label(world, tracker, world.dice.choice(standing))

    tracker.meanwhile["page"] = [act]


async def news_while_reading(world: World) -> None:
    """A person edits just after we read, and the hook is there before we stored it."""
    tracker = pick_tracker(world)

    async def act(issue: str) -> None:
        if issue in tracker.standing():
            world.happened[Fault.EDIT_BETWEEN] += 1
            world.time.wind(seconds=1)
            toggle_label(world, tracker, issue)
            if world.hooks and tracker.hooks:
                await world.post(tracker.source, tracker.hooks.pop())
                await world.run_verb("ingest", tracker.source)

    tracker.meanwhile["fetched"] = [act]


async def database_fails(world: World) -> None:
    fault = world.dice.choice(sorted(world.on & OF_A_STATEMENT))
    left = world.dice.randrange(1, 4 if fault is Fault.COMMIT_UNKNOWN else 25)
    world.dangers.trouble.arm(fault, left)
    verb, source = world.dice.choice(_KILLABLE), world.dice.choice(list(world.trackers))
    if verb == "poll" and not world.polls:
        verb = "ingest"
    world.note(f"{fault.name} in {verb} {source}")
    await world.run_verb(verb, source)
    world.dangers.trouble.clear()


async def failover(world: World) -> None:
    world.dangers.trouble.go_away(timedelta(seconds=world.dice.choice([30, 120])))
    world.note("the database is away")


async def backup(world: World) -> None:
    """The first time a backup is taken; later it is put back."""
    assert world.vault is not None
    if not world.has_backup:
        await asyncio.to_thread(world.vault.keep, "backup")
        world.has_backup = True
        world.note("backup taken")
        return
    await asyncio.to_thread(world.vault.put_back, "backup")
    world.happened[Fault.OLDER_BACKUP] += 1
    world.note("older backup restored")
    await forget(world)


async def forget(world: World) -> None:
    """What was known since the backup is not to be expected of the pool any more."""
    world.restores += 1
    world.woken.clear()
    rulesets = dict(world.engine.memory.rulesets)
    world.engine = replace(world.engine, memory=Memory(rulesets=rulesets))
    kept = await world.rows(
        "SELECT s.name, i.delivery, i.sha256 FROM inbox i"
        " JOIN sources s ON s.id = i.source_id"
    )
    world.acknowledged &= {(r["name"], r["delivery"], r["sha256"]) for r in kept}
    for tracker in world.trackers.values():
        tracker.forgiven = len(tracker.writes)
        tracker.released_at = None
        await see_pause(world, tracker)
