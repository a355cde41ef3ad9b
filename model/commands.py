"""What a person may ask of us in a comment: ``/pool scope in 3.2``."""

from dataclasses import dataclass
from enum import StrEnum


class Verb(StrEnum):
    """The commands, by the English word of each."""

    URGENT = "urgent"
    KIND = "kind"
    SCOPE = "scope"
    ESTIMATE = "estimate"
    LINK = "link"
    EXPLAIN = "explain"
    APPROVE = "approve"
    RESYNC = "resync"


@dataclass(frozen=True, slots=True)
class Command:
    """One line of a comment that asks for something.

    Attributes:
        line: as it was written, without the white space around it.
        verb: what is asked for.
        value: of ``kind`` and ``scope`` the new value, of ``estimate`` person-days,
            of ``link`` and ``approve`` what is named.
        clause: of ``scope in`` the clause, as it was written.
        reason: in the person's own words; may be empty.
    """

    line: str
    verb: Verb
    value: str = ""
    clause: str = ""
    reason: str = ""
