"""A test's docstring is the ruleset that it is about."""

from textwrap import dedent
from typing import NamedTuple

import pytest

from model.errors import Problem
from rules.load_ruleset import load_ruleset
from rules.ruleset import Ruleset
from tests.rules.defaults import TRACKERS


class Loaded(NamedTuple):
    ruleset: Ruleset | None
    problems: list[Problem]


def written_in(request: pytest.FixtureRequest) -> str:
    """The YAML of a test's docstring; its first line has number 1."""
    written = request.function.__doc__ or ""
    return dedent(written.removeprefix("\n"))


@pytest.fixture
def loaded(request: pytest.FixtureRequest) -> Loaded:
    return Loaded(
        *load_ruleset(written_in(request), file="rules.yaml", trackers=TRACKERS)
    )


@pytest.fixture
def ruleset(loaded: Loaded) -> Ruleset:
    assert loaded.problems == []
    assert loaded.ruleset is not None
    return loaded.ruleset


@pytest.fixture
def problems(loaded: Loaded) -> list[tuple[str, int, int, str]]:
    """Code, line, column and hint of each problem; the ruleset is refused."""
    assert loaded.ruleset is None
    assert all(problem.file == "rules.yaml" for problem in loaded.problems)
    return [
        (problem.code, problem.line, problem.column, problem.hint)
        for problem in loaded.problems
    ]
