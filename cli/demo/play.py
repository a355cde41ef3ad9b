"""Who plays in the check, and how they wait for what they expect to see."""

import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TypeVar

from cli.demo.addresses import Addresses
from cli.demo.person import Person
from cli.demo.watch import Control, Json, Pool, issue_of

Seen = TypeVar("Seen")

_PAUSE_SECONDS = 0.2
_QUIET_SECONDS = 3.0
_SETTLE_SECONDS = 120.0


class NotSeenError(Exception):
    """What was expected did not come; the sentence says what was seen instead."""


@dataclass(frozen=True, slots=True)
class Play:
    """Who plays, and how long they wait."""

    addresses: Addresses
    pool: Pool
    controls: Mapping[str, Control]
    stack: ExitStack
    deadline_seconds: float

    def person(self, tracker: str, name: str) -> Person:
        """Somebody at a tracker's page, until the play is over."""
        person = Person(self.addresses.trackers[tracker], name)
        self.stack.callback(person.close)
        return person

    def wait(
        self,
        expected: str,
        look: Callable[[], Seen],
        holds: Callable[[Seen], bool],
        tell: Callable[[Seen], str] = str,
        seconds: float | None = None,
    ) -> Seen:
        """Look again and again until it holds.

        Raises:
            NotSeenError: not within the deadline, nor while anything is on its way, as on
                a slow machine.
        """
        patience = self.deadline_seconds if seconds is None else seconds
        until = time.monotonic() + patience
        while True:
            late_seconds = time.monotonic() - until
            seen = look()
            if holds(seen):
                return seen
            if late_seconds > 0 and self._is_at_rest(late_seconds):
                raise NotSeenError(
                    f"expected {expected} within {patience:g} s, saw {tell(seen)}"
                )
            time.sleep(_PAUSE_SECONDS)

    def _is_at_rest(self, late_seconds: float) -> bool:
        return late_seconds > _SETTLE_SECONDS or not _waiting(self)

    def find(self, title: str, path: str) -> Json:
        """The requirement of a new issue, as soon as it was decided on.

        Raises:
            NotSeenError: it does not come.
        """
        found = self.wait(
            f"the pool to show {path.lstrip('/')}, decided on",
            lambda: self.pool.find(title, path),
            lambda seen: seen is not None and issue_of(seen)["decision"] is not None,
            lambda seen: "it without a decision" if seen else "no such requirement",
        )
        if found is None:
            raise LookupError(path)
        return found

    def expect_labels(
        self, person: Person, path: str, wanted: str, unwanted: str = ""
    ) -> set[str]:
        """Wait until the tracker shows one label, and no more the other.

        Raises:
            NotSeenError: it does not.
        """
        without = f" and no more {unwanted}" if unwanted else ""
        return self.wait(
            f"{path.lstrip('/')} to be labelled {wanted}{without} in its tracker",
            lambda: person.labels(path),
            lambda labels: wanted in labels and unwanted not in labels,
            lambda labels: f"the labels {sorted(labels)}",
        )


def wait_until_quiet(play: Play) -> None:
    """Wait until nothing is on its way for some seconds.

    Raises:
        NotSeenError: something always is.
    """
    busy_at = time.monotonic()

    def look() -> Mapping[str, int]:
        nonlocal busy_at
        waiting = _waiting(play)
        if any(waiting.values()):
            busy_at = time.monotonic()
        return waiting

    play.wait(
        "everything on its way to arrive",
        look,
        lambda _: time.monotonic() - busy_at >= _QUIET_SECONDS,
        seconds=max(_SETTLE_SECONDS, play.deadline_seconds),
    )


def _waiting(play: Play) -> Mapping[str, int]:
    waiting = {
        f"webhooks of {name}": control.pending()
        for name, control in play.controls.items()
    }
    for name, source in play.pool.sources().items():
        waiting[f"inbox of {name}"] = source["inbox"].get("pending", 0)
        waiting[f"fetches of {name}"] = source["fetches"]
        waiting[f"outbox of {name}"] = source["outbox"].get("pending", 0)
    return {name: count for name, count in waiting.items() if count}
