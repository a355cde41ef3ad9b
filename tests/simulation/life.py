"""A seed's story: what is on, and one stimulus after the other; each stands alone.

Every stimulus draws from dice of its own, thrown anew by its place in the story, so that
leaving some out changes nothing in the others: that is what makes a story shrink.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from random import Random

from tests.simulation import machine, operators, people
from tests.simulation.faults import OF_A_REQUEST, OF_A_STATEMENT, Fault
from tests.simulation.world import World

Act = Callable[[World], Awaitable[None]]

_ALWAYS: list[tuple[int, Act]] = [
    (8, people.create),
    (5, people.edit_title),
    (4, people.change_priority),
    (4, people.label),
    (4, people.drag),
    (2, people.comment),
    (4, people.command),
    (1, people.edit_command),
    (4, people.pin),
    (4, people.move_on),
    (16, machine.hook_arrives),
    (14, machine.engine_works),
    (8, machine.engine_settles),
    (9, machine.time_passes),
]

_WHEN_ON: dict[Fault, tuple[int, Act]] = {
    Fault.DUPLICATE: (2, machine.duplicate),
    Fault.DUPLICATE_NEW_ID: (2, machine.duplicate_with_new_id),
    Fault.DROPPED: (3, machine.drop),
    Fault.DELAYED: (2, machine.delay),
    Fault.FORGED: (1, machine.forge),
    Fault.REPLAYED: (2, machine.replay),
    Fault.FOREIGN_SECRET: (1, machine.use_foreign_secret),
    Fault.HIDDEN: (2, machine.hide),
    Fault.STALE_SEARCH: (2, machine.search_lags),
    Fault.SHIFTING_PAGES: (2, machine.shift_pages),
    Fault.OUTAGE: (2, machine.outage),
    Fault.REVOKED: (2, machine.revoke_token),
    Fault.SKEW: (1, machine.skew),
    Fault.CLOCK_BACK: (2, machine.clock_back),
    Fault.KILL: (8, machine.kill),
    Fault.KILL_AT_COMMIT: (6, machine.kill_at_commit),
    Fault.ZOMBIE: (4, machine.fall_asleep),
    Fault.FAILOVER: (1, machine.failover),
    Fault.OLDER_BACKUP: (2, machine.backup),
    Fault.EDIT_BETWEEN: (4, people.edit_between),
    Fault.BOTH_SIDES: (3, people.both_sides),
    Fault.MOVED: (2, people.move),
    Fault.RENAMED: (2, people.rename),
    Fault.DELETED: (2, people.delete),
    Fault.RESTORED: (2, people.restore),
    Fault.STATUS_REMOVED: (1, people.remove_status),
    Fault.LABEL_REMOVED: (1, people.remove_label),
    Fault.COMMENT_EDITED: (2, people.edit_our_comment),
    Fault.COMMENT_DELETED: (2, people.delete_our_comment),
    Fault.RULES_CHANGED: (2, people.change_rules),
    Fault.REVOKED_IN_FLIGHT: (3, people.revoke_in_flight),
}

_OPERATED: list[tuple[int, Act]] = [
    (2, operators.pause_or_resume),
    (3, operators.replay_a_write),
    (1, operators.discard_a_write),
    (1, operators.replay_a_delivery),
    (1, operators.discard_a_delivery),
    (2, operators.compare),
    (1, operators.go_back),
    (3, people.choose_release),
]
"""What operators do, in one of five stories: there is less room for the rest in them."""

_KEPT_ONLY = 0
"""Never drawn: it takes half a day of the story's time; stories that are kept tell it."""

_WHEN_ANY: list[tuple[frozenset[Fault], int, Act]] = [
    (OF_A_REQUEST | {Fault.STALE_SEARCH}, 6, machine.weather),
    (OF_A_STATEMENT, 6, machine.database_fails),
    (frozenset({Fault.EDIT_BETWEEN}), 3, machine.news_while_reading),
    (frozenset({Fault.RESTORED}), 1, machine.bury_and_restore),
    (frozenset({Fault.ZOMBIE}), 3, machine.awake),
    (frozenset({Fault.CONFLICT}), _KEPT_ONLY, machine.wear_out),
]

