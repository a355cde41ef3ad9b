"""Ruleset files to a checked Ruleset, or everything that is wrong with them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from model.decisions import Section
from model.errors import Problem
from model.phrase import Phrase
from model.trackers import Trackers
from rules.document import Node, Problems, Scalar, decode, parse_document
from rules.fields import Fields
from rules.merge import MergedRules, all_rules, merge_rules, merge_write_back
from rules.own_labels import find_self_readers
from rules.read_conditions import Terms
from rules.read_examples import read_examples
from rules.read_rules import FileRules, read_rules
from rules.read_write_back import WriteBackReader
from rules.ruleset import PointRule, Rule, Ruleset, WriteBack, owned_labels
from rules.shadows import find_shadowed

LoadBase = Callable[[str], str]
"""Answers the text of a ruleset by its name; ``KeyError`` when there is none."""

FIELDS = (
    "name",
    "extends",
    "timezone",
    "terms",
    "off",
    "kind",
    "scope",
    "priority",
    "release",
    "write_back",
    "examples",
)
_MOST_BASES = 8


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    text: str
    root: Fields
    problems: Problems
    is_yaml: bool


def load_ruleset(
    text: str | bytes,
    *,
    file: str,
    load_base: LoadBase | None = None,
    trackers: Trackers | None = None,
) -> tuple[Ruleset | None, list[Problem]]:
    """Load a ruleset and the bases that it extends.

    Args:
        text: the file's content, UTF-8.
        file: what problems and reasons name as the place.
        load_base: answers the text of a base by the name that ``extends`` gives.
        trackers: the kinds that it is written for; None for a stored ruleset, which
            was checked against them when it was activated.

    Returns:
        The ruleset, and no problems; or None and every problem of every file, in the
        order of the files and lines.
    """
    files = _load_chain(text, file, load_base)
    if not all(file.is_yaml for file in files):
        return None, _all_problems(files)
    ruleset = _assemble(files, trackers)
    problems = _all_problems(files)
    return (None if problems else ruleset), problems


def _all_problems(files: Sequence[_File]) -> list[Problem]:
    return [
        problem
        for file in files
        for problem in sorted(
            file.problems.found, key=lambda found: (found.line, found.column)
        )
    ]


def fingerprint(texts: Mapping[str, str]) -> str:
    """SHA-256 over a ruleset's canonical texts, nearest first, as hexadecimal digits."""
    digest = sha256()
    for name, text in texts.items():
        digest.update(f"{name}\0{text}\0".encode())
    return digest.hexdigest()


