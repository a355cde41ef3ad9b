"""What every stand-in owns beside its store, and what the server asks of one."""

from dataclasses import dataclass, field
from typing import Protocol

from starlette.types import ASGIApp

from sandbox.clock import Now, utc_now
from sandbox.faults import Faults
from sandbox.hooks import Deliveries
from sandbox.journal import Journal
from sandbox.limits import RateLimits


@dataclass
class Bench:
    """Deliveries, journal, faults and limits of one tracker."""

    deliveries: Deliveries
    now: Now = utc_now
    journal: Journal = field(default_factory=Journal)
    faults: Faults = field(default_factory=Faults)
    limits: RateLimits = field(default_factory=RateLimits)


class Tracker(Protocol):
    """A stand-in that `SandboxServer` can serve (JiraTracker, GitLabTracker, GitHubTracker).

    The server sets `base_url` once its port is known; every link the tracker
    writes into an answer or a webhook starts with it.
    """

    base_url: str

    @property
    def kind(self) -> str:
        """One of "jira-cloud", "jira-dc", "gitlab" and "github"."""

    @property
    def bench(self) -> Bench: ...

    @property
    def app(self) -> ASGIApp: ...
