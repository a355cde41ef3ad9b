"""``reqpool contract import``: a contract from YAML, CSV or XLSX, with a preview."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from app.bootstrap import Application
from app.contract_file import Heading, load_contract_file
from app.contract_import import Preview, import_contract, load_known, preview
from cli.contract_preview import print_preview, view
from cli.opened import Actor, ConfigFile, load, run
from cli.show import JSON, print_json

app = typer.Typer(add_completion=False)

_DAY = ["%Y-%m-%d"]


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="YAML, CSV or XLSX.")],
    *,
    contract: Annotated[
        str, typer.Option(help="Slug of the contract; a document names it itself.")
    ] = "",
    client: Annotated[str, typer.Option(help="Slug of a new contract's client.")] = "",
    name: Annotated[str, typer.Option(help="Of the contract, or amendment.")] = "",
    signed_on: Annotated[
        datetime | None, typer.Option(help="The day: 2026-07-31.", formats=_DAY)
    ] = None,
    currency: Annotated[str, typer.Option(help="ISO 4217: CNY, EUR.")] = "",
    amendment: Annotated[
        str,
        typer.Option(help="The table holds this supplementary agreement alone."),
    ] = "",
    sheet: Annotated[str, typer.Option(help="Of a workbook; else the first.")] = "",
    ignore: Annotated[
        list[str] | None, typer.Option(help="Heading of a column that is not ours.")
    ] = None,
    config: ConfigFile = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Write; without it nothing is.")
    ] = False,
    actor: Actor = "operator",
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Show what a contract's file changes, clause by clause; write it with --yes.

    A table needs columns for the clause's id and text; module, excluded, allowance,
    valid_from and valid_until are read when there. Their headings may be Chinese.
    Earlier wordings stay readable, importing twice changes nothing, and the issues of
    the contract's projects are decided on again in the background.

    Example: reqpool contract import clauses.xlsx --contract acme-2026 --client acme

    reqpool contract import a2.csv --contract acme-2026 --amendment A2 --signed-on
    2026-07-31 --yes
    """
    heading = Heading(
        contract=contract,
        client=client,
        name=name,
        signed_on=signed_on.date() if signed_on else None,
        currency=currency,
        amendment=amendment,
        sheet=sheet,
        ignored=tuple(ignore or ()),
    )
    actor = actor if yes else ""
    changes = run(load(config), lambda opened: _import(opened, file, heading, actor))
    if as_json:
        print_json(view(changes, written=yes and bool(changes)))
    else:
        print_preview(changes, written=yes)


async def _import(
    application: Application, path: Path, heading: Heading, actor: str
) -> Preview:
    engine = application.engine
    async with engine.database.transaction() as connection:
        known = await load_known(connection)
        file = load_contract_file(path, heading, known)
        changes = await preview(connection, file.contract)
    return await import_contract(engine, file, actor) if actor else changes
