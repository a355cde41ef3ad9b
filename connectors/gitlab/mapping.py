"""GitLab's JSON of an issue as an :class:`IssueSnapshot`.

Fields: https://docs.gitlab.com/api/issues/ and https://docs.gitlab.com/api/notes/.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

from connectors.gitlab.config import GitLabConfig
from connectors.gitlab.note_text import MARKER, read_note
from connectors.gitlab.timestamps import parse_moment
from connectors.gitlab.uploads import Passage, find_uploads, has_upload
from connectors.label_fields import is_label, read_fields
from connectors.labels import LabelReader
from connectors.shapes import understanding
from model.issues import (
    UNSEEN,
    Attachment,
    Comment,
    IssueRef,
    IssueSnapshot,
    Link,
    Person,
    StatusCategory,
    Visibility,
    Worklog,
)

Json = Mapping[str, Any]

CLOSED = "closed"
_CATEGORIES = {
    "in_progress": StatusCategory.IN_PROGRESS,
    "done": StatusCategory.DONE,
    "canceled": StatusCategory.DONE,
}
"""Of statuses; the others have not begun."""
_PLACE = re.compile(r"([1-9][0-9]{0,18})#([1-9][0-9]{0,18})", re.ASCII)
_ISSUE_PATH = re.compile(
    r"(?P<project>.+?)(?:/-)?/(?:issues|work_items)/(?P<iid>[0-9]+)/?"
)
_SECONDS_PER_HOUR = 3600
_REMEMBERED = 1000


class IssuePlace(NamedTuple):
    """Where an issue lives: what its tracker id, ``<project id>#<iid>``, is made of."""

    project_id: int
    iid: int

    @classmethod
    def find(cls, tracker_id: str) -> Self | None:
        """Read a tracker id; None when it is none of GitLab's."""
        found = _PLACE.fullmatch(tracker_id)
        return cls(int(found[1]), int(found[2])) if found else None

    @classmethod
    def of(cls, row: Json) -> Self:
        """Of an issue as REST shows it."""
        return cls(int(row["project_id"]), int(row["iid"]))

    def __str__(self) -> str:
        """The tracker id."""
        return f"{self.project_id}#{self.iid}"

    @property
    def path(self) -> str:
        """Its route by the project's id, which survives renames."""
        return f"/projects/{self.project_id}/issues/{self.iid}"


class IssueReader:
    """Reads issues of one source."""

    def __init__(self, source: str, config: GitLabConfig) -> None:
        self._source = source
        self._base_path = urlsplit(config.base_url).path.strip("/")
        self._hours_per_day = Decimal(str(config.hours_per_day))
        self._labels = LabelReader(config)
        self._written = tuple(config.write_fields)
        self._days = lru_cache(_REMEMBERED)(self._person_days)

    def read(
        self,
        row: Json,
        notes: Iterable[Json] = (),
        relations: "Relations | None" = None,
    ) -> IssueSnapshot:
        """Normalise an issue.

        Args:
            row: as REST shows it.
            notes: its notes, oldest first; system notes are left out here.
            relations: to other issues; None for none.

        Raises:
            PermanentError: ``answer_not_understood``.
        """
        with understanding(str(row.get("web_url"))):
            return self._read(row, notes, relations or NO_RELATIONS)

    def _read(
        self, row: Json, notes: Iterable[Json], relations: "Relations"
    ) -> IssueSnapshot:
        labels = frozenset(map(str, row.get("labels") or ()))
        said = self._labels.read(labels)
        own_type = str(row.get("issue_type") or "issue").lower()
        closed, status = row["state"] == CLOSED, relations.status
        category = status.comes_down_to if status else said.open_category
        comments = tuple(_comment(note) for note in notes if not note.get("system"))
        author = find_person(row.get("author"))
        description = row.get("description") or ""
        assignees = _assignees(row)
        times = row.get("time_stats") or {}
        return IssueSnapshot(
            ref=IssueRef(self._source, str(IssuePlace.of(row))),
            key=key_of_row(row, self._base_path),
            url=row["web_url"],
            title=row["title"],
            description=description,
            issue_type=said.issue_type or own_type,
            status=status.name if status else row["state"],
            status_id=status.id if status else "",
            status_category=StatusCategory.DONE if closed else category,
            created_at=parse_moment(row["created_at"]),
            updated_at=parse_moment(row["updated_at"]),
            labels=labels,
            releases=_releases(row),
            modules=said.modules,
            priority=said.priority,
            urgency=said.urgency,
            reporter=author,
            assignee=next(iter(assignees), None),
            co_assignees=assignees[1:],
            written_fields=self._fields(row, labels, relations),
            comments=comments,
            confidential=bool(row.get("confidential")),
            estimate_days=self._days(times.get("time_estimate") or 0),
            due_on=date.fromisoformat(row["due_date"]) if row.get("due_date") else None,
            spent_days=self._days(times.get("total_time_spent") or 0),
            attachments=_attachments(description, author, comments),
            links=relations.links,
            sprints=_iterations(row),
            moved_to=relations.moved_to or _moved_out_of_sight(row),
            worklogs=relations.worklogs,
        )

    def _person_days(self, seconds: int) -> Decimal | None:
        """From hours that people wrote down; the weight is no measure of time."""
        hours = Decimal(int(seconds)) / _SECONDS_PER_HOUR
        return (
            (hours / self._hours_per_day).quantize(Decimal("0.01")) if hours else None
        )

    def _fields(
        self, row: Json, labels: Iterable[str], relations: "Relations"
    ) -> Mapping[str, str]:
        """Those that we write; most sources have none."""
        if not self._written:
            return {}
        custom = self._custom_fields(relations.fields)
        return {**custom, **self._written_fields(row, labels)}

    def _custom_fields(self, fields: Mapping[str, str]) -> Mapping[str, str]:
        """Those that the configuration declares ours, as it calls them."""
        told = {name.casefold(): value for name, value in fields.items()}
        return {
            name: told[name.casefold()]
            for name in self._written
            if name.casefold() in told
        }

    def _written_fields(self, row: Json, labels: Iterable[str]) -> Mapping[str, str]:
        found = dict(read_fields(filter(is_label, self._written), labels))
        if "weight" in self._written and row.get("weight") is not None:
            found["weight"] = str(row["weight"])
        seconds = (row.get("time_stats") or {}).get("time_estimate") or 0
        if "time_estimate" in self._written and seconds:
            days = Decimal(seconds) / _SECONDS_PER_HOUR / self._hours_per_day
            found["time_estimate"] = str(days.quantize(Decimal("0.01")))
        return found


