"""What a request or a quick action wants changed on an issue, names resolved."""

from datetime import date
from typing import TypedDict

from sandbox.gitlab.records import Milestone, Status, User


class IssueEdit(TypedDict, total=False):
    title: str
    description: str | None
    state_event: str
    labels: list[str]
    add_labels: list[str]
    remove_labels: list[str]
    milestone: Milestone | None
    assignees: list[User]
    due_on: date | None
    weight: int | None
    confidential: bool
    discussion_locked: bool | None
    issue_type: str
    status: Status
    time_estimate: int
    spend: int


def combine(first: IssueEdit, second: IssueEdit) -> IssueEdit:
    """The second wins, but label additions and removals of both count."""
    combined: IssueEdit = {**first, **second}
    for name in ("add_labels", "remove_labels"):
        if name in first and name in second:
            combined[name] = first[name] + second[name]
    return combined
