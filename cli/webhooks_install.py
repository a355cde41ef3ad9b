"""``reqpool webhooks install``: have trackers tell us what happens."""

from typing import Annotated

import typer

from cli.hooked import Sources, do, tell
from cli.opened import ConfigFile, load
from cli.show import JSON
from sync.hook import Deed

app = typer.Typer(add_completion=False)


@app.command()
def install(
    sources: Sources = None,
    new_secret: Annotated[
        bool,
        typer.Option("--new-secret", help="Write what is well, too: it has changed."),
    ] = False,
    config: ConfigFile = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Register our webhooks with the trackers, or mend those that are there.

    One for each Jira site, GitLab project or group, and GitHub repository, signed with
    the first of the source's webhook_secrets. What is well already stays as it is, and
    webhooks of others are never touched. Trackers do not show secrets: after you changed
    one, use --new-secret. Where only an administrator may, it says what to enter and the
    exit code is 1.

    Example: reqpool webhooks install acme-jira
    """
    deed = Deed.REWRITE if new_secret else Deed.INSTALL
    tell(do(load(config), deed, sources or ()), as_json=as_json)
