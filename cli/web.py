"""``reqpool web``."""

import typer

from app.serve import serve_web
from cli.opened import ConfigFile, load, run

app = typer.Typer(add_completion=False)


@app.command()
def web(config: ConfigFile = None) -> None:
    """Serve pages and webhooks; any number of these may run.

    Work is done by `reqpool worker` on the same database.

    Example: reqpool web --config /etc/reqpool/config.toml
    """
    run(load(config), serve_web)
