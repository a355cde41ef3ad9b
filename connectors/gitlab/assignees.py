"""Gives an issue to somebody, and never to nobody.

``assignee_ids`` replaces all, and GitLab leaves out whoever may not see the project
without a word: who would be left out is never sent, and the others stay.
https://docs.gitlab.com/api/issues/#update-an-issue
"""

from connectors.gitlab.mapping import IssuePlace, find_person
from connectors.gitlab.rest import Json, Rest, is_project_missing, project_path
from connectors.gitlab.timestamps import parse_moment
from model.changes import Receipt, SetAssignee
from model.errors import PermanentError
from model.issues import Person


class Assignees:
    """Writes assignees of one source's issues."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest

    def assign(self, place: IssuePlace, change: SetAssignee) -> Receipt:
        """Put somebody first; where several are licensed, others stay behind them.

        Raises:
            PermanentError: ``person_not_assignable``: no such account, or no member.
        """
        people = _people(self._rest.get_row(place.path))
        if any(person.goes_by(change.account) for person in people):
            return Receipt(written=False)
        first = self.get_member_id(place.project_id, change.account)
        others = [one for one in people if not one.goes_by(change.previous or "")]
        ids = [first, *(int(one.tracker_id) for one in others)]
        issue = self._rest.put(place.path, {"assignee_ids": ids})
        if not any(person.tracker_id == str(first) for person in _people(issue)):
            raise _not_assignable(change.account)
        return Receipt(
            written=True, updated_at=parse_moment(issue["updated_at"]), calls=1
        )

    def get_member_id(self, project_id: int, account: str) -> int:
        """Whose account it is, when they can have the project's issues.

        Raises:
            PermanentError: ``person_not_assignable``.
        """
        name = account.removeprefix("@")
        user_id = int(name) if name.isdecimal() else self._get_user_id(name)
        path = f"{project_path(project_id)}/members/all/{user_id}"
        try:
            return int(self._rest.get_row(path)["id"])
        except PermanentError as error:
            if error.code != "not_found" or is_project_missing(error):
                raise
            raise _not_assignable(account) from error

    def _get_user_id(self, username: str) -> int:
        rows = self._rest.get_all("/users", {"username": username})
        if not rows:
            raise _not_assignable(username)
        return int(rows[0]["id"])


def _people(issue: Json) -> list[Person]:
    found = (find_person(user) for user in issue.get("assignees") or ())
    return [person for person in found if person]


def _not_assignable(account: str) -> PermanentError:
    return PermanentError("person_not_assignable", {"account": account})
