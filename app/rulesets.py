"""Rulesets from files: beside each other in a folder, or shipped with reqpool."""

from pathlib import Path

from app.plugins import load_capabilities
from model.decisions import Facts
from model.errors import Problem, RulesetError
from model.phrase import Phrase
from rules.document import (
    ListNode,
    MapNode,
    Node,
    Problems,
    Scalar,
    parse_document,
)
from rules.fields import Fields
from rules.load_ruleset import LoadBase, load_ruleset
from rules.read_examples import read_examples
from rules.ruleset import Ruleset
from sync.shipped import find_shipped


def load_ruleset_file(path: Path, known: LoadBase | None = None) -> Ruleset:
    """Read a ruleset and the bases that it extends.

    A base ``NAME`` is ``NAME.yaml`` in the same folder, else the shipped one of that
    name.

    Args:
        path: of the ruleset, or the name of a shipped one (``vendor-en``).
        known: answers bases instead, as far as it knows them.

    Raises:
        RulesetError: every problem of every file at once.
    """
    beside = _load_base_beside(path)
    load_base = _first_of(known, beside) if known else beside
    ruleset, problems = load_ruleset(
        _find_named(path) or load_bytes(path),
        file=str(path),
        load_base=load_base,
        trackers=load_capabilities(),
    )
    if ruleset is None:
        raise RulesetError(problems)
    return ruleset


def _find_named(path: Path) -> str | None:
    """A shipped ruleset by its name, where there is no such file."""
    is_name = path.name == str(path) and not path.exists()
    return find_shipped(path.name) if is_name else None


def _first_of(known: LoadBase, other: LoadBase) -> LoadBase:
    def load_base(name: str) -> str:
        try:
            return known(name)
        except KeyError:
            return other(name)

    return load_base


def load_facts(path: Path) -> Facts:
    """Read facts as an example's ``given`` has them, by name.

    Raises:
        RulesetError: every problem at once.
    """
    problems = Problems(str(path))
    node = parse_document(load_bytes(path), problems)
    examples = read_examples(_as_example(node or MapNode(()), problems), frozenset())
    if problems:
        raise RulesetError(problems.found)
    return examples[0].given


def _as_example(given: Node, problems: Problems) -> Fields:
    entries = {"id": _word("facts"), "given": given, "expect": MapNode(())}
    example = MapNode(tuple((_word(name), node) for name, node in entries.items()))
    root = MapNode(((_word("examples"), ListNode((example,))),))
    return Fields(root, problems, known=("examples",))


def _word(text: str) -> Scalar:
    return Scalar(text, text)


def load_bytes(path: Path) -> bytes:
    """A file that a person named.

    Raises:
        RulesetError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        said = Phrase(
            "cannot read {path}: {strerror}", path=path, strerror=error.strerror
        )
        raise RulesetError([Problem("E_FILE", said, hint="check the path")]) from error


def _load_base_beside(path: Path) -> LoadBase:
    def load_base(name: str) -> str:
        file = f"{name}.yaml"
        if Path(file).name != file:
            raise KeyError(name)  # a base is named, never a path
        beside = path.parent / file
        if beside.is_file():
            return beside.read_text(encoding="utf-8", errors="replace")
        shipped = find_shipped(name)
        if shipped is None:
            raise KeyError(name)
        return shipped

    return load_base
