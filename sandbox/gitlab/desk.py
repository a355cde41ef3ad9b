"""The page on which a person plays the client, in GitLab's words."""

from collections.abc import Mapping

from sandbox.gitlab.edits import IssueEdit
from sandbox.gitlab.errors import ApiError
from sandbox.gitlab.instance import GitLab
from sandbox.gitlab.issues import open_issue, reference, update_issue
from sandbox.gitlab.notes import Comment, write_note
from sandbox.gitlab.records import Actor, Issue, Note, Project
from sandbox.page import Card, Edit, Person, RefusedError, Remark, Sign

ISSUE_ROUTES = ("/{path:path}/-/issues/{iid}", "/{path:path}/-/work_items/{iid}")
MOVES = {"opened": ("close",), "closed": ("reopen",)}


class GitLabDesk:
    def __init__(self, gitlab: GitLab, title: str) -> None:
        self._gitlab, self._title = gitlab, title

    def sign(self) -> Sign:
        paths = tuple(row.path_with_namespace for row in self._projects())
        return Sign(self._title, "gitlab", paths, issue_routes=ISSUE_ROUTES)

    def people(self) -> list[Person]:
        humans = [user for user in self._gitlab.users.values() if not user.bot]
        return [Person(user.username, user.name) for user in humans] or [
            Person("", "nobody")
        ]

    def cards(self, search: str) -> list[Card]:
        word = search.casefold()
        rows = [row for one in self._projects() for row in one.issues.values()]
        rows.sort(key=lambda row: row.updated_at, reverse=True)
        return [_card(row, ()) for row in rows if word in _searched(row)]

    def ref(self, path_params: Mapping[str, str]) -> str:
        return f"{path_params['path']}#{path_params['iid']}"

    def card(self, ref: str) -> Card | None:
        issue = self._find(ref)
        return _card(issue, _remarks(issue)) if issue else None

    def create(self, person: str, edit: Edit) -> str:
        project = self._gitlab.find_project(edit.project)
        if project is None:
            raise RefusedError(edit.project)
        try:
            wanted = _wanted(edit)
            issue = open_issue(self._gitlab, project, self._actor(person), wanted)
        except ApiError as error:
            raise RefusedError(str(error.body)) from error
        return reference(issue)

    def edit(self, person: str, ref: str, edit: Edit) -> None:
        issue, wanted = self._get(ref), _wanted(edit)
        if edit.status:
            wanted["state_event"] = edit.status
        try:
            update_issue(self._gitlab, issue, self._actor(person), wanted)
        except ApiError as error:
            raise RefusedError(str(error.body)) from error

    def remark(self, person: str, ref: str, body: str) -> None:
        issue, actor = self._get(ref), self._actor(person)
        try:
            write_note(self._gitlab, issue, actor, Comment(body))
        except ApiError as error:
            raise RefusedError(str(error.body)) from error

    def _projects(self) -> list[Project]:
        return list(self._gitlab.projects.values())

    def _find(self, ref: str) -> Issue | None:
        path, _, iid = ref.rpartition("#")
        project = self._gitlab.find_project(path)
        if project is None or not iid.isdecimal():
            return None
        return project.issues.get(int(iid))

    def _get(self, ref: str) -> Issue:
        issue = self._find(ref)
        if issue is None:
            raise RefusedError(ref)
        return issue

    def _actor(self, person: str) -> Actor:
        user = self._gitlab.find_user(person)
        if user is None:
            raise RefusedError(person)
        return Actor(user)


def _wanted(edit: Edit) -> IssueEdit:
    return {
        "title": edit.title,
        "description": edit.description,
        "labels": list(edit.labels),
    }


def _searched(issue: Issue) -> str:
    return f"{reference(issue)}\n{issue.title}\n{issue.description}".casefold()


def _card(issue: Issue, remarks: tuple[Remark, ...]) -> Card:
    return Card(
        ref=reference(issue),
        key=reference(issue),
        url=f"/{issue.project.path_with_namespace}/-/issues/{issue.iid}",
        title=issue.title,
        description=issue.description or "",
        status=issue.state,
        priority="",
        author=issue.author.name,
        created_at=issue.created_at,
        updated_at=issue.updated_at,
        labels=tuple(label.name for label in issue.labels),
        release=issue.milestone.title if issue.milestone else "",
        moves=MOVES[issue.state],
        remarks=remarks,
    )


def _remarks(issue: Issue) -> tuple[Remark, ...]:
    return tuple(_remark(note) for note in issue.notes)


def _remark(note: Note) -> Remark:
    return Remark(note.author.name, note.created_at, note.body)
