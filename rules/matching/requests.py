"""Requests as lines of JSON, for matching without a database.

One object a line: ``title``, and if known ``description``, ``module``, ``phase`` and
``issue_type``. The lines of labelled pairs also carry what ``rules/matching/pairs.py``
reads, so that one file serves both.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date

from model.errors import Problem
from model.phrase import Phrase
from rules.document import suggest
from rules.matching.match import Match, Request
from rules.matching.scopes import likely_scopes

REQUEST_FIELDS = ("title", "description", "module", "phase", "issue_type")
LABEL_FIELDS = (
    "id",
    "clause",
    "acceptable",
    "scope",
    "language",
    "why",
    "difficulty",
    "held_out",
)
_FLAGS = ("held_out",)

Texts = Mapping[str, str]
"""A line's fields; JSON's null is an absent field."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line that could be read; ``number`` counts from 1."""

    number: int
    texts: Texts

    def request(self, today: date | None = None) -> Request:
        """What it asks."""
        return Request(
            title=self.texts["title"],
            description=self.texts.get("description", ""),
            module=self.texts.get("module", ""),
            issue_type=self.texts.get("issue_type", ""),
            phase=self.texts.get("phase", ""),
            today=today,
        )


def parse_lines(text: str, *, file: str) -> tuple[list[Line], list[Problem]]:
    """Read a file of requests, one JSON object a line; empty lines are passed over.

    Returns:
        The lines that could be read, and every problem of the others: ``E_JSON``,
        ``E_FIELD`` (unknown, or no title), ``E_TYPE`` (not a text).
    """
    lines: list[Line] = []
    problems: list[Problem] = []
    for number, raw in enumerate(text.split("\n"), start=1):
        if raw.strip():
            texts, found = _parse_line(raw)
            problems += [replace(one, file=file, line=number) for one in found]
            lines += [] if found else [Line(number, texts)]
    return lines, problems


def answer(line: Line, match: Match) -> dict[str, object]:
    """One line of the answer, ready for ``json.dumps``.

    The request's own fields, then ``match`` (the fields of ``Match``) and ``likely``
    (by scope, what text alone says).
    """
    likely = dict(likely_scopes(match))
    return {"line": line.number, **line.texts, "match": asdict(match), "likely": likely}


def _parse_line(raw: str) -> tuple[Texts, list[Problem]]:
    try:
        read = json.loads(raw)
    except (ValueError, RecursionError) as error:
        hint = "one JSON object a line, in double quotes"
        column = error.colno if isinstance(error, json.JSONDecodeError) else 1
        return {}, [Problem("E_JSON", "not JSON", column=column, hint=hint)]
    if not isinstance(read, dict):
        return {}, [Problem("E_TYPE", "expected an object", column=1, hint=_HINT)]
    given = {name: value for name, value in read.items() if value is not None}
    texts = {name: _as_text(value) for name, value in given.items()}
    return texts, list(_wrong(given))


def _as_text(value: object) -> str:
    return ("", "true")[value] if isinstance(value, bool) else str(value)


_HINT = 'write {"title": "…"}'


def _wrong(texts: Mapping[str, object]) -> Iterator[Problem]:
    known = (*REQUEST_FIELDS, *LABEL_FIELDS)
    for name, value in texts.items():
        if name not in known:
            message = Phrase('unknown field "{name}"', name=name)
            yield Problem("E_FIELD", message, column=1, hint=suggest(name, known))
        elif name in _FLAGS and not isinstance(value, bool):
            hint = "write true or false"
            yield Problem(
                "E_TYPE",
                Phrase('"{name}" is not a flag', name=name),
                column=1,
                hint=hint,
            )
        elif name not in _FLAGS and not isinstance(value, str):
            hint = "put it in double quotes"
            yield Problem(
                "E_TYPE",
                Phrase('"{name}" is not a text', name=name),
                column=1,
                hint=hint,
            )
    if "title" not in texts:
        yield Problem("E_FIELD", '"title" is missing', column=1, hint=_HINT)
