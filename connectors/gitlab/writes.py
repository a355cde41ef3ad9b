"""One change to one issue, written so that doing it twice is doing it once.

Nothing here repeats a write: what to do after a lost reply follows from looking first.
Parameters: https://docs.gitlab.com/api/issues/#update-an-issue.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import assert_never

from connectors.fresh import Fresh
from connectors.gitlab.assignees import Assignees
from connectors.gitlab.config import is_custom
from connectors.gitlab.custom_fields import CustomFields
from connectors.gitlab.mapping import CLOSED, IssuePlace
from connectors.gitlab.note_text import MARKER, write_sticky_note
from connectors.gitlab.number_fields import NumberFields, join
from connectors.gitlab.rest import (
    Json,
    Rest,
    is_project_missing,
    project_path,
    unreachable,
)
from connectors.gitlab.spelling import Spelling
from connectors.gitlab.statuses import Statuses
from connectors.gitlab.timestamps import parse_moment
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
from model.clock import Clock
from model.errors import PermanentError, RetriableError

_STATE_EVENTS: Mapping[str, str] = {"opened": "reopen", CLOSED: "close"}

NO_MILESTONE = 0


class Writer:
    """Writes to the issues of one source."""

    def __init__(self, rest: Rest, hours_per_day: float, clock: Clock) -> None:
        self._rest = rest
        self._people = Assignees(rest)
        self._spelling = Spelling(rest, clock)
        self._statuses = Statuses(rest)
        self._custom_fields = CustomFields(rest)
        self._fields = NumberFields(rest, hours_per_day)
        self._milestones = Fresh[tuple[int, str], int](clock)
        self._own_user_id: int | None = None

    def write(self, place: IssuePlace, change: Change) -> Receipt:
        """Carry out a change.

        Raises:
            PermanentError: ``not_found`` when the issue is gone,
                ``project_unreachable`` when the whole project is.
        """
        try:
            return self._write(place, change)
        except PermanentError as error:
            if is_project_missing(error):
                raise unreachable(place.project_id, error) from error
            raise

    def _write(self, place: IssuePlace, change: Change) -> Receipt:
        match change:
            case SetLabels():
                receipt = self._set_labels(place, change)
            case Transition():
                receipt = self._transition(place, change)
            case SetRelease():
                receipt = self._set_release(place, change)
            case UpsertComment():
                receipt = self._upsert_comment(place, change)
            case SetAssignee():
                receipt = self._people.assign(place, change)
            case SetFields():
                labels = self._set_labels(place, write_fields(change))
                numbers = self._fields.fill(place, change)
                receipt = join(join(labels, numbers), self._fill(place, change))
            case _:
                assert_never(change)
        return receipt

    def _fill(self, place: IssuePlace, change: SetFields) -> Receipt:
        custom = {name: it for name, it in change.values.items() if is_custom(name)}
        issue = self._rest.get_row(place.path) if custom else {}
        return self._custom_fields.fill(issue, custom)

    def _set_labels(self, place: IssuePlace, change: SetLabels) -> Receipt:
        _refuse_commas(change.add | change.remove)
        issue = self._rest.get_row(place.path)
        present = {str(name) for name in issue["labels"]}
        add = self._spelling.spell(place.project_id, change.add - present) - present
        gone = self._spell_twins(place, change.remove - present, present)
        remove = (change.remove & present) | gone
        if not add and not remove:
            return _unchanged(issue)
        body = {
            "add_labels": ",".join(sorted(add)),
            "remove_labels": ",".join(sorted(remove)),
        }
        return self._update(place, {key: value for key, value in body.items() if value})

    def _spell_twins(
        self, place: IssuePlace, absent: Iterable[str], present: Iterable[str]
    ) -> set[str]:
        """Labels to remove that the issue bears in other letters."""
        folded = {name.casefold() for name in present}
        twins = [name for name in absent if name.casefold() in folded]
        return self._spelling.spell(place.project_id, twins) & set(present)

    def _transition(self, place: IssuePlace, change: Transition) -> Receipt:
        """Opened and closed are everywhere; other statuses are licensed."""
        word = change.status.casefold()
        issue = self._rest.get_row(place.path)
        if word not in _STATE_EVENTS:
            return self._statuses.move(issue, change.status)
        if issue["state"] == word:
            receipt = _unchanged(issue)
        else:
            receipt = self._update(place, {"state_event": _STATE_EVENTS[word]})
        return replace(receipt, status_id=self._statuses.find_id(issue))

    def _set_release(self, place: IssuePlace, change: SetRelease) -> Receipt:
        issue = self._rest.get_row(place.path)
        current = (issue.get("milestone") or {}).get("title")
        if change.name is None:
            ours = current is not None and current == change.remove
            clear = {"milestone_id": NO_MILESTONE}
            return self._update(place, clear) if ours else _unchanged(issue)
        if current == change.name:
            return _unchanged(issue)
        receipt = self._put_into(place, change, change.name)
        return replace(receipt, before=current or "")

    def _put_into(self, place: IssuePlace, change: SetRelease, name: str) -> Receipt:
        wanted = (place.project_id, name)
        known = self._milestones.find(wanted)
        if known and (receipt := self._try_known(place, known, name)):
            return receipt
        milestone_id, calls = self._find_milestone(place, name), 1
        if milestone_id is None:
            milestone_id, calls = self._create_milestone(place, change, name), 2
        receipt = self._update(place, {"milestone_id": milestone_id}, calls)
        self._milestones.keep(wanted, milestone_id)
        return receipt

    def _try_known(self, place: IssuePlace, known: int, name: str) -> Receipt | None:
        """One that went meanwhile is not there, or takes the issue out of any."""
        try:
            issue = self._rest.put(place.path, {"milestone_id": known})
        except PermanentError as error:
            if error.code != "not_found":
                raise
            return None
        title = (issue.get("milestone") or {}).get("title")
        return _written(issue) if title == name else None

    def _find_milestone(self, place: IssuePlace, name: str) -> int | None:
        path = f"{project_path(place.project_id)}/milestones"
        query = {"title": name, "include_ancestors": "true"}
        rows = self._rest.get_all(path, query)
        return next((int(row["id"]) for row in rows if row["title"] == name), None)

    def _create_milestone(
        self, place: IssuePlace, change: SetRelease, name: str
    ) -> int:
        body: Json = {"title": name}
        if change.ship_on:
            body["due_date"] = change.ship_on.isoformat()
        path = f"{project_path(place.project_id)}/milestones"
        return int(self._rest.post(path, body)["id"])

    def _upsert_comment(self, place: IssuePlace, change: UpsertComment) -> Receipt:
        body = write_sticky_note(change.text.text)
        note = self._find_sticky(place, change.comment_id)
        notes = f"{place.path}/notes"
        if note is None:
            return _noted(self._rest.post(notes, {"body": body}))
        if note["body"] == body:
            return Receipt(written=False, comment_id=str(note["id"]))
        return _noted(self._rest.put(f"{notes}/{note['id']}", {"body": body}))

    def _find_sticky(self, place: IssuePlace, comment_id: str | None) -> Json | None:
        """Our note by its id, or by author and marker: never somebody else's."""
        own = self._get_own_user_id()
        note = self._find_note(place, comment_id) if comment_id else None
        if note and note["author"]["id"] == own:
            return note
        query = {"activity_filter": "only_comments", "sort": "asc"}
        notes = self._rest.get_all(f"{place.path}/notes", query)
        ours = (n for n in notes if n["author"]["id"] == own and MARKER in n["body"])
        return next(ours, None)

    def _find_note(self, place: IssuePlace, comment_id: str) -> Json | None:
        if not (comment_id.isascii() and comment_id.isdigit()):
            return None
        try:
            return self._rest.get_row(f"{place.path}/notes/{comment_id}")
        except PermanentError as error:
            if error.code != "not_found" or is_project_missing(error):
                raise
            return None

    def _get_own_user_id(self) -> int:
        if self._own_user_id is None:
            self._own_user_id = int(self._rest.get_row("/user")["id"])
        return self._own_user_id

    def _update(self, place: IssuePlace, body: Json, calls: int = 1) -> Receipt:
        return _written(self._rest.put(place.path, body), calls)


def _refuse_commas(labels: Iterable[str]) -> None:
    for label in sorted(labels):
        if "," in label or not label.strip():
            raise PermanentError("label_impossible", {"label": label})


def _written(issue: Json, calls: int = 1) -> Receipt:
    updated_at = parse_moment(issue["updated_at"])
    return Receipt(written=True, updated_at=updated_at, calls=calls)


def _unchanged(issue: Json) -> Receipt:
    return Receipt(written=False, updated_at=parse_moment(issue["updated_at"]))


def _noted(note: Json) -> Receipt:
    if "id" not in note:
        # 202: GitLab took everything for quick actions and stored nothing.
        raise RetriableError("note_not_stored")
    return Receipt(written=True, comment_id=str(note["id"]), calls=1)
