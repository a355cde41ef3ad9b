"""What five hundred connections that never finish a request cost everybody else.

``python -m benchmarks.slowloris [--quick] [--json]``. The same load of webhooks is sent to
``reqpool web`` alone, and while the sockets drip a header each now and then; they are
opened again as often as they are cut off. Goal: the others' p99 stays below 500 ms.
"""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Thread

from benchmarks.ingest import FEW, PACKAGES, Contestant, parse_arguments, start_ours
from benchmarks.report import middle, print_report
from pool.embedded import embedded_server

SOCKETS = 500
DRIP_SECONDS = 0.5
HEAD = b"POST /webhooks/acme HTTP/1.1\r\nHost: reqpool\r\n"


class Lorises:
    """Sockets that never finish, for as long as they are let."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._over = False
        self.cut_off = 0

    @contextmanager
    def dripping(self) -> Iterator[None]:
        thread = Thread(target=lambda: asyncio.run(self._drip_all()))
        thread.start()
        try:
            yield
        finally:
            self._over = True
            thread.join()

    async def _drip_all(self) -> None:
        await asyncio.gather(*(self._keep_dripping() for _ in range(SOCKETS)))

    async def _keep_dripping(self) -> None:
        while not self._over:
            with suppress(ConnectionError):
                await self._drip()
                self.cut_off += not self._over

    async def _drip(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        writer.write(HEAD)
        while not (self._over or reader.at_eof()):
            writer.write(b"X-A: b\r\n")
            await writer.drain()
            with suppress(TimeoutError):
                await asyncio.wait_for(reader.read(1), DRIP_SECONDS)
        writer.close()


def measure(ours: Contestant, rounds: int, seconds: float) -> tuple[Contestant, int]:
    """The others while sockets drip, and how many of these were cut off."""
    among, cut_off = Contestant("among_lorises", ours.port), 0
    for number in range(rounds):
        ours.run(FEW, seconds, seed=number)
        lorises = Lorises(ours.port)
        with lorises.dripping():
            among.run(FEW, seconds, seed=1000 + number)
        cut_off += lorises.cut_off
    return among, cut_off


def main() -> None:
    asked = parse_arguments()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="reqpool-"))
        home = Path(folder)
        home.chmod(0o755)
        server = stack.enter_context(embedded_server(home / "postgres"))
        alone = start_ours(stack, server, home)
        among, cut_off = measure(alone, *((1, 14.0) if asked.quick else (3, 15.0)))
    ratio = middle(among.p99s[FEW]) / middle(alone.p99s[FEW])
    told = {"sockets": SOCKETS, "cut_off": cut_off, **among.describe()}
    if not asked.json:
        print(told, alone.describe(), sep="\n")
    print_report(
        "slowloris",
        told,
        {"alone": alone.describe()},
        {"p99_ours_vs_alone": ratio},
        PACKAGES,
    )


if __name__ == "__main__":
    main()
