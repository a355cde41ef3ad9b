"""Issues by what people call them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from pool.database import Connection, query


@dataclass(frozen=True, slots=True)
class Named:
    """An issue that a person may mean."""

    id: UUID
    number: int
    source: str
    key: str
    title: str


_FIND = """
SELECT DISTINCT i.id, i.number, s.name AS source, i.key, i.title
FROM issues i JOIN sources s ON s.id = i.source_id
LEFT JOIN issue_keys k ON k.issue_id = i.id
WHERE (k.key = %(key)s OR i.key = %(key)s OR i.number = %(number)s)
  AND (%(source)s = '' OR s.name = %(source)s)
ORDER BY i.number
"""


async def find_issues(connection: Connection, name: str) -> Sequence[Named]:
    """The issues of a key, old ones included, or of a readable number.

    Args:
        connection: of the transaction.
        name: ``FIN-12``, ``group/project#12``, ``17``, or ``source:key``.
    """
    source, colon, key = name.partition(":")
    digits = name.isascii() and name.isdigit() and len(name) < 19  # noqa: PLR2004 - bigint
    values = {
        "key": key if colon else name,
        "source": source if colon else "",
        "number": int(name) if digits else None,
    }
    return [Named(**row) for row in await query(connection, _FIND, values)]
