"""The reference of the vocabulary, for the documentation."""

from collections.abc import Iterator

from rules.read_conditions import OPERATORS
from rules.vocabulary import VOCABULARY, Fact, FactType


def vocabulary_reference() -> str:
    """A Markdown table of every fact: its name, type, questions and meaning."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "| fact | type | can be asked | meaning |"
    yield "|---|---|---|---|"
    for fact in VOCABULARY.values():
        cells = (f"`{fact.name}`", fact.type.value, _questions(fact), _meaning(fact))
        yield f"| {' | '.join(cells)} |"


def _questions(fact: Fact) -> str:
    asked = [f"`{operator}`" for operator in sorted(OPERATORS[fact.type])]
    plain = [] if fact.type is FactType.LIST else ["value", "[values]"]
    return ", ".join([*plain, *asked])


def _meaning(fact: Fact) -> str:
    said = fact.says
    if fact.choices:
        said += f" One of {', '.join(f'`{choice}`' for choice in fact.choices)}."
    if fact.known_after:
        said += f" Known after {fact.known_after}."
    return said
