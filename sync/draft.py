"""A ruleset that somebody wants to run: loaded over its bases, and examined."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from model.errors import Problem
from model.phrase import Phrase
from model.trackers import Trackers
from pool import projects, rulesets
from pool.database import Connection
from pool.rulesets import Activation
from rules.load_ruleset import LoadBase, load_ruleset
from rules.ruleset import Ruleset
from rules.run_examples import ExampleResult, run_examples
from sync.shipped import find_shipped

DRAFT = "draft"
"""What problems name as the file of a text that has none."""


class UnknownProject(LookupError):  # noqa: N818 - says what is wrong with the input
    """There is no project of this slug."""


@dataclass(frozen=True, slots=True)
class Follower:
    """A project's own ruleset, laid over the general one that it extends."""

    before: Activation
    ruleset: Ruleset


@dataclass(frozen=True, slots=True)
class Examined:
    """A draft, and everything that stands against activating it.

    Attributes:
        ruleset: None when it cannot be loaded.
        examples: how its own examples came out.
        followers: projects' rulesets that extend it, and change with it.
    """

    ruleset: Ruleset | None
    problems: Sequence[Problem]
    examples: Sequence[ExampleResult] = ()
    followers: Sequence[Follower] = ()


async def get_project_id(connection: Connection, slug: str) -> UUID | None:
    """The id of a project; None for the empty slug: the general ruleset's.

    Raises:
        UnknownProject: there is none.
    """
    if not slug:
        return None
    found = await projects.find_id(connection, slug)
    if found is None:
        raise UnknownProject(slug)
    return found


async def find_bases(connection: Connection, project: UUID | None) -> LoadBase:
    """The texts that a draft can extend: what runs, or else what is shipped.

    A project's ruleset builds on the general one that runs, never on a file of that
    name which somebody has on one host.
    """
    general = await rulesets.find_active(connection)
    known = _texts_of(general, project)
    own = await rulesets.find_active(connection, project) if project else None
    kept = own.bases if own else {}

    def load_base(name: str) -> str:
        found = known.get(name) or kept.get(name) or find_shipped(name)
        if found is None:
            raise KeyError(name)
        return found

    return load_base


def _texts_of(general: Activation | None, project: UUID | None) -> Mapping[str, str]:
    if general is None:
        return {}
    return general.files if project else general.bases


async def examine_text(
    connection: Connection,
    text: str,
    project: UUID | None,
    trackers: Trackers | None = None,
) -> Examined:
    """Load a text over the bases in the pool, for these trackers, and examine it."""
    load_base = await find_bases(connection, project)
    # a hostile text takes a second to refuse, and others wait for the event loop
    ruleset, problems = await asyncio.to_thread(
        load_ruleset, text, file=DRAFT, load_base=load_base, trackers=trackers
    )
    if ruleset is None:
        return Examined(None, problems)
    return await examine(connection, ruleset, project, trackers)


async def examine(
    connection: Connection,
    ruleset: Ruleset,
    project: UUID | None,
    trackers: Trackers | None = None,
) -> Examined:
    """Find what stands against activating a ruleset that is sound by itself.

    An example of its own fails, a project's ruleset that extends it would break, or
    there is no general ruleset that decides elsewhere.
    """
    examples = run_examples(ruleset)
    problems = [*_failed(examples), *await _miss_general(connection, project)]
    followers: list[Follower] = []
    for own in () if project else await rulesets.find_all_own(connection):
        if ruleset.name in own.bases:
            laid, found = _lay_over(own, ruleset, trackers)
            followers += [Follower(own, laid)] if laid else []
            problems += found or _failed(run_examples(laid) if laid else ())
    return Examined(ruleset, problems, examples, followers)


def _failed(examples: Sequence[ExampleResult]) -> Iterator[Problem]:
    for result in examples:
        if not result.passed:
            file, _, line = result.place.rpartition(":")
            said = Phrase(
                "example {example}: {why}", example=result.example, why=result.why
            )
            hint = "mend the rules, or what the example expects"
            yield Problem("E_EXAMPLE", said, file, int(line), 1, hint)


async def _miss_general(
    connection: Connection, project: UUID | None
) -> Sequence[Problem]:
    if project is None or await rulesets.find_active_fingerprint(connection):
        return ()
    said = "no general ruleset is active"
    return [Problem("E_REF", said, hint="activate one without a project first")]


def _lay_over(
    own: Activation, base: Ruleset, trackers: Trackers | None
) -> tuple[Ruleset | None, list[Problem]]:
    texts = {**own.bases, **base.texts}
    return load_ruleset(
        own.text, file=own.main, load_base=texts.__getitem__, trackers=trackers
    )
