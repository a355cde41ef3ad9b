"""What happens: people act, hooks travel, the engine works, things break."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

from model.decisions import PoolState, Section
from model.errors import DeliveryRejected
from model.issues import Comment, Urgency, Visibility
from sync.advance import advance
from sync.overrule import overrule
from tests.simulation.tracker import BOT, CATEGORIES, CLIENT, SECRET
from tests.simulation.world import World, moved

TITLES = [
    "WeChat mini program for approvals",
    "Export the fund report to Excel",
    "How do I export the fund report?",
    "Approval of payments hangs with an error",
    "希望开发微信小程序",
    "资金报表怎么导出?",
    "导出资金报表时报错",
]
WORDS = ["urgent", "ui", "客户", "pool-scope::in-contract", "pool-prio::P0"]
OURS = "pool-"

Act = Callable[[World], Awaitable[None]]


async def person_creates(world: World) -> None:
    made = world.tracker.create(
        world.dice.choice(TITLES), world.dice.choice(list(Urgency))
    )
    world.note(f"create {made}")


def pick(world: World) -> str | None:
    living = world.tracker.living()
    return world.dice.choice(living) if living else None


async def person_edits(world: World) -> None:
    if chosen := pick(world):
        world.tracker.edit(chosen, title=world.dice.choice(TITLES))
        world.note(f"title {chosen}")


async def person_raises_priority(world: World) -> None:
    if chosen := pick(world):
        urgency = world.dice.choice(list(Urgency))
        world.tracker.edit(chosen, urgency=urgency, priority=urgency.value)
        world.note(f"priority {chosen} {urgency}")


async def person_labels(world: World) -> None:
    if chosen := pick(world):
        labels = world.tracker.issues[chosen].labels
        word = world.dice.choice([*WORDS, *sorted(labels)])
        world.tracker.edit(chosen, labels=labels ^ {word})
        world.note(f"label {chosen} {word}")


async def person_moves(world: World) -> None:
    if chosen := pick(world):
        status = world.dice.choice(["To Do", "In Progress", "In Review", "Done"])

        world.tracker.edit(chosen, status=status, status_category=CATEGORIES[status])
        world.note(f"status {chosen} {status}")


async def person_comments(world: World) -> None:
    if chosen := pick(world):
        issue = world.tracker.issues[chosen]
        made = Comment(
            f"c{world.tracker.number()}",
            CLIENT,
            "请尽快处理",
            Visibility.PUBLIC,
            issue.updated_at,
            issue.updated_at,
        )
        world.tracker.edit(chosen, comments=(*(issue.comments or ()), made))
        world.note(f"comment {chosen}")


async def person_deletes_our_comment(world: World) -> None:
    if chosen := pick(world):
        comments = world.tracker.issues[chosen].comments or ()
        if any(one.author == BOT for one in comments):
            rest = tuple(one for one in comments if one.author != BOT)
            world.tracker.edit(chosen, comments=rest)
            world.note(f"our comment deleted {chosen}")


async def person_deletes(world: World) -> None:
    if (chosen := pick(world)) and world.dice.random() < 0.3:
        world.tracker.delete(chosen)
        world.note(f"delete {chosen}")


async def manager_overrules(world: World) -> None:
    if requirement := await any_requirement(world):
        section, value = world.dice.choice(
            [
                (Section.SCOPE, "in_contract"),
                (Section.SCOPE, "daily_change"),
                (Section.SCOPE, None),
                (Section.KIND, "defect"),
                (Section.RELEASE, "2027.02"),
                (Section.RELEASE, None),
            ]
        )
        await world.mortal(
            overrule(world.engine, requirement, section, value, "agreed", "Mei")
        )
        world.note(f"overrule {section} {value}")


async def manager_advances(world: World) -> None:
    if requirement := await any_requirement(world):
        state = world.dice.choice([PoolState.IN_DEVELOPMENT, PoolState.DELIVERED])
        await world.mortal(advance(world.engine, requirement, state, "", "Mei"))
        world.note(f"advance {state}")


async def any_requirement(world: World) -> UUID | None:
    rows = await world.rows("SELECT id FROM requirements ORDER BY number")
    return world.dice.choice(rows)["id"] if rows else None


async def hook_arrives(world: World) -> None:
    hooks = world.tracker.hooks
    if not hooks:
        return
    delivery, body = hooks.pop(world.dice.randrange(min(len(hooks), 50)))
    fate = world.dice.random()
    world.note(f"hook {delivery} {fate:.3f}")
    if fate < 0.15:
        return
    if fate < 0.25:
        hooks.append((delivery, body))
    if fate < 0.30:
        hooks.append((f"{delivery}x", body))
    if fate > 0.97:
        await forged(world, body)
    if not await world.deliver_hook(delivery, body, SECRET):
        hooks.append((delivery, body))


async def forged(world: World, body: bytes) -> None:

    try:
        await world.deliver_hook("forged", body, "guess")
    except DeliveryRejected:
        return
    raise AssertionError("a forged delivery was taken in")


async def engine_works(world: World) -> None:
    await world.work(polls=world.dice.random() < 0.4)


async def engine_is_killed(world: World) -> None:
    world.switch.left = world.dice.randrange(1, 30)
    verb = world.dice.choice(["ingest", "fetch", "poll", "deliver", "redecide"])
    world.note(f"kill in {verb} at {world.switch.left}")
    await world.run_verb(verb, "acme")


async def time_passes(world: World) -> None:
    span = world.dice.choice([1, 5, 30, 70, 400, 3600, 30_000])
    world.time.wind(timedelta(seconds=span))
    world.note(f"wind {span}")


async def weather_changes(world: World) -> None:
    dice = world.dice
    moved(
        world,
        refuse=dice.choice([0, 0, 0.1, 0.5]),
        lose_reply=dice.choice([0, 0.2, 0.5]),
        conflict=dice.choice([0, 0, 0.2]),
        limited=dice.choice([0, 0, 0.1]),
        is_down=dice.random() < 0.1,
        lag=timedelta(seconds=dice.choice([0, 0, 60])),
    )
    world.note(f"weather {world.tracker.faults}")


ACTS: list[tuple[int, Act]] = [
    (8, person_creates),
    (6, person_edits),
    (5, person_raises_priority),
    (6, person_labels),
    (4, person_moves),
    (4, person_comments),
    (2, person_deletes_our_comment),
    (2, person_deletes),
    (5, manager_overrules),
    (3, manager_advances),
    (18, hook_arrives),
    (18, engine_works),
    (9, engine_is_killed),
    (10, time_passes),
    (4, weather_changes),
]


async def live(world: World) -> None:
    """One step."""
    acts = [act for _, act in ACTS]
    weights = [weight for weight, _ in ACTS]
    [act] = world.dice.choices(acts, weights)
    await act(world)


async def heal(world: World, *, hooks: bool, polls: bool) -> None:
    """The faults end; within 20 virtual minutes everything is as it should be."""
    moved(
        world,
        refuse=0.0,
        lose_reply=0.0,
        conflict=0.0,
        limited=0.0,
        is_down=False,
        lag=timedelta(0),
    )
    waiting, world.tracker.hooks = world.tracker.hooks, []
    for delivery, body in waiting if hooks else []:
        await world.deliver_hook(delivery, body, SECRET)
    for _ in range(20):
        world.time.wind(timedelta(seconds=60))
        while await world.work(polls=polls):
            if hooks:
                arrived, world.tracker.hooks = world.tracker.hooks, []
                for delivery, body in arrived:
                    await world.deliver_hook(delivery, body, SECRET)
            polls_once, polls = polls, False
            if not polls_once:
                continue
        polls = True if not hooks else polls
