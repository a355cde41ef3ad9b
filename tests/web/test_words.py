"""Every word that templates use exists in both languages, and nothing is left over."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from jinja2 import Environment, nodes

from connectors.hooks import FLAWS
from model.projects import Language
from pool import outbox
from rules.vocabulary import VOCABULARY
from web.pool_page import ORDERS, VIEWS
from web.reader import THEMES
from web.render import FOLDER
from web.words.facts import FACTS
from web.words.findings import FINDINGS
from web.words.glossary import GLOSSARY
from web.words.remedies import REMEDIES, UNKNOWN
from web.words.texts import TEXTS
from web.words.translate import Words

TEMPLATES = sorted((FOLDER / "templates").glob("*.html"))
ROOT = FOLDER.parent
TABLES = [TEXTS, FACTS, GLOSSARY]
PAIRS = [pair for table in TABLES for pair in table.values()] + [
    pair for both in (*REMEDIES.values(), UNKNOWN) for pair in both
]
COMPOSED = (
    {f"sort.{order}" for order in ORDERS}
    | set(VIEWS)
    | {f"theme.{theme}" for theme in THEMES}
    | {
        key
        for key in TEXTS
        if re.match(r"(filter|done|problem|keys|failed|conflicts)\.", key)
    }
)


def parse(path: Path) -> nodes.Template:
    return Environment(autoescape=True).parse(path.read_text("utf-8"))


def constants(node: nodes.Node) -> set[str]:
    found = {one.value for one in node.find_all(nodes.Const)}
    if isinstance(node, nodes.Const):
        found.add(node.value)
    return {value for value in found if isinstance(value, str)}


def keys_of(template: nodes.Template) -> set[str]:
    calls = [
        call
        for call in template.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name == "t"
    ]
    return {
        key
        for call in calls
        if not isinstance(call.args[0], nodes.Concat)
        for key in constants(call.args[0])
        if "." in key or key in TEXTS
    }


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_text_of_a_template_is_in_the_table(path: Path) -> None:
    assert keys_of(parse(path)) <= TEXTS.keys()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_holds_no_words_of_its_own(path: Path) -> None:
    outside = "".join(
        "" if isinstance(data, nodes.Output) else data.data
        for data in parse(path).find_all(nodes.TemplateData)
    )
    text = re.sub(r"<[^>]*>?|^[^<]*>", " ", outside)
    words = set(re.findall(r"[A-Za-z\u4e00-\u9fff]{2,}", text))
    assert words <= {"reqpool", "Esc", "rest"} | _attribute_words(path), words


def _attribute_words(path: Path) -> set[str]:
    """What tags with a template expression inside are cut into."""
    tags = re.findall(r"<[a-z][^<]*?>", path.read_text("utf-8"), flags=re.DOTALL)
    return {word for tag in tags for word in re.findall(r"[A-Za-z]{2,}", tag)}


def test_no_key_stands_in_two_tables() -> None:
    keys = [
        key.value
        for file in (FOLDER / "words").glob("*texts.py")
        for table in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(table, ast.Dict)
        for key in table.keys
        if isinstance(key, ast.Constant)
    ]
    assert [key for key, count in Counter(keys).items() if count > 1] == []


def test_every_text_is_used() -> None:
    used = set().union(*(keys_of(parse(path)) for path in TEMPLATES)) | COMPOSED
    code = "\n".join(path.read_text("utf-8") for path in FOLDER.rglob("*.py"))
    assert {key for key in TEXTS if key not in used and f'"{key}"' not in code} == set()


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_both_languages_say_something_with_the_same_parameters(
    pair: tuple[str, str],
) -> None:
    chinese, english = pair
    assert chinese
    assert english
    assert parameters(chinese) == parameters(english)


def parameters(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_fact_of_the_vocabulary_has_a_name() -> None:
    assert set(VOCABULARY) == set(FACTS)


def test_every_code_that_trackers_raise_has_a_remedy() -> None:
    raised = {
        code
        for path in (ROOT / "connectors").rglob("*.py")
        for code in codes_of(ast.parse(path.read_text("utf-8")))
    }
    refusals = (ROOT / "connectors" / "http" / "refusals.py").read_text("utf-8")
    answered = set(re.findall(r'\d{3}: "([a-z_]+)"', refusals))
    assert "rate_limited" in answered
    assert (raised | answered) - REMEDIES.keys() == set()


def test_every_concern_of_the_engine_has_a_remedy() -> None:
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / "sync").glob("*.py"))
    raised = set(re.findall(r'Concern\(\s*(?:code=)?"([a-z_]+)"', code))
    kept = {f"{field}_kept_by_person" for field in outbox.Field}
    assert "issue_not_absorbed" in raised
    assert (raised | kept) - REMEDIES.keys() == set()


def test_every_finding_of_a_check_is_said_in_chinese_too() -> None:
    files = [*(ROOT / "connectors").rglob("*.py"), *(ROOT / "sync").glob("*.py")]
    told: dict[str, list[set[str]]] = {}
    for path in files:
        for code, names in findings_of(ast.parse(path.read_text("utf-8"))):
            told.setdefault(code, []).append(names)
    for flaw in FLAWS:
        told[flaw.code] = [{"place", "source", "page", flaw.param}]
    assert "webhook_missing" in told
    assert told.keys() - FINDINGS.keys() == set()
    assert FINDINGS.keys() - told.keys() - {"account_locked"} == set()
    for code, usages in told.items():
        wanted = parameters("".join(FINDINGS[code]))
        assert wanted <= set.intersection(*usages), code


def findings_of(module: ast.Module) -> Iterator[tuple[str, set[str]]]:
    """Codes of findings that are not well, with the parameters that each is given."""
    for call in ast.walk(module):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
            continue
        names = {keyword.arg or "" for keyword in call.keywords}
        if ast.unparse(call.func) not in {"Finding.warning", "Finding.error"}:
            continue
        texts = [one.value for one in call.args if isinstance(one, ast.Constant)]
        if texts:
            yield str(texts[0]), names


def codes_of(module: ast.Module) -> set[str]:
    errors = {"PermanentError", "RetriableError", "Conflict"}
    return {
        call.args[0].value
        for call in ast.walk(module)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in errors
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    }


def test_an_unknown_code_still_says_something() -> None:
    words = Words(Language.EN)
    assert words.sentence("strange", {}) == "Something needs a look: strange."
    assert "reqpool check" in words.remedy("strange", {})


def test_a_missing_parameter_shows_as_a_dash() -> None:
    said = Words(Language.EN).sentence("transition_unavailable", {"key": "FIN-1"})
    assert said == "FIN-1: the workflow offers no way to the status “–”."


def test_every_reason_of_a_quarantine_is_said_in_words() -> None:
    raised = re.compile(r'(?:NotStrictJson|Quarantined)\(f?"(\w+)')
    files = [*(ROOT / "connectors").rglob("*.py"), *(ROOT / "sync").glob("*.py")]
    reasons = {it for file in files for it in raised.findall(file.read_text("utf-8"))}
    assert len(reasons) > 10
    assert {it for it in reasons if f"unread.{it}" not in GLOSSARY} == set()
    chinese, english = Words(Language.ZH), Words(Language.EN)
    assert chinese.unread("mistyped_field: id") == "字段类型不对 (id)"
    assert english.unread("of_a_later_version") == "of_a_later_version"
    told = english.sentence("quarantined", {"reason": "invalid_json"})
    assert told == "A webhook was not understood: not JSON."
