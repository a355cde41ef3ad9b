"""The signed scope: contracts and their clauses."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing that the contract grants, or excludes.

    Attributes:
        id: unique in its contract: ``3.2``, ``FIN-04``.
        module: the part of the product, in the contract's words.
        text: the wording, in Chinese or English.
        excluded: the contract says that this is *not* part of it.
        allowance_days: person-days granted for it; None when not limited.
        valid_from: first day, inclusive.
        valid_until: last day, inclusive.
    """

    id: str
    module: str
    text: str
    excluded: bool = False
    allowance_days: Decimal | None = None
    valid_from: date | None = None
    valid_until: date | None = None

    def is_valid_on(self, day: date) -> bool:
        """Whether the clause holds on ``day``."""
        starts = self.valid_from is None or self.valid_from <= day
        return starts and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True, slots=True)
class Amendment:
    """A supplementary agreement, worked into the clauses.

    Attributes:
        id: unique in its contract: ``A1``.
        name: as people call it; may be empty.
        signed_on: what it adds holds from then on.
        adds: ids of the clauses that came with it.
        replaces: ids of the clauses that it worded anew.
    """

    id: str
    name: str
    signed_on: date | None
    adds: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contract:
    """The clauses agreed with one client.

    ``fingerprint`` is the SHA-256 of the text it was loaded from, ``currency`` an ISO
    4217 code, empty when the contract names none. ``clauses`` are those that hold with
    every amendment worked in.
    """

    slug: str
    name: str
    client: str
    clauses: tuple[Clause, ...]
    signed_on: date | None = None
    fingerprint: str = ""
    currency: str = ""
    amendments: tuple[Amendment, ...] = ()

    def find_next_day(self, today: date) -> date | None:
        """The first day after ``today`` on which other clauses hold; None for never."""
        begins = (one.valid_from for one in self.clauses)
        ends = (one.valid_until for one in self.clauses)
        ended = (day + _DAY for day in ends if day and day < date.max)
        days = (day for day in (*begins, *ended) if day and day > today)
        return min(days, default=None)


_DAY = timedelta(days=1)
