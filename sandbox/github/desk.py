"""The page on which a person plays the client, in GitHub's words."""

from collections.abc import Mapping

from sandbox.github.records import Issue, User
from sandbox.github.site import GitHub, IssueEdit, RefusedByGitHub
from sandbox.page import Card, Edit, Person, RefusedError, Remark, Sign

ISSUE_ROUTES = ("/{owner}/{name}/issues/{number:int}",)
MOVES: Mapping[str, IssueEdit] = {
    "close": {"state": "closed", "state_reason": "completed"},
    "close as not planned": {"state": "closed", "state_reason": "not_planned"},
    "reopen": {"state": "open"},
}
OFFERED = {"open": ("close", "close as not planned"), "closed": ("reopen",)}


class GitHubDesk:
    def __init__(self, github: GitHub, title: str) -> None:
        self._github, self._title = github, title

    def sign(self) -> Sign:
        names = tuple(row.full_name for row in self._github.repositories.values())
        return Sign(self._title, "github", names, issue_routes=ISSUE_ROUTES)

    def people(self) -> list[Person]:
        humans = [user for user in self._github.users.values() if not user.bot]
        return [Person(user.login, user.name) for user in humans] or [
            Person("", "nobody")
        ]

    def cards(self, search: str) -> list[Card]:
        word = search.casefold()
        places = self._github.repositories.values()
        rows = [row for place in places for row in place.issues.values()]
        rows.sort(key=lambda row: row.updated_at, reverse=True)
        return [_card(row, ()) for row in rows if word in _searched(row)]

    def ref(self, path_params: Mapping[str, str]) -> str:
        return "{owner}/{name}#{number}".format_map(path_params)

    def card(self, ref: str) -> Card | None:
        issue = self._find(ref)
        if issue is None:
            return None
        told = (
            Remark(one.user.name, one.created_at, one.body) for one in issue.comments
        )
        return _card(issue, tuple(told))

    def create(self, person: str, edit: Edit) -> str:
        row = self._github.find_repository(edit.project)
        if row is None:
            raise RefusedError(edit.project)
        try:
            issue = self._github.open_issue(row, self._user(person), _wanted(edit))
        except RefusedByGitHub as no:
            raise RefusedError(str(no)) from no
        return _key(issue)

    def edit(self, person: str, ref: str, edit: Edit) -> None:
        wanted = {**_wanted(edit), **MOVES.get(edit.status, {})}
        try:
            self._github.edit_issue(
                self._get(ref),
                self._user(person),
                wanted,  # type: ignore[arg-type]
            )
        except RefusedByGitHub as no:
            raise RefusedError(str(no)) from no

    def remark(self, person: str, ref: str, body: str) -> None:
        try:
            self._github.write_comment(self._get(ref), self._user(person), body)
        except RefusedByGitHub as no:
            raise RefusedError(str(no)) from no

    def _find(self, ref: str) -> Issue | None:
        name, _, number = ref.rpartition("#")
        row = self._github.find_repository(name)
        return row.issues.get(int(number)) if row and number.isdecimal() else None

    def _get(self, ref: str) -> Issue:
        issue = self._find(ref)
        if issue is None:
            raise RefusedError(ref)
        return issue

    def _user(self, person: str) -> User:
        user = self._github.users.get(person)
        if user is None:
            raise RefusedError(person)
        return user


def _wanted(edit: Edit) -> IssueEdit:
    labels = list(edit.labels)
    return {"title": edit.title, "body": edit.description, "labels": labels}


def _key(issue: Issue) -> str:
    return f"{issue.repository.full_name}#{issue.number}"


def _searched(issue: Issue) -> str:
    return f"{_key(issue)}\n{issue.title}\n{issue.body}".casefold()


def _card(issue: Issue, remarks: tuple[Remark, ...]) -> Card:
    return Card(
        ref=_key(issue),
        key=_key(issue),
        url=f"/{issue.repository.full_name}/issues/{issue.number}",
        title=issue.title,
        description=issue.body or "",
        status=issue.state,
        priority="",
        author=issue.user.name,
        created_at=issue.created_at,
        updated_at=issue.updated_at,
        labels=tuple(label.name for label in issue.labels),
        release=issue.milestone.title if issue.milestone else "",
        moves=OFFERED[issue.state],
        remarks=remarks,
    )
