"""What an issue holds beside its own fields: files, links, sprints, custom fields.

Fields: ``GET /rest/api/2/issue/{id}`` and ``GET /rest/api/2/field``.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.jira.config import JiraConfig
from connectors.jira.people import Json, parse_moment, parse_person
from model.issues import Attachment, Link, LinkKind, Worklog

_SPRINT = "com.pyxis.greenhopper.jira:gh-sprint"
_EPIC = "com.pyxis.greenhopper.jira:gh-epic-link"
_SPRINT_NAME = re.compile(r"[\[,]name=(.*?)(?:,[a-zA-Z]+=|\]$)")
"""Older Data Centers write a sprint as the text of a Java object."""

_KINDS: Mapping[tuple[str, str], LinkKind] = {
    ("blocks", "outward"): LinkKind.BLOCKS,
    ("blocks", "inward"): LinkKind.BLOCKED_BY,
    ("duplicate", "outward"): LinkKind.DUPLICATES,
    ("duplicate", "inward"): LinkKind.DUPLICATED_BY,
}
"""By the name of the link's type, which administrators can change: anything else
relates."""


@dataclass(frozen=True, slots=True)
class FieldNames:
    """The custom fields of a site that are read.

    Attributes:
        wanted: id to the name under which the pool has the field.
        written: id to the configured name of a field that is ours to fill.
        sprints: ids of fields that hold sprints.
        epics: ids of fields that hold the key of an epic.
    """

    wanted: Mapping[str, str] = field(default_factory=dict)
    sprints: tuple[str, ...] = ()
    epics: tuple[str, ...] = ()
    written: Mapping[str, str] = field(default_factory=dict)

    @property
    def ids(self) -> tuple[str, ...]:
        """Every field to ask for."""
        return tuple(
            dict.fromkeys([*self.wanted, *self.sprints, *self.epics, *self.written])
        )


NO_FIELDS = FieldNames()
"""Of a site that was not asked yet."""


def parse_field_names(raw: Iterable[Json], config: JiraConfig) -> FieldNames:
    """Read ``GET /field``; a configured name that the site does not have is left out.

    Names are compared without regard to case, and several fields may have one name.
    """
    wanted = {name.casefold(): ours for name, ours in config.custom_fields.items()}
    written = {name.casefold(): name for name in config.write_fields}
    fields = list(raw)
    custom = {str(one["id"]): _type(one) for one in fields}
    return FieldNames(
        wanted=_by_id(fields, wanted),
        written=_by_id(fields, written),
        sprints=tuple(name for name, kind in custom.items() if kind == _SPRINT),
        epics=tuple(name for name, kind in custom.items() if kind == _EPIC),
    )


def _by_id(fields: Iterable[Json], wanted: Mapping[str, str]) -> Mapping[str, str]:
    return {
        str(one["id"]): ours
        for one in fields
        if (ours := wanted.get(str(one["id"])) or _named(one, wanted))
    }


def _type(raw: Json) -> str:
    return str((raw.get("schema") or {}).get("custom") or "")


def _named(raw: Json, wanted: Mapping[str, str]) -> str | None:
    return wanted.get(str(raw.get("name") or "").casefold())


def parse_attachments(raw: Sequence[Json] | None) -> tuple[Attachment, ...]:
    """Files, oldest first."""
    found = [
        Attachment(
            tracker_id=str(one["id"]),
            name=one["filename"],
            size_bytes=one.get("size"),
            mime_type=one.get("mimeType") or "",
            author=parse_person(one.get("author")),
            created_at=parse_moment(one["created"]) if one.get("created") else None,
        )
        for one in raw or ()
    ]
    return tuple(sorted(found, key=lambda one: (len(one.tracker_id), one.tracker_id)))


def parse_worklogs(raw: Json | None) -> tuple[Worklog, ...]:
    """Who logged how much, oldest first."""
    found = [
        Worklog(
            tracker_id=str(one["id"]),
            author=parse_person(one.get("author")),
            started_at=parse_moment(one["started"]) if one.get("started") else None,
            seconds=int(one.get("timeSpentSeconds") or 0),
        )
        for one in (raw or {}).get("worklogs") or ()
    ]
    return tuple(sorted(found, key=lambda log: (str(log.started_at), log.tracker_id)))


def parse_links(
    fields: Json, config: JiraConfig, names: FieldNames
) -> tuple[Link, ...]:
    """Parent, epic, sub-tasks and issue links, the hierarchy first."""
    return (
        *_hierarchy(fields, config, names),
        *(_link(one, config) for one in fields.get("issuelinks") or ()),
    )


def _hierarchy(fields: Json, config: JiraConfig, names: FieldNames) -> Iterator[Link]:
    parent = fields.get("parent")
    if parent:
        yield _to(parent, LinkKind.PARENT, "parent", config)
    for name in names.epics:
        key = fields.get(name)
        if key and key != (parent or {}).get("key"):
            yield _to({"key": key}, LinkKind.PARENT, "epic", config)
    for child in fields.get("subtasks") or ():
        yield _to(child, LinkKind.CHILD, "sub-task", config)


def _link(raw: Json, config: JiraConfig) -> Link:
    side = "outward" if raw.get("outwardIssue") else "inward"
    kind = _KINDS.get((raw["type"]["name"].casefold(), side), LinkKind.RELATES)
    return _to(raw[f"{side}Issue"], kind, raw["type"].get(side) or "", config)


def _to(raw: Json, kind: LinkKind, phrase: str, config: JiraConfig) -> Link:
    key = str(raw["key"])
    return Link(kind, phrase, key, str(raw.get("id") or ""), config.browse_url(key))


def parse_sprints(fields: Json, names: FieldNames) -> tuple[str, ...]:
    """Names of sprints, the first one first."""
    values = (one for name in names.sprints for one in fields.get(name) or ())
    found = [_sprint_name(value) for value in values]
    return tuple(dict.fromkeys(name for name in found if name))


def _sprint_name(value: Json | str) -> str:
    if isinstance(value, str):
        found = _SPRINT_NAME.search(value)
        return found[1] if found else ""
    return str(value.get("name") or "")


def parse_fields(fields: Json, names: FieldNames) -> Mapping[str, tuple[str, ...]]:
    """The configured custom fields that have a value, in words."""
    found = {ours: tuple(_words(fields.get(one))) for one, ours in names.wanted.items()}
    return {ours: words for ours, words in sorted(found.items()) if words}


def parse_written(fields: Json, names: FieldNames) -> Mapping[str, str]:
    """Fields of ours that have a value, in words."""
    found = {
        ours: ", ".join(_words(fields.get(one))) for one, ours in names.written.items()
    }
    return {ours: words for ours, words in sorted(found.items()) if words}


def _words(value: Any) -> Iterator[str]:
    """Options, people, cascades, numbers, dates and texts, each by its words."""
    match value:
        case None | "":
            return
        case list():
            for one in value:
                yield from _words(one)
        case {"value": str(text), **rest}:
            inner = [text, *_words(rest.get("child"))]
            yield " / ".join(inner)
        case {"displayName": str(text)} | {"name": str(text)}:
            yield text
        case dict():
            return
        case _:
            yield str(value)


def find_people(fields: Json) -> Mapping[str, str]:
    """What the people of an issue are called, by the id that mentions carry.

    Nobody where no text mentions anybody: most issues.
    """
    comments = (fields.get("comment") or {}).get("comments") or ()
    texts = [fields.get("description"), *(one.get("body") for one in comments)]
    if not any(isinstance(text, str) and "~" in text for text in texts):
        return {}
    raws = [fields.get("reporter"), fields.get("assignee")]
    raws += [comment.get("author") for comment in comments]
    people = [parse_person(raw) for raw in raws]
    return {one.tracker_id: one.name for one in people if one and one.name}
