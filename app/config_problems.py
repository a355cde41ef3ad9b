"""What is wrong in a configuration: where, why, and what to do. Never the value."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, cast, get_args
from urllib.parse import urlsplit

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_core import ErrorDetails, PydanticKnownError
from pydantic_core.core_schema import ErrorType

from model.errors import Problem
from model.phrase import Phrase

KeyPath = tuple[str, ...]

_HEADER = re.compile(r"\s*\[+\s*([^\]]+?)\s*\]+")
_PASSWORD = re.compile(r"password\s*=")
"""As a parameter, which libpq takes from a URL and from a list of words alike."""
_KEY = re.compile(r"\s*((?:[\w-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*[\w\"'-]+)*)\s*=")


class Places:
    """Where each key of a TOML file stands; :mod:`tomllib` does not tell."""

    def __init__(self, file: Path | None, text: str) -> None:
        self._file = str(file) if file else ""
        self._lines: dict[KeyPath, int] = {}
        table: KeyPath = ()
        for number, line in enumerate(text.splitlines(), 1):
            if header := _HEADER.match(line):
                table = _split(header[1])
                self._lines.setdefault(table, number)
            elif key := _KEY.match(line):
                self._lines.setdefault((*table, *_split(key[1])), number)

    def at(self, path: KeyPath, problem: Problem) -> Problem:
        """The problem with the line of the key, or of what comes nearest around it."""
        for length in range(len(path), 0, -1):
            if line := self._lines.get(path[:length]):
                return replace(problem, file=self._file, line=line)
        return replace(problem, file=self._file)


def _split(key: str) -> KeyPath:
    return tuple(part.strip().strip("\"'") for part in key.split("."))


def to_problem(error: ErrorDetails, model: type[BaseModel]) -> Problem:
    """Say one of pydantic's complaints in our words."""
    path = tuple(str(part) for part in error["loc"])
    name = ".".join(path)
    kind = error["type"]
    if kind == "extra_forbidden":
        said = Phrase("{name}: there is no such setting", name=name)
        return Problem("E_FIELD", said, hint=_suggestion(path, model))
    if kind == "missing":
        table = ".".join(path[:-1])
        hint = Phrase("add {key} to [{table}]", key=path[-1], table=table)
        return Problem("E_MISSING", Phrase("{name}: is missing", name=name), hint=hint)
    hint = error.get("ctx", {}).get("hint", "")
    code = kind if kind.startswith("E_") else "E_TYPE"
    said = Phrase("{name}: {reason}", name=name, reason=_reason(error))
    return Problem(code, said, hint=hint)


def _reason(error: ErrorDetails) -> Phrase:
    """What it says: a validator of ours, or pydantic itself."""
    kind, values = error["type"], error.get("ctx", {})
    if kind == "value_error":
        said = values["error"].args[0]
        return said if isinstance(said, Phrase) else Phrase(said)
    if kind.startswith("E_"):
        return Phrase(error["msg"])
    known = PydanticKnownError(cast("ErrorType", kind), values)
    return Phrase(_OWN_WORDS.get(kind) or known.message_template, **values)


_OWN_WORDS = {
    "too_short": "{min_length} or more are needed, not {actual_length}",
    "too_long": "{max_length} are the most, not {actual_length}",
}
"""Where pydantic's count the plural."""


def to_problems(
    error: ValidationError, model: type[BaseModel]
) -> Iterator[tuple[KeyPath, Problem]]:
    """Say all of them, each with the path of its key."""
    for found in error.errors(include_url=False, include_input=False):
        path = tuple(str(part) for part in found["loc"])
        yield path, to_problem(found, model)


def _suggestion(path: KeyPath, model: type[BaseModel]) -> str:
    known = _known_keys(model, path[:-1])
    close = get_close_matches(path[-1], known, 1)
    return Phrase("did you mean {near}?", near=close[0]) if close else _all(known)


def _all(known: Sequence[str]) -> Phrase:
    return Phrase("known are {names}", names=", ".join(known))


def _known_keys(model: type[BaseModel], path: KeyPath) -> list[str]:
    models = [model]
    for key in path:
        annotations = (annotation_of(one).get(key) for one in models)
        models = [deeper for found in annotations for deeper in _models_in(found)]
    return [key for one in models for key in annotation_of(one)]


def annotation_of(model: type[BaseModel]) -> dict[str, Any]:
    """The type of each key, under the name that stands in the file."""
    return {
        field.alias or name: field.annotation
        for name, field in model.model_fields.items()
    }


def _leaves(annotation: Any) -> Iterator[Any]:
    arguments = get_args(annotation)
    if not arguments:
        yield annotation
    for argument in arguments:
        yield from _leaves(argument)


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    return [
        leaf
        for leaf in _leaves(annotation)
        if isinstance(leaf, type) and issubclass(leaf, BaseModel)
    ]


def plain_secrets(
    model: type[BaseModel], written: Mapping[str, Any], path: KeyPath = ()
) -> Iterator[tuple[KeyPath, Problem]]:
    """Find secrets that stand in the file itself."""
    annotations = annotation_of(model)
    for key, value in written.items():
        here = (*path, key)
        annotation = annotations.get(key)
        if SecretStr in _leaves(annotation) and _is_plain_secret(here, value):
            yield here, _plain(here)
        for deeper in _models_in(annotation):
            for table in _tables(value):
                yield from plain_secrets(deeper, table, here)


def _tables(value: Any) -> list[dict[str, Any]]:
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, dict)]


def _is_plain_secret(path: KeyPath, value: Any) -> bool:
    texts = [text for text in _as_list(value) if isinstance(text, str)]
    if path == ("database", "url"):
        return any(urlsplit(text).password or _PASSWORD.search(text) for text in texts)
    return bool(texts)


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _plain(path: KeyPath) -> Problem:
    hint = Phrase(
        'write {key} = {{ file = "/run/secrets/…" }} or {{ env = "NAME" }}',
        key=path[-1],
    )
    said = Phrase("{name}: a secret in plain text", name=".".join(path))
    return Problem("E_SECRET", said, hint=hint)
