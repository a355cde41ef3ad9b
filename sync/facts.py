"""The facts that rules may ask about an issue, gathered from its surroundings."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from model.decisions import Facts
from model.issues import IssueSnapshot
from model.projects import MilestoneName, Project
from pool.issues import StoredIssue
from pool.projects import Setting
from rules.matching.match import Match
from sync.plain_text import plain_text


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a decision is taken on.

    Attributes:
        today: the day in the ruleset's time zone.
        match: the clauses that came nearest; None without a contract.
        client_count: how many clients want the requirement.
        allowance_left: person-days that others leave of the allowance that the issue
            counts against; None without a limit.
    """

    issue: StoredIssue
    setting: Setting
    today: date
    match: Match | None
    client_count: int
    allowance_left: Decimal | None = None


def gather_facts(occasion: Occasion) -> Facts:
    """Facts by name; what is not known is left out."""
    facts: dict[str, Any] = {
        **_issue_facts(occasion.issue.snapshot),
        **_project_facts(occasion.setting, occasion.today),
        **_match_facts(occasion.match),
        "issue.comment_count": occasion.issue.comment_count,
        "estimate.days": occasion.issue.estimate_days,
        "issue.priority_raised_at": occasion.issue.priority_raised_at,
        "contract.match.allowance_left": occasion.allowance_left,
        "contract.has_contract": occasion.setting.contract is not None,
        "requirement.client_count": occasion.client_count,
        "requirement.state": occasion.issue.requirement_state,
        "today": occasion.today,
    }
    return {name: value for name, value in facts.items() if value not in (None, "")}


def _issue_facts(snapshot: IssueSnapshot) -> Mapping[str, Any]:
    description = plain_text(snapshot.description)
    return {
        "issue.title": snapshot.title,
        "issue.description": description,
        "issue.text": f"{snapshot.title}\n{description}",
        "issue.type": snapshot.issue_type,
        "issue.status": snapshot.status,
        "issue.priority": snapshot.priority,
        "issue.urgency": snapshot.urgency,
        "issue.labels": tuple(sorted(snapshot.labels)),
        "issue.modules": snapshot.modules,
        "issue.reporter": snapshot.reporter.name if snapshot.reporter else None,
        "issue.confidential": snapshot.confidential,
        "issue.sprints": snapshot.sprints,
        "issue.fields": tuple(_fields(snapshot)),
        "issue.spent_days": snapshot.spent_days,
        "issue.created_at": snapshot.created_at,
        "issue.updated_at": snapshot.updated_at,
    }


def _fields(snapshot: IssueSnapshot) -> Iterator[str]:
    for name, words in sorted(snapshot.fields.items()):
        yield from (f"{name}: {word}" for word in words)


def _project_facts(setting: Setting, today: date) -> Mapping[str, Any]:
    return {
        "client.slug": setting.client.slug,
        "client.name": setting.client.name,
        "project.slug": setting.project.slug,
        "project.phase": setting.project.phase,
        "project.days_to_acceptance": _days_to_acceptance(setting.project, today),
    }


def _days_to_acceptance(project: Project, today: date) -> int | None:
    milestone = project.milestones.get(MilestoneName.ACCEPTANCE)
    if milestone is None or milestone.planned_on is None:
        return None
    return (milestone.planned_on - today).days


def _match_facts(match: Match | None) -> Mapping[str, Any]:
    if match is None:
        return {}
    nearest = match.clauses[0] if match.clauses else None
    return {
        "contract.match.score": match.score,
        "contract.match.in_probability": match.inside,
        "contract.match.excluded": match.excluded,
        "contract.match.clause": nearest.clause if nearest else None,
    }
