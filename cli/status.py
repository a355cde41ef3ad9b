"""``reqpool status``: how the sources are, what waits, what a person must look at."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from app.bootstrap import Application
from cli.opened import ConfigFile, load, run
from cli.show import JSON, print_json, print_table
from pool import attention, inbox, outbox, rulesets, sources

app = typer.Typer(add_completion=False)


@app.command()
def status(config: ConfigFile = None, as_json: Annotated[bool, JSON] = False) -> None:
    """Show when each source was last heard of, what waits, and what needs a person.

    Example: reqpool status --json
    """
    found = run(load(config), _look)
    if as_json:
        print_json(found)
    else:
        _print(found)


async def _look(application: Application) -> dict[str, Any]:
    async with application.engine.database.transaction() as connection:
        ruleset = await rulesets.find_active(connection)
        inbox_counts = await inbox.count_by_state(connection)
        outbox_counts = await outbox.count_by_state(connection)
        known = await sources.find_all(connection)
        concerns = await attention.find_open(connection)
    return {
        "ruleset": ruleset.name if ruleset else None,
        "unmapped": list(application.unmapped),
        "sources": [
            {
                "name": row.name,
                "kind": row.kind,
                "project": row.project,
                "last_webhook_at": row.last_webhook_at,
                "last_poll_at": row.last_poll_at,
                "paused_at": row.paused_at,
                "not_before": row.not_before,
                "last_error": row.last_error,
                "inbox": _of(row.name, inbox_counts),
                "outbox": _of(row.name, outbox_counts),
            }
            for row in known
        ],
        "attention": [
            {name: each[name] for name in ("code", "subject", "raised_at", "count")}
            for each in concerns
        ],
    }


def _of(source: str, counts: Mapping[tuple[str, str], int]) -> dict[str, int]:
    return {state: count for (name, state), count in counts.items() if name == source}


def _print(found: Mapping[str, Any]) -> None:
    typer.echo(f"ruleset: {found['ruleset'] or 'none is active'}")
    for name in found["unmapped"]:
        typer.secho(f"{name}: its project is not in the pool yet", fg="yellow")
    columns = ("source", "project", "last webhook", "last poll", "inbox", "outbox")
    rows = [
        (
            each["name"],
            each["project"],
            _moment(each["last_webhook_at"]),
            _moment(each["last_poll_at"]),
            _counts(each["inbox"]),
            _counts(each["outbox"]),
        )
        for each in found["sources"]
    ]
    print_table("", columns, rows)
    for each in found["attention"]:
        typer.echo(f"attention: {each['code']} {each['subject']} ({each['count']}×)")


def _moment(moment: Any) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC") if moment else "never"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
