"""``reqpool outbox``: what is to be written to the trackers."""

from typing import Annotated

import typer

from cli.opened import Actor, ConfigFile, load
from cli.show import JSON
from cli.write_acts import (
    MOST,
    Before,
    GivenReason,
    Issue,
    Most,
    Number,
    Numbers,
    Reason,
    Source,
    act_on,
    list_writes,
    show_write,
)
from pool.states import OutboxState
from pool.writes import WriteFilter
from sync.discard_write import discard_write
from sync.replay_write import replay_write

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Look at what is to be written to the trackers.",
)

_OPEN = [OutboxState.PENDING, OutboxState.HELD]


@app.callback()
def outbox() -> None:
    """Look at what is to be written to the trackers."""


@app.command("list")
def list_(
    source: Source = "",
    issue: Issue = "",
    *,
    state: Annotated[
        list[OutboxState], typer.Option(help="Pending and held, unless given.")
    ] = _OPEN,
    before: Before = None,
    limit: Most = MOST,
    config: ConfigFile = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Show intended writes, the latest first.

    Example: reqpool outbox list --source acme-jira --state sent --issue FIN-7
    """
    wanted = WriteFilter(source, issue, state)
    list_writes(load(config), wanted, before, limit, as_json=as_json)


@app.command()
def show(number: Number, config: ConfigFile = None) -> None:
    """Print one write with its change, receipt and last error, as JSON.

    Example: reqpool outbox show 4711
    """
    show_write(load(config), number)


@app.command()
def replay(
    numbers: Numbers,
    reason: Reason = "",
    config: ConfigFile = None,
    actor: Actor = "operator",
) -> None:
    """Try writes now that wait, were given up or discarded.

    The issue is read first: what its tracker shows already is not written again.

    Example: reqpool outbox replay 4711 4712
    """
    act_on(
        load(config),
        numbers,
        lambda engine, number: replay_write(engine, number, actor, reason),
        "is tried again as soon as its issue was read",
    )


@app.command()
def discard(
    numbers: Numbers,
    reason: GivenReason,
    config: ConfigFile = None,
    actor: Actor = "operator",
) -> None:
    """Give writes up; the same write is not wanted again by itself.

    Example: reqpool outbox discard 4711 --reason "the client closed it" --by "Li Wei"
    """
    act_on(
        load(config),
        numbers,
        lambda engine, number: discard_write(engine, number, actor, reason),
        "discarded",
    )
