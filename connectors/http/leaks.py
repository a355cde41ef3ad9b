"""The leak guard: the one look at everything that leaves, and it fails closed."""

import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from connectors.http.door import Outgoing, Scan
from connectors.http.readings import read_all
from model.canaries import FIRST_WIDE, Canary, CanaryKind

_SIGNING_IN = frozenset({"authorization", "private-token", "proxy-authorization"})
UNWATCHED = "unwatched"
"""What the scan answers to a write that nobody armed it for."""


@dataclass(frozen=True, slots=True)
class _Watch:
    canaries: Collection[Canary]
    revealed: Collection[str] = field(repr=False)


@dataclass(slots=True)
class LeakGuard:
    """Looks for canaries in all that leaves; one for a process.

    Secrets are looked for in every request. What else is internal depends on whose
    tracker it is, and a write that no verb armed the guard for is refused.

    Attributes:
        secrets: of the whole configuration.
        credentials: by source, what its own requests sign in with.
        ordinary_words: names of clients that are words of the language, too.
    """

    secrets: Collection[str] = field(default=(), repr=False)
    credentials: Mapping[str, Collection[str]] = field(default_factory=dict, repr=False)
    ordinary_words: Collection[str] = ()
    _watches: dict[str, list["_Watch"]] = field(default_factory=dict, repr=False)

    @contextmanager
    def watching(
        self,
        source: str,
        canaries: Collection[Canary] = (),
        revealed: Collection[str] = (),
    ) -> Iterator[None]:
        """Let writes out to a source meanwhile, if they hold none of these.

        Args:
            source: its name.
            canaries: looked for besides the secrets.
            revealed: secrets that the tracker is about to be told: a webhook's own.
        """
        watches = self._watches.setdefault(source, [])
        watch = _Watch(self._telling(canaries), frozenset(revealed))
        watches.append(watch)
        try:
            yield
        finally:
            watches.remove(watch)

    def scan_for(self, source: str) -> Scan:
        """The scan at a source's door."""

        def scan(outgoing: Outgoing) -> str:
            watches = tuple(self._watches.get(source, ()))
            if outgoing.writes and not watches:
                return UNWATCHED
            own = self.credentials.get(source, ())
            revealed = {secret for watch in watches for secret in watch.revealed}
            canaries = [one for watch in watches for one in watch.canaries]
            secret = self._find_secret(outgoing, own, revealed)
            return secret or _find_word(outgoing, canaries)

        return scan

    def scan_for_secrets(self, own: Collection[str]) -> Scan:
        """The scan at the door of what may read texts of clients."""
        return lambda outgoing: self._find_secret(outgoing, own)

    def _telling(self, canaries: Collection[Canary]) -> list[Canary]:
        ordinary = {fold(word) for word in self.ordinary_words}
        folded = (Canary(one.kind, fold(one.text)) for one in canaries)
        return [one for one in folded if one.is_telling and one.text not in ordinary]

    def _find_secret(
        self, outgoing: Outgoing, own: Collection[str], revealed: Collection[str] = ()
    ) -> str:
        kept = [secret for secret in self.secrets if secret not in revealed]
        foreign = [secret for secret in kept if secret not in own]
        open_parts = [outgoing.target, outgoing.body]
        closed_parts: list[bytes] = []
        for name, value in outgoing.headers:
            parts = closed_parts if name.lower() in _SIGNING_IN else open_parts
            parts.append(value.encode())
        found = _holds(open_parts, kept) or _holds(closed_parts, foreign)
        return CanaryKind.SECRET if found else ""


def _holds(parts: Iterable[bytes], secrets: Collection[str]) -> bool:
    texts = [text for part in parts for text in read_all(part)]
    return any(secret in text for secret in secrets for text in texts)


def _find_word(outgoing: Outgoing, canaries: Collection[Canary]) -> str:
    """A read's path is the tracker's own: only what is asked for holds words of ours."""
    target = outgoing.target
    asked = target if outgoing.writes else target.partition(b"?")[2]
    texts = [fold(text) for part in (asked, outgoing.body) for text in read_all(part)]
    found = (one.kind for one in canaries for text in texts if _stands_in(one, text))
    return next(found, "")


def fold(text: str) -> str:
    """Equal for what reads equal: case, width and white space."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _stands_in(canary: Canary, text: str) -> bool:
    """Whether it is there as words of its own: Acme is not in acmeism."""
    start = text.find(canary.text)
    while start >= 0:
        end = start + len(canary.text)
        if not (_go_on(text, start - 1) or _go_on(text, end - 1)):
            return True
        start = text.find(canary.text, start + 1)
    return False


def _go_on(text: str, index: int) -> bool:
    """Whether the letters at a place and after it belong to one word."""
    pair = text[max(index, 0) : index + 2] if index >= 0 else ""
    return len(pair) == 2 and all(one.isalnum() and one < FIRST_WIDE for one in pair)  # noqa: PLR2004 - a pair
