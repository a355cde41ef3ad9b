"""``reqpool quarantine``: deliveries that were kept but not understood."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from typing import Annotated
from uuid import UUID

import typer

from app.bootstrap import Application
from app.config import Config
from cli.opened import Actor, ConfigFile, load, run
from cli.show import JSON, print_json, print_table
from cli.write_acts import (
    MOST,
    All,
    GivenReason,
    Most,
    Reason,
    Source,
    check_source,
    print_redacted,
)
from pool.quarantine import (
    BodyGone,
    Letter,
    Quarantined,
    check_body,
    find_letter,
    find_quarantined,
    lock_quarantined,
)
from sync.discard_delivery import discard_delivery
from sync.engine import Engine
from sync.replay_delivery import replay_delivery

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Look at deliveries that were not understood.",
)

Act = Callable[[Engine, UUID], Awaitable[None]]

_Delivery = Annotated[UUID, typer.Argument(help="The delivery's id; see list.")]
_Deliveries = Annotated[
    list[UUID] | None, typer.Argument(help="Ids of deliveries; see list.")
]
_Because = Annotated[
    str, typer.Option("--because", help="Only those kept for this reason, a code.")
]
_COLUMNS = ("id", "source", "received", "reason", "bytes")


@app.callback()
def quarantine() -> None:
    """Look at deliveries that were not understood."""


@app.command("list")
def list_(
    source: Source = "",
    because: _Because = "",
    before: Annotated[
        UUID | None, typer.Option(help="The last id of the page before this one.")
    ] = None,
    limit: Most = MOST,
    config: ConfigFile = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Show the quarantine, the latest delivery first.

    Example: reqpool quarantine list --source acme-jira --because stale
    """

    async def look(opened: Application) -> Sequence[Quarantined]:
        async with opened.engine.database.transaction() as connection:
            await check_source(connection, source)
            return await find_quarantined(connection, source, because, before, limit)

    found = run(load(config), look)
    if as_json:
        print_json([asdict(each) for each in found])
        return
    print_table("", _COLUMNS, [_row(each) for each in found])
    if len(found) == limit:
        typer.echo(f"there may be more: --before {found[-1].id}")


def _row(each: Quarantined) -> tuple[object, ...]:
    received = each.received_at.strftime("%Y-%m-%d %H:%M:%S UTC")
    return (each.id, each.source, received, each.reason, each.size)


@app.command()
def show(delivery: _Delivery, config: ConfigFile = None) -> None:
    """Print what was delivered, as JSON; what looks like a secret is blanked out.

    Example: reqpool quarantine show 0199f2a0-6f0e-7cc1-9d3e-0a6a5b2c1d0e
    """

    async def look(
        opened: Application,
    ) -> tuple[Quarantined | None, Letter | None]:
        async with opened.engine.database.transaction() as connection:
            found = await lock_quarantined(connection, delivery)
            await check_body(connection, delivery)
            return found, await find_letter(connection, delivery)

    try:
        found, letter = run(load(config), look)
    except BodyGone as error:
        raise typer.BadParameter(str(error)) from error
    if found is None:
        message = f"{delivery} is not in quarantine"
        raise typer.BadParameter(message)
    told = {"headers": letter.headers, "body": letter.text} if letter else {}
    print_redacted(asdict(found) | told)


@app.command()
def replay(
    deliveries: _Deliveries = None,
    *,
    every: All = False,
    source: Source = "",
    because: _Because = "",
    reason: Reason = "",
    config: ConfigFile = None,
    actor: Actor = "operator",
) -> None:
    """Look at deliveries again, as after an upgrade that understands them.

    Where no body was kept the whole source is read again instead.

    Example: reqpool quarantine replay --all --source acme-jira
    """
    _go(
        load(config),
        deliveries,
        (source, because) if every else None,
        lambda engine, delivery: replay_delivery(engine, delivery, actor, reason),
        "is looked at again",
    )


@app.command()
def discard(
    deliveries: _Deliveries = None,
    *,
    reason: GivenReason,
    every: All = False,
    source: Source = "",
    because: _Because = "",
    config: ConfigFile = None,
    actor: Actor = "operator",
) -> None:
    """Take deliveries out of quarantine without looking at them again.

    Their rows stay: what comes again is still recognised.

    Example: reqpool quarantine discard --all --because stale --reason "a clock was off"
    """
    _go(
        load(config),
        deliveries,
        (source, because) if every else None,
        lambda engine, delivery: discard_delivery(engine, delivery, actor, reason),
        "discarded",
    )


def _go(
    config: Config,
    deliveries: Sequence[UUID] | None,
    wanted: tuple[str, str] | None,
    act: Act,
    done: str,
) -> None:
    if bool(deliveries) == bool(wanted):
        message = "give ids, or --all with or without filters"
        raise typer.BadParameter(message)

    async def go(opened: Application) -> list[bool]:
        if wanted:
            return await _act_on_all(opened.engine, wanted, act, done)
        return [await _try(opened.engine, it, act, done) for it in deliveries or ()]

    if not all(run(config, go)):
        raise typer.Exit(1)


async def _act_on_all(
    engine: Engine, wanted: tuple[str, str], act: Act, done: str
) -> list[bool]:
    results, before = list[bool](), None
    while True:
        async with engine.database.transaction() as connection:
            await check_source(connection, wanted[0])
            found = await find_quarantined(connection, *wanted, before, MOST)
        results += [await _try(engine, each.id, act, done) for each in found]
        if len(found) < MOST:
            return results
        before = found[-1].id


async def _try(engine: Engine, delivery: UUID, act: Act, done: str) -> bool:
    try:
        await act(engine, delivery)
    except BodyGone as error:
        typer.secho(str(error), err=True, fg="red")
        return False
    except LookupError:
        typer.secho(f"{delivery} is not in quarantine", err=True, fg="red")
        return False
    typer.echo(f"{delivery}: {done}")
    return True
