"""The mutants of a file: mutmut's operators and three of our own.

What says nothing about the tests is left out: docstrings, annotations, protocols, what
only a type checker runs, the wording of errors and ``__all__``, and, in
``rules/matching``, the module's tables of words and coefficients, which
``tests/rules/matching/test_labelled.py`` judges as a whole.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation import mutators

WORD_LISTS = {"gloss.py", "gloss_everyday.py", "seldom_granted.py"}
_TABLES = "rules/matching/"
_LITERALS = (cst.BaseString, cst.BaseNumber)
_OF_TABLES = (cst.Assign, cst.AnnAssign, cst.UnaryOperation)
_COMPOUND = (cst.If, cst.For, cst.While, cst.With, cst.Try, cst.Match, cst.MatchCase)
_FOR_TYPES = (cst.Annotation, cst.Import, cst.ImportFrom, cst.Decorator)
_CALLS_FOR_TYPES = {"TypeVar", "assert_never", "cast"}
_NONE = cst.Name("None")

Operator = Callable[[Any], Iterable[cst.CSTNode]]


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of one file.

    Attributes:
        name: the same as long as the function's code around it is.
        function: the function's qualified name; empty for the module's or a class's body.
        lines: of the statement that is changed, or of its header.
        before, after: the code of the changed piece.
    """

    name: str
    path: str
    function: str
    operator: str
    lines: range
    before: str
    after: str
    _change: Callable[[], str] = field(repr=False, compare=False)

    def source(self) -> str:
        """The whole file with the change."""
        return self._change()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a walk through a file is."""

    function: str = ""
    classes: str = ""
    lines: range = range(0)
    wording: bool = False


def drop_call(node: cst.Expr) -> Iterator[cst.CSTNode]:
    if not isinstance(node.value, cst.BaseString | cst.Ellipsis):
        yield node.with_changes(value=_NONE)


def negate_condition(node: cst.If) -> Iterator[cst.CSTNode]:
    inner = node.test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    yield node.with_changes(test=cst.UnaryOperation(cst.Not(), inner))


def return_nothing(node: cst.Return) -> Iterator[cst.CSTNode]:
    if node.value is not None and not node.value.deep_equals(_NONE):
        yield node.with_changes(value=_NONE)


def change_string(node: cst.BaseString) -> Iterator[cst.CSTNode]:
    yield from list(mutators.operator_string(node))[:1]


def drop_argument(node: cst.Call) -> Iterator[cst.CSTNode]:
    """None for one by position, nothing for one by name."""
    for place, argument in enumerate(node.args):
        before, after = node.args[:place], node.args[place + 1 :]
        if argument.keyword is not None:
            yield node.with_changes(args=[*before, *after])
        elif not argument.star and not argument.value.deep_equals(_NONE):
            nothing = argument.with_changes(value=_NONE)
            yield node.with_changes(args=[*before, nothing, *after])


def _operators() -> list[tuple[type, Operator]]:
    """mutmut's, with fewer changes of strings and arguments, and ours."""
    fewer = {mutators.operator_string, mutators.operator_arg_removal}
    theirs: list[tuple[type, Operator]] = [
        pair for pair in mutators.mutation_operators if pair[1] not in fewer
    ]
    ours: list[tuple[type, Operator]] = [
        (cst.BaseString, change_string),
        (cst.Call, drop_argument),
        (cst.Expr, drop_call),
        (cst.If, negate_condition),
        (cst.Return, return_nothing),
    ]
    return theirs + ours


OPERATORS = _operators()


def mutants_of(root: Path, path: str) -> list[Mutant]:
    """Every mutant of ``root / path``, in the order of the text."""
    wrapper = MetadataWrapper(cst.parse_module((root / path).read_text("utf-8")))
    return list(_FileWalk(path, wrapper).mutants())


