"""What the commands that look at webhooks share: which sources, and how it is told."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer

from app.bootstrap import Application
from app.config import Config
from cli.opened import run
from cli.show import print_json, print_table, suggest_name
from connectors.base import WebhookForm
from model.errors import ConfigError, Problem
from model.findings import Finding
from sync.hook import Deed, Hooked, Outcome, hook

Sources = Annotated[
    list[str] | None, typer.Argument(help="Configured sources; all without.")
]

_COLUMNS = ("source", "place", "webhook", "state", "sends to", "events", "remarks")


def do(config: Config, deed: Deed, names: Sequence[str]) -> list[Hooked]:
    """Do it for the named sources, or for all.

    Raises:
        ConfigError: ``web.public_url`` is not set, or there is no such source.
    """
    problems = list(_find_problems(config, names))
    if problems:
        raise ConfigError(problems)

    async def work(application: Application) -> list[Hooked]:
        return await hook(application.engine, deed, names or list(config.sources))

    return run(config, work)


def _find_problems(config: Config, names: Sequence[str]) -> Iterator[Problem]:
    if not config.web.public_url:
        hint = "set web.public_url to https://…, as trackers reach this service"
        yield Problem("E_FIELD", "where trackers deliver to is not known", hint=hint)
    for name in names:
        if name not in config.sources:
            hint = suggest_name(name, config.sources)
            yield Problem("E_NAME", f"no source is called {name}", hint=hint)


def tell(rows: Sequence[Hooked], *, as_json: bool) -> None:
    """Print the rows; exit code 1 when something is left to do."""
    if as_json:
        print_json([_as_json(row) for row in rows])
    else:
        print_table("", _COLUMNS, [_row(row) for row in rows])
        for row in rows:
            _tell_more(row)
    is_done = all(row.outcome not in {Outcome.BY_HAND, Outcome.FAILED} for row in rows)
    raise typer.Exit(0 if is_done else 1)


def _as_json(row: Hooked) -> dict[str, Any]:
    webhook = asdict(row.webhook) if row.webhook else None
    return {
        "source": row.source,
        "outcome": row.outcome,
        "webhook": webhook,
        "by_hand": asdict(row.form) if row.form else None,
        "error": str(row.error) if row.error else None,
    }


def _row(row: Hooked) -> tuple[object, ...]:
    webhook = row.webhook
    if webhook is None:
        return (row.source, "", "", row.outcome, "", "", "")
    remarks = ", ".join(finding.code for finding in _remarks(row))
    return (
        row.source,
        webhook.place,
        webhook.id,
        row.outcome.replace("_", " "),
        webhook.url,
        len(webhook.events) or "",
        remarks,
    )


def _remarks(row: Hooked) -> Sequence[Finding]:
    """What is still amiss; of one that was removed nothing is."""
    if row.webhook is None or row.outcome is Outcome.REMOVED:
        return ()
    return row.webhook.findings


def _tell_more(row: Hooked) -> None:
    if row.error:
        typer.secho(f"{row.source}: {row.error}", fg="red")
    for finding in _remarks(row):
        typer.secho(f"{row.source}: {finding.message}", fg="yellow")
        if row.form is None:
            typer.echo(f"    {finding.hint}")
    if row.form:
        typer.secho("  An administrator enters:", bold=True)
        _tell_form(row.form)


def _tell_form(form: WebhookForm) -> None:
    events = ", ".join(form.events)
    entries = {"Page": form.page, "URL": form.url, **form.fields, "Events": events}
    for name, value in entries.items():
        typer.echo(f"    {name}: {value}")
