"""Makes issues: https://docs.gitlab.com/api/issues/#new-issue ."""

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.gitlab.mapping import IssuePlace, key_of_row
from connectors.gitlab.note_text import quieten
from connectors.gitlab.reads import Projects
from connectors.gitlab.rest import Json, Rest, project_path
from model.changes import RaiseIssue


@dataclass(frozen=True, slots=True)
class NewIssues:
    """GitLab's part of :class:`connectors.raising.Raising`."""

    rest: Rest
    projects: Projects

    def quieten(self, text: str) -> str:
        """See :mod:`connectors.gitlab.note_text`."""
        return quieten(text)

    def get_home(self, place: int | str) -> Json:
        """The project."""
        return self.projects.get_row(place)

    def fetch_newest(self, home: Json) -> Sequence[tuple[Json, str]]:
        """By the account that the token is of."""
        query = {
            "author_id": int(self.rest.get_row("/user")["id"]),
            "order_by": "created_at",
            "sort": "desc",
            "state": "all",
            "scope": "all",
        }
        rows = self.rest.get_page(_path(home), query).rows
        return [(row, row["description"] or "") for row in rows]

    def make(self, home: Json, draft: RaiseIssue, text: str) -> Json:
        """A title neither runs a command nor calls anybody."""
        body = {"title": draft.title.text, "description": text}
        if draft.issue_type:
            body["issue_type"] = draft.issue_type
        return self.rest.post(_path(home), body)

    def name(self, home: Json, row: Json) -> tuple[str, str]:
        """By the project's number and the issue's."""
        del home
        return str(IssuePlace.of(row)), key_of_row(row, "")


def _path(project: Json) -> str:
    return f"{project_path(int(project['id']))}/issues"