_LOSES_HOOKS = frozenset({Fault.DROPPED, Fault.OUTAGE, Fault.OLDER_BACKUP})


_TURNS, _OFTEN = 6, 3


@dataclass(frozen=True)
class Stimulus:
    """One step: which act, and at which place of the story it was drawn."""

    place: int
    name: str

    def __str__(self) -> str:
        return f"{self.place}:{self.name}"


@dataclass(frozen=True)
class Story:
    """Everything that a run is made of.

    ``hooks`` and ``polls`` say which of the two ways news may come: one is enough.
    """

    seed: int
    on: frozenset[Fault]
    hooks: bool
    polls: bool
    stimuli: tuple[Stimulus, ...]

    def __str__(self) -> str:
        """One line, as ``seeds.txt`` holds it."""
        ways = ["hooks"] * self.hooks + ["polls"] * self.polls
        on = ",".join(sorted(one.name for one in self.on))
        told = " ".join(map(str, self.stimuli))
        return f"{self.seed} {'+'.join(ways)} {on or '-'} {told}"

    @classmethod
    def parse(cls, line: str) -> "Story":
        """The line of a story."""
        seed, ways, on, *told = line.split()
        stimuli = [one.split(":") for one in told]
        return cls(
            seed=int(seed),
            on=frozenset(Fault[one] for one in on.split(",") if one != "-"),
            hooks="hooks" in ways,
            polls="polls" in ways,
            stimuli=tuple(Stimulus(int(place), name) for place, name in stimuli),
        )


def draw(seed: int, steps: int) -> Story:
    """A story of a seed; the same seed and steps, the same story."""
    dice = Random(f"story {seed}")
    hooks, polls = [(True, True), (False, True), (True, False)][seed % 3]
    on = _switch_on(dice, seed)
    if not polls:
        on -= _LOSES_HOOKS
    acts = _acts(on, _in_turn(seed), _OPERATED if seed % 5 == 4 else ())
    weights = [weight for weight, _ in acts.values()]
    chosen = dice.choices(list(acts), weights, k=steps)
    stimuli = tuple(Stimulus(place, name) for place, name in enumerate(chosen))
    return Story(seed, on, hooks, polls, stimuli)


def _switch_on(dice: Random, seed: int) -> frozenset[Fault]:
    """Some of the list, not all: rare ways need calm around them."""
    share = dice.choice([0.2, 0.4, 0.6])
    drawn = {one for one in Fault if dice.random() < share}
    return frozenset(drawn | _in_turn(seed))


def _in_turn(seed: int) -> frozenset[Fault]:
    """One in six always is on, and often, so that few seeds leave none out."""
    return frozenset(
        one for place, one in enumerate(Fault) if place % _TURNS == seed % _TURNS
    )


def _acts(
    on: frozenset[Fault],
    often: frozenset[Fault] = frozenset(),
    more: Sequence[tuple[int, Act]] = (),
) -> dict[str, tuple[int, Act]]:
    """By name, what may happen, and how often."""
    weighed = [
        *_ALWAYS,
        *more,
        *((weight, act) for faults, weight, act in _WHEN_ANY if faults & on),
        *(
            (weight * (_OFTEN if fault in often else 1), act)
            for fault, (weight, act) in _WHEN_ON.items()
            if fault in on
        ),
    ]
    return {act.__name__: (weight, act) for weight, act in weighed}


_EVERY = _acts(frozenset(Fault), more=_OPERATED)


async def tell(world: World, story: Story, stimulus: Stimulus) -> None:
    """One step of a story."""
    world.reseed(f"{story.seed} {stimulus.place}")
    _, act = _EVERY[stimulus.name]
    await act(world)
