"""``reqpool serve``."""

import typer

from app.serve import serve_both
from cli.opened import ConfigFile, load, run

app = typer.Typer(add_completion=False)


@app.command()
def serve(config: ConfigFile = None) -> None:
    """Serve pages and webhooks and work, in one process.

    Starts an embedded PostgreSQL when no database.url is set.

    Example: reqpool serve --config /etc/reqpool/config.toml
    """
    run(load(config), serve_both)
