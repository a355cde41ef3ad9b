"""What a check found, with what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self


class Severity(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer to one question that a check asked.

    Attributes:
        code: stable name, such as ``permission_missing``; ``ok`` findings have one too.
        severity: an error makes ``reqpool check`` exit 1.
        subject: what was looked at: a source, a status, a label.
        params: what the sentences are filled with.
        message: the sentence in English, for logs and the command line.
        hint: what to do, in English; empty when all is well.
    """

    code: str
    severity: Severity
    subject: str
    message: str
    hint: str = ""
    params: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def ok(cls, code: str, subject: str, message: str, **params: str) -> Self:
        """All is well; ``params`` fill the sentence."""
        filled = message.format(**params)
        return cls(code, Severity.OK, subject, filled, params=params)

    @classmethod
    def warning(
        cls, code: str, subject: str, message: str, hint: str, **params: str
    ) -> Self:
        """Something is less than it could be; ``params`` fill both sentences."""
        filled, advice = message.format(**params), hint.format(**params)
        return cls(code, Severity.WARNING, subject, filled, advice, params)

    @classmethod
    def error(
        cls, code: str, subject: str, message: str, hint: str, **params: str
    ) -> Self:
        """Something will not work; ``params`` fill both sentences."""
        filled, advice = message.format(**params), hint.format(**params)
        return cls(code, Severity.ERROR, subject, filled, advice, params)
