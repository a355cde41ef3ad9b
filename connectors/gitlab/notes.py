"""The notes of many issues with one GraphQL request, in the shape that REST gives.

REST has the notes of one issue at a time, which makes a first read of twenty thousand
issues twenty thousand requests. GraphQL's complexity
(https://docs.gitlab.com/api/graphql/#limits) allows fifty issues with a hundred notes;
an issue with more, or that is not in the answer, is left to REST.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.gitlab.mapping import IssuePlace
from connectors.gitlab.relations import by_project, is_unknown
from connectors.gitlab.rest import Json, Rest
from model.errors import PermanentError, RetriableError

ISSUES_PER_REQUEST = 50
_MOST = 100

_QUERY = """
query Notes($path: ID!, $iids: [String!], $issues: Int!, $most: Int!) {
  project(fullPath: $path) {
    issues(iids: $iids, first: $issues) {
      nodes {
        iid
        notes(first: $most, filter: ONLY_COMMENTS) {
          pageInfo { hasNextPage }
          nodes {
            id body system internal createdAt updatedAt
            author { id username name }
          }
        }
      }
    }
  }
}
"""
_NUMBER = re.compile(r"[0-9]+$")
_TOO_HEAVY = frozenset({"timed_out", "server_error", "unavailable", "not_json"})


@dataclass(slots=True)
class NoteReads:
    """Reads notes of several issues. Blocking; meant for threads."""

    rest: Rest
    base_url: str
    is_understood: bool = True

    def fetch(self, rows: Sequence[Json]) -> dict[IssuePlace, list[Json]]:
        """All notes of those issues that GraphQL could give whole."""
        found: dict[IssuePlace, list[Json]] = {}
        for path, of_project in by_project(rows, self.base_url):
            if self.is_understood:
                found |= dict(self._read(self._ask(path, of_project), of_project))
        return found

    def _ask(self, path: str, rows: Sequence[Json]) -> Json:
        """The answer's data; nothing where REST has to be asked instead."""
        iids = [str(row["iid"]) for row in rows]
        asked = {"path": path, "iids": iids, "issues": len(iids), "most": _MOST}
        try:
            answer = self.rest.ask_graphql(_QUERY, asked)
        except PermanentError as error:
            self.is_understood = error.code == "answer_too_large"
            return {}
        except RetriableError as error:
            if error.code not in _TOO_HEAVY:
                raise
            return {}
        errors = answer.get("errors") or ()
        self.is_understood = not (is_unknown(errors) or _is_too_complex(errors))
        return {} if errors else dict(answer.get("data") or {})

    def _read(
        self, data: Json, rows: Sequence[Json]
    ) -> Iterator[tuple[IssuePlace, list[Json]]]:
        issues = ((data.get("project") or {}).get("issues") or {}).get("nodes") or ()
        by_iid = {str(issue["iid"]): issue["notes"] for issue in issues if issue}
        for row in rows:
            notes = by_iid.get(str(row["iid"]))
            if notes is not None and not notes["pageInfo"]["hasNextPage"]:
                shaped = [_as_rest(note) for note in notes["nodes"] if note]
                shaped.sort(key=lambda note: (note["created_at"], note["id"]))
                yield IssuePlace.of(row), shaped


def _as_rest(note: Mapping[str, Any]) -> Json:
    author = note.get("author")
    return {
        "id": _number(note["id"]),
        "body": note["body"],
        "system": note["system"],
        "internal": note["internal"],
        "created_at": note["createdAt"],
        "updated_at": note["updatedAt"],
        "author": {**author, "id": _number(author["id"])} if author else None,
    }


def _number(global_id: str) -> int:
    """``gid://gitlab/DiscussionNote/12`` is 12 in REST."""
    found = _NUMBER.search(global_id)
    if found is None:
        raise ValueError(global_id)
    return int(found[0])


def _is_too_complex(errors: Sequence[Json]) -> bool:
    return any("complexity" in str(error.get("message")) for error in errors)
