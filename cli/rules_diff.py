"""``reqpool rules diff``: how two rulesets differ."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from app.bootstrap import Application
from app.rulesets import load_ruleset_file
from cli.opened import ConfigFile, load, run
from cli.show import JSON, print_json
from pool import rulesets
from pool.database import Connection
from pool.rulesets import Activation
from rules.ruleset import Ruleset
from rules.ruleset_diff import (
    DiffLine,
    Edit,
    FileDiff,
    How,
    compare_rulesets,
    diff_texts,
)
from sync.draft import UnknownProject, find_bases, get_project_id
from sync.sitting import load_stored

app = typer.Typer(add_completion=False)

_COLORS = {
    How.ADDED: "green",
    How.REMOVED: "red",
    How.CHANGED: "yellow",
    How.MOVED: "cyan",
}
_SIGNS = {"+": "green", "-": "red", "@": "bright_black"}


@app.command()
def diff(
    before: Annotated[
        str, typer.Argument(help="A number of the history, or a file.")
    ] = "",
    after: Annotated[
        str, typer.Argument(help="The same; left out, what is active.")
    ] = "",
    project: Annotated[
        str, typer.Option(help="Whose active ruleset; else the general one.")
    ] = "",
    config: ConfigFile = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Show which rules two rulesets treat differently, and every line that differs.

    With one file: from what is active to the file. With one number: from that
    activation to what is active. Exit code 1 when they differ.

    Example: reqpool rules diff vendor.yaml

    reqpool rules diff 3 5
    """

    async def work(opened: Application) -> tuple[Ruleset, Ruleset]:
        async with opened.engine.database.transaction() as connection:
            names = _in_order(before, after)
            first, second = [await _get(connection, it, project) for it in names]
            return first, second

    old, new = run(load(config), work)
    edits, files = compare_rulesets(old, new), diff_texts(old.texts, new.texts)
    if as_json:
        print_json({"rules": edits, "files": files})
    else:
        print_edits(edits)
        for each in files:
            _print_file(each)
    raise typer.Exit(1 if files else 0)


def _in_order(before: str, after: str) -> tuple[str, str]:
    """A single file is what may come, a single number what has been."""
    is_file = bool(before) and not before.isdigit()
    return ("", before) if is_file and not after else (before, after)


async def _get(connection: Connection, name: str, project: str) -> Ruleset:
    try:
        identity = await get_project_id(connection, project)
    except UnknownProject as error:
        message = f"no project {project!r} in the pool"
        raise typer.BadParameter(message) from error
    if name and not name.isdigit():
        known = await find_bases(connection, identity) if identity else None
        return load_ruleset_file(Path(name), known)
    found = (
        await rulesets.find_number(connection, int(name))
        if name
        else await rulesets.find_active(connection, identity)
    )
    return _load(found, name)


def _load(found: Activation | None, name: str) -> Ruleset:
    if found is None:
        message = f"there is no number {name}" if name else "no ruleset is active"
        raise typer.BadParameter(message)
    try:
        return load_stored(found)
    except ValueError as error:
        message = f"number {found.number} cannot be loaded any more: {error}"
        raise typer.BadParameter(message) from error


def print_edits(edits: Sequence[Edit]) -> None:
    """One line a rule that differs."""
    for edit in edits:
        typer.secho(f"{edit.how:<8}", fg=_COLORS[edit.how], nl=False)
        place = f"  ({edit.place})" if edit.place else ""
        typer.echo(f" {edit.part} {edit.rule}".rstrip() + place)


def _print_file(found: FileDiff) -> None:
    typer.secho(f"--- {found.file}", bold=True)
    for line in found.lines:
        typer.secho(_shown(line), fg=_SIGNS.get(line.sign))


def _shown(line: DiffLine) -> str:
    return "…" if line.sign == "@" else f"{line.sign} {line.text}"
