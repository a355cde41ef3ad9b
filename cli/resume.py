"""``reqpool resume``: confirm a mass change."""

from typing import Annotated

import typer

from cli.opened import Actor, ConfigFile, load, run
from sync.resume import resume as let_out

app = typer.Typer(add_completion=False)


@app.command()
def resume(
    source: Annotated[str, typer.Argument(help="The source that asks; see status.")],
    reason: Annotated[str, typer.Option(help="Why; kept in the audit.")] = "",
    config: ConfigFile = None,
    actor: Actor = "operator",
) -> None:
    """Let out what a run wants to write to more issues than it may unasked.

    To have nothing of it written, go back: reqpool rules rollback.

    Example: reqpool resume acme-jira --by "Li Wei"
    """
    try:
        count = run(
            load(config), lambda opened: let_out(opened.engine, source, actor, reason)
        )
    except LookupError as error:
        message = f"nothing of {source!r} waits to be confirmed"
        raise typer.BadParameter(message) from error
    typer.echo(f"{source}: {count} issues are written to now")
