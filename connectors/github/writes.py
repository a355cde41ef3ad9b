"""One change to one issue, written so that doing it twice is doing it once.

Nothing here repeats a write: what to do after a lost reply follows from looking first.
https://docs.github.com/en/rest/issues
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import assert_never
from urllib.parse import quote

from connectors.github.assignees import Assignees
from connectors.github.mapping import (
    MARKER,
    STATUSES,
    IssuePlace,
    find_person,
    get_status,
    parse_moment,
    write_sticky,
)
from connectors.github.reads import Repositories
from connectors.github.rest import Json, Rest
from connectors.label_fields import write_fields
from model.changes import (
    Change,
    Receipt,
    SetAssignee,
    SetFields,
    SetLabels,
    SetRelease,
    Transition,
    UpsertComment,
)
from model.errors import PermanentError


class Writer:
    """Writes to the issues of one source."""

    def __init__(self, rest: Rest, repositories: Repositories) -> None:
        self._rest = rest
        self._repositories = repositories
        self._assignees = Assignees(rest)
        self._own_user_id: int | None = None

    def write(self, place: IssuePlace, change: Change) -> Receipt:
        """Carry out a change.

        Raises:
            PermanentError: ``not_found`` when the issue was deleted or transferred,
                ``project_unreachable`` when the whole repository is out of reach.
        """
        try:
            return self._write(place, change, self._rest.get_row(place.path))
        except PermanentError as error:
            if error.code not in {"not_found", "redirected"}:
                raise
            self._repositories.get_row(place.repository)
            raise PermanentError("not_found", error.params) from error

    def _write(self, place: IssuePlace, change: Change, issue: Json) -> Receipt:
        match change:
            case SetLabels():
                receipt = self._set_labels(place, change, issue)
            case Transition():
                receipt = self._transition(place, change, issue)
            case SetRelease():
                receipt = self._set_release(place, change, issue)
            case UpsertComment():
                receipt = self._upsert_comment(place, change)
            case SetAssignee():
                receipt = self._assign(place, change, issue)
            case SetFields():
                receipt = self._set_labels(place, write_fields(change), issue)
            case _:
                assert_never(change)
        return receipt

    def _set_labels(self, place: IssuePlace, change: SetLabels, issue: Json) -> Receipt:
        """GitHub makes labels that are missing, and takes ``Bug`` and ``bug`` for one."""
        present = {str(label["name"]).casefold() for label in issue["labels"]}
        add = [name for name in sorted(change.add) if name.casefold() not in present]
        remove = [one for one in sorted(change.remove) if one.casefold() in present]
        if add:
            self._rest.ask("POST", f"{place.path}/labels", body={"labels": add})
        for name in remove:
            self._remove_label(place, name)
        if not add and not remove:
            return _unchanged(issue)
        return Receipt(written=True, calls=bool(add) + len(remove))

    def _remove_label(self, place: IssuePlace, name: str) -> None:
        try:
            self._rest.ask("DELETE", f"{place.path}/labels/{quote(name, safe='')}")
        except PermanentError as error:
            # Somebody else was faster.
            if error.code != "not_found":
                raise

    def _transition(
        self, place: IssuePlace, change: Transition, issue: Json
    ) -> Receipt:
        status = change.status.casefold()
        found = get_status(issue)
        if found == status:
            return _unchanged(issue)
        if status in STATUSES:
            issue = self._rest.send("PATCH", place.path, dict(STATUSES[status]))
        if get_status(issue) != status:
            params = {"status": change.status, "offered": ", ".join(STATUSES)}
            raise PermanentError("transition_unavailable", params)
        return replace(_updated(issue), before=found)

    def _set_release(
        self, place: IssuePlace, change: SetRelease, issue: Json
    ) -> Receipt:
        current = (issue.get("milestone") or {}).get("title")
        if change.name is None:
            if current is None or current != change.remove:
                return _unchanged(issue)
            return _updated(self._rest.send("PATCH", place.path, {"milestone": None}))
        if current == change.name:
            return _unchanged(issue)
        milestones = f"/repositories/{place.repository}/milestones"
        number, calls = self._find_milestone(milestones, change.name), 1
        if number is None:
            number, calls = self._make_milestone(milestones, change), 2
        told = self._rest.send("PATCH", place.path, {"milestone": number})
        return replace(_updated(told, calls), before=current or "")

    def _find_milestone(self, milestones: str, name: str | None) -> int | None:
        rows = self._rest.get_all(milestones, {"state": "all"})
        return next((int(row["number"]) for row in rows if row["title"] == name), None)

    def _make_milestone(self, milestones: str, change: SetRelease) -> int:
        due = {"due_on": _due_on(change.ship_on)} if change.ship_on else {}
        try:
            row = self._rest.send("POST", milestones, {"title": change.name, **due})
        except PermanentError as error:
            # A write of another issue may have made it since we looked.
            found = self._find_milestone(milestones, change.name)
            if error.code != "unprocessable" or found is None:
                raise
            return found
        return int(row["number"])

    def _assign(self, place: IssuePlace, change: SetAssignee, issue: Json) -> Receipt:
        """Beside whoever else has it: GitHub knows up to ten assignees."""
        people = [find_person(user) for user in issue.get("assignees") or ()]
        if any(person and person.goes_by(change.account) for person in people):
            return _unchanged(issue)
        login = self._assignees.get_login(place.repository, change.account)
        path = f"{place.path}/assignees"
        self._rest.ask("POST", path, body={"assignees": [login]})
        held = [one for one in people if one and one.goes_by(change.previous or "")]
        for person in held:
            self._rest.ask("DELETE", path, body={"assignees": [person.username]})
        return Receipt(written=True, calls=1 + len(held))

    def _upsert_comment(self, place: IssuePlace, change: UpsertComment) -> Receipt:
        body = write_sticky(change.text.text)
        ours = self._find_sticky(place, change.comment_id)
        if ours is None:
            path = f"{place.path}/comments"
            return _commented(self._rest.send("POST", path, {"body": body}))
        if ours["body"] == body:
            return Receipt(written=False, comment_id=str(ours["id"]))
        path = f"/repositories/{place.repository}/issues/comments/{ours['id']}"
        return _commented(self._rest.send("PATCH", path, {"body": body}))

    def _find_sticky(self, place: IssuePlace, comment_id: str | None) -> Json | None:
        """Our comment by its id, or by author and marker: never somebody else's."""
        own = self._get_own_user_id()
        told = self._rest.get_all(f"{place.path}/comments")
        ours = [one for one in told if one["user"] and one["user"]["id"] == own]
        return _first(one for one in ours if str(one["id"]) == comment_id) or _first(
            one for one in ours if MARKER in one["body"]
        )

    def _get_own_user_id(self) -> int:
        if self._own_user_id is None:
            self._own_user_id = int(self._rest.get_row("/user")["id"])
        return self._own_user_id


def _first(rows: Iterable[Json]) -> Json | None:
    return next(iter(rows), None)


def _due_on(ship_on: date) -> str:
    """Noon: GitHub keeps the day that it is on the American west coast."""
    return f"{ship_on.isoformat()}T12:00:00Z"


def _unchanged(issue: Json) -> Receipt:
    return Receipt(written=False, updated_at=parse_moment(issue["updated_at"]))


def _updated(issue: Json, calls: int = 1) -> Receipt:
    updated_at = parse_moment(issue["updated_at"])
    return Receipt(written=True, updated_at=updated_at, calls=calls)


def _commented(row: Json) -> Receipt:
    return Receipt(written=True, comment_id=str(row["id"]), calls=1)
