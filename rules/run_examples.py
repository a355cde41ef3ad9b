"""The tests that a ruleset brings along, run."""

from collections.abc import Mapping
from dataclasses import dataclass

from model.decisions import Decision, Facts, Section
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
    return ExampleResult(example.id, example.place, not wrong, "; ".join(wrong))


def _pinned(given: Facts) -> Mapping[Section, str]:
    return {section: str(given[section]) for section in Section if section in given}


def _difference(section: Section, expected: str, decision: Decision) -> str:
    rules = [reason.rule for reason in decision.reasons if reason.section is section]
    came = decision.effective.get(section) or "nothing"
    by = f" by {', '.join(rules)}" if rules else ""
    return f"{section}: expected {expected or 'nothing'}, came {came}{by}"
