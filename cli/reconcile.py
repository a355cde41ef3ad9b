"""``reqpool reconcile``: compare the pool with a tracker, and put right what can be."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from app.bootstrap import Application
from cli.opened import Actor, ConfigFile, load, run
from cli.show import JSON, print_json, print_table, suggest_name
from pool import reconciliations, sources
from pool.reconciliations import Reconciliation
from sync.reconcile import reconcile as compare

app = typer.Typer(add_completion=False)

_COLUMNS = ("what", "differs", "repaired", "for example", "pool", "tracker")


@app.command()
def reconcile(
    source: Annotated[str, typer.Argument(help="The source's name; see status.")],
    *,
    repair: Annotated[
        bool, typer.Option(help="Absorb again what is theirs, write what is ours.")
    ] = False,
    since: Annotated[
        datetime | None,
        typer.Option(help="Leave out issues that changed before, in UTC."),
    ] = None,
    restart: Annotated[
        bool, typer.Option(help="Do not go on with an interrupted one.")
    ] = False,
    config: ConfigFile = None,
    as_json: Annotated[bool, JSON] = False,
    actor: Actor = "operator",
) -> None:
    """Compare every field, comment and link, and our labels and comment, with a tracker.

    Exits 1 when differences remain. One that was interrupted is gone on with when the
    command is given again; it keeps to the source's rate limit. What changed since the
    last poll is no difference.

    Example: reqpool reconcile acme-jira --repair --since 2026-11-01
    """
    loaded = load(config)
    if source not in loaded.sources:
        message = f"no source {source!r}; {suggest_name(source, loaded.sources)}"
        raise typer.BadParameter(message)

    async def go(opened: Application) -> Reconciliation:
        if restart:
            await _drop_open(opened, source)
        since_at = since.replace(tzinfo=UTC) if since else None
        return await compare(
            opened.engine, source, actor, repair=repair, since=since_at
        )

    try:
        done = run(loaded, go)
    except LookupError as error:
        message = f"the project of {source!r} is not in the pool yet"
        raise typer.BadParameter(message) from error
    if as_json:
        print_json({**asdict(done), "remaining": done.remaining})
    else:
        _print(source, done)
    if done.remaining or done.ended_at is None:
        raise typer.Exit(1)


async def _drop_open(opened: Application, name: str) -> None:
    engine = opened.engine
    async with engine.database.transaction() as connection:
        row = await sources.find(connection, name)
        if row is not None:
            await reconciliations.drop_open(connection, row.id, engine.clock())


def _print(source: str, done: Reconciliation) -> None:
    if done.found:
        print_table("", _COLUMNS, list(_rows(done)))
    typer.echo(
        f"{source}: {done.compared} issues compared, {done.remaining} differences remain,"
        f" {done.underway} issues changed since the last poll"
    )
    if done.ended_at is None:
        message = "interrupted; give the same command again to go on, and see: status"
        typer.secho(message, err=True, fg="yellow")


def _rows(done: Reconciliation) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for kind, tally in sorted(done.found.items()):
        counts: tuple[object, ...] = (kind, tally.count, tally.repaired)
        for example in tally.examples:
            rows.append((*counts, example.issue, example.pool, example.tracker))
            counts = ("", "", "")
    return rows
