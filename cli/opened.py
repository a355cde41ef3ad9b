"""Commands that work on the pool: configuration, database, engine."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from importlib import import_module
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from app.bootstrap import Application, open_application
from app.config import Config, load_config
from app.log import configure_log
from pool.database import DatabaseGone

Result = TypeVar("Result")

ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="TOML; else REQPOOL_CONFIG, else config.toml."),
]


def say_something(value: str) -> str:
    """What may not be blank."""
    if not value.strip():
        message = "it must not be empty"
        raise typer.BadParameter(message)
    return value


Actor = Annotated[
    str,
    typer.Option("--by", help="Who does it, for the audit.", callback=say_something),
]


def load(path: Path | None) -> Config:
    """Read the configuration, and log as it says."""
    config = load_config(path)
    configure_log(config.log)
    return config


def _new_loop() -> asyncio.AbstractEventLoop:
    """That of uvloop where it is installed, as uvicorn's own command takes it."""
    try:
        return import_module("uvloop").new_event_loop()  # type: ignore[no-any-return] # untyped
    except ImportError:
        return asyncio.new_event_loop()


def run(config: Config, work: Callable[[Application], Awaitable[Result]]) -> Result:
    """Open everything, work, close everything, also when told to stop.

    Without a handler SIGTERM would end the process at once, and leave the embedded
    server running. The event loop's own handlers would run beside uvicorn's, which
    ends requests first and then hands the signal on.
    """

    async def opened() -> Result:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        stop = task.cancel if task else loop.stop
        signal.signal(signal.SIGTERM, lambda *_: loop.call_soon_threadsafe(stop))
        async with open_application(config) as application:
            return await work(application)

    try:
        with asyncio.Runner(loop_factory=_new_loop) as runner:
            return runner.run(opened())
    except DatabaseGone as error:
        typer.secho(f"the database went away: {error}", err=True, fg="red")
        sys.exit(1)
    except asyncio.CancelledError:
        sys.exit(128 + signal.SIGTERM)
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
