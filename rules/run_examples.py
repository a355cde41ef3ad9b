"""The tests that a ruleset brings along, run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from model.decisions import Decision, Facts, Section
from model.phrase import Phrase
from rules.decide import decide
from rules.ruleset import Example, Ruleset


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """How one example came out.

    Attributes:
        example: its id.
        place: ``file:line``.
        passed: every expected section came out as expected.
        why: for each section that did not, what was expected, what came, and by
            which rule; empty when passed.
    """

    example: str
    place: str
    passed: bool
    why: str


def run_examples(ruleset: Ruleset) -> tuple[ExampleResult, ...]:
    """Run every example of a ruleset.

    A result of a section among the given facts (``kind: requirement``) stands for a
    person's override, so that a later section can be tested by itself.
    """
    return tuple(_run(ruleset, example) for example in ruleset.examples)


def _run(ruleset: Ruleset, example: Example) -> ExampleResult:
    decision = decide(ruleset, example.given, overrides=_pinned(example.given))
    wrong = [
        _difference(section, expected, decision)
        for section, expected in example.expect.items()
        if decision.effective.get(section, "") != expected
    ]
    return ExampleResult(example.id, example.place, not wrong, _join(wrong))


def _join(wrong: Sequence[Phrase]) -> str:
    match wrong:
        case []:
            return ""
        case [only]:
            return only
        case [first, *rest]:
            return Phrase("{first}; {rest}", first=first, rest=_join(rest))
        case _:
            raise AssertionError(wrong)


def _pinned(given: Facts) -> Mapping[Section, str]:
    return {section: str(given[section]) for section in Section if section in given}


def _difference(section: Section, expected: str, decision: Decision) -> Phrase:
    rules = [reason.rule for reason in decision.reasons if reason.section is section]
    values = {
        "section": section.value,
        "expected": expected or Phrase("nothing"),
        "came": decision.effective.get(section) or Phrase("nothing"),
    }
    if not rules:
        return Phrase("{section}: expected {expected}, came {came}", **values)
    said = "{section}: expected {expected}, came {came} by {rules}"
    return Phrase(said, **values, rules=", ".join(rules))
