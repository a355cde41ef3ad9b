"""The events of an issue: what became of its title, labels, milestone and state."""

from collections.abc import Iterator
from copy import copy
from dataclasses import replace
from datetime import datetime

from sandbox.github.records import Issue, IssueEvent, Json, User


def keep(issue: Issue) -> Issue:
    """The issue as it is now, to be compared with later."""
    return replace(issue, labels=copy(issue.labels))


def record(before: Issue, issue: Issue, actor: User, at: datetime) -> None:
    """Add an event for each thing that differs; ids go up."""
    for event, told in _differences(before, issue):
        number = issue.id * 1000 + len(issue.events)
        issue.events.append(IssueEvent(number, event, actor, at, told))


def _differences(before: Issue, now: Issue) -> Iterator[tuple[str, Json]]:
    if before.title != now.title:
        yield "renamed", {"rename": {"from": before.title, "to": now.title}}
    yield from _labels("labeled", now, before)
    yield from _labels("unlabeled", before, now)
    if before.milestone is not now.milestone:
        yield from _milestone("demilestoned", before)
        yield from _milestone("milestoned", now)
    yield from _state(before, now)


def _labels(event: str, here: Issue, there: Issue) -> Iterator[tuple[str, Json]]:
    for label in here.labels:
        if label not in there.labels:
            yield event, {"label": {"name": label.name, "color": label.color}}


def _milestone(event: str, issue: Issue) -> Iterator[tuple[str, Json]]:
    if issue.milestone:
        yield event, {"milestone": {"title": issue.milestone.title}}


def _state(before: Issue, now: Issue) -> Iterator[tuple[str, Json]]:
    changed = (before.state, before.state_reason) != (now.state, now.state_reason)
    if changed and now.state == "closed":
        yield "closed", {"state_reason": now.state_reason}
    elif before.state != now.state:
        yield "reopened", {}
