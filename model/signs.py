"""What the engine tells of itself, for logs and metrics.

Names and numbers only: nothing that a client wrote, and no secret, is ever part of a
sign.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Received:
    """A webhook was answered.

    Attributes:
        source: the name in its path; empty when there is no such source.
        status: of the HTTP answer.
        delivery: None unless it was kept.
    """

    source: str
    status: int
    delivery: UUID | None = None


@dataclass(frozen=True, slots=True)
class Ingested:
    """A delivery was understood: ``applied``, ``ignored`` or ``quarantined``."""

    source: str
    delivery: UUID
    outcome: str
    issue: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Observed:
    """An observed issue was ``new``, ``changed``, ``unsure`` or ``failed``."""

    source: str
    issue: str
    outcome: str
    cause: str


@dataclass(frozen=True, slots=True)
class Decided:
    """An issue was decided on; ``writes`` are wanted."""

    source: str
    issue: str
    decision: UUID
    cause: str
    writes: int


@dataclass(frozen=True, slots=True)
class Written:
    """A write was tried.

    Attributes:
        field: what of the issue.
        outcome: ``written``, ``same`` (it was so already), ``postponed`` or ``dead``.
        reason: the error's code.
    """

    source: str
    issue: str
    operation: UUID
    field: str
    outcome: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Ran:
    """A verb ended."""

    verb: str
    source: str
    seconds: float
    failed: bool


Sign = Received | Ingested | Observed | Decided | Written | Ran

Tell = Callable[[Sign], None]
"""Told before the commit: what is rolled back afterwards is told again, when it is
tried again. It must be quick and never fail."""


def tell_nobody(sign: Sign) -> None:
    """For engines that nobody watches."""
    del sign
