"""What waits for a moment; none for longer than an honest clock would have it wait.

A moment is kept by the clock of the process that wrote it. If that was ahead (it was set
wrong, and then back), what it wrote would wait until the clock is there again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pool.database import Connection


@dataclass(frozen=True, slots=True)
class Longest:
    """The longest waits that there are.

    Attributes:
        own: of what waits only while somebody works on it, or not at all; clocks of
            hosts differ by less.
        asked: that a tracker may ask for; what fails again and again waits for less.
    """

    own: timedelta
    asked: timedelta


_FREE = (
    """
UPDATE sources SET not_before = %(now)s WHERE not_before > %(asked)s
""",
    """
UPDATE sources SET first_read_at = %(now)s WHERE first_read_at > %(own)s
""",
    """
UPDATE outbox o SET not_before = %(now)s FROM sources s
WHERE o.source_id = s.id AND o.state = 'pending' AND o.not_before > %(asked)s
""",
    """
UPDATE outbox o SET not_before = %(now)s FROM sources s
WHERE o.source_id = s.id AND o.claimed_at IS NOT NULL AND o.not_before > %(own)s
""",
    """
UPDATE raisings SET not_before = %(now)s
WHERE issue_id IS NULL AND state = 'pending' AND not_before > %(asked)s
""",
    """
UPDATE fetches SET asked_at = LEAST(asked_at, %(now)s),
    not_before = LEAST(not_before, %(now)s)
WHERE asked_at > %(own)s OR not_before > %(asked)s
""",
)
"""The first look at a source is among them: comments wait to be younger than it."""


async def free_stranded(
    connection: Connection, now: datetime, longest: Longest
) -> None:
    """Let go at once whatever waits for longer than is possible."""
    values = {"now": now, "own": now + longest.own, "asked": now + longest.asked}
    for statement in _FREE:
        await connection.execute(statement, values)
