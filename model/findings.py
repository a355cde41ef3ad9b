"""What a check found, with what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


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
