"""The contestants that evaluate the same 100 rules, and what they are measured by."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from time import perf_counter, process_time
from typing import Any

import cel
import celpy
import re2
import rule_engine
from celpy.adapter import json_to_cel

from benchmarks.report import middle
from benchmarks.rule_workload import (
    CUTS,
    Matches,
    find_matches,
    flatten,
    load_workload,
    make_facts,
    make_rules,
)
from model.decisions import Section
from rules.bulk import Bulk
from rules.case import Case
from rules.decide import decide
from rules.ruleset import PointRule, Rule, Ruleset
from rules.table import rules_of

Match = Callable[[int], Matches]
"""From the number of an issue to the rules that decide on it."""

CATASTROPHE = "(a+)+$", "a" * 23 + "!"


@dataclass
class Contestant:
    """One engine; ``share`` issues of each round are enough to measure it.

    Rates are by CPU time, for these are loops in one thread.
    """

    name: str
    evaluate: Callable[[int], Any]
    share: int
    rates: list[float] = field(default_factory=list)

    def run(self) -> None:
        started = process_time()
        for number in range(self.share):
            self.evaluate(number)
        self.rates.append(self.share / (process_time() - started))

    @property
    def rate(self) -> float:
        return middle(self.rates)


class Workload:
    """The same rules and facts, ready for every engine."""

    def __init__(self, count: int) -> None:
        random = Random(7)
        self.asked = make_rules(random)
        self.facts = [make_facts(random, number) for number in range(count)]
        self.flat = [flatten(each) for each in self.facts]
        self.ruleset = load_workload(self.asked)
        self.bulk = Bulk(self.ruleset)

    @property
    def rules(self) -> list[Rule | PointRule]:
        found = (rules_of(self.ruleset, section) for section in Section)
        return [rule for rules in found for rule in rules if rule.condition]

    def matches_in_bulk(self, number: int) -> Matches:
        """What bulk's rows say, as the other engines say it."""
        outcome = self.bulk.decide(self.facts[number])
        kind, scope, points, release = (
            self.bulk.places(outcome.rows & block)
            for _section, block in self.bulk.blocks
        )
        firsts = [
            -1 if places[0] + start == end else places[0] + start
            for places, (start, end) in zip(
                (kind, scope, release), (CUTS[0], CUTS[1], CUTS[3]), strict=True
            )
        ]
        added = tuple(CUTS[2][0] + place for place in points)
        return firsts[0], firsts[1], added, firsts[2]

    def closures(self) -> Match:
        rules, zone = self.rules, self.ruleset.zone

        def evaluate(number: int) -> Matches:
            case = Case(self.facts[number], zone)
            return find_matches(lambda place: rules[place].holds(case))

        return evaluate

    def rule_engine(self) -> Match:
        rules = [rule_engine.Rule(each.as_expression("and")) for each in self.asked]
        return lambda number: find_matches(
            lambda place: rules[place].matches(self.flat[number])
        )

    def rust_cel(self) -> Match:
        rules = [cel.compile(each.as_expression("&&")) for each in self.asked]
        return lambda number: find_matches(
            lambda place: bool(rules[place].execute(self.flat[number]))
        )

    def cel_python(self) -> Match:
        cel_env: Any = celpy.Environment()
        expressions = (each.as_expression("&&") for each in self.asked)
        rules = [cel_env.program(cel_env.compile(each)) for each in expressions]
        facts: list[Any] = [json_to_cel(each) for each in self.flat[:50]]
        return lambda number: find_matches(
            lambda place: bool(rules[place].evaluate(facts[number]))
        )


def line_up(workload: Workload) -> list[Contestant]:
    """Ours first; those that others' answers are compared with are one call away."""
    count = len(workload.facts)
    return [
        Contestant("bulk", lambda n: workload.bulk.decide(workload.facts[n]), count),
        Contestant("closures", workload.closures(), count // 6),
        Contestant(
            "decide_with_why",
            lambda n: decide(workload.ruleset, workload.facts[n]),
            count // 10,
        ),
        Contestant("rule-engine", workload.rule_engine(), count // 200),
        Contestant("rust-cel", workload.rust_cel(), count // 400),
        Contestant("cel-python", workload.cel_python(), 5),
    ]


def agree(workload: Workload, engines: list[Contestant]) -> None:
    """Every engine finds the same rules."""
    for number in range(5):
        wanted = workload.matches_in_bulk(number)
        for engine in engines:
            if engine.name not in {"bulk", "decide_with_why"}:
                assert engine.evaluate(number) == wanted, engine.name


def measure_engines(count: int, rounds: int) -> tuple[dict[str, float], Ruleset]:
    workload = Workload(count)
    engines = line_up(workload)
    agree(workload, engines)
    for _ in range(rounds):
        for engine in engines:
            engine.run()
    return {engine.name: engine.rate for engine in engines}, workload.ruleset


def measure_compile(ruleset: Ruleset) -> float:
    """Milliseconds from a checked ruleset to the first outcome."""
    facts = make_facts(Random(3), 1)
    seconds = []
    for _ in range(9):
        started = perf_counter()
        Bulk(ruleset).decide(facts)
        seconds.append(perf_counter() - started)
    return middle([1000 * each for each in seconds])


def measure_catastrophe() -> Mapping[str, float]:
    """Milliseconds for a pattern that makes a backtracking engine go astray."""
    pattern, text = CATASTROPHE
    found = {}
    for name, search in (
        ("re", re.compile(pattern).search),
        ("ours_re2", re2.compile(pattern).search),
    ):
        started = perf_counter()
        search(text)
        found[name] = round(1000 * (perf_counter() - started), 4)
    return found
