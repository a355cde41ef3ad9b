"""Sets the demo up, in the order in which an operator would."""

import asyncio
import json
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.bootstrap import Application, now, open_application, open_database_url
from app.catalogue import apply_catalogue, load_catalogue
from app.config import Config, load_config
from app.rulesets import load_ruleset_file
from cli.demo.addresses import Addresses
from cli.demo.children import Child, running
from cli.demo.folder import Settings, fill_folder
from cli.demo.hooks import register_hooks
from cli.demo.progress import wait_until_served
from model.errors import ConfigError, Problem
from pool import catalogue
from sync.activate import activate
from sync.check import check
from sync.register import register

_USUAL_PORT = 8000
_ACTOR = "demo"


@dataclass(frozen=True, slots=True)
class Stage:
    """A demo that runs.

    Attributes:
        folder: with its configuration and logs.
        children: the trackers' process, and the service's, which may be two.
    """

    addresses: Addresses
    folder: Path
    children: tuple[Child, ...]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person may choose.

    Attributes:
        port: of the service; None takes 8000, or another one when it is in use.
        folder: None makes a temporary one.
        keeps: whether a temporary folder stays.
        poll_seconds: between two polls of a tracker.
        commands: that the service is run by: ``serve``, or ``web`` and ``worker``.
    """

    port: int | None = None
    folder: Path | None = None
    keeps: bool = False
    poll_seconds: float = 10
    commands: tuple[str, ...] = ("serve",)


@contextmanager
def set_up(wishes: Wishes) -> Iterator[Stage]:
    """Trackers, database, catalogue, ruleset, service and webhooks, until the end.

    Raises:
        ConfigError: something does not start; the hint tells what it said.
    """
    forget_settings()
    with ExitStack() as stack:
        folder = stack.enter_context(_open_folder(wishes))
        sandbox = stack.enter_context(
            running(
                "sandbox", ["--seed", "demo"], folder / "trackers.log", is_read=True
            )
        )
        port = _find_port(wishes.port)
        trackers: dict[str, str] = json.loads(sandbox.read_line())["trackers"]
        settings = Settings(port, trackers, wishes.poll_seconds)
        signed_with = fill_folder(folder, settings, now().date())
        config = load_config(folder / "config.toml")
        stack.enter_context(_found(config, folder))
        service = tuple(
            stack.enter_context(_serving(command, folder))
            for command in wishes.commands
        )
        pool = config.web.link("")
        wait_until_served(pool, service[0])
        register_hooks(pool, trackers, signed_with)
        asyncio.run(_check_sources(config))
        addresses = Addresses(pool, trackers, wishes.poll_seconds)
        yield Stage(addresses, folder, (sandbox, *service))


def _serving(command: str, folder: Path) -> AbstractContextManager[Child]:
    config = ["--config", str(folder / "config.toml")]
    return running("cli.main", [command, *config], folder / f"{command}.log")


def forget_settings() -> None:
    """Drop settings of a real installation, lest the demo work on its database."""
    for name in list(os.environ):  # noqa: TID251 - before any configuration is read
        if name.startswith("REQPOOL_"):
            del os.environ[name]  # noqa: TID251 - the children inherit the rest


@contextmanager
def _open_folder(wishes: Wishes) -> Iterator[Path]:
    if wishes.folder is not None:
        wishes.folder.mkdir(parents=True, exist_ok=True)
        yield wishes.folder.resolve()
        return
    folder = Path(tempfile.mkdtemp(prefix="reqpool-demo-")).resolve()
    folder.chmod(0o711)  # the embedded server's user passes through it
    try:
        yield folder
    finally:
        if not wishes.keeps:
            shutil.rmtree(folder, ignore_errors=True)


def _find_port(wanted: int | None) -> int:
    """A port that is free now.

    Raises:
        ConfigError: the wanted one is in use.
    """
    for port in (wanted or _USUAL_PORT, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                if not wanted:
                    continue
                said = f"port {wanted} is in use"
                hint = "name another one with --port, or none"
                raise ConfigError([Problem("E_DEMO", said, hint=hint)]) from None
            return int(probe.getsockname()[1])
    raise AssertionError("a system without free ports")


@contextmanager
def _found(config: Config, folder: Path) -> Iterator[None]:
    """Start the database, and bring catalogue and ruleset into it.

    It is held open so that it is started once, and ended after the service.
    """
    database = open_database_url(config.database)
    with asyncio.Runner() as runner:
        runner.run(database.__aenter__())
        try:
            runner.run(_fill_pool(config, folder))
            yield
        finally:
            runner.run(database.__aexit__(None, None, None))


async def _fill_pool(config: Config, folder: Path) -> None:
    async with open_application(config) as application:
        await activate(
            application.engine, load_ruleset_file(folder / "rules.yaml"), _ACTOR
        )
        await _apply(application, folder / "catalogue.yaml")


async def _check_sources(config: Config) -> None:
    """As a worker does each hour: the health page shows what was found."""
    async with open_application(config) as application:
        await check(application.engine)


async def _apply(application: Application, path: Path) -> None:
    engine = application.engine
    async with engine.database.transaction() as connection:
        current = await catalogue.load(connection)
    file = load_catalogue(path, current)
    await apply_catalogue(
        engine.database, file, ids=engine.ids, clock=engine.clock, actor=_ACTOR
    )
    await register(engine)
