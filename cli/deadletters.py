"""``reqpool deadletters``: writes that were given up and wait for a person."""

from typing import Annotated

import typer

from cli.opened import Actor, ConfigFile, load
from cli.show import JSON
from cli.write_acts import (
    MOST,
    Act,
    All,
    Before,
    GivenReason,
    Issue,
    Most,
    Number,
    Reason,
    SomeNumbers,
    Source,
    act_on,
    act_on_all,
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
    help="Look at writes that were given up.",
)

_DEAD = (OutboxState.DEAD,)


@app.callback()
def deadletters() -> None:
    """Look at writes that were given up."""


@app.command("list")
def list_(
    source: Source = "",
    issue: Issue = "",
    before: Before = None,
    limit: Most = MOST,
    config: ConfigFile = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Show the writes that were refused, or failed twelve times, the latest first.

    They stay until a person replays or discards them.

    Example: reqpool deadletters list --source acme-jira
    """
    wanted = WriteFilter(source, issue, _DEAD)
    list_writes(load(config), wanted, before, limit, as_json=as_json)


@app.command()
def show(number: Number, config: ConfigFile = None) -> None:
    """Print one of them with its change and why it was given up, as JSON.

    Example: reqpool deadletters show 4711
    """
    show_write(load(config), number)


@app.command()
def replay(
    numbers: SomeNumbers = None,
    *,
    every: All = False,
    source: Source = "",
    issue: Issue = "",
    reason: Reason = "",
    config: ConfigFile = None,
    actor: Actor = "operator",
) -> None:
    """Try them again, by their numbers or all that the filters leave.

    The issue is read first: what its tracker shows already is not written again.

    Example: reqpool deadletters replay --all --source acme-jira
    """
    wanted = WriteFilter(source, issue, _DEAD) if every else None
    _go(
        config,
        numbers,
        wanted,
        lambda engine, number: replay_write(engine, number, actor, reason),
        "is tried again as soon as its issue was read",
    )


@app.command()
def discard(
    numbers: SomeNumbers = None,
    *,
    reason: GivenReason,
    every: All = False,
    source: Source = "",
    issue: Issue = "",
    config: ConfigFile = None,
    actor: Actor = "operator",
) -> None:
    """Give them up for good; the same write is not wanted again by itself.

    Example: reqpool deadletters discard 4711 --reason "the status is gone"
    """
    wanted = WriteFilter(source, issue, _DEAD) if every else None
    _go(
        config,
        numbers,
        wanted,
        lambda engine, number: discard_write(engine, number, actor, reason),
        "discarded",
    )


def _go(
    config: ConfigFile,
    numbers: list[int] | None,
    wanted: WriteFilter | None,
    act: Act,
    done: str,
) -> None:
    if bool(numbers) == bool(wanted):
        message = "give numbers, or --all with or without filters"
        raise typer.BadParameter(message)
    if wanted:
        act_on_all(load(config), wanted, act, done)
    else:
        act_on(load(config), numbers or (), act, done)
