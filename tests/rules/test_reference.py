"""The reference in docs/ is what the code says."""

import re
from pathlib import Path

import pytest

from rules.conditions import Operator
from rules.load_ruleset import FIELDS, load_ruleset
from rules.reference import EXAMPLE, PROBLEM_CODES, facts_page, rules_page
from rules.run_examples import run_examples
from sync.shipped import find_shipped

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("file", "made"), [("facts.md", facts_page()), ("rules.md", rules_page())]
)
def test_the_page_in_docs_is_the_one_that_the_code_makes(file: str, made: str) -> None:
    written = (ROOT / "docs" / "reference" / file).read_text("utf-8")
    assert written == made, f"run: reqpool rules reference {file[:-3]} > {file}"


def test_the_example_of_the_page_loads_and_passes() -> None:
    ruleset, problems = load_ruleset(
        EXAMPLE, file="acme.yaml", load_base=lambda name: find_shipped(name) or ""
    )
    assert ruleset, problems
    assert [result.why for result in run_examples(ruleset)] == [""]


def test_every_field_question_and_code_is_explained() -> None:
    page = rules_page()
    for word in (*FIELDS, *PROBLEM_CODES, *(set(Operator) - {Operator.IS})):
        assert f"| `{word}` |" in page


def test_every_code_that_loading_gives_is_in_the_page() -> None:
    read = [*(ROOT / "rules").glob("*.py"), ROOT / "app" / "rulesets.py"]
    code = "\n".join(
        path.read_text("utf-8") for path in [*read, ROOT / "sync/draft.py"]
    )
    given = set(re.findall(r'"(E_[A-Z]+)"', code))
    assert given - PROBLEM_CODES.keys() <= {"E_JSON", "E_RANGE", "E_ENCODING"}
