"""``reqpool apply``: clients, contracts, projects and releases from a file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from app.bootstrap import Application
from app.catalogue import CatalogueFile, apply_catalogue, load_catalogue
from cli.opened import Actor, ConfigFile, load, run
from cli.show import print_table
from model.catalogue import Edit, compare
from pool import catalogue
from sync.register import register

app = typer.Typer(add_completion=False)


@app.command()
def apply(
    file: Annotated[Path, typer.Argument(help="The catalogue, YAML.")],
    config: ConfigFile = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    actor: Actor = "operator",
) -> None:
    """Bring the pool's clients, contracts, projects and releases to what a file says.

    Shows the difference first, and asks. What the file does not name stays; applying
    twice changes nothing. Every issue is decided on again afterwards.

    Example: reqpool apply catalogue.yaml
    """
    run(load(config), lambda application: _apply(application, file, actor, yes=yes))


async def _apply(
    application: Application, path: Path, actor: str, *, yes: bool
) -> None:
    engine = application.engine
    async with engine.database.transaction() as connection:
        current = await catalogue.load(connection)
    file = load_catalogue(path, current)
    edits = compare(current, file.catalogue)
    if not edits:
        typer.echo("nothing to change")
        return
    _print_edits(edits)
    if not yes:
        typer.confirm(f"Make these {len(edits)} changes?", abort=True)
    await _write(application, file, actor)


async def _write(application: Application, file: CatalogueFile, actor: str) -> None:
    engine = application.engine
    edits = await apply_catalogue(
        engine.database, file, ids=engine.ids, clock=engine.clock, actor=actor
    )
    for name in await register(engine):
        typer.secho(
            f"{name}: its project is not in the pool yet", err=True, fg="yellow"
        )
    await engine.wake("tick", "")
    typer.echo(f"{len(edits)} changed")


def _print_edits(edits: Sequence[Edit]) -> None:
    rows = [
        (edit.section, edit.name, edit.field, _short(edit.before), _short(edit.after))
        for edit in edits
    ]
    print_table("Changes", ("in", "name", "what", "before", "after"), rows)


def _short(value: str | None) -> str:
    text = value or ""
    return text if len(text) <= 60 else f"{text[:59]}…"  # noqa: PLR2004 - fits a table
