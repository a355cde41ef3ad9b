"""``reqpool worker``."""

import typer

from app.work import serve_worker
from cli.opened import ConfigFile, load, run

app = typer.Typer(add_completion=False)


@app.command()
def worker(config: ConfigFile = None) -> None:
    """Mirror, decide and write back; any number of these may run.

    Workers on several hosts share the work of one database.

    Example: reqpool worker --config /etc/reqpool/config.toml
    """
    run(load(config), serve_worker)
