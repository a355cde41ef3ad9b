"""What the commands ``outbox`` and ``deadletters`` have in common."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from typing import Annotated

import typer
from pydantic_core import to_jsonable_python

from app.bootstrap import Application
from app.config import Config
from cli.opened import run, say_something
from cli.show import print_json, print_table
from connectors.http import redact
from pool import sources
from pool.database import Connection
from pool.encode import to_text
from pool.writes import SettledError, Write, WriteFilter, find_write, find_writes
from sync.engine import Engine

MOST = 50

Source = Annotated[str, typer.Option("--source", help="Only of this source.")]
Issue = Annotated[str, typer.Option("--issue", help="Only of the issue of this key.")]
Before = Annotated[
    int | None, typer.Option(help="The last number of the page before this one.")
]
Most = Annotated[int, typer.Option("--limit", min=1, max=1000, help="Rows of a page.")]
Number = Annotated[int, typer.Argument(help="The write's number; see list.")]
Numbers = Annotated[list[int], typer.Argument(help="Numbers of writes; see list.")]
SomeNumbers = Annotated[
    list[int] | None, typer.Argument(help="Numbers of writes; see list.")
]
All = Annotated[bool, typer.Option("--all", help="All that the filters leave.")]
_WHY = "Why; kept in the audit."
Reason = Annotated[str, typer.Option("--reason", help=_WHY)]
GivenReason = Annotated[
    str, typer.Option("--reason", help=_WHY, callback=say_something)
]

Act = Callable[[Engine, int], Awaitable[None]]

_COLUMNS = (
    "number",
    "source",
    "issue",
    "requirement",
    "field",
    "state",
    "tries",
    "not before",
    "error",
)


def list_writes(
    config: Config, wanted: WriteFilter, before: int | None, most: int, *, as_json: bool
) -> None:
    """Print a page of writes, the latest first."""

    async def look(opened: Application) -> Sequence[Write]:
        async with opened.engine.database.transaction() as connection:
            await check_source(connection, wanted.source)
            return await find_writes(connection, wanted, before, most)

    found = run(config, look)
    if as_json:
        print_json([asdict(each) for each in found])
        return
    print_table("", _COLUMNS, [_row(each) for each in found])
    if len(found) == most:
        typer.echo(f"there may be more: --before {found[-1].number}")


async def check_source(connection: Connection, name: str) -> None:
    """A name that is mistyped would leave nothing, which looks like all is well.

    Raises:
        BadParameter: no source has it; an empty one is all sources.
    """
    if name and await sources.find(connection, name) is None:
        message = f"there is no source {name!r} in the pool; see: reqpool status"
        raise typer.BadParameter(message)


def _row(write: Write) -> tuple[object, ...]:
    return (
        write.number,
        write.source,
        write.issue,
        f"#{write.requirement}" if write.requirement else "",
        write.field,
        write.state if write.is_newest else f"{write.state} (overtaken)",
        write.attempts,
        write.not_before.strftime("%Y-%m-%d %H:%M:%S UTC"),
        (write.error or {}).get("code", ""),
    )


_DROPPED = (
    "one that a later one overtook is dropped after retention.write_days, and stands in"
    " the audit"
)


def show_write(config: Config, number: int) -> None:
    """Print one write as JSON, without anything that looks like a secret."""

    async def look(opened: Application) -> Write | None:
        async with opened.engine.database.transaction() as connection:
            return await find_write(connection, number)

    found = run(config, look)
    if found is None:
        message = f"there is no write {number}; {_DROPPED}"
        raise typer.BadParameter(message)
    print_redacted(asdict(found))


def print_redacted(value: object) -> None:
    """As JSON, with whatever looks like a secret blanked out."""
    typer.echo(redact(to_text(to_jsonable_python(value))))


def act_on(config: Config, numbers: Sequence[int], act: Act, done: str) -> None:
    """Do the same with several writes; exits 1 when one of them refused."""

    async def go(opened: Application) -> list[bool]:
        return [await _try(opened.engine, number, act, done) for number in numbers]

    if not all(run(config, go)):
        raise typer.Exit(1)


def act_on_all(config: Config, wanted: WriteFilter, act: Act, done: str) -> None:
    """Do the same with all writes that are wanted, page by page; each on its own."""

    async def go(opened: Application) -> int:
        count, before = 0, None
        while True:
            async with opened.engine.database.transaction() as connection:
                await check_source(connection, wanted.source)
                found = await find_writes(connection, wanted, before, MOST)
            for write in found:
                count += await _try(opened.engine, write.number, act, done)
            if len(found) < MOST:
                return count
            before = found[-1].number

    typer.echo(f"{run(config, go)} {done}")


async def _try(engine: Engine, number: int, act: Act, done: str) -> bool:
    try:
        await act(engine, number)
    except LookupError:
        typer.secho(f"{number}: there is no such write; {_DROPPED}", err=True, fg="red")
    except SettledError:
        typer.secho(f"{number}: {_TOO_LATE}", err=True, fg="red")
    else:
        typer.echo(f"{number}: {done}")
        return True
    return False


_TOO_LATE = "sent, being sent or given up already, overtaken by another write, or its issue is gone"
