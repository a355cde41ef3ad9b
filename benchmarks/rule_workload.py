"""100 rules × 3 conditions and facts, for every engine the same.

Each rule asks for a type, a phase and something third: a number, a label, a word in
the title. As in every ruleset, the first that matches decides on kind, scope and
release, and all that match add points.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from rules.load_ruleset import load_ruleset
from rules.ruleset import Ruleset

RULES = 100
TYPES = [
    "Bug",
    "Story",
    "Task",
    "Question",
    "Epic",
    "Incident",
    "Support",
    "Improvement",
    "缺陷",
    "需求",
]
PHASES = [
    "presales",
    "requirements",
    "delivery",
    "uat",
    "trial_run",
    "accepted",
    "after_sales",
]
LABELS = ["urgent", "regulator", "合同外", "咨询", "print", "mobile", "api", "hr"]
WORDS = ["export", "导出", "login", "approval", "报错", "print", "budget", "发票"]
FILLER = ["the", "report", "资金", "of", "please", "系统", "，请尽快处理", "data"]
CUTS = ((0, 30), (30, 60), (60, 85), (85, 100))
"""The rules of kind, scope, points and release."""


Matches = tuple[int, int, tuple[int, ...], int]
"""Which rules of kind and scope, which points, which rule of release; -1 for none."""


@dataclass(frozen=True)
class Asked:
    """One rule: what its three conditions ask."""

    types: list[str]
    phases: list[str]
    third: str
    operand: Any

    def as_yaml(self) -> dict[str, Any]:
        operators = {
            "contract.match.score": "gte",
            "estimate.days": "lte",
            "issue.labels": "any",
            "issue.title": "contains",
        }
        return {
            "issue.type": self.types,
            "project.phase": self.phases,
            self.third: {operators[self.third]: self.operand},
        }

    def as_expression(self, both: str) -> str:
        """For rule-engine (``and``) and CEL (``&&``); names without dots."""
        name = self.third.replace(".", "_")
        quoted = json.dumps(self.operand, ensure_ascii=False)
        third = {
            "contract.match.score": f"{name} >= {self.operand}",
            "estimate.days": f"{name} <= {self.operand}",
            "issue.labels": f"{quoted} in {name}",
            "issue.title": f"{quoted} in {name}",
        }[self.third]
        if self.third == "issue.title" and both == "&&":
            third = f"{name}.contains({quoted})"
        types, phases = (json.dumps(x, ensure_ascii=False) for x in self._lists)
        return f"issue_type in {types} {both} project_phase in {phases} {both} {third}"

    @property
    def _lists(self) -> tuple[list[str], list[str]]:
        return self.types, self.phases


def make_rules(random: Random) -> list[Asked]:
    operands: dict[str, Any] = {
        "contract.match.score": lambda: round(random.uniform(0.3, 0.95), 2),
        "estimate.days": lambda: round(random.uniform(0.5, 9), 1),
        "issue.labels": lambda: random.choice(LABELS),
        "issue.title": lambda: random.choice(WORDS),
    }
    asked = []
    for place in range(RULES):
        third = list(operands)[place % len(operands)]
        asked.append(
            Asked(
                random.sample(TYPES, 2),
                random.sample(PHASES, 2),
                third,
                operands[third](),
            )
        )
    return asked


def load_workload(asked: list[Asked]) -> Ruleset:
    """As a whole ruleset: kind, scope, points, release, and two comments."""
    rules = [{"id": f"r{n}", "when": each.as_yaml()} for n, each in enumerate(asked)]
    kind, scope, points, release = (rules[first:end] for first, end in CUTS)
    kinds, trains = ("defect", "requirement"), ("main", "hotfix")
    scopes = ("in_contract", "daily_change", "out_of_contract")
    plain = {
        "name": "bench",
        "kind": [
            *({**rule, "set": kinds[n % 2]} for n, rule in enumerate(kind)),
            {"id": "any-kind", "otherwise": "requirement"},
        ],
        "scope": [
            *({**rule, "set": scopes[n % 3]} for n, rule in enumerate(scope)),
            {"id": "unsure", "otherwise": "needs_review"},
        ],
        "priority": {
            "points": [{**rule, "add": 5 * (n % 7)} for n, rule in enumerate(points)],
            "levels": {"P0": 60, "P1": 30, "P2": 10, "P3": 0},
        },
        "release": [
            *({**rule, "train": trains[n % 2]} for n, rule in enumerate(release)),
            {"id": "rest", "otherwise": {"hold": "review"}},
        ],
        "write_back": {
            "comment": [
                {"when": {"scope": "out_of_contract"}, "text": "We will send a quote."},
                {"when": {"scope": {"exists": True}}, "text": "{scope}, {priority}"},
            ]
        },
    }
    return _load(plain)


def _load(plain: dict[str, Any]) -> Ruleset:
    text = json.dumps(plain, ensure_ascii=False)
    ruleset, problems = load_ruleset(text, file="bench")
    if ruleset is None:
        raise ValueError("\n".join(map(str, problems)))
    return ruleset


def make_facts(random: Random, number: int) -> dict[str, Any]:
    title = random.sample(WORDS, 1) + random.choices(FILLER, k=6)
    random.shuffle(title)
    return {
        "issue.title": f"{' '.join(title)} {number}",
        "issue.description": "用户在导出资金日报表时，系统提示错误代码：500。" * 6,
        "issue.type": random.choice(TYPES),
        "issue.status": "Open",
        "issue.priority": random.choice(["High", "Low", "Medium"]),
        "issue.labels": tuple(random.sample(LABELS, 2)),
        "issue.reporter": f"User {number % 500}",
        "issue.comment_count": random.randint(0, 9),
        "estimate.days": random.randint(1, 40) / 2,
        "client.slug": f"client-{number % 50}",
        "project.phase": random.choice(PHASES),
        "contract.match.score": round(random.random(), 4),
        "contract.match.excluded": random.random() < 0.1,
        "contract.has_contract": True,
        "requirement.client_count": 1,
        "today": date(2026, 11, 20),
    }


def flatten(facts: dict[str, Any]) -> dict[str, Any]:
    """For the other engines: only what the rules read; they fold nothing."""
    of_issue = ("issue.title", "issue.type", "issue.labels", "estimate.days")
    names = (*of_issue, "project.phase", "contract.match.score")
    flat = {name.replace(".", "_"): facts[name] for name in names}
    return flat | {"issue_labels": list(flat["issue_labels"])}


def find_matches(holds: Callable[[int], bool]) -> Matches:
    """The first of each ordered section, and all points."""
    points = range(*CUTS[2])
    ordered = (range(*cut) for cut in (CUTS[0], CUTS[1], CUTS[3]))
    kind, scope, release = (next(filter(holds, places), -1) for places in ordered)
    return kind, scope, tuple(filter(holds, points)), release
