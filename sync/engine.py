"""What every verb is handed: the pool, the sources, the time, and nothing global."""

from asyncio import Semaphore
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Protocol
from uuid import UUID

from connectors.base import Connector, SourceConfig
from connectors.http import Budget, LeakGuard
from model.clock import Clock
from model.ids import Ids
from model.signs import Tell, tell_nobody
from model.trackers import Trackers
from pool.database import Database
from rules.matching.calibration import Calibration
from rules.matching.match import Index, Match, Matcher
from rules.matching.meaning import Meanings
from rules.matching.question import Message
from rules.next_day import Calendar
from rules.ruleset import Ruleset

Wake = Callable[[str, str], Awaitable[None]]
"""Starts a verb for a source soon; to be called after the commit. Losing it is
harmless: the committed rows are the truth, and a periodic look finds them."""


@dataclass(frozen=True, slots=True)
class Source:
    """A configured source with its connector, and what the tracker lets it ask."""

    name: str
    config: SourceConfig
    connector: Connector
    budget: Budget | None = None


_AT_ONCE = 2


@dataclass(slots=True)
class Memory:
    """What was loaded once and is known by its fingerprint; only ever a shortcut.

    Attributes:
        turns: of batches that can wait: the process has room left for those that cannot.
    """

    rulesets: dict[str, Ruleset] = field(default_factory=dict)
    calendars: dict[str, Calendar] = field(default_factory=dict)
    indexes: dict[str, Index] = field(default_factory=dict)
    calibrations: dict[UUID, Calibration] = field(default_factory=dict)
    matches: dict[bytes, Match] = field(default_factory=dict)
    judge_quiet_until: datetime | None = None
    turns: Semaphore = field(default_factory=lambda: Semaphore(_AT_ONCE))


@dataclass(frozen=True, slots=True)
class Retention:
    """For how long something is kept after it was settled; 0 is for good.

    Attributes:
        body_days: the raw bodies of deliveries.
        write_days: writes that another one of the same field came after.
    """

    body_days: int = 30
    write_days: int = 90


class Judge(Protocol):
    """A model behind an endpoint that the operator hosts."""

    @property
    def model(self) -> str:
        """As the endpoint calls it."""
        ...

    async def ask(self, messages: Sequence[Message]) -> str:
        """The model's answer, whatever it is.

        Raises:
            ReqpoolError: it could not be asked.
        """
        ...


@dataclass(frozen=True, slots=True)
class Engine:
    """The surroundings of the sync verbs.

    Attributes:
        trackers: the kinds that rulesets are written for; None for any.
        meanings: what texts mean; None when the matcher goes by words alone.
        judge: who is asked about issues under review; None unless configured.
        public_url: as people and trackers reach the service; empty when not known.
        guard: looks at all that leaves.
        retention: what is dropped by age.
        tell: takes the signs of life.
    """

    database: Database
    sources: Mapping[str, Source]
    clock: Clock
    ids: Ids
    random: Random
    matcher: Matcher
    wake: Wake
    trackers: Trackers | None = None
    memory: Memory = field(default_factory=Memory)
    meanings: Meanings | None = None
    judge: Judge | None = None
    public_url: str = ""
    guard: LeakGuard = field(default_factory=LeakGuard)
    retention: Retention = Retention()
    tell: Tell = tell_nobody

    def webhook_url(self, source: str) -> str:
        """Where a tracker delivers to; empty when it is not known."""
        return f"{self.public_url}/webhooks/{source}" if self.public_url else ""
