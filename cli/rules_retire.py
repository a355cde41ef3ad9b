"""``reqpool rules retire``: let the general ruleset decide for a project again."""

from typing import Annotated

import typer

from cli.opened import Actor, ConfigFile, load, run
from cli.rules_activate import Why, no_project
from sync.draft import UnknownProject
from sync.retire import retire as end_own

app = typer.Typer(add_completion=False)


@app.command()
def retire(
    project: Annotated[str, typer.Argument(help="The project's slug.")],
    reason: Why = "",
    config: ConfigFile = None,
    actor: Actor = "operator",
) -> None:
    """End a project's own ruleset; its issues are decided on by the general one.

    Example: reqpool rules retire acme-finance --reason "The exception has ended"
    """
    try:
        ended = run(
            load(config), lambda opened: end_own(opened.engine, project, actor, reason)
        )
    except UnknownProject as error:
        raise no_project(error) from error
    typer.echo("the general ruleset decides now" if ended else "it has none of its own")
