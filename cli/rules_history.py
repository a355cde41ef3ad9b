"""``reqpool rules history``: which rulesets ran, and when."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from app.bootstrap import Application
from cli.opened import ConfigFile, load, run
from cli.show import JSON, print_json, print_table
from pool import rulesets

app = typer.Typer(add_completion=False)

_COLUMNS = (
    "number",
    "name",
    "fingerprint",
    "activated_at",
    "activated_by",
    "deactivated_at",
)


@app.command()
def history(config: ConfigFile = None, as_json: Annotated[bool, JSON] = False) -> None:
    """List every activation, the latest first.

    Example: reqpool rules history
    """
    rows = run(load(config), _find)
    if as_json:
        print_json([dict(row) for row in rows])
    else:
        shown = [[_short(row[name]) for name in _COLUMNS] for row in rows]
        print_table("", [name.replace("_", " ") for name in _COLUMNS], shown)


async def _find(application: Application) -> Sequence[Mapping[str, Any]]:
    async with application.engine.database.transaction() as connection:
        return await rulesets.find_history(connection)


def _short(value: Any) -> str:
    text = "" if value is None else str(value)
    return text[:12] if len(text) == 64 else text[:19]  # noqa: PLR2004 - hash, moment
