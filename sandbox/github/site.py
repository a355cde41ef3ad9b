"""One GitHub: its rows, its clock, and everything that can happen to an issue."""

import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypedDict

from sandbox.bench import Bench
from sandbox.clock import Now
from sandbox.github.delivery import WebhookRules
from sandbox.github.history import keep, record
from sandbox.github.records import (
    AccessToken,
    Comment,
    Issue,
    Json,
    Label,
    Milestone,
    Repository,
    User,
)
from sandbox.github.views import Views
from sandbox.hooks import Deliveries, Event
from sandbox.limits import RateLimits


class RefusedByGitHub(Exception):  # noqa: N818 - what happened
    def __init__(self, status: int, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status, self.headers = status, headers


class IssueEdit(TypedDict, total=False):
    title: str
    body: str | None
    state: str
    state_reason: str | None
    labels: list[str]
    milestone: Milestone | None
    assignees: list[User]
    type: str | None


@dataclass
class GitHub:
    now: Now
    base_url: str = "http://github.test"
    users: dict[str, User] = field(default_factory=dict)
    tokens: dict[str, AccessToken] = field(default_factory=dict)
    repositories: dict[int, Repository] = field(default_factory=dict)
    bench: Bench = field(init=False)
    _serial: Iterator[int] = field(default_factory=lambda: itertools.count(5001))

    def __post_init__(self) -> None:
        deliveries = Deliveries(WebhookRules(), self.now)
        self.bench = Bench(deliveries, self.now, limits=RateLimits(now=self.now))

    @contextmanager
    def at(self, moment: datetime) -> Iterator[None]:
        """Let something happen at another time, so that seeds have a past."""
        usual, self.now = self.now, lambda: moment
        try:
            yield
        finally:
            self.now = usual

    @property
    def views(self) -> Views:
        return Views(self.base_url)

    def deal_id(self) -> int:
        return next(self._serial)

    def add_user(self, login: str, name: str = "", *, bot: bool = False) -> User:
        return self.users.setdefault(
            login, User(self.deal_id(), login, name or login, bot)
        )

    def add_token(self, value: str, user: User, **more: Any) -> AccessToken:
        return self.tokens.setdefault(value, AccessToken(value, user, **more))

    def add_repository(self, full_name: str) -> Repository:
        row = Repository(self.deal_id(), full_name)
        self.repositories[row.id] = row
        return row

    def find_repository(self, name: str) -> Repository | None:
        """By its name of now or of then; names do not tell case."""
        for row in self.repositories.values():
            names = (row.full_name, *row.former_names)
            if name.casefold() in {one.casefold() for one in names}:
                return row
        return None

    def rename(self, row: Repository, full_name: str) -> None:
        row.former_names.append(row.full_name)
        row.full_name = full_name

    # -- issues ----------------------------------------------------------------

    def open_issue(self, row: Repository, user: User, edit: IssueEdit) -> Issue:
        if not edit.get("title", "").strip():
            raise RefusedByGitHub(422, "Validation Failed: title is missing")
        moment = self.now()
        issue = Issue(
            self.deal_id(), row.deal_number(), row, edit["title"], edit.get("body"),
            user, moment, moment,
        )  # fmt: skip
        row.issues[issue.number] = issue
        self._apply(issue, edit)
        self.announce_issue(issue, user, "opened")
        return issue

    def edit_issue(self, issue: Issue, user: User, edit: IssueEdit) -> None:
        before, stood = self._told(issue), keep(issue)
        self._apply(issue, edit)
        if self._told(issue) != before:
            issue.updated_at = self.now()
            record(stood, issue, user, issue.updated_at)
            self.announce_issue(issue, user, _action(before, self._told(issue)))

    def delete_issue(self, issue: Issue, user: User) -> None:
        del issue.repository.issues[issue.number]
        issue.repository.deleted.add(issue.number)
        self.announce_issue(issue, user, "deleted")

    def transfer_issue(self, issue: Issue, target: Repository, user: User) -> Issue:
        """Labels stay behind; the old number redirects for good."""
        edit: IssueEdit = {"title": issue.title, "body": issue.body}
        twin = self.open_issue(target, issue.user, edit)
        twin.comments, issue.transferred_to = issue.comments, twin
        self.announce_issue(issue, user, "transferred")
        return twin

    def add_labels(self, issue: Issue, user: User, names: list[str]) -> None:
        kept = [label.name for label in issue.labels]
        self.edit_issue(issue, user, {"labels": [*kept, *names]})

    def remove_label(self, issue: Issue, user: User, name: str) -> None:
        found = [one for one in issue.labels if _same(one.name, name)]
        if not found:
            raise RefusedByGitHub(404, "Label does not exist")
        kept = [one.name for one in issue.labels if one not in found]
        self.edit_issue(issue, user, {"labels": kept})

    def find_label(self, row: Repository, name: str) -> Label | None:
        return next((one for one in row.labels if _same(one.name, name)), None)

    def add_label(self, row: Repository, name: str) -> Label:
        if not 0 < len(name) <= 50:
            raise RefusedByGitHub(422, "Validation Failed: name is too long")
        label = Label(self.deal_id(), name)
        row.labels.append(label)
        return label

    def add_milestone(
        self, row: Repository, user: User, title: str, due_on: str | None = None
    ) -> Milestone:
        if any(one.title == title for one in row.milestones):
            raise RefusedByGitHub(422, "Validation Failed: already_exists")
        number = len(row.milestones) + 1
        made = Milestone(self.deal_id(), number, title, user, self.now(), _due(due_on))
        row.milestones.append(made)
        return made

    # -- comments --------------------------------------------------------------

    def write_comment(self, issue: Issue, user: User, body: str) -> Comment:
        if not body.strip():
            raise RefusedByGitHub(422, "Validation Failed: body can't be blank")
        moment = self.now()
        comment = Comment(self.deal_id(), issue, user, body, moment, moment)
        issue.comments.append(comment)
        issue.updated_at = moment
        self.announce_comment(comment, user, "created")
        return comment

    def edit_comment(self, comment: Comment, user: User, body: str) -> None:
        """The issue does not count as updated: only the list of comments tells."""
        comment.body, comment.updated_at = body, self.now()
        self.announce_comment(comment, user, "edited")

    def delete_comment(self, comment: Comment, user: User) -> None:
        comment.issue.comments.remove(comment)
        comment.issue.updated_at = self.now()
        self.announce_comment(comment, user, "deleted")

    # -- telling ---------------------------------------------------------------

    def announce_issue(self, issue: Issue, sender: User, action: str) -> None:
        self._announce("issues", issue, self.views.event(issue, sender, action))

    def announce_comment(self, comment: Comment, sender: User, action: str) -> None:
        told = self.views.comment(comment)
        body = self.views.event(comment.issue, sender, action, comment=told)
        self._announce("issue_comment", comment.issue, body)

    def _announce(self, event: str, issue: Issue, body: Json) -> None:
        raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        self.bench.deliveries.raise_event(Event(event, str(issue.repository.id), raw))

    # -- changing --------------------------------------------------------------

    def _told(self, issue: Issue) -> Json:
        shown = self.views.issue(issue)
        return {name: value for name, value in shown.items() if name != "updated_at"}

    def _apply(self, issue: Issue, edit: IssueEdit) -> None:
        issue.title = edit.get("title", issue.title)
        issue.body = edit.get("body", issue.body)
        issue.type = edit.get("type", issue.type)
        issue.milestone = edit.get("milestone", issue.milestone)
        issue.assignees = edit.get("assignees", issue.assignees)
        if "labels" in edit:
            issue.labels = self._labels(issue.repository, edit["labels"])
        if "state" in edit:
            self._set_state(issue, edit["state"], edit.get("state_reason"))

    def _labels(self, row: Repository, names: list[str]) -> list[Label]:
        found = [self.find_label(row, one) or self.add_label(row, one) for one in names]
        return list(dict.fromkeys(found))

    def _set_state(self, issue: Issue, state: str, reason: str | None) -> None:
        if state == "closed":
            kept = issue.state_reason if issue.state == "closed" else "completed"
            issue.state_reason = reason or kept
            issue.closed_at = issue.closed_at or self.now()
        elif issue.state == "closed":
            issue.state_reason, issue.closed_at = "reopened", None
        issue.state = state


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _due(due_on: str | None) -> str | None:
    """GitHub keeps midnight of the day that it is on the American west coast."""
    if due_on is None:
        return None
    moment = datetime.fromisoformat(due_on)
    day = moment.date() if moment.hour >= 8 else _before(moment.date())
    return f"{day.isoformat()}T08:00:00Z"


def _before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)


def _action(before: Json, after: Json) -> str:
    if before["state"] != after["state"]:
        return "closed" if after["state"] == "closed" else "reopened"
    if before["labels"] != after["labels"]:
        added = len(after["labels"]) >= len(before["labels"])
        return "labeled" if added else "unlabeled"
    if before["milestone"] != after["milestone"]:
        return "milestoned" if after["milestone"] else "demilestoned"
    return "edited"
