"""Every API request that reached the tracker, so that silence can be proven."""

from dataclasses import asdict, dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Entry:
    number: int
    at: datetime
    method: str
    path: str
    query: str
    status: int
    user: str
    write: bool


@dataclass
class Journal:
    entries: list[Entry] = field(default_factory=list)

    def record(
        self,
        at: datetime,
        request: tuple[str, str, str],
        status: int,
        *,
        user: str,
        write: bool,
    ) -> None:
        """Note one answered request: (method, path, query), status, by whom."""
        method, path, query = request
        number = len(self.entries) + 1
        entry = Entry(number, at, method, path, query, status, user, write)
        self.entries.append(entry)

    @property
    def total(self) -> int:
        return len(self.entries)

    @property
    def writes(self) -> int:
        return sum(entry.write for entry in self.entries)

    def since(self, number: int) -> list[Entry]:
        return self.entries[number:]

    def as_json(self, since: int) -> dict[str, object]:
        after = self.since(since)
        return {
            "total": self.total,
            "writes": self.writes,
            "writes_since": sum(entry.write for entry in after),
            "entries": [asdict(entry) for entry in after],
        }
