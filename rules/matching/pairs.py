"""Labelled pairs: requests of which a person said what they are about."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from model.contracts import Contract
from model.errors import Problem
from model.phrase import Phrase
from rules.document import suggest
from rules.matching.match import Request
from rules.matching.requests import Line, parse_lines


class Side(StrEnum):
    """Where the person put the request."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class Pair:
    """A request and its labels.

    Attributes:
        clause: the clause that it is about, also when it asks for more than that
            clause grants or when the clause excludes it; None when it is about none.
        acceptable: further clauses that would be right as well.
        side: in or out of the contract.
        language: ``zh``, ``en``, ``mixed``, or empty.
        why: what makes it hard, one word or two.
        difficulty: how hard it is, in one word.
        held_out: not to be looked at while tuning.
    """

    request: Request
    clause: str | None
    side: Side
    language: str = ""
    why: str = ""
    difficulty: str = ""
    acceptable: frozenset[str] = frozenset()
    held_out: bool = False


@dataclass(frozen=True, slots=True)
class PairSet:
    """The pairs of one contract."""

    contract: Contract
    pairs: tuple[Pair, ...]

    def only(self, *, held_out: bool) -> "PairSet":
        """The pairs to tune on, or those to report on."""
        kept = tuple(pair for pair in self.pairs if pair.held_out is held_out)
        return PairSet(self.contract, kept)


def parse_pairs(
    text: str, contract: Contract, *, file: str
) -> tuple[PairSet | None, list[Problem]]:
    """Read a file of pairs: lines of requests with ``clause`` and ``scope``.

    If known they also have ``acceptable`` (ids, commas between), ``language``, ``why``,
    ``difficulty`` and ``held_out``.

    Returns:
        The pairs, or None and every problem: those of ``parse_lines``, and ``E_REF``
        for a clause that the contract does not have or a scope other than in and out.
    """
    lines, problems = parse_lines(text, file=file)
    problems += [found for line in lines for found in _wrong(line, contract, file)]
    if problems:
        return None, sorted(problems, key=lambda problem: problem.line)
    return PairSet(contract, tuple(map(_pair, lines))), []


def _pair(line: Line) -> Pair:
    return Pair(
        request=line.request(),
        clause=line.texts.get("clause"),
        side=Side(line.texts["scope"]),
        language=line.texts.get("language", ""),
        why=line.texts.get("why", ""),
        difficulty=line.texts.get("difficulty", ""),
        acceptable=frozenset(_acceptable(line)),
        held_out=bool(line.texts.get("held_out")),
    )


def _acceptable(line: Line) -> list[str]:
    named = line.texts.get("acceptable", "").split(",")
    return [each.strip() for each in named if each.strip()]


def _wrong(line: Line, contract: Contract, file: str) -> Iterator[Problem]:
    clauses = [clause.id for clause in contract.clauses]
    clause, scope = line.texts.get("clause"), line.texts.get("scope", "")
    named = [] if clause is None else [clause]
    for each in (*named, *_acceptable(line)):
        if each not in clauses:
            yield _unknown("clause", each, clauses, Problem("", "", file, line.number))
    if scope not in list(Side):
        yield _unknown("scope", scope, list(Side), Problem("", "", file, line.number))


def _unknown(what: str, value: str, known: Sequence[str], place: Problem) -> Problem:
    hint = suggest(value, known)
    message = Phrase('unknown {what} "{value}"', what=what, value=value)
    return Problem("E_REF", message, place.file, place.line, 1, hint)
