"""GitHub's JSON of an issue as an :class:`IssueSnapshot`, and the text of our comment.

Fields: https://docs.github.com/en/rest/issues/issues
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple, Self

from connectors.github.config import GitHubConfig
from connectors.label_fields import read_fields
from connectors.labels import LabelReader
from connectors.shapes import understanding
from model.issues import (
    Comment,
    IssueRef,
    IssueSnapshot,
    Person,
    StatusCategory,
    Visibility,
)

Json = Mapping[str, Any]

OPEN, CLOSED, NOT_PLANNED = "open", "closed", "not planned"
STATUSES: Mapping[str, Json] = {
    OPEN: {"state": "open"},
    CLOSED: {"state": "closed", "state_reason": "completed"},
    NOT_PLANNED: {"state": "closed", "state_reason": "not_planned"},
}
"""What an issue can be brought to, and how it is asked for."""

MARKER = "<!-- reqpool:sticky -->"
_PLACE = re.compile(r"([1-9][0-9]{0,18})#([1-9][0-9]{0,18})", re.ASCII)
_WORD_JOINER = "\u2060"
_CALL = (
    r"((?<![A-Za-z0-9_])@|#(?=[0-9])|(?<![A-Za-z0-9])[Gg][Hh]-(?=[0-9])"
    r"|(?:&#0*(?:64|35);?|&#[xX]0*(?:40|23);?|&commat;?|&num;?)@*"
    r"|&#?[A-Za-z0-9]{1,31};?@+)"
)
"""What begins a mention or a link to an issue, also as an HTML entity."""
_CALLS = re.compile(_CALL)
_MUTED_CALLS = re.compile(_CALL.replace("(?=[0-9])", "") + _WORD_JOINER)


class IssuePlace(NamedTuple):
    """Where an issue lives: its tracker id is ``<repository id>#<number>``.

    An issue's own id cannot be asked for; a repository's id survives renames.
    """

    repository: int
    number: int

    @classmethod
    def find(cls, tracker_id: str) -> Self | None:
        """Read a tracker id; None when it is none of GitHub's."""
        found = _PLACE.fullmatch(tracker_id)
        return cls(int(found[1]), int(found[2])) if found else None

    def __str__(self) -> str:
        """The tracker id."""
        return f"{self.repository}#{self.number}"

    @property
    def path(self) -> str:
        """Its route by the repository's id, to which GitHub redirects old names."""
        return f"/repositories/{self.repository}/issues/{self.number}"


def parse_moment(text: str) -> datetime:
    """Read ``2026-05-28T05:58:40Z``, which has whole seconds only.

    Raises:
        ValueError: it is none.
    """
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def write_moment(moment: datetime) -> str:
    """As the parameter ``since`` wants it: rounded down to a second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class IssueReader:
    """Reads issues of one source."""

    def __init__(self, source: str, config: GitHubConfig) -> None:
        self._source = source
        self._labels = LabelReader(config)
        self._written = tuple(config.write_fields)

    def read(self, place: IssuePlace, row: Json, told: Iterable[Json]) -> IssueSnapshot:
        """Normalise an issue.

        Args:
            place: where it was asked for.
            row: as REST shows it.
            told: its comments, oldest first.

        Raises:
            PermanentError: ``answer_not_understood``.
        """
        with understanding(str(place)):
            return self._read(place, row, told)

    def _read(
        self, place: IssuePlace, row: Json, told: Iterable[Json]
    ) -> IssueSnapshot:
        labels = frozenset(str(label["name"]) for label in row["labels"])
        said, milestone = self._labels.read(labels), row.get("milestone")
        is_open = row["state"] == "open"
        own_type = (row.get("type") or {}).get("name")
        found = (find_person(user) for user in row.get("assignees") or ())
        assignees = tuple(person for person in found if person)
        return IssueSnapshot(
            ref=IssueRef(self._source, str(place)),
            key=f"{_full_name(row)}#{place.number}",
            url=row["html_url"],
            title=row["title"],
            description=row.get("body") or "",
            issue_type=own_type or said.issue_type or "Issue",
            status=get_status(row),
            status_category=said.open_category if is_open else StatusCategory.DONE,
            created_at=parse_moment(row["created_at"]),
            updated_at=parse_moment(row["updated_at"]),
            labels=labels,
            releases=(milestone["title"],) if milestone else (),
            modules=said.modules,
            priority=said.priority,
            urgency=said.urgency,
            reporter=find_person(row.get("user")),
            assignee=next(iter(assignees), None),
            co_assignees=assignees[1:],
            written_fields=read_fields(self._written, labels),
            comments=tuple(_comment(comment) for comment in told),
        )


def get_status(row: Json) -> str:
    """``open``, ``closed``, or why it was closed when that is not for completion."""
    reason = row.get("state_reason")
    if row["state"] == "closed" and reason not in {None, "completed", "reopened"}:
        return str(reason).replace("_", " ")
    return str(row["state"])


def _full_name(row: Json) -> str:
    """From ``https://api.github.com/repos/octo/hello``."""
    return "/".join(row["repository_url"].split("/")[-2:])


def find_person(user: Json | None) -> Person | None:
    """A person; None for who deleted the account."""
    return Person(str(user["id"]), user["login"], user["login"]) if user else None


def _comment(row: Json) -> Comment:
    body = row.get("body") or ""
    return Comment(
        tracker_id=str(row["id"]),
        author=find_person(row.get("user")),
        body=read_comment(body),
        visibility=Visibility.PUBLIC,
        created_at=parse_moment(row["created_at"]),
        updated_at=parse_moment(row["updated_at"]),
        ours=body.rstrip().endswith(MARKER),
    )


def write_sticky(text: str) -> str:
    """The body of our comment: it calls nobody, and is known by :data:`MARKER`."""
    return f"{quieten(text)}\n\n{MARKER}".strip()


def quieten(text: str) -> str:
    """The same to read, but it calls nobody."""
    return _CALLS.sub(rf"\1{_WORD_JOINER}", text.replace("\r\n", "\n").strip())


def read_comment(body: str) -> str:
    """What a person wrote, or for a comment of ours the text that was asked for."""
    if MARKER not in body:
        return body
    return _MUTED_CALLS.sub(r"\1", body.replace(MARKER, "").strip())
