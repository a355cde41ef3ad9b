"""``reqpool rules activate``: make a ruleset the one that runs."""

from pathlib import Path
from typing import Annotated

import typer

from app.bootstrap import Application
from app.rulesets import load_ruleset_file
from cli.opened import Actor, ConfigFile, load, run
from cli.rules_diff import print_edits
from cli.rules_simulate import already_simulating, print_summary
from model.errors import RulesetError
from pool import rulesets
from pool.rulesets import Activation
from rules.ruleset import Ruleset
from rules.ruleset_diff import compare_rulesets
from sync.activate import activate as make_active
from sync.draft import UnknownProject, examine, find_bases, get_project_id
from sync.simulate import AlreadySimulating, simulate
from sync.sitting import load_stored

app = typer.Typer(add_completion=False)

OfProject = Annotated[
    str,
    typer.Option("--project", help="A project's own ruleset; else the general one."),
]
Why = Annotated[str, typer.Option("--reason", help="Why; kept in the history.")]


@app.command()
def activate(
    file: Annotated[
        Path, typer.Argument(help="The ruleset, YAML; or a shipped one: vendor-en.")
    ],
    project: OfProject = "",
    reason: Why = "",
    config: ConfigFile = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    actor: Actor = "operator",
) -> None:
    """Store a ruleset and let it run on every host; its examples must pass first.

    Says which rules differ and how many verdicts would, section by section, and asks
    if any would. Then the pool is decided on again in the background; what people
    overrode stays. A project's own ruleset decides for that project's issues instead of
    the general one, which it normally extends; activating the general one takes along
    those that do.

    Example: reqpool rules activate vendor.yaml --by "Li Wei" --reason "Small wishes"

    reqpool rules activate acme.yaml --project acme-finance
    """

    async def work(opened: Application) -> tuple[Ruleset, int]:
        ruleset, before = await _load(opened, file, project)
        if before is None or before.fingerprint != ruleset.fingerprint:
            flipped = await _preview(opened, ruleset, before, project)
            if flipped and not yes:
                typer.confirm("Activate it?", abort=True)
        number = await make_active(
            opened.engine, ruleset, actor, reason=reason, project=project
        )
        return ruleset, number

    try:
        ruleset, number = run(load(config), work)
    except UnknownProject as error:
        raise no_project(error) from error
    except AlreadySimulating as error:
        raise already_simulating() from error
    state = f"is active now (number {number})" if number else "was active already"
    typer.echo(f"{ruleset.name} ({ruleset.fingerprint[:12]}) {state}")


async def _preview(
    opened: Application, ruleset: Ruleset, before: Activation | None, slug: str
) -> int:
    """Show what activating would change; answers how many issues would flip.

    Raises:
        RulesetError: it cannot be activated.
    """
    engine = opened.engine
    async with engine.database.transaction() as connection:
        project = await get_project_id(connection, slug)
        examined = await examine(connection, ruleset, project, engine.trackers)
    if examined.problems:
        raise RulesetError(examined.problems)
    if before:
        print_edits(compare_rulesets(load_stored(before), ruleset))
    found = await simulate(engine.database, engine.clock, ruleset, project=project)
    print_summary(found)
    return found.whole.flipped


async def _load(
    opened: Application, file: Path, project: str
) -> tuple[Ruleset, Activation | None]:
    """A project's builds on the general one that runs, not on a file beside it."""
    async with opened.engine.database.transaction() as connection:
        identity = await get_project_id(connection, project)
        known = await find_bases(connection, identity) if identity else None
        before = await rulesets.find_active(connection, identity)
    return load_ruleset_file(file, known), before


def no_project(error: UnknownProject) -> typer.BadParameter:
    """Say that there is no project of a slug."""
    return typer.BadParameter(f"no project {str(error)!r} in the pool")
