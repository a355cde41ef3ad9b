"""``reqpool status``: how the sources are, what waits, what a person must look at."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer

from app.bootstrap import Application
from cli.opened import ConfigFile, load, run
from cli.show import JSON, print_json, print_table
from model.budgets import RateBudget
from pool.sources import SourceRow
from pool.status import SourceStatus, Status, find_status

app = typer.Typer(add_completion=False)

_COLUMNS = (
    "source",
    "project",
    "state",
    "last webhook",
    "last poll",
    "to read",
    "inbox",
    "outbox",
    "rate limit",
    "last error",
)


@app.command()
def status(config: ConfigFile = None, as_json: Annotated[bool, JSON] = False) -> None:
    """Show when each source was last heard of, what waits, and what needs a person.

    Example: reqpool status --json
    """
    unmapped, found, now = run(load(config), _look)
    if as_json:
        print_json({"unmapped": unmapped, **asdict(found)})
        return
    for name in unmapped:
        typer.secho(f"{name}: its project is not in the pool yet", fg="yellow")
    _print(found, now)


async def _look(application: Application) -> tuple[tuple[str, ...], Status, datetime]:
    engine = application.engine
    async with engine.database.transaction() as connection:
        return application.unmapped, await find_status(connection), engine.clock()


def _print(found: Status, now: datetime) -> None:
    ruleset = found.ruleset[:12] if found.ruleset else "none is active"
    typer.echo(f"ruleset: {ruleset}")
    print_table("", _COLUMNS, [_row(each, now) for each in found.sources])
    for one in found.clearings:
        told = f"dropped {one.dropped} that were settled before {one.before:%Y-%m-%d}"
        typer.echo(f"{one.what}: {told}; looked for {_moment(one.cleared_at)}")
    for each in found.attention:
        typer.echo(f"attention: {each.code} {each.subject} ({each.count}×)")
    if more := found.concerns - len(found.attention):
        typer.echo(f"attention: {more} more")


def _row(each: SourceStatus, now: datetime) -> tuple[object, ...]:
    row = each.source
    return (
        row.name,
        row.project,
        _state(row),
        _moment(row.last_webhook_at),
        _moment(row.last_poll_at),
        each.fetches,
        _counts(each.inbox),
        _counts(each.outbox),
        _budget(row, now),
        (row.last_error or {}).get("code", ""),
    )


def _state(row: SourceRow) -> str:
    if row.paused_at:
        because = f": {row.paused_reason}" if row.paused_reason else ""
        return f"paused by {row.paused_by}{because}"
    if row.stopped_at:
        return "a mass change waits"
    return f"down since {_moment(row.broken_at)}" if row.broken_at else ""


def _budget(row: SourceRow, now: datetime) -> str:
    """What is left of each limit, and what waits."""
    told = row.budget or RateBudget()
    limits = [
        f"{one.name} {_number(one.remaining)}/{_number(one.limit)}{_until(one.resets_at)}"
        for one in told.limits
    ]
    waits = [(one.scope or "all", one.until) for one in told.waits]
    waits += [("all", row.not_before)] if row.not_before else []
    waiting = {f"{scope} waits{_until(at)}" for scope, at in waits if at > now}
    return "; ".join(text.strip() for text in (*limits, *sorted(waiting)))


def _until(moment: datetime | None) -> str:
    return f" until {moment:%H:%M:%S} UTC" if moment else ""


def _number(number: int | None) -> str:
    return "–" if number is None else str(number)


def _moment(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC") if moment else "never"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
