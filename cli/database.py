"""``reqpool db``: the database's schema, and the embedded database as a file."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from app.bootstrap import open_database_url
from app.config import DatabaseConfig
from cli.opened import ConfigFile, load
from pool.dump import restore_dump, write_dump
from pool.migrate import upgrade as migrate
from pool.reach import check_reachable

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Keep the database.")

DumpFile = Annotated[Path, typer.Argument(help="In PostgreSQL's custom format.")]


@app.callback()
def database() -> None:
    """Keep the database."""


@app.command()
def upgrade(config: ConfigFile = None) -> None:
    """Bring the database to the schema of this version.

    Runs every migration that the database has not seen; several at the same time do no
    harm. The embedded database is upgraded by every command by itself.

    Example: reqpool db upgrade
    """
    database = load(config).database
    if database.url is None:
        asyncio.run(_open_embedded(database))
    else:
        url = database.url.get_secret_value()
        check_reachable(url)
        migrate(url)
    typer.echo("the database is at the schema of this version")


async def _open_embedded(config: DatabaseConfig) -> None:
    async with open_database_url(config):
        pass


@app.command()
def dump(file: DumpFile, config: ConfigFile = None) -> None:
    """Write the embedded database to a new file: a backup, also for other versions.

    Works while reqpool runs. A server of your own has its own pg_dump.

    Example: reqpool db dump pool.dump
    """
    database = _get_embedded(config)
    write_dump(database.data_directory, database.bin_directory, file)
    typer.echo(f"{file} holds the whole database")


@app.command()
def restore(file: DumpFile, config: ConfigFile = None) -> None:
    """Fill an empty embedded database from a dump, and upgrade it.

    All or nothing: a database that holds anything already is left as it was.

    Example: reqpool db restore pool.dump
    """
    database = _get_embedded(config)
    restore_dump(database.data_directory, database.bin_directory, file)
    typer.echo(f"the database is restored from {file}")


def _get_embedded(config: Path | None) -> DatabaseConfig:
    database = load(config).database
    if database.url is not None:
        message = "database.url names a server: use its own pg_dump and pg_restore"
        raise typer.BadParameter(message)
    return database
