"""``reqpool backfill``: read a source from its beginning."""

from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.progress import TimeElapsedColumn as Elapsed

from app.bootstrap import Application
from cli.opened import ConfigFile, load, run
from cli.show import suggest_name
from sync.absorb import Absorbed
from sync.backfill import backfill as read_everything

app = typer.Typer(add_completion=False)


@app.command()
def backfill(
    source: Annotated[str, typer.Argument(help="The source's name.")],
    config: ConfigFile = None,
    restart: Annotated[
        bool, typer.Option(help="Look at every issue again, not only at what is new.")
    ] = False,
) -> None:
    """Read all issues of a source into the pool; an interrupted one goes on.

    Example: reqpool backfill acme-jira --restart
    """
    loaded = load(config)
    if source not in loaded.sources:
        hint = suggest_name(source, loaded.sources)
        message = f"no source {source!r}; {hint}"
        raise typer.BadParameter(message)

    async def read(application: Application) -> Absorbed | None:
        with _bar() as bar:
            task = bar.add_task(source, total=None)
            return await read_everything(
                application.engine,
                source,
                lambda done, total: bar.update(task, completed=done, total=total),
                restart=restart,
            )

    _print(source, run(loaded, read))


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, Elapsed())


def _print(source: str, done: Absorbed | None) -> None:
    if done is None:
        message = f"{source} was not read to its end; see: reqpool status"
        typer.secho(message, err=True, fg="red")
        raise typer.Exit(1)
    counts = f"{done.new} new, {done.changed} changed, {done.same} as before"
    typer.echo(
        f"{source}: {counts}, {done.failed} failed, {done.writes} writes to come"
    )
