"""What people do: in the trackers, and on the pool's pages."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from model.decisions import PoolState, Section
from model.issues import Urgency
from sync.activate import activate
from sync.advance import advance
from sync.overrule import overrule
from tests.simulation import setting
from tests.simulation.faults import Fault
from tests.simulation.tracker import (
    CLIENT,
    MANAGER,
    WORKFLOWS,
    ModelTracker,
    is_ours,
)
from tests.simulation.world import World

TITLES = [
    "WeChat mini program for approvals",
    "Export the fund report to Excel",
    "How do I export the fund report?",
    "Approval of payments hangs with an error",
    "希望开发微信小程序",
    "资金报表怎么导出?",
    "导出资金报表时报错",
]
WORDS = ["urgent", "ui", "客户", "question", "pool-scope::in-contract", "pool-prio::P0"]
EXPLAIN = "/pool explain"
COMMANDS = [
    "/pool scope daily",
    "/pool kind defect",
    "/pool urgent now",
    EXPLAIN,
]
PINS = [
    (Section.SCOPE, "in_contract"),
    (Section.SCOPE, "daily_change"),
    (Section.SCOPE, None),
    (Section.KIND, "defect"),
    (Section.RELEASE, "2027.02"),
    (Section.RELEASE, None),
]
REASON = "canary-reason: they pay late"

RULESETS = setting.load_rulesets()


def pick_tracker(world: World) -> ModelTracker:
    return world.dice.choice(list(world.trackers.values()))


def pick(world: World) -> tuple[ModelTracker, str] | None:
    tracker = pick_tracker(world)
    standing = tracker.standing()
    return (tracker, world.dice.choice(standing)) if standing else None


async def create(world: World) -> None:
    tracker = pick_tracker(world)
    title = world.dice.choice(TITLES)
    if tracker.source == "globex":
        title += " canary-of-globex"
    made = tracker.create(title, world.dice.choice(list(Urgency)))
    world.note(f"create {made}")


async def edit_title(world: World) -> None:
    if chosen := pick(world):
        tracker, issue = chosen
        tracker.edit(issue, title=world.dice.choice(TITLES))
        world.note(f"title {issue}")


async def change_priority(world: World) -> None:
    if chosen := pick(world):
        tracker, issue = chosen
        urgency = world.dice.choice(list(Urgency))
        tracker.edit(issue, urgency=urgency, priority=urgency.value)
        world.note(f"priority {issue} {urgency}")


async def label(world: World) -> None:
    if chosen := pick(world):
        toggle_label(world, *chosen)


def toggle_label(world: World, tracker: ModelTracker, issue: str) -> None:
    labels = tracker.issues[issue].labels
    word = world.dice.choice([*WORDS, *sorted(labels)])
    tracker.edit(issue, labels=labels ^ {word})
    world.note(f"label {issue} {word}")


async def drag(world: World) -> None:
    if chosen := pick(world):
        tracker, issue = chosen
        status = world.dice.choice(sorted(WORKFLOWS[tracker.kind]))
        tracker.move_status(issue, status)
        world.note(f"status {issue} {status}")


async def comment(world: World) -> None:
    if chosen := pick(world):
        tracker, issue = chosen
        tracker.say(issue, "请尽快处理")
        world.note(f"comment {issue}")


async def command(world: World) -> None:
    """By the project manager, who may; or by the client's user, who may not."""
    if chosen := pick(world):
        tracker, issue = chosen
        text = world.dice.choice(COMMANDS)
        author = world.dice.choice([MANAGER, MANAGER, CLIENT])
        tracker.say(issue, text, author)
        tracker.commands[issue] += author is MANAGER and text != EXPLAIN
        world.note(f"command {issue} {text} by {author.name}")


async def edit_command(world: World) -> None:
    """A command is carried out once, whatever becomes of its comment.

    What was edited in the second in which it was made looks as if it had been so always.
    """
    if chosen := pick(world):
        tracker, issue = chosen
        comments = tracker.issues[issue].comments or ()
        found = [one for one in comments if one.body.startswith("/pool")]
        if found:
            changed = replace(found[0], body="/pool kind question")
            changed = replace(changed, updated_at=tracker.clock())
            is_new = changed.updated_at - changed.created_at <= timedelta(seconds=1)
            asked_only = found[0].author == MANAGER and found[0].body == EXPLAIN
            tracker.commands[issue] += is_new and asked_only
            rest = tuple(changed if one is found[0] else one for one in comments)
            tracker.edit(issue, comments=rest)
            world.note(f"command edited {issue}")


async def pin(world: World) -> None:
    if requirement := await any_requirement(world):
        section, value = world.dice.choice(PINS)
        await overruled(world, requirement, section, value)


async def overruled(
    world: World, requirement: UUID, section: Section, value: str | None
) -> None:
    world.note(f"overrule {section} {value}")
    await world.ask(
        overrule(world.engine, requirement, section, value, REASON, "Mei canary-reason")
    )


async def move_on(world: World) -> None:
    if requirement := await any_requirement(world):
        states = [PoolState.IN_DEVELOPMENT, PoolState.DELIVERED, PoolState.PLANNED]
        state = world.dice.choice(states)
        world.note(f"advance {state}")
        await world.ask(advance(world.engine, requirement, state, REASON, "Mei"))


async def any_requirement(world: World) -> UUID | None:
    rows = await world.rows(
        "SELECT id FROM requirements WHERE merged_into IS NULL ORDER BY number"
    )
    return world.dice.choice(rows)["id"] if rows else None


