"""Stories told in a process of their own, after no others; it says their hashes.

``python -m tests.simulation.elsewhere URL STEPS SEED …``, of a pool that is not founded.
"""

import asyncio
import os
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from pathlib import Path

from psycopg.sql import SQL, Identifier
from sqlalchemy import make_url

from tests.conftest import execute
from tests.simulation.life import draw
from tests.simulation.run import hear, open_ground

_ROOT = Path(__file__).parents[2]
_HASHES = {"PYTHONHASHSEED": "145"}
_PLANS = ("enable_indexscan", "enable_bitmapscan", "enable_nestloop")
"""What the planner would use; without it rows come in another order."""


async def begin(url: str, steps: int, seeds: Sequence[int]) -> Process:
    """Have stories told where sets and rows that nobody sorts come in another order."""
    name = Identifier(make_url(url).database or "")
    for one in _PLANS:
        off = SQL("ALTER DATABASE {} SET {} = off").format(name, Identifier(one))
        execute(url, off)
    told = [sys.executable, "-m", __name__, url, str(steps), *map(str, seeds)]
    env = os.environ | _HASHES
    return await asyncio.create_subprocess_exec(*told, cwd=_ROOT, env=env, stdout=PIPE)


async def end(process: Process) -> list[str]:
    """The hash of each, once all are told."""
    told, _ = await process.communicate()
    return told.decode().split()


async def _tell(url: str, steps: int, seeds: Sequence[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with open_ground(url, Path(folder)) as ground:
            for seed in seeds:
                sys.stdout.write((await hear(ground, draw(seed, steps))).hash + "\n")


if __name__ == "__main__":
    _, address, length, *numbers = sys.argv
    asyncio.run(_tell(address, int(length), [int(one) for one in numbers]))
