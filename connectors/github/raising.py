"""Makes issues: https://docs.github.com/en/rest/issues/issues#create-an-issue.

An issue carries its mark as an HTML comment at the end of its body. It is looked for
among our own newest issues, which needs no search index.
"""

from collections.abc import Sequence

from connectors.github.mapping import IssuePlace, quieten
from connectors.github.reads import Repositories
from connectors.github.rest import Json, Rest
from model.changes import Raised, RaiseIssue
from model.errors import PermanentError


class Raising:
    """Makes issues of one source. Blocking; meant for threads."""

    def __init__(
        self, rest: Rest, repositories: Repositories, configured: Sequence[int | str]
    ) -> None:
        self._rest = rest
        self._repositories = repositories
        self._configured = {str(one): one for one in configured}

    def raise_issue(self, draft: RaiseIssue) -> Raised:
        """Make an issue, unless one of ours has the mark.

        Raises:
            PermanentError: ``place_not_configured``.
        """
        place = draft.place or next(iter(self._configured))
        if place not in self._configured:
            raise PermanentError("place_not_configured", {"place": place})
        repository = self._repositories.get_row(self._configured[place])
        path = f"/repositories/{repository['id']}/issues"
        row, created = self._find_marked(path, draft.mark), False
        if row is None:
            body = f"{quieten(draft.text.text)}\n\n<!-- {draft.mark} -->"
            title = quieten(draft.title.text)
            row, created = (
                self._rest.send("POST", path, {"title": title, "body": body}),
                True,
            )
        tracker_id = str(IssuePlace(int(repository["id"]), int(row["number"])))
        key = f"{repository['full_name']}#{row['number']}"
        return Raised(tracker_id, key, created)

    def _find_marked(self, path: str, mark: str) -> Json | None:
        query = {
            "creator": str(self._rest.get_row("/user")["login"]),
            "sort": "created",
            "direction": "desc",
            "state": "all",
            "per_page": 100,
        }
        rows = self._rest.get_page(path, query).rows
        return next((row for row in rows if mark in (row["body"] or "")), None)
