"""What a person is told of mistakes, word by word, to be read as a whole.

``python -m tests.rules.test_mistakes`` writes it down anew.
"""

import inspect
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from textwrap import dedent

import jsonschema

from model.errors import Problem
from rules.document import Problems, parse_document, to_plain
from rules.load_ruleset import load_ruleset
from rules.matching.contract import load_contract
from rules.schema import ruleset_schema
from rules.sheets.csv_sheet import parse_csv
from rules.sheets.headings import likeness
from rules.sheets.sheet import MAX_BYTES, MAX_ROWS
from tests.rules import test_ruleset_problems
from tests.rules.defaults import TRACKERS

FOLDER = Path(__file__).parent
SAID = FOLDER / "mistakes.txt"
SHEETS = (
    b"id,text\n\xff\xff\xff,\x80\n",
    b"\xff\xfex",
    b"\xff\xfei\0d\0\0\0",
    b"id,text\n1,a\x00b\n",
    b'id,text\n1,"a"b\n',
    b"x" * (MAX_BYTES + 1),
    b"id,text\n" * (MAX_ROWS + 1),
    b"id,text\n" + b"," * 100,
    b"id,text\n1," + b"x" * 30_000,
)


def rulesets() -> Iterator[str]:
    for _, test in inspect.getmembers(test_ruleset_problems, inspect.isfunction):
        if test.__doc__ and "problems" in inspect.signature(test).parameters:
            yield dedent(test.__doc__.removeprefix("\n"))


def written() -> list[str]:
    return (FOLDER / "mistakes.yaml").read_text("utf-8").split("---\n")


def found() -> Iterator[list[Problem]]:
    for text in (*rulesets(), *written()):
        if text.startswith("slug:"):
            yield load_contract(text, file="c.yaml")[1]
        else:
            yield load_ruleset(text, file="r.yaml", trackers=TRACKERS)[1]
    for data in SHEETS:
        problems = Problems("c.csv")
        parse_csv(data, problems, likeness=likeness)
        yield problems.found


def refused() -> Iterator[list[str]]:
    """Where the published schema finds a mistake, too."""
    schema = jsonschema.Draft202012Validator(ruleset_schema(TRACKERS))
    for text in written():
        document = parse_document(text, Problems())
        if document is not None and not text.startswith("slug:"):
            errors = schema.iter_errors(to_plain(document))
            yield sorted(f"{each.json_path} {each.validator}" for each in errors)


def said() -> str:
    each: Iterator[Sequence[object]] = chain(found(), refused())
    return "\n".join("".join(f"{one}\n" for one in some) for some in each)


def test_each_mistake_is_told_as_it_was_written_down() -> None:
    assert said() == SAID.read_text("utf-8")


if __name__ == "__main__":
    SAID.write_text(said(), "utf-8")