class WorkItemStatus(NamedTuple):
    """A status beyond opened and closed, where it is licensed.

    Attributes:
        id: the global one.
        category: ``triage``, ``to_do``, ``in_progress``, ``done`` or ``canceled``.
    """

    id: str
    name: str
    category: str

    @property
    def comes_down_to(self) -> StatusCategory:
        """One of the three columns."""
        return _CATEGORIES.get(self.category.lower(), StatusCategory.TO_DO)


@dataclass(frozen=True, slots=True)
class Relations:
    """What GraphQL alone tells of an issue.

    Attributes:
        links: the hierarchy included, in any order that stays the same.
        status: None where there are only opened and closed.
        worklogs: who logged time, oldest first.
        fields: custom fields that have a value, by name.
        moved_to: the key under which it goes on; empty when it was not moved.
    """

    links: tuple[Link, ...] = ()
    moved_to: str = ""
    status: WorkItemStatus | None = None
    worklogs: tuple[Worklog, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)


NO_RELATIONS = Relations()


def read_custom_fields(widgets: Iterable[Json]) -> Mapping[str, str]:
    """Custom fields that have a value, from the widgets of a work item."""
    values = (it for one in widgets for it in one.get("customFieldValues") or ())
    told = {str(it["customField"]["name"]): _words_of(it) for it in values}
    return {name: words for name, words in sorted(told.items()) if words}


def _words_of(value: Json) -> str:
    if value.get("number") is not None:
        return f"{Decimal(str(value['number'])).normalize():f}"
    options = [str(one["value"]) for one in value.get("selectedOptions") or ()]
    return ", ".join(options) or str(value.get("text") or "")


def key_of_row(row: Json, base_path: str) -> str:
    """What people call an issue, also where an old server does not tell it."""
    full = (row.get("references") or {}).get("full")
    if full:
        return str(full)
    return (
        _key_of_path(row["web_url"], base_path) or f"{row['project_id']}#{row['iid']}"
    )


def key_of_url(url: str, base_url: str) -> str:
    """``group/project#12`` of an issue's address; the address when it is no issue's."""
    return _key_of_path(url, urlsplit(base_url).path) or url


def _key_of_path(url: str, base_path: str) -> str:
    path = urlsplit(url).path.strip("/").removeprefix(base_path.strip("/"))
    found = _ISSUE_PATH.fullmatch(path.strip("/"))
    return f"{found['project']}#{found['iid']}" if found else ""


def _attachments(
    description: str, author: Person | None, comments: Iterable[Comment]
) -> tuple[Attachment, ...]:
    passages = [Passage(description, author)] if has_upload(description) else []
    passages += [
        Passage(it.body, it.author, it.created_at)
        for it in comments
        if has_upload(it.body)
    ]
    return find_uploads(passages) if passages else ()


def _comment(note: Json) -> Comment:
    """Its times by the second: GraphQL tells no more."""
    internal = bool(note.get("internal") or note.get("confidential"))
    return Comment(
        tracker_id=str(note["id"]),
        author=find_person(note.get("author")),
        body=read_note(note.get("body") or ""),
        visibility=Visibility.INTERNAL if internal else Visibility.PUBLIC,
        created_at=parse_moment(note["created_at"]).replace(microsecond=0),
        updated_at=parse_moment(note["updated_at"]).replace(microsecond=0),
        ours=(note.get("body") or "").rstrip().endswith(MARKER),
    )


def _iterations(row: Json) -> tuple[str, ...]:
    """One that GitLab schedules by itself has dates and no title."""
    iteration = row.get("iteration")
    if not iteration:
        return ()
    dates = (iteration.get("start_date"), iteration.get("due_date"))
    title = iteration.get("title") or " – ".join(day for day in dates if day)
    return (str(title),) if title else ()


def _moved_out_of_sight(row: Json) -> str:
    """REST tells an id that administrators alone can look up; better than nothing."""
    return f"{UNSEEN}{row['moved_to_id']}" if row.get("moved_to_id") else ""


def _releases(row: Json) -> tuple[str, ...]:
    milestone = row.get("milestone")
    return (milestone["title"],) if milestone else ()


def _assignees(row: Json) -> tuple[Person, ...]:
    """Several where they are licensed."""
    users: Sequence[Json | None] = row.get("assignees") or ()
    return tuple(person for user in users if (person := find_person(user)))


def find_person(user: Json | None) -> Person | None:
    """A person as REST shows them."""
    if not user:
        return None
    username = str(user.get("username") or "")
    return _known_person(str(user["id"]), str(user.get("name") or username), username)


_known_person = lru_cache(_REMEMBERED)(Person)
"""A project has few people, and each of them comes with every issue."""
