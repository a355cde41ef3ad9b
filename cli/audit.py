"""``reqpool audit``: what was done, and whether the record of it is whole."""

from dataclasses import asdict
from typing import Annotated

import typer

from app.bootstrap import Application
from cli.opened import ConfigFile, load, run
from cli.show import JSON, print_json
from pool.seals import AuditReport, verify_audit

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Read the audit.")


@app.callback()
def audit() -> None:
    """Read the audit."""


@app.command()
def verify(
    expect: Annotated[
        str | None, typer.Option(help="A seal noted down earlier; it must be there.")
    ] = None,
    config: ConfigFile = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Compute every seal of the audit anew; exits 1 when a sealed row was changed.

    Each minute the audit's new rows are sealed: a digest over them and over the seal
    before. Note the last seal down outside of the database, and give it with --expect
    another time: then even a chain that was forged as a whole is noticed.

    Example: reqpool audit verify --expect 9f2c…
    """
    report = run(load(config), lambda opened: _verify(opened, expect))
    if as_json:
        print_json(asdict(report))
    else:
        _print(report)
    if report.broken or not report.expected_found:
        raise typer.Exit(1)


async def _verify(opened: Application, expect: str | None) -> AuditReport:
    async with opened.engine.database.transaction() as connection:
        return await verify_audit(connection, expect and expect.lower())


def _print(report: AuditReport) -> None:
    for each in report.broken:
        typer.secho(
            f"rows {each.first_seq} to {each.last_seq} are not what was sealed:"
            f" {each.found} rows, {each.sealed} when sealed",
            fg="red",
        )
    if not report.expected_found:
        typer.secho("the expected seal is not in the chain", fg="red")
    typer.echo(f"{report.sealed} rows sealed, {report.unsealed} since the last seal")
    typer.echo(f"last seal: {report.last_seal or 'none yet'}")
