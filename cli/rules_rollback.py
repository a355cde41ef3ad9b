"""``reqpool rules rollback``: go back to a ruleset that ran before."""

from typing import Annotated

import typer

from cli.opened import Actor, ConfigFile, load, run
from cli.rules_activate import OfProject, Why, no_project
from sync.draft import UnknownProject
from sync.rollback import NothingBefore
from sync.rollback import rollback as go_back

app = typer.Typer(add_completion=False)


@app.command()
def rollback(
    number: Annotated[
        int | None, typer.Argument(help="Of the history; else the one before.", min=1)
    ] = None,
    project: OfProject = "",
    reason: Why = "",
    config: ConfigFile = None,
    actor: Actor = "operator",
) -> None:
    """Activate an earlier ruleset again, as a new line of the history.

    What the ruleset that is left behind wanted to write, and nobody confirmed yet, is
    never written.

    Example: reqpool rules rollback

    reqpool rules rollback 3 --reason "Too many to review"
    """
    try:
        made = run(
            load(config),
            lambda opened: go_back(
                opened.engine, actor, number=number, project=project, reason=reason
            ),
        )
    except UnknownProject as error:
        raise no_project(error) from error
    except NothingBefore as error:
        message = "there is no such earlier ruleset: see reqpool rules history"
        raise typer.BadParameter(message) from error
    typer.echo(f"is active now (number {made})" if made else "was active already")
