"""What REST does not tell of issues: one GraphQL request for a page of them.

REST has the links of one issue at a time, tells of a move only an id that administrators
alone can look up, and knows neither statuses (GitLab 18.2, licensed) nor who logged time.
Work items: https://docs.gitlab.com/api/graphql/reference/
(``WorkItemWidgetLinkedItems``, ``WorkItemWidgetHierarchy``, ``WorkItemWidgetStatus``,
``WorkItemWidgetTimeTracking``, ``movedToWorkItemUrl``). Servers without the newer ones
are asked for the others; those without work items are asked for the links of each issue
(https://docs.gitlab.com/api/issue_links/).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from connectors.gitlab.custom_fields import VALUES
from connectors.gitlab.mapping import (
    NO_RELATIONS,
    IssuePlace,
    Relations,
    WorkItemStatus,
    find_person,
    key_of_row,
    key_of_url,
    read_custom_fields,
)
from connectors.gitlab.rest import PER_PAGE, Json, Rest, project_path
from connectors.gitlab.timestamps import parse_moment
from model.errors import PermanentError
from model.issues import Link, LinkKind, Worklog

_MOST = 50
"""Links and children of one issue that are read."""

_QUERY = """
query Relations($path: ID!, $iids: [String!], $most: Int!, $links: Int!) {
  project(fullPath: $path) {
    workItems(iids: $iids, first: $most) {
      nodes {
        iid
        movedToWorkItemUrl
        widgets(onlyTypes: [HIERARCHY, LINKED_ITEMS%(types)s]) {
          ... on WorkItemWidgetHierarchy {
            parent { iid webUrl project { id } }
            children(first: $links) { nodes { iid webUrl project { id } } }
          }
          ... on WorkItemWidgetLinkedItems {
            linkedItems(first: $links) {
              nodes { linkType workItem { iid webUrl project { id } } }
            }
          }
          %(widgets)s
        }
      }
    }
  }
}
"""

_STATUS = "... on WorkItemWidgetStatus { status { id name category } }"
_TIME = """... on WorkItemWidgetTimeTracking {
            timelogs(first: $links) {
              nodes { id spentAt timeSpent user { id name username } }
            }
          }"""
_QUERIES = (
    _QUERY % {"types": ", STATUS, TIME_TRACKING", "widgets": f"{_STATUS}\n{_TIME}"},
    _QUERY % {"types": ", TIME_TRACKING", "widgets": _TIME},
    _QUERY % {"types": "", "widgets": ""},
)
"""From the newest server's to the oldest's."""
_WITH_FIELDS = _QUERY % {
    "types": ", STATUS, TIME_TRACKING, CUSTOM_FIELDS",
    "widgets": f"{_STATUS}\n{_TIME}\n{VALUES}",
}
"""Where custom fields are ours to fill."""

_KINDS: Mapping[str, LinkKind] = {
    "blocks": LinkKind.BLOCKS,
    "is_blocked_by": LinkKind.BLOCKED_BY,
}
_EMPTY: Json = {"nodes": []}
_GLOBAL_ID = re.compile(r"gid://gitlab/\w+/([0-9]+)")


_UNKNOWN = {"undefinedField", "undefinedType", "argumentLiteralsIncompatible"}
"""What GitLab calls a field, a type and a value that it does not have."""


class _Other(NamedTuple):
    """The far end of a link, as either API tells it."""

    iid: str
    url: str
    project: str


@dataclass(slots=True)
class RelationReads:
    """Reads relations. Blocking; meant for threads."""

    rest: Rest
    base_url: str
    has_fields: bool = False
    level: int = 0

    @property
    def _queries(self) -> Sequence[str]:
        return (_WITH_FIELDS, *_QUERIES) if self.has_fields else _QUERIES

    def fetch(self, rows: Sequence[Json]) -> dict[IssuePlace, Relations]:
        """The relations of some issues; one request for 100 of a project."""
        found: dict[IssuePlace, Relations] = {}
        for path, of_project in by_project(rows, self.base_url):
            for start in range(0, len(of_project), PER_PAGE):
                found |= self._fetch_batch(path, of_project[start : start + PER_PAGE])
        return found

    def _fetch_batch(
        self, path: str, rows: Sequence[Json]
    ) -> Iterable[tuple[IssuePlace, Relations]]:
        answer = self._ask(path, rows)
        if answer is not None:
            return list(self._read(answer, rows))
        return [(IssuePlace.of(row), self._fetch_links(row)) for row in rows]

    def _ask(self, path: str, rows: Sequence[Json]) -> Json | None:
        """None when the server has no work items, or does not answer for now.

        What it does not know is not asked for again.
        """
        variables = {
            "path": path,
            "iids": [str(row["iid"]) for row in rows],
            "most": PER_PAGE,
            "links": _MOST,
        }
        for level in range(self.level, len(self._queries)):
            answer = self.rest.ask_graphql(self._queries[level], variables)
            if answer.get("data"):
                return dict(answer["data"])
            if not is_unknown(answer.get("errors") or ()):
                return None
            self.level = level + 1
        return None

    def _read(
        self, data: Json, rows: Sequence[Json]
    ) -> Iterator[tuple[IssuePlace, Relations]]:
        nodes = ((data.get("project") or {}).get("workItems") or {}).get("nodes") or ()
        by_iid = {str(node["iid"]): node for node in nodes if node}
        for row in rows:
            node = by_iid.get(str(row["iid"]), {})
            yield IssuePlace.of(row), self._relations(node)

    def _relations(self, node: Json) -> Relations:
        if _tells_nothing(node):
            return NO_RELATIONS
        moved = node.get("movedToWorkItemUrl") or ""
        key = key_of_url(moved, self.base_url) if moved else ""
        status, logs = _read_widgets(node)
        fields = read_custom_fields(node.get("widgets") or ())
        return Relations(_in_order(self._links(node)), key, status, logs, fields)

    def _links(self, node: Json) -> Iterator[Link]:
        for widget in node.get("widgets") or ():
            parent = widget.get("parent")
            if parent:
                yield self._link(LinkKind.PARENT, "parent", _other(parent))
            for child in _nodes(widget.get("children")):
                yield self._link(LinkKind.CHILD, "child", _other(child))
            for linked in _nodes(widget.get("linkedItems")):
                if linked.get("workItem"):
                    kind = _KINDS.get(linked["linkType"], LinkKind.RELATES)
                    other = _other(linked["workItem"])
                    yield self._link(kind, linked["linkType"], other)

    def _fetch_links(self, row: Json) -> Relations:
        place = IssuePlace.of(row)
        path = f"{project_path(place.project_id)}/issues/{place.iid}/links"
        try:
            found = self.rest.get_all(path)
        except PermanentError as error:
            if error.code not in {"not_found", "permission_missing"}:
                raise
            return Relations()
        links = (
            self._link(
                _KINDS.get(one["link_type"], LinkKind.RELATES),
                one["link_type"],
                _Other(str(one["iid"]), one["web_url"], str(one["project_id"])),
            )
            for one in found
        )
        return Relations(_in_order(links))

    def _link(self, kind: LinkKind, phrase: str, other: _Other) -> Link:
        tracker_id = f"{other.project}#{other.iid}" if other.project else ""
        key = key_of_url(other.url, self.base_url)
        return Link(kind, phrase.replace("_", " "), key, tracker_id, other.url)


def _tells_nothing(node: Json) -> bool:
    """Of most issues; looked for first, since reading what is not there costs as much."""
    return not node.get("movedToWorkItemUrl") and not any(
        value and value != _EMPTY
        for widget in node.get("widgets") or ()
        for value in widget.values()
    )


def by_project(rows: Iterable[Json], base_url: str) -> Iterable[tuple[str, list[Json]]]:
    """Rows by the path of their project, which GraphQL wants."""
    found: dict[str, list[Json]] = defaultdict(list)
    for row in rows:
        path, _, _ = key_of_row(row, urlsplit(base_url).path).rpartition("#")
        found[path].append(row)
    return found.items()


def _read_widgets(node: Json) -> tuple[WorkItemStatus | None, tuple[Worklog, ...]]:
    widgets = node.get("widgets") or ()
    told = next((one["status"] for one in widgets if one.get("status")), None)
    status = (
        WorkItemStatus(told["id"], told["name"], told["category"]) if told else None
    )
    logs = [_worklog(log) for one in widgets for log in _nodes(one.get("timelogs"))]
    return status, tuple(
        sorted(logs, key=lambda log: (str(log.started_at), log.tracker_id))
    )


def _worklog(node: Json) -> Worklog:
    user, spent_at = node.get("user") or {}, node.get("spentAt")
    found = _GLOBAL_ID.fullmatch(str(user.get("id") or ""))
    author = find_person({**user, "id": found[1]}) if found else None
    at = parse_moment(spent_at) if spent_at else None
    number = str(node["id"]).rpartition("/")[2]
    return Worklog(number, author, at, int(node["timeSpent"]))


def _in_order(links: Iterable[Link]) -> tuple[Link, ...]:
    """Each once, whatever the order of the answer."""
    return tuple(sorted(set(links), key=lambda one: (one.kind, one.key, one.phrase)))


def _nodes(connection: Any) -> list[Json]:
    return [node for node in (connection or {}).get("nodes") or () if node]


def _other(node: Json) -> _Other:
    """An epic belongs to a group and has no project."""
    found = _GLOBAL_ID.fullmatch(str((node.get("project") or {}).get("id") or ""))
    return _Other(str(node["iid"]), node["webUrl"] or "", found[1] if found else "")


def is_unknown(errors: Iterable[Json]) -> bool:
    """Whether the server does not have what a query asks for."""
    codes = {str((error.get("extensions") or {}).get("code")) for error in errors}
    words = " ".join(str(error.get("message")) for error in errors)
    return bool(codes & _UNKNOWN) or "doesn't exist" in words
