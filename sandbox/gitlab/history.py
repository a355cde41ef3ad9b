"""Who changed what and when: resource events and system notes."""

from collections.abc import Iterator
from typing import Literal

from sandbox.gitlab.edits import IssueEdit
from sandbox.gitlab.instance import GitLab
from sandbox.gitlab.records import (
    Actor,
    Issue,
    Label,
    Milestone,
    ResourceEvent,
    User,
)

Kind = Literal["label", "state", "milestone"]


def _record(
    gitlab: GitLab,
    issue: Issue,
    actor: Actor,
    kind: Kind,
    action: str,
    *,
    subject: Label | Milestone | None = None,
) -> None:
    event = ResourceEvent(
        gitlab.deal_id(), kind, actor.user, gitlab.now(), action, subject
    )
    issue.events.append(event)


def record_labels(
    gitlab: GitLab, issue: Issue, actor: Actor, old: list[Label], new: list[Label]
) -> None:
    for label in new:
        if label not in old:
            _record(gitlab, issue, actor, "label", "add", subject=label)
    for label in old:
        if label not in new:
            _record(gitlab, issue, actor, "label", "remove", subject=label)


def record_state(gitlab: GitLab, issue: Issue, actor: Actor, state: str) -> None:
    _record(gitlab, issue, actor, "state", state)


def record_milestone(
    gitlab: GitLab, issue: Issue, actor: Actor, milestone: Milestone | None
) -> None:
    if milestone is None:
        _record(gitlab, issue, actor, "milestone", "remove", subject=issue.milestone)
    else:
        _record(gitlab, issue, actor, "milestone", "add", subject=milestone)


def note_change(issue: Issue, edit: IssueEdit) -> Iterator[str]:
    """Labels, state and milestone leave resource events, the rest sentences."""
    if "title" in edit and edit["title"] != issue.title:
        old, new = issue.title, edit["title"]
        yield f"changed title from **{old}** to **{new}**"
    if "description" in edit and edit["description"] != issue.description:
        yield "changed the description"
    if "assignees" in edit:
        yield from _assignment(issue.assignees, edit["assignees"])
    if "due_on" in edit and edit["due_on"] != issue.due_on:
        due = edit["due_on"]
        yield f"changed due date to {due:%B %d, %Y}" if due else "removed due date"
    yield from _visibility(issue, edit)


def _assignment(old: list[User], new: list[User]) -> Iterator[str]:
    joined = [f"@{user.username}" for user in new if user not in old]
    left = [f"@{user.username}" for user in old if user not in new]
    words = [f"assigned to {' and '.join(joined)}"] if joined else []
    words += [f"unassigned {' and '.join(left)}"] if left else []
    if words:
        yield " and ".join(words)


def _visibility(issue: Issue, edit: IssueEdit) -> Iterator[str]:
    if "confidential" in edit and edit["confidential"] != issue.confidential:
        hidden = "confidential" if edit["confidential"] else "visible to everyone"
        yield f"made the issue {hidden}"
