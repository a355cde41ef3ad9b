"""Turns what the pool answers into what the API answers."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from model.findings import Finding
from model.issues import Comment, Worklog
from pool.decisions import StoredDecision
from pool.detail import Detail, LinkedIssue
from pool.status import SourceStatus
from web import api_models as models
from web.words.translate import Words


def requirement_view(detail: Detail, words: Words) -> models.RequirementView:
    """A requirement in full; ``words`` renders what needs a person."""
    return models.RequirementView(
        number=detail.number,
        title=detail.title,
        kind=detail.kind,
        state=detail.state,
        state_origin=detail.state_origin,
        priority=detail.priority,
        score=detail.score,
        created_at=detail.created_at,
        changed_at=detail.changed_at,
        issues=[_issue(issue, words) for issue in detail.issues],
        history=[
            models.EventView(issue=key, **asdict(event)) for key, event in detail.events
        ],
    )


def _issue(issue: LinkedIssue, words: Words) -> models.IssueView:
    snapshot, taken = issue.snapshot, [_decision(it) for it in issue.decisions]
    values = {
        name: getattr(origin, name)
        for origin in (snapshot, issue.setting, issue)
        for name in origin.__slots__
        if name in models.IssueView.model_fields
    }
    return models.IssueView.model_validate(
        values
        | {
            "labels": sorted(snapshot.labels),
            "decision": taken[0] if taken else None,
            "earlier_decisions": taken[1:],
            "overrides": list(issue.overrides.values()),
            "revoked_overrides": issue.revoked,
            "attention": [_concern(asdict(it), issue, words) for it in issue.concerns],
            "comments": [_comment(comment) for comment in issue.comments],
            "worklogs": [_worklog(log) for log in snapshot.worklogs],
        }
    )


def _decision(stored: StoredDecision) -> models.DecisionView:
    return models.DecisionView(
        id=stored.id,
        decided_at=stored.decided_at,
        cause=stored.cause,
        **asdict(stored.decision),
    )


def _comment(comment: Comment) -> models.CommentView:
    return models.CommentView(
        author=comment.author.name if comment.author else "",
        body=comment.body,
        visibility=comment.visibility,
        created_at=comment.created_at,
    )


def _worklog(log: Worklog) -> models.WorklogView:
    author = log.author.name if log.author else ""
    return models.WorklogView(
        author=author, started_at=log.started_at, seconds=log.seconds
    )


def _concern(
    concern: Mapping[str, Any], issue: LinkedIssue, words: Words
) -> models.ConcernView:
    return concern_view({**concern, "issue_key": issue.snapshot.key}, words)


def concern_view(concern: Mapping[str, Any], words: Words) -> models.ConcernView:
    """Something open, with its sentence and remedy."""
    code = concern["code"]
    params = {"key": concern["issue_key"] or concern["subject"], **concern["params"]}
    return models.ConcernView(
        **concern,
        sentence=words.sentence(code, params),
        remedy=words.remedy(code, params),
    )


def source_view(status: SourceStatus, words: Words) -> models.SourceView:
    """A source with its counts, and what its latest check found amiss."""
    row = asdict(status.source)
    known = {name: row[name] for name in row if name in models.SourceView.model_fields}
    return models.SourceView(
        **known,
        fetches=status.fetches,
        inbox=dict(status.inbox),
        outbox=dict(status.outbox),
        checked_at=status.checked.checked_at if status.checked else None,
        findings=[_finding_view(one, words) for one in status.amiss],
    )


def _finding_view(finding: Finding, words: Words) -> models.FindingView:
    sentence, remedy = words.finding(finding)
    return models.FindingView(
        code=finding.code,
        severity=finding.severity,
        subject=finding.subject,
        params=dict(finding.params),
        sentence=sentence,
        remedy=remedy,
    )
