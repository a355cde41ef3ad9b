"""Jira's side of the small web page: a person edits, the store does it."""

from collections.abc import Mapping

from sandbox.jira import talk
from sandbox.jira.errors import JiraError
from sandbox.jira.records import Issue, Json, User
from sandbox.jira.render import ADMIN_READER
from sandbox.jira.store import JiraStore
from sandbox.page import Card, Edit, Person, RefusedError, Remark, Sign


class JiraDesk:
    def __init__(self, store: JiraStore, kind: str, title: str) -> None:
        self._store, self._kind, self._title = store, kind, title

    def sign(self) -> Sign:
        site = self._store.site
        return Sign(
            self._title or "Jira",
            self._kind,
            tuple(site.projects),
            tuple(one.name for one in site.priorities),
        )

    def people(self) -> list[Person]:
        humans = [one for one in self._store.site.users.values() if not one.app]
        return [Person(one.id, one.name) for one in humans]

    def cards(self, search: str) -> list[Card]:
        words = search.lower().split()
        issues = sorted(
            self._store.site.issues.values(), key=lambda one: one.updated_at
        )
        return [_card(one) for one in reversed(issues) if _matches(one, words)]

    def ref(self, path_params: Mapping[str, str]) -> str:
        return path_params["ref"]

    def card(self, ref: str) -> Card | None:
        issue = self._store.site.find_issue(ref)
        if issue is None:
            return None
        moves = self._store.transitions(ADMIN_READER, issue)
        return _card(issue, tuple(edge.name for edge in moves))

    def create(self, person: str, edit: Edit) -> str:
        fields: Json = {
            "project": {"key": edit.project},
            "issuetype": {"id": self._store.site.issue_types[0].id},
            **_fields(edit),
        }
        try:
            return self._store.create_issue(self._user(person), fields).key
        except JiraError as no:
            raise RefusedError(str(no)) from no

    def edit(self, person: str, ref: str, edit: Edit) -> None:
        user, issue = self._user(person), self._store.site.get_issue(ref)
        try:
            self._store.edit_issue(user, issue, _fields(edit))
            self._move(user, issue, edit.status)
        except JiraError as no:
            raise RefusedError(str(no)) from no

    def _move(self, user: User, issue: Issue, name: str) -> None:
        for edge in self._store.transitions(user, issue):
            if name == edge.name:
                resolution = {"id": self._store.site.resolutions[0].id}
                fields = {"resolution": resolution} if edge.required else {}
                self._store.transition(user, issue, edge.id, fields)
                return

    def remark(self, person: str, ref: str, body: str) -> None:
        issue = self._store.site.get_issue(ref)
        try:
            talk.add_comment(self._store, self._user(person), issue, body)
        except JiraError as no:
            raise RefusedError(str(no)) from no

    def _user(self, person: str) -> User:
        return self._store.site.users[person]


def _fields(edit: Edit) -> Json:
    fields: Json = {
        "summary": edit.title,
        "description": edit.description or None,
        "labels": list(edit.labels),
    }
    return {**fields, "priority": {"name": edit.priority}} if edit.priority else fields


def _matches(issue: Issue, words: list[str]) -> bool:
    labels = " ".join(issue.labels)
    body = issue.description or ""
    text = f"{issue.key} {issue.summary} {body} {labels}".lower()
    return all(word in text for word in words)


def _card(issue: Issue, moves: tuple[str, ...] = ()) -> Card:
    remarks = [
        Remark(one.author.name, one.created_at, one.body) for one in issue.comments
    ]
    return Card(
        ref=issue.key,
        key=issue.key,
        url=f"/browse/{issue.key}",
        title=issue.summary,
        description=issue.description or "",
        status=issue.status.name,
        priority=issue.priority.name,
        author=issue.reporter.name,
        created_at=issue.created_at,
        updated_at=issue.updated_at,
        labels=tuple(issue.labels),
        release=", ".join(one.name for one in issue.fix_versions),
        moves=moves,
        remarks=tuple(remarks),
    )