class _FileWalk:
    def __init__(self, path: str, wrapper: MetadataWrapper) -> None:
        self._path = path
        self._module = wrapper.module
        self._positions: Mapping[cst.CSTNode, Any] = wrapper.resolve(PositionProvider)
        self._seen: Counter[tuple[str, ...]] = Counter()

    def mutants(self) -> Iterator[Mutant]:
        if Path(self._path).name not in WORD_LISTS:
            yield from self._walk(self._module, _Place())

    def _walk(self, node: cst.CSTNode, place: _Place) -> Iterator[Mutant]:
        if _is_silent(node):
            return
        place = self._enter(node, place)
        if place.lines:
            yield from self._mutate(node, place)
        for child in _spoken(node):
            yield from self._walk(child, place)

    def _enter(self, node: cst.CSTNode, place: _Place) -> _Place:
        if isinstance(node, cst.SimpleStatementLine | cst.FunctionDef | cst.ClassDef):
            place = replace(place, lines=self._lines(node))
        if isinstance(node, _COMPOUND):
            place = replace(place, lines=self._header(node))
        if isinstance(node, cst.Raise):
            place = replace(place, wording=True)
        match node:
            case cst.FunctionDef(name=name) if not place.function:
                return replace(place, function=place.classes + name.value)
            case cst.ClassDef(name=name) if not place.function:
                return replace(place, classes=f"{place.classes}{name.value}.")
            case _:
                return place

    def _lines(self, node: cst.CSTNode) -> range:
        where = self._positions[node]
        last = where.end.line
        if isinstance(node, cst.FunctionDef | cst.ClassDef):
            last = self._positions[node.body].start.line
        return range(where.start.line, last + 1)

    def _header(self, node: Any) -> range:
        first: int = self._positions[node].start.line
        body = node.cases[0] if isinstance(node, cst.Match) else node.body
        return range(first, max(first + 1, self._positions[body].start.line))

    def _mutate(self, node: cst.CSTNode, place: _Place) -> Iterator[Mutant]:
        for kind, operator in OPERATORS:
            if isinstance(node, kind) and not self._says_nothing(node, place):
                for changed in operator(node):
                    yield self._mutant(node, changed, operator.__name__, place)

    def _says_nothing(self, node: cst.CSTNode, place: _Place) -> bool:
        if isinstance(node, cst.BaseString) and place.wording:
            return True
        table = not place.function and self._path.startswith(_TABLES)
        return table and isinstance(node, (*_LITERALS, *_OF_TABLES))

    def _mutant(
        self, node: cst.CSTNode, changed: cst.CSTNode, operator: str, place: _Place
    ) -> Mutant:
        before, after = _code(node), _code(changed)
        what = (self._path, place.function, operator, before, after)
        self._seen[what] += 1
        name = sha256(repr((what, self._seen[what])).encode()).hexdigest()[:12]
        return Mutant(
            name,
            self._path,
            place.function,
            operator.removeprefix("operator_"),
            place.lines,
            before,
            after,
            lambda: _replaced(self._module, node, changed),
        )


def _replaced(module: cst.Module, node: cst.CSTNode, changed: cst.CSTNode) -> str:
    mutated = module.deep_replace(node, changed)  # type: ignore[arg-type, unused-ignore] # without libcst, not needed
    return str(cst.ensure_type(mutated, cst.Module).code)


def _code(node: cst.CSTNode) -> str:
    """The code of a piece, of a compound statement its header alone."""
    if isinstance(node, cst.If):
        return f"if {_code(node.test)}:"
    if isinstance(node, cst.Match):
        cases = ", ".join(_code(case.pattern) for case in node.cases)
        return f"match {_code(node.subject)}: {cases}"
    written: str = cst.Module([]).code_for_node(node)
    return " ".join(written.split())


def _is_silent(node: cst.CSTNode) -> bool:
    """Whether nothing at run time depends on a piece."""
    match node:
        case cst.ClassDef(bases=bases):
            return any(_code(base.value).startswith("Protocol") for base in bases)
        case cst.Call(func=called):
            return _code(called) in _CALLS_FOR_TYPES
        case cst.Assign(targets=[cst.AssignTarget(target=name)], value=value):
            return _code(name) == "__all__" or _is_alias(value)
        case _:
            return isinstance(node, _FOR_TYPES)


def _is_alias(value: cst.BaseExpression) -> bool:
    """Whether a type is named, as in ``Json = Mapping[str, object]``."""
    if not isinstance(value, cst.Subscript):
        return False
    name = _code(value.value)
    return name[0].isupper() and not name.isupper()


def _spoken(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The children, docstrings (also an attribute's) left out."""
    for child in node.children:
        match child:
            case cst.SimpleStatementLine(body=[cst.Expr(value=cst.BaseString())]):
                continue
            case _:
                yield child
