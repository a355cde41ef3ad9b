"""``reqpool check``: is everything set up as it has to be?"""

from collections.abc import Sequence
from typing import Annotated

import typer

from app.bootstrap import Application
from cli.opened import ConfigFile, load, run
from cli.show import JSON, print_json
from model.findings import Finding, Severity
from sync.check import check as check_all

app = typer.Typer(add_completion=False)

_COLORS = {Severity.OK: "green", Severity.WARNING: "yellow", Severity.ERROR: "red"}


@app.command()
def check(config: ConfigFile = None, as_json: Annotated[bool, JSON] = False) -> None:
    """Check configuration, database, rules, and what each tracker lets us do.

    Asks every tracker for the permissions, statuses, transitions, fields, labels and
    webhooks that the configuration needs; changes nothing there. A worker does the same
    every hour, and the health page shows the latest findings until they are mended.
    Exit code 1 when something would not work, 2 when the configuration cannot be read.

    Example: reqpool check --config config.toml
    """

    async def look(application: Application) -> list[Finding]:
        return await check_all(application.engine)

    findings = run(load(config), look)
    if as_json:
        print_json(findings)
    else:
        _print_findings(findings)
    failed = any(finding.severity is Severity.ERROR for finding in findings)
    raise typer.Exit(1 if failed else 0)


def _print_findings(findings: Sequence[Finding]) -> None:
    for finding in findings:
        word = f"{finding.severity:<8}"
        typer.secho(word, fg=_COLORS[finding.severity], nl=False)
        typer.echo(f"{finding.subject}: {finding.message}")
        if finding.hint:
            typer.echo(f"        {finding.hint}")
