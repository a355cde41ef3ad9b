"""``reqpool demo``: everything at once on this machine, to look at and to play with."""

import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from cli.demo.addresses import Addresses, load_addresses
from cli.demo.progress import wait_until_filled
from cli.demo.stage import Stage, Wishes, set_up

app = typer.Typer(add_completion=False)

_TRACKERS = {
    "acme": "Acme Holdings    Jira Cloud  ",
    "hdjx": "华东机械集团     Jira DC     ",
    "beigang": "北港国际物流     GitLab      ",
}


@app.command()
def demo(
    *,
    check: Annotated[
        bool,
        typer.Option("--check", help="Play a story through, and tell how it went."),
    ] = False,
    addresses: Annotated[
        str, typer.Option(help="With --check: of a running demo; its JSON or a file.")
    ] = "",
    port: Annotated[
        int | None, typer.Option(help="Of the service; else 8000, or any.")
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="A folder to keep it in; else a temporary one.")
    ] = None,
    keep: Annotated[bool, typer.Option(help="Leave the temporary folder.")] = False,
    poll_seconds: Annotated[
        float, typer.Option(min=1, help="Between two polls of a tracker.")
    ] = 10,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print addresses as one JSON line.")
    ] = False,
) -> None:
    """Start three clients' trackers and the service, filled; Ctrl-C ends everything.

    The trackers are stand-ins of Jira Cloud, Jira Data Center and GitLab with more
    than 300 issues; on their pages you play the client. Nothing leaves this machine.

    With --check no person is needed: a process that knows only web addresses plays
    client, project manager and product manager, and prints one JSON summary. Exit code
    0 only if it saw everything that it expected.

    Example: reqpool demo --check
    """
    if check and addresses:
        raise typer.Exit(_run_check(_load(addresses)))
    signal.signal(signal.SIGTERM, _end)
    with set_up(Wishes(port, data, keep, poll_seconds)) as stage:
        count = wait_until_filled(stage.addresses, stage.children)
        if check:
            code = _run_check(stage.addresses)
        else:
            _print(stage, count, as_json=as_json)
            code = _wait(stage)
    raise typer.Exit(code)


def _load(given: str) -> Addresses:
    try:
        return load_addresses(given)
    except (ValueError, OSError) as error:
        raise typer.BadParameter(str(error)) from error


def _end(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)


def _run_check(addresses: Addresses) -> int:
    command = [sys.executable, "-P", "-m", "cli.demo.check", addresses.as_json()]
    return subprocess.run(command, check=False).returncode  # noqa: S603 - ourselves


def _wait(stage: Stage) -> int:
    try:
        while True:
            for child in stage.children:
                child.check()
            time.sleep(0.5)
    except KeyboardInterrupt:
        return 0


def _print(stage: Stage, count: int, *, as_json: bool) -> None:
    if as_json:
        typer.echo(stage.addresses.as_json())
        return
    pool = stage.addresses.pool
    typer.secho(f"\n需求池 The pool          {pool}/", bold=True)
    typer.echo(f"健康 Health              {pool}/health")
    typer.echo(f"{count} requirements; their trackers, where you play the client:")
    for name, url in stage.addresses.trackers.items():
        typer.echo(f"  {_TRACKERS[name]} {url}/")
    typer.echo(f"配置 Configuration       {stage.folder}/config.toml")
    typer.echo("Ctrl-C ends everything.")
