"""What is known of trackers: each row has a test named after it, or says why not."""

import re
from collections.abc import Iterator
from pathlib import Path
from string import ascii_lowercase

import pytest

TESTS = Path(__file__).parent
PAGE = (TESTS.parent / "docs" / "reference" / "trackers.md").read_text("utf-8")
ROWS = dict(re.findall(r"^\| ([A-F]\d*[a-z]?) \| .+ \| (.+) \|$", PAGE, re.MULTILINE))
COLLECTED = TESTS.parents[1] / "shared" / "design" / "TRACKERS.md"
_NAME = re.compile(r"^\s*(?:async )?def test_([a-e]\d+[a-z]?|f)_", re.MULTILINE)


def find_named() -> set[str]:
    """The ids that tests are named after; the contract's facts are tests, too."""
    texts = (path.read_text("utf-8") for path in TESTS.rglob("*.py"))
    found = {name for text in texts for name in _NAME.findall(text)}
    return {one[0].upper() + one[1:] for one in found}


NAMED = find_named()


@pytest.mark.parametrize("name", ROWS)
def test_each_row_has_a_test_or_says_why_not(name: str) -> None:
    assert (name in NAMED) != ROWS[name].startswith("does not apply: ")


def test_each_named_test_is_in_a_row() -> None:
    assert set(ROWS) >= NAMED


def test_no_row_is_there_twice() -> None:
    assert len(re.findall(r"^\| [A-F]\d*[a-z]? \|", PAGE, re.MULTILINE)) == len(ROWS)


@pytest.mark.skipif(
    not COLLECTED.is_file(), reason="the collected facts are not part of the checkout"
)
def test_each_fact_that_was_collected_is_in_a_row() -> None:
    assert set(find_collected()) == set(ROWS)


def find_collected() -> Iterator[str]:
    """The collected facts' ids; what is listed below one has its id and a letter."""
    name, letters = "", iter(ascii_lowercase)
    for line in COLLECTED.read_text("utf-8").splitlines():
        if begun := re.match(r"(?:## )?([A-E]\d+ |F\.)", line):
            name, letters = begun[1].strip(" ."), iter(ascii_lowercase)
            yield name
        elif re.match(r" +- ", line):
            yield name + next(letters)
