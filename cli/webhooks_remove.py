"""``reqpool webhooks remove``: trackers no longer tell us what happens."""

from typing import Annotated

import typer

from cli.hooked import do, tell
from cli.opened import ConfigFile, load
from cli.show import JSON
from sync.hook import Deed

app = typer.Typer(add_completion=False)


@app.command()
def remove(
    sources: Annotated[list[str], typer.Argument(help="Configured sources.")],
    config: ConfigFile = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Unregister our webhooks; polling goes on. Those of others are never touched.

    Ours are those that deliver to web.public_url and /webhooks/SOURCE.

    Example: reqpool webhooks remove acme-jira
    """
    tell(do(load(config), Deed.REMOVE, sources), as_json=as_json)
