"""``reqpool rules history``: which rulesets ran, and when."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import typer

from app.bootstrap import Application
from cli.opened import ConfigFile, load, run
from cli.show import JSON, print_json, print_table
from pool import rulesets, runs
from pool.rulesets import HistoryRow
from pool.runs import RunProgress

app = typer.Typer(add_completion=False)

_COLUMNS = ("number", "project", "name", "fingerprint", "from", "until", "by", "reason")


@app.command()
def history(config: ConfigFile = None, as_json: Annotated[bool, JSON] = False) -> None:
    """List every activation, the latest first, and how far the last one has come.

    Example: reqpool rules history
    """
    rows, progress = run(load(config), _find)
    if as_json:
        print_json(rows)
        return
    print_table("", _COLUMNS, [_cells(row) for row in rows])
    if progress.left:
        typer.echo(f"decided again: {progress.done} of {progress.total} issues")


async def _find(application: Application) -> tuple[Sequence[HistoryRow], RunProgress]:
    async with application.engine.database.transaction() as connection:
        progress = await runs.find_progress(connection)
        return await rulesets.find_history(connection), progress


def _cells(row: HistoryRow) -> tuple[object, ...]:
    return (
        row.number,
        row.project,
        row.name,
        row.fingerprint[:12],
        _moment(row.activated_at),
        _moment(row.deactivated_at),
        row.activated_by,
        row.reason,
    )


def _moment(at: datetime | None) -> str:
    return at.strftime("%Y-%m-%d %H:%M UTC") if at else ""
