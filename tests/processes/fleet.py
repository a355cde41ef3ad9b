"""A fleet as operators run it: PostgreSQL over TCP, web and worker processes, a proxy."""

import asyncio
import os
import random
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from pool.postgres_binaries import find_binaries, own

SETTINGS = "-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories="


def free_port() -> int:
    """A port for later: below those that systems give to who asks for any."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@dataclass
class PostgresServer:
    """A server of its own, over TCP; it may be stopped as a power cut stops it."""

    folder: Path
    bin_directory: Path | None = None
    port: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        return f"postgresql://reqpool@127.0.0.1:{self.port}/postgres"

    def make(self) -> None:
        binaries = find_binaries(self.bin_directory)
        own(self.folder, binaries.user)
        done = binaries.run(
            "initdb",
            f"--pgdata={self.folder}/data",
            "--username=reqpool",
            "--auth=trust",
            "--encoding=UTF8",
            "--no-sync",
        )
        assert done.returncode == 0, done.stdout

    def start(self) -> None:
        self._control("start", f"-o{SETTINGS.format(port=self.port)}", "-w")

    def stop(self, mode: str = "immediate") -> None:
        """Stop; ``immediate`` leaves what was not committed to recovery."""
        self._control("stop", f"-m{mode}")

    def _control(self, action: str, *words: str) -> None:
        data = f"{self.folder}/data"
        binaries = find_binaries(self.bin_directory)
        done = binaries.run(
            "pg_ctl", action, f"-D{data}", f"-l{self.folder}/log", *words
        )
        assert done.returncode == 0, Path(f"{self.folder}/log").read_text()


@dataclass
class Service:
    """One ``reqpool`` process, with what it may know; or another program's."""

    words: tuple[str, ...]
    environment: Mapping[str, str]
    log: Path
    program: str = "cli.main"
    _process: subprocess.Popen[bytes] | None = None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", self.program, *self.words],
                env={"PATH": os.environ["PATH"], **self.environment},
                stdout=log,
                stderr=log,
            )

    def kill(self) -> None:
        """As the kernel does it: nothing is told, nothing is finished."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    async def stop(self) -> None:
        """Ask it to end, and wait until it has."""
        if self._process is not None:
            self._process.terminate()
            await asyncio.to_thread(self._process.wait, 120)


@asynccontextmanager
async def proxy(ports: tuple[int, ...]) -> AsyncIterator[str]:
    """Hands each connection to the first of the ports that takes it, in turn."""
    turn = 0

    async def hand_on(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        nonlocal turn
        turn += 1
        order = ports[turn % len(ports) :] + ports[: turn % len(ports)]
        for port in order:
            with suppress(OSError):
                back = await asyncio.open_connection("127.0.0.1", port)
                await asyncio.gather(_pump(reader, back[1]), _pump(back[0], writer))
                return
        writer.close()

    server = await asyncio.start_server(hand_on, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        server.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
    with suppress(OSError):
        writer.close()
