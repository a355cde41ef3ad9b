"""Errors, grouped by who must act.

::

    ReqpoolError
    ├── ConfigError        the operator: configuration file, environment, secrets
    ├── RulesetError       whoever edits the rules: every problem at once
    ├── DeliveryRejected   the sender of a webhook: not authentic, constant answer
    └── TrackerError       talking to a tracker went wrong
        ├── RetriableError     the machine: later, honouring ``retry_after_seconds``
        ├── Conflict           fetch again, then decide again
        └── PermanentError     a person: the attention page, with a remedy

Stored findings are a code with parameters, so that each reader gets their own
language; the sentence here is what logs and the command line show.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file that a person wrote.

    ``line`` and ``column`` count from 1; 0 means that the place is not known.
    ``code`` is stable (``E_FIELD``, ``E_TYPE`` …), ``hint`` says what to do.
    """

    code: str
    message: str
    file: str = ""
    line: int = 0
    column: int = 0
    hint: str = ""

    def __str__(self) -> str:
        """``file:line:column: CODE message (hint)``, of the place what is known."""
        known = (str(part) for part in (self.file, self.line, self.column) if part)
        place = "".join(f"{part}:" for part in known)
        hint = f" ({self.hint})" if self.hint else ""
        return f"{place} {self.code} {self.message}{hint}".lstrip()


class ReqpoolError(Exception):
    """The root; never raised itself."""


class _ProblemsError(ReqpoolError):
    """Carries every problem of a file at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class ConfigError(_ProblemsError):
    """The configuration cannot be used; the operator mends it. Exit code 2."""


class RulesetError(_ProblemsError):
    """A ruleset, contract or catalogue file cannot be used. Exit code 2."""


class DeliveryRejected(ReqpoolError):  # noqa: N818 - names what happened to the delivery
    """The webhook is not authentic. The reason is counted, never answered."""


@dataclass
class TrackerError(ReqpoolError):
    """A tracker did not do what was asked.

    Attributes:
        code: stable name of the finding, such as ``rate_limited``.
        params: what the sentence in the reader's language is filled with.
    """

    code: str
    params: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """``code (name=value, …)``; parameters never hold secrets."""
        filled = ", ".join(f"{name}={value}" for name, value in self.params.items())
        return f"{self.code} ({filled})" if filled else self.code


@dataclass
class RetriableError(TrackerError):
    """May succeed later.

    ``retry_after_seconds`` is what the tracker asked for; None when it named no
    time (RFC 9110, section 10.2.3).
    """

    retry_after_seconds: float | None = None


class Conflict(TrackerError):  # noqa: N818 - the tracker's own word (HTTP 409)
    """The issue moved under us: fetch, absorb and decide again."""


class PermanentError(TrackerError):
    """Repeating will not help; a person must act."""
