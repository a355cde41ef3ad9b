"""``reqpool webhooks list``: our webhooks in the trackers, and how they are."""

from typing import Annotated

from typer import Typer

from cli.hooked import Sources, do, tell
from cli.opened import ConfigFile, load
from cli.show import JSON
from sync.hook import Deed

app = Typer(add_completion=False)


@app.command("list")
def list_webhooks(
    sources: Sources = None,
    config: ConfigFile = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Show our webhooks in the trackers, with what is amiss; changes nothing.

    The exit code is 1 when a tracker does not answer, or lets administrators look only.

    Example: reqpool webhooks list --json
    """
    tell(do(load(config), Deed.LIST, sources or ()), as_json=as_json)
