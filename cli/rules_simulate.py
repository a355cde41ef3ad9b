"""``reqpool rules simulate``: what a ruleset would do to the pool, before it runs."""

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from app.bootstrap import Application
from app.rulesets import load_ruleset_file
from cli.opened import ConfigFile, load, run
from cli.show import JSON, print_json, print_table
from model.decisions import Section
from rules.ruleset import Ruleset
from rules.simulate import Simulation
from sync.draft import UnknownProject, find_bases, get_project_id
from sync.simulate import AlreadySimulating
from sync.simulate import simulate as simulate_on_pool

app = typer.Typer(add_completion=False)

_MOST_LINES = 20


@app.command()
def simulate(
    file: Annotated[Path, typer.Argument(help="The candidate, YAML.")],
    project: Annotated[
        str, typer.Option(help="As this project's own ruleset; else the general one.")
    ] = "",
    max_share: Annotated[
        float, typer.Option(min=0, max=1, help="Of issues that may flip, 0 to 1.")
    ] = 1.0,
    config: ConfigFile = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Decide on the whole pool under a candidate, and change nothing.

    Shows what flips from what to what, for which client, how many person-days move in
    and out of contract, how it agrees with people's overrides, which rules never match
    or overlap, and how many comments would change. Exit code 1 when a larger share of
    the issues flips than --max-share.

    Example: reqpool rules simulate new.yaml --max-share 0.05
    """

    async def work(opened: Application) -> Simulation:
        return await _simulate(opened, file, project)

    simulation = run(load(config), work)
    if as_json:
        print_json(as_plain(simulation))
    else:
        _print(simulation)
    raise typer.Exit(1 if simulation.share > max_share else 0)


async def _simulate(opened: Application, file: Path, slug: str) -> Simulation:
    engine = opened.engine
    try:
        async with engine.database.transaction() as connection:
            project = await get_project_id(connection, slug)
            bases = await find_bases(connection, project) if project else None
        candidate: Ruleset = load_ruleset_file(file, bases)
        with _bar() as bar:
            shown = bar.add_task(candidate.name, total=None)
            return await simulate_on_pool(
                engine.database,
                engine.clock,
                candidate,
                project=project,
                tell=lambda done, of: bar.update(shown, completed=done, total=of),
            )
    except UnknownProject as error:
        message = f"no project {slug!r} in the pool"
        raise typer.BadParameter(message) from error
    except AlreadySimulating as error:
        raise already_simulating() from error


def _bar() -> Progress:
    """On stderr and gone at the end, so that only the outcome is left."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


def already_simulating() -> typer.Exit:
    """Say that one has to wait."""
    typer.secho("another simulation is running; try again", err=True, fg="red")
    return typer.Exit(1)


def print_summary(simulation: Simulation) -> None:
    """How many verdicts would change, section by section."""
    whole, by_section = simulation.whole, Counter[Section]()
    for flip in simulation.flips:
        by_section[flip.section] += flip.issues
    told = ", ".join(f"{section} of {by_section[section]}" for section in Section)
    typer.echo(f"{whole.flipped} of {whole.issues} issues would flip: {told}")
    if simulation.comments:
        typer.echo(f"comments that would change: {simulation.comments}")


def as_plain(simulation: Simulation) -> dict[str, Any]:
    """For JSON; with the share."""
    return {"share": simulation.share, **asdict(simulation)}


def _print(simulation: Simulation) -> None:
    whole = simulation.whole
    typer.secho(f"{simulation.ruleset} ({simulation.fingerprint[:12]})", bold=True)
    typer.echo(
        f"{whole.flipped} of {whole.issues} issues flip ({simulation.share:.1%})\n"
        f"person-days into contract {whole.days_in:g}, out of it {whole.days_out:g}"
        f" ({whole.without_estimate} issues without estimate)\n"
        f"comments that would change: {simulation.comments}"
    )
    for section, each in simulation.agreement.items():
        typer.echo(
            f"overrides of {section} that the rules agree with:"
            f" {each.before} → {each.after} of {each.overrides}"
        )
    _print_flips(simulation)
    _print_clients(simulation)
    _print_trains(simulation)
    for rule in simulation.unmatched:
        typer.secho(f"never matches: {rule.section} {rule.rule}", fg="yellow", nl=False)
        typer.echo(f"  ({rule.place})")
    for pair in simulation.overlaps[:_MOST_LINES]:
        said = f"{pair.section} {pair.first} goes before {pair.second}"
        typer.echo(f"overlap: {said} on {pair.issues} issues")


def _print_flips(simulation: Simulation) -> None:
    rows = [
        (
            flip.section,
            flip.before or "–",
            flip.after or "–",
            flip.rule,
            flip.issues,
            ", ".join(flip.samples),
        )
        for flip in simulation.flips[:_MOST_LINES]
    ]
    if rows:
        columns = ("section", "before", "after", "rule", "issues", "such as")
        print_table("", columns, rows)


def _print_clients(simulation: Simulation) -> None:
    rows = [
        (slug, shift.issues, shift.flipped, f"{shift.days_in:g}", f"{shift.days_out:g}")
        for slug, shift in list(simulation.clients.items())[:_MOST_LINES]
        if shift.flipped
    ]
    if rows:
        print_table("", ("client", "issues", "flipped", "days in", "days out"), rows)


def _print_trains(simulation: Simulation) -> None:
    rows = [
        (
            slug,
            it.issues_in,
            f"{it.days_in:g}",
            it.issues_out,
            f"{it.days_out:g}",
            it.beyond,
        )
        for slug, it in simulation.trains.items()
    ]
    if rows:
        columns = ("train", "come", "days", "go", "days", "without room")
        print_table("", columns, rows)
