"""Everything that problems say is a phrase, and every phrase is known in both languages."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from model.phrases import IN_CHINESE

ROOT = Path(__file__).parent.parent
FILES = [
    *sorted((ROOT / "rules").rglob("*.py")),
    *sorted((ROOT / "app").glob("config*.py")),
    *sorted((ROOT / "connectors").glob("*/config.py")),
    ROOT / "app/plugins.py",
    ROOT / "connectors/base.py",
    ROOT / "sync/draft.py",
    ROOT / "app/catalogue.py",
    ROOT / "app/contract_file.py",
    ROOT / "app/rulesets.py",
]
"""Those that read files which people write."""

SAYING = {"add": (1, 3), "add_unknown": (1,), "_refuse": (1, 2), "Problem": (1,)}
"""Calls that say something, and which of their arguments do."""


def spoken(tree: ast.AST) -> Iterator[ast.expr]:
    """What the calls of a file say."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            named = dict(assigned(function))
            for call in ast.walk(function):
                for argument in said_by(call):
                    values = named.get(getattr(argument, "id", ""), [argument])
                    yield from (part for value in values for part in halves(value))


def assigned(function: ast.AST) -> Iterator[tuple[str, list[ast.expr]]]:
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found.setdefault(node.targets[0].id, []).append(node.value)
    yield from found.items()


def halves(value: ast.expr) -> list[ast.expr]:
    return [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]


def said_by(call: ast.AST) -> Iterator[ast.expr]:
    if not isinstance(call, ast.Call):
        return
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    is_code = [
        isinstance(it, ast.Constant) and str(it.value).startswith("E_")
        for it in call.args
    ]
    if any(is_code[1:]):  # add(problems, code, message, hint)
        yield from call.args[is_code.index(True) + 1 :][:2]
    elif any(is_code) or name == "_refuse":
        places = SAYING.get(name, ())
        yield from (call.args[at] for at in places if at < len(call.args))
        yield from (it.value for it in call.keywords if it.arg == "hint")
    elif name == "add_limit":
        yield call.args[1]


def phrases(tree: ast.AST) -> Iterator[str]:
    for call in ast.walk(tree):
        is_phrase = isinstance(call, ast.Call) and getattr(call.func, "id", "") == (
            "Phrase"
        )
        if isinstance(call, ast.Call) and is_phrase:
            template = call.args[0]
            if isinstance(template, ast.Constant):
                yield str(template.value)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_what_a_problem_says_is_known_in_both_languages(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    plain = {it.value for it in spoken(tree) if isinstance(it, ast.Constant)}
    said = {str(text) for text in plain if text} | set(phrases(tree))
    assert said <= IN_CHINESE.keys(), said - IN_CHINESE.keys()
    assert not [ast.unparse(it) for it in spoken(tree) if isinstance(it, ast.JoinedStr)]


def fields(template: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", template))


@pytest.mark.parametrize("template", IN_CHINESE)
def test_both_languages_fill_in_the_same(template: str) -> None:
    assert fields(template) == fields(IN_CHINESE[template])
