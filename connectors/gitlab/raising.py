"""Makes issues: https://docs.gitlab.com/api/issues/#new-issue.

An issue carries its mark as an HTML comment at the end of its description. It is looked
for among our own newest issues, which needs no search index.
"""

from collections.abc import Sequence

from connectors.gitlab.mapping import IssuePlace, key_of_row
from connectors.gitlab.note_text import quieten
from connectors.gitlab.reads import Projects
from connectors.gitlab.rest import Json, Rest, project_path
from model.changes import Raised, RaiseIssue
from model.errors import PermanentError


class Raising:
    """Makes issues of one source. Blocking; meant for threads."""

    def __init__(
        self, rest: Rest, projects: Projects, configured: Sequence[int | str]
    ) -> None:
        self._rest = rest
        self._projects = projects
        self._configured = {str(project): project for project in configured}

    def raise_issue(self, draft: RaiseIssue) -> Raised:
        """Make an issue, unless one of ours has the mark.

        Raises:
            PermanentError: ``place_not_configured``.
        """
        place = draft.place or next(iter(self._configured))
        if place not in self._configured:
            raise PermanentError("place_not_configured", {"place": place})
        row = self._projects.get_row(self._configured[place])
        path = f"{project_path(int(row['id']))}/issues"
        found = self._find_marked(path, draft.mark)
        if found is not None:
            return _raised(found, created=False)
        body = {
            "title": draft.title.text,
            "description": f"{quieten(draft.text.text)}\n\n<!-- {draft.mark} -->",
        }
        if draft.issue_type:
            body["issue_type"] = draft.issue_type
        return _raised(self._rest.post(path, body), created=True)

    def _find_marked(self, path: str, mark: str) -> Json | None:
        query = {
            "author_id": int(self._rest.get_row("/user")["id"]),
            "order_by": "created_at",
            "sort": "desc",
            "state": "all",
            "scope": "all",
        }
        rows = self._rest.get_page(path, query).rows
        return next((row for row in rows if mark in (row["description"] or "")), None)


def _raised(row: Json, *, created: bool) -> Raised:
    return Raised(str(IssuePlace.of(row)), key_of_row(row, ""), created)
