"""Makes issues: https://docs.github.com/en/rest/issues/issues#create-an-issue ."""

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.github.mapping import IssuePlace, quieten
from connectors.github.reads import Repositories
from connectors.github.rest import Json, Rest
from model.changes import RaiseIssue


@dataclass(frozen=True, slots=True)
class NewIssues:
    """GitHub's part of :class:`connectors.raising.Raising`."""

    rest: Rest
    repositories: Repositories

    def quieten(self, text: str) -> str:
        """See :mod:`connectors.github.mapping`."""
        return quieten(text)

    def get_home(self, place: int | str) -> Json:
        """The repository."""
        return self.repositories.get_row(place)

    def fetch_newest(self, home: Json) -> Sequence[tuple[Json, str]]:
        """By the account that the token is of."""
        query = {
            "creator": str(self.rest.get_row("/user")["login"]),
            "sort": "created",
            "direction": "desc",
            "state": "all",
            "per_page": 100,
        }
        rows = self.rest.get_page(_path(home), query).rows
        return [(row, row["body"] or "") for row in rows]

    def make(self, home: Json, draft: RaiseIssue, text: str) -> Json:
        """A title can call people, too."""
        body = {"title": quieten(draft.title.text), "body": text}
        return self.rest.send("POST", _path(home), body)

    def name(self, home: Json, row: Json) -> tuple[str, str]:
        """By the repository's number and the issue's."""
        number = int(row["number"])
        place = IssuePlace(int(home["id"]), number)
        return str(place), f"{home['full_name']}#{number}"


def _path(repository: Json) -> str:
    return f"/repositories/{repository['id']}/issues"
