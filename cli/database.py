"""``reqpool db``: the database's schema."""

import asyncio

import typer

from app.bootstrap import open_database_url
from app.config import DatabaseConfig
from cli.opened import ConfigFile, load
from pool.migrate import upgrade as migrate
from pool.reach import check_reachable

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Keep the database.")


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
