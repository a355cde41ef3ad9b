"""``reqpool pause``: let a source rest."""

from typing import Annotated

import typer

from cli.opened import Actor, ConfigFile, load, run
from sync.pause import pause as let_rest

app = typer.Typer(add_completion=False)


@app.command()
def pause(
    source: Annotated[str, typer.Argument(help="The source's name; see status.")],
    reason: Annotated[str, typer.Option(help="Why; shown on the health page.")] = "",
    config: ConfigFile = None,
    actor: Actor = "operator",
) -> None:
    """Neither poll nor read nor write a source, until it is resumed.

    Its webhooks are still accepted and kept. Everything is caught up on afterwards.

    Example: reqpool pause acme-jira --reason "their Jira is being upgraded"
    """
    try:
        run(load(config), lambda opened: let_rest(opened.engine, source, actor, reason))
    except LookupError as error:
        message = f"there is no source {source!r} in the pool; see: reqpool status"
        raise typer.BadParameter(message) from error
    typer.echo(f"{source} is paused; to go on: reqpool resume {source}")