async def requirement_of(world: World, source: str, issue: str) -> UUID | None:
    rows = await world.rows(
        "SELECT requirement_id FROM requirement_issues l"
        " JOIN issues i ON i.id = l.issue_id JOIN sources s ON s.id = i.source_id"
        " WHERE s.name = %s AND i.tracker_id = %s AND l.unlinked_at IS NULL",
        source,
        issue,
    )
    return rows[0]["requirement_id"] if rows else None


async def choose_release(world: World) -> None:
    """In the tracker: one of the plan's, one of their own, or none."""
    if chosen := pick(world):
        tracker, issue = chosen
        choices = [(), ("2026.12",), ("2027.02",), ("Sprint 7",)]
        several = [("Sprint 7", "2026.12")] if tracker.kind == "jira" else []
        releases = world.dice.choice([*choices, *several])
        tracker.edit(issue, releases=releases)
        world.note(f"release {issue} {', '.join(releases)}")


async def both_sides(world: World) -> None:
    if chosen := pick(world):
        tracker, issue = chosen
        if requirement := await requirement_of(world, tracker.source, issue):
            toggle_label(world, tracker, issue)
            await overruled(world, requirement, Section.SCOPE, "daily_change")
            world.happened[Fault.BOTH_SIDES] += 1


async def edit_between(world: World) -> None:
    """On the very issue that is going to be written to, just before it is."""
    tracker = pick_tracker(world)

    async def act(issue: str) -> None:
        if issue in tracker.standing():
            world.happened[Fault.EDIT_BETWEEN] += 1
            toggle_label(world, tracker, issue)
            status = world.dice.choice(sorted(WORKFLOWS[tracker.kind]))
            tracker.move_status(issue, status)

    tracker.meanwhile["apply"] = [act]


async def revoke_in_flight(world: World) -> None:
    chosen = pick(world)
    if chosen is None:
        return
    tracker, issue = chosen
    requirement = await requirement_of(world, tracker.source, issue)
    if requirement is None:
        return
    await overruled(world, requirement, Section.SCOPE, "daily_change")

    async def act(_issue: str) -> None:
        world.happened[Fault.REVOKED_IN_FLIGHT] += 1
        await overruled(world, requirement, Section.SCOPE, None)

    tracker.meanwhile["apply"] = [act]


async def change_rules(world: World) -> None:
    ruleset = RULESETS[world.dice.randrange(2)]
    world.happened[Fault.RULES_CHANGED] += 1
    world.note(f"activate {ruleset.name}")
    await world.ask(activate(world.engine, ruleset, "operator"))


async def move(world: World) -> None:
    tracker = world.trackers["globex"]
    if standing := tracker.standing():
        issue = world.dice.choice(standing)
        world.happened[Fault.MOVED] += 1
        world.note(f"move {issue} to {tracker.move(issue)}")


async def rename(world: World) -> None:
    tracker = world.trackers["acme"]
    if standing := tracker.standing():
        issue = world.dice.choice(standing)
        world.happened[Fault.RENAMED] += 1
        tracker.edit(issue, key=f"OPS-{tracker.number()}")
        world.note(f"rename {issue}")


async def delete(world: World) -> None:
    if chosen := pick(world):
        tracker, issue = chosen
        world.happened[Fault.DELETED] += 1
        tracker.delete(issue)
        world.note(f"delete {issue}")


async def restore(world: World) -> None:
    tracker = pick_tracker(world)
    if tracker.deleted:
        issue = world.dice.choice(sorted(tracker.deleted))
        world.happened[Fault.RESTORED] += 1
        tracker.restore(issue)
        world.note(f"restore {issue}")


async def remove_status(world: World) -> None:
    world.trackers["acme"].removed = {"In Review"}
    world.happened[Fault.STATUS_REMOVED] += 1
    world.note("status In Review removed")


async def remove_label(world: World) -> None:
    tracker = pick_tracker(world)
    held = {name for one in tracker.standing() for name in tracker.issues[one].labels}
    ours = sorted(name for name in held if name.startswith("pool-"))
    if not ours:
        return
    gone = world.dice.choice(ours)
    for issue in tracker.standing():
        if gone in tracker.issues[issue].labels:
            tracker.edit(issue, labels=tracker.issues[issue].labels - {gone})
    world.happened[Fault.LABEL_REMOVED] += 1
    world.note(f"label {gone} removed everywhere")


async def delete_our_comment(world: World) -> None:
    for tracker, issue in with_comment(world):
        comments = tracker.issues[issue].comments or ()
        tracker.lost_comments[issue] += len(tracker.ours(issue))
        tracker.edit(issue, comments=tuple(c for c in comments if not is_ours(c)))
        world.happened[Fault.COMMENT_DELETED] += 1
        world.note(f"our comment deleted {issue}")


async def edit_our_comment(world: World) -> None:
    for tracker, issue in with_comment(world):
        comments = tracker.issues[issue].comments or ()
        tracker.edit(
            issue,
            comments=tuple(
                replace(one, body=f"(seen) {one.body}") if is_ours(one) else one
                for one in comments
            ),
        )
        world.happened[Fault.COMMENT_EDITED] += 1
        world.note(f"our comment edited {issue}")


def with_comment(world: World) -> Sequence[tuple[ModelTracker, str]]:
    """One issue that has our comment; none when there is none."""
    found = [
        (tracker, issue)
        for tracker in world.trackers.values()
        for issue in tracker.standing()
        if tracker.ours(issue)
    ]
    return [world.dice.choice(found)] if found else []