def canonical(text: str) -> str:
    """A file's text without what editors differ in: byte order mark and line ends."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return lines.rstrip("\n") + "\n"


def _load_chain(
    text: str | bytes, file: str, load_base: LoadBase | None
) -> list[_File]:
    files = [_parse_file(text, file)]
    while (node := files[-1].root.find("extends")) is not None:
        base = _load_base(files, node, load_base)
        if base is None:
            break
        files.append(base)
    return files


def _load_base(
    files: Sequence[_File], node: Node, load_base: LoadBase | None
) -> _File | None:
    nearest = files[-1]
    name = nearest.root.text("extends")
    path = [each.name for each in files]
    if not name:
        return None
    if name in path:
        shown = " → ".join([*path[path.index(name) :], name])
        said = Phrase("extends in a circle: {shown}", shown=shown)
        nearest.problems.add("E_CYCLE", said, node, "take one extends away")
        return None
    if len(files) > _MOST_BASES:
        said = Phrase("more than {most} bases", most=_MOST_BASES)
        nearest.problems.add("E_LIMIT", said, node, "merge some of them")
        return None
    try:
        text = load_base(name) if load_base else _no_base(name)
        return replace(_parse_file(text, name), name=name)
    except KeyError:
        hint = "name a ruleset that exists, or leave extends out"
        nearest.problems.add(
            "E_REF", Phrase('no ruleset "{name}"', name=name), node, hint
        )
        return None


def _no_base(name: str) -> str:
    raise KeyError(name)


def _parse_file(text: str | bytes, file: str) -> _File:
    problems = Problems(file)
    node = parse_document(text, problems)
    root = Fields(node, problems, known=FIELDS, required=("name",))
    name = root.text("name") or file
    decoded = decode(text, Problems()) if isinstance(text, bytes) else text
    return _File(name, canonical(decoded or ""), root, problems, node is not None)


def _assemble(files: Sequence[_File], trackers: Trackers | None) -> Ruleset:
    terms = _merge_terms(files)
    merged = MergedRules()
    for file in reversed(files):
        merged = merge_rules(read_rules(file.root, terms), merged, file.root)
    rules = merged.rules
    outcomes = frozenset(rule.outcome for rule in rules.sections[Section.RELEASE])
    shows = _read_write_back(files, terms, outcomes, trackers)
    _check_levels(files[0], rules)
    _check_shadows(files, rules)
    _check_own_labels(files, rules, owned_labels(shows))
    texts = {file.name: file.text for file in files}
    return Ruleset(
        name=files[0].name,
        zone=_find_zone(files),
        sections={section: tuple(lines) for section, lines in rules.sections.items()},
        points=tuple(rules.points),
        levels=tuple(rules.levels.items()),
        write_back=shows,
        examples=read_examples(files[0].root, outcomes),
        texts=texts,
        fingerprint=fingerprint(texts),
    )


def _read_write_back(
    files: Sequence[_File],
    terms: Terms,
    outcomes: frozenset[str],
    trackers: Trackers | None,
) -> WriteBack:
    layers = [
        WriteBackReader(file.problems, terms, outcomes, trackers).read(
            file.root.find("write_back")
        )
        for file in reversed(files)
    ]
    return merge_write_back(layers, files[0].problems)


def _merge_terms(files: Sequence[_File]) -> Terms:
    terms: dict[str, tuple[str, ...]] = {}
    for file in reversed(files):
        own = Fields(file.root.find("terms"), file.problems, known=_Anything())
        for key, node in own.node.entries:
            words = own.texts(key.text)
            terms[key.text] = tuple(_unescape(word) for word in words)
            if not terms[key.text]:
                hint = "name at least one word, or leave the term out"
                file.problems.add(
                    "E_TYPE",
                    Phrase('term "{name}" is empty', name=key.text),
                    node,
                    hint,
                )
    return terms


def _unescape(word: str) -> str:
    return word.removeprefix("@") if word.startswith("@@") else word


class _Anything(frozenset[str]):
    """Every name is known."""

    def __contains__(self, name: object) -> bool:
        return True


def _find_zone(files: Sequence[_File]) -> ZoneInfo:
    zone = ZoneInfo("UTC")
    for file in reversed(files):
        if (node := file.root.find("timezone")) is not None:
            zone = _read_zone(file.root.text("timezone"), node, file.problems) or zone
    return zone


def _read_zone(name: str, node: Node, problems: Problems) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        hint = "an IANA name, such as Asia/Shanghai"
        problems.add("E_REF", Phrase('no time zone "{name}"', name=name), node, hint)
        return None


def _check_levels(nearest: _File, rules: FileRules) -> None:
    node = nearest.root.find("priority") or nearest.root.node
    if rules.points and not rules.levels:
        hint = "add levels: {P0: 80, P1: 50, P2: 20, P3: 0}"
        nearest.problems.add("E_FIELD", '"levels" is missing', node, hint)
    scores = list(rules.levels.values())
    if sorted(set(scores), reverse=True) != scores:
        hint = "the more urgent a level, the more points it takes"
        nearest.problems.add("E_TYPE", "levels do not fall", node, hint)


def _check_shadows(files: Sequence[_File], rules: FileRules) -> None:
    for rule, earlier in find_shadowed(rules.sections):
        said = Phrase(
            'rule "{rule}" can never win after "{earlier}"',
            rule=rule.id,
            earlier=earlier.id,
        )
        hint = Phrase(
            "{place} takes all of its issues: move this rule before it",
            place=earlier.place,
        )
        _record(files, rule, ("E_SHADOWED", said, hint))


def _check_own_labels(
    files: Sequence[_File], rules: FileRules, owned: frozenset[str]
) -> None:
    for rule, label in find_self_readers(all_rules(rules), owned):
        said = Phrase(
            'rule "{rule}" reads our own label "{label}"',
            rule=rule.id,
            label=label,
        )
        hint = "it would follow what it said before: let people use another label"
        _record(files, rule, ("E_LABEL", said, hint))


def _record(
    files: Sequence[_File], rule: Rule | PointRule, said: tuple[str, str, str]
) -> None:
    """Record a problem at a rule, in the file that it came from."""
    code, message, hint = said
    name, line = rule.place.rsplit(":", 1)
    home = next(file.problems for file in files if file.problems.file == name)
    home.add(code, message, Scalar(None, "", int(line), rule.column), hint)
