"""``reqpool resume``: let a source go on that waits for a person."""

from typing import Annotated

import typer

from cli.opened import Actor, ConfigFile, load, run
from sync.resume import Resumed
from sync.resume import resume as let_go_on

app = typer.Typer(add_completion=False)


@app.command()
def resume(
    source: Annotated[str, typer.Argument(help="The source that waits; see status.")],
    reason: Annotated[str, typer.Option(help="Why; kept in the audit.")] = "",
    config: ConfigFile = None,
    actor: Actor = "operator",
) -> None:
    """End a source's pause, or confirm the mass change that it waits with.

    A mass change is what a run wants to write to more issues than it may unasked. To
    have nothing of it written, go back: reqpool rules rollback. A source that is paused
    as well has to be resumed twice.

    Example: reqpool resume acme-jira --by "Li Wei"
    """
    try:
        done = run(
            load(config), lambda opened: let_go_on(opened.engine, source, actor, reason)
        )
    except LookupError as error:
        message = f"{source!r} is not paused, and nothing of it waits to be confirmed"
        raise typer.BadParameter(message) from error
    _tell(source, done)


def _tell(source: str, done: Resumed) -> None:
    if not done.was_paused:
        typer.echo(f"{source}: {done.issues} issues are written to now")
        return
    typer.echo(f"{source} is no longer paused, and catches up")
    if done.waits:
        typer.echo(f"a mass change still waits; to confirm it: reqpool resume {source}")
