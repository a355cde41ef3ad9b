"""A decision with what it was taken on; handed from verb to verb."""

from collections.abc import Sequence
from dataclasses import dataclass

from model.answers import Answer
from model.decisions import Decision, Facts
from model.releases import Release
from pool.projects import Setting


@dataclass(frozen=True, slots=True)
class Ruling:
    """What write-back goes by.

    Attributes:
        answers: to commands in the issue's comments, oldest first.
        clause: whose allowance the issue counts against; empty for none.
    """

    decision: Decision
    facts: Facts
    setting: Setting
    release: Release | None
    answers: Sequence[Answer] = ()
    clause: str = ""
