"""Durable states: all that a killed process leaves behind, as they come about.

Whoever starts after a kill knows the committed rows, the trackers and the clock, and
nothing else. Two points with the same rows, trackers and time are one point: what was
awaited between them left nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256

import psycopg
from psycopg.sql import SQL, Composed, Identifier

from tests.simulation.vault import find_tables
from tests.simulation.world import World

_CONTENT = "(SELECT md5(string_agg(row::text, '' ORDER BY row::text)) FROM {} AS row)"


@dataclass
class States:
    """Told of each point, finds the first one of each state.

    Attributes:
        first: by state, the number of the point at which it was met first.
        rows: a digest of all rows after the last commit.
    """

    world: World
    connection: psycopg.Connection[tuple[str, ...]]
    contents: Composed
    first: dict[str, int] = field(default_factory=dict)
    commits: int = -1
    rows: str = ""

    def __call__(self, point: int) -> None:
        """Rows change by commits alone: only after one they are read again."""
        if self.commits != self.world.dangers.commits:
            self.commits, self.rows = self.world.dangers.commits, self.read_rows()
        self.first.setdefault(self._portray(), point)

    def _portray(self) -> str:
        trackers = [
            (one.counter, len(one.touched), len(one.hooks), one.released_at)
            for one in self.world.trackers.values()
        ]
        return repr((self.rows, trackers, self.world.time.at))

    def read_rows(self) -> str:
        """A digest of every committed row of every table."""
        row = self.connection.execute(self.contents).fetchone()
        return sha256(repr(row).encode()).hexdigest()


@contextmanager
def watching(world: World) -> Iterator[States]:
    """Look at a world's pool from outside."""
    assert world.vault is not None
    with psycopg.connect(world.vault.url, autocommit=True) as connection:
        tables = map(Identifier, find_tables(connection))
        contents = SQL(",").join(SQL(_CONTENT).format(one) for one in tables)
        yield States(world, connection, SQL("SELECT {}").format(contents))
