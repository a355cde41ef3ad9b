"""``reqpool raise``: raise a requirement in another tracker."""

from pathlib import Path
from typing import Annotated

import typer

from app.bootstrap import Application
from cli.opened import Actor, ConfigFile, load, run
from pool import requirements
from sync.fan_out import Errand, fan_out

app = typer.Typer(add_completion=False)


@app.command()
def raise_issue(  # noqa: PLR0917 - the options of a command
    number: Annotated[int, typer.Argument(help="The requirement's number.")],
    source: Annotated[str, typer.Argument(help="Where: a source's name; see status.")],
    title: Annotated[str, typer.Option(help="One line, in that client's words.")],
    reason: Annotated[str, typer.Option(help="Why; kept in the audit.")],
    text: Annotated[
        Path | None, typer.Option(help="A file with the description, Markdown.")
    ] = None,
    place: Annotated[
        str, typer.Option(help="Project key, path or repository; else its first.")
    ] = "",
    issue_type: Annotated[
        str, typer.Option("--type", help="The tracker's name of it; else its first.")
    ] = "",
    config: ConfigFile = None,
    actor: Actor = "operator",
) -> None:
    """Make an issue in a source, once; it belongs to the requirement.

    Nothing of other clients' issues is taken over: the words are yours.

    Example: reqpool raise 42 huaxin-gitlab --title "New invoice format"
    --text invoice.md --reason "regulation of 2027" --by "Li Wei"
    """
    words = text.read_text("utf-8") if text else ""
    errand = Errand(source, title, words, place, issue_type)

    async def act(opened: Application) -> None:
        async with opened.engine.database.transaction() as connection:
            found = await requirements.find_id(connection, number)
        if found is None:
            raise LookupError(number)
        await fan_out(opened.engine, found, errand, reason, actor)

    try:
        run(load(config), act)
    except (LookupError, ValueError) as error:
        missing = isinstance(error, LookupError)
        said = f"there is no {error} in the pool" if missing else str(error)
        raise typer.BadParameter(said) from error
    typer.echo(
        f"requirement {number} will be raised in {source} with its next delivery"
    )
