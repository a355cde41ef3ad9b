"""What is known of trackers: each row has a test named after it, or says why not."""

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PAGE = (TESTS.parent / "docs" / "reference" / "trackers.md").read_text("utf-8")
ROWS = dict(re.findall(r"^\| ([A-F]\d*) \| .+ \| (.+) \|$", PAGE, re.MULTILINE))
COLLECTED = TESTS.parents[1] / "shared" / "design" / "TRACKERS.md"


def find_named() -> set[str]:
    """The ids that tests are named after; the contract's facts are tests, too."""
    texts = (path.read_text("utf-8") for path in TESTS.rglob("*.py"))
    return {name for text in texts for name in _find_ids(ast.parse(text))}


def _find_ids(tree: ast.Module) -> list[str]:
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    names = [node.name for node in ast.walk(tree) if isinstance(node, functions)]
    found = [re.match(r"test_([a-e]\d+|f)_", name) for name in names]
    return [one[1].upper() for one in found if one]


NAMED = find_named()


@pytest.mark.parametrize("name", ROWS)
def test_each_row_has_a_test_or_says_why_not(name: str) -> None:
    assert (name in NAMED) != ROWS[name].startswith("does not apply: ")


def test_each_named_test_is_in_a_row() -> None:
    assert set(ROWS) >= NAMED


def test_no_row_is_there_twice() -> None:
    assert len(re.findall(r"^\| [A-F]\d* \|", PAGE, re.MULTILINE)) == len(ROWS)


@pytest.mark.skipif(
    not COLLECTED.is_file(), reason="the collected facts are not part of the checkout"
)
def test_each_fact_that_was_collected_is_in_a_row() -> None:
    text = COLLECTED.read_text("utf-8")
    numbered = re.findall(r"^([A-E]\d+) |^## (F)\.", text, re.MULTILINE)
    assert {one or other for one, other in numbered} == set(ROWS)
