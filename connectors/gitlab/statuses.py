"""Work item statuses, where an instance has them (18.2 or newer, licensed).

https://docs.gitlab.com/api/graphql/reference/ (``WorkItemWidgetStatus``,
``WorkItemWidgetDefinitionStatus``, ``workItemUpdate``). Everywhere else an issue is
opened or closed, and what else people mean stands in labels.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from connectors.gitlab.mapping import WorkItemStatus
from connectors.gitlab.rest import Json, Rest
from model.changes import Receipt
from model.errors import PermanentError

_STATUS = "... on WorkItemWidgetStatus { status { id name category } }"
_ALLOWED = """widgetDefinitions {
  ... on WorkItemWidgetDefinitionStatus { allowedStatuses { id name category } }
}"""
_ITEM = f"""
query Status($id: WorkItemID!) {{
  workItem(id: $id) {{
    id
    widgets(onlyTypes: [STATUS]) {{ {_STATUS} }}
    workItemType {{ {_ALLOWED} }}
  }}
}}
"""
_PROJECT = f"""
query Statuses($path: ID!) {{
  namespace(fullPath: $path) {{
    workItemTypes(name: ISSUE) {{ nodes {{ {_ALLOWED} }} }}
  }}
}}
"""
_UPDATE = f"""
mutation Move($id: WorkItemID!, $status: WorkItemsStatusesStatusID!) {{
  workItemUpdate(input: {{id: $id, statusWidget: {{status: $status}}}}) {{
    errors
    workItem {{ id widgets(onlyTypes: [STATUS]) {{ {_STATUS} }} }}
  }}
}}
"""


class _Item(NamedTuple):
    """An issue as a work item."""

    id: str
    at: WorkItemStatus
    allowed: Sequence[WorkItemStatus]


class Statuses:
    """Reads and writes statuses. Blocking; meant for threads."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest

    def find_id(self, issue: Json) -> str:
        """Of an issue's status; empty where there are none."""
        item = self._find_item(issue)
        return item.at.id if item else ""

    def find_allowed(self, path: str) -> Sequence[WorkItemStatus]:
        """What a project's issues can be brought to; empty where there are none."""
        data = self._ask(_PROJECT, {"path": path})
        types = (data.get("namespace") or {}).get("workItemTypes") or {}
        return [one for kind in types.get("nodes") or () for one in _allowed(kind)]

    def move(self, issue: Json, wanted: str) -> Receipt:
        """Bring an issue to a status, by its name, id or category.

        Raises:
            PermanentError: ``transition_unavailable`` with those ``offered``;
                ``transition_landed_elsewhere``.
        """
        item = self._find_item(issue)
        goal = find_status(wanted, item.allowed) if item else None
        if item is None or goal is None:
            raise _unavailable(issue, wanted, item)
        if item.at.id == goal.id:
            return Receipt(written=False, status_id=goal.id)
        landed = self._update(item.id, goal)
        if landed.id != goal.id:
            params = {"status": wanted, "at": landed.name}
            raise PermanentError("transition_landed_elsewhere", params)
        return Receipt(written=True, status_id=landed.id, calls=1)

    def _update(self, item_id: str, goal: WorkItemStatus) -> WorkItemStatus:
        variables = {"id": item_id, "status": goal.id}
        answer = self._rest.ask_graphql(_UPDATE, variables)
        told = (answer.get("data") or {}).get("workItemUpdate") or {}
        landed = _find_current(told.get("workItem") or {})
        if landed is None:
            said = [
                *(told.get("errors") or ()),
                *map(_message, answer.get("errors") or ()),
            ]
            params = {"status": goal.name, "detail": "; ".join(said)[:200]}
            raise PermanentError("refused", params)
        return landed

    def _find_item(self, issue: Json) -> _Item | None:
        item_id = f"gid://gitlab/WorkItem/{issue['id']}"
        item = self._ask(_ITEM, {"id": item_id}).get("workItem") or {}
        at, allowed = _find_current(item), _allowed(item.get("workItemType") or {})
        return _Item(item_id, at, list(allowed)) if at else None

    def _ask(self, query: str, variables: Json) -> Json:
        """Nothing for what the server does not know, or does not give us."""
        data: Json = self._rest.ask_graphql(query, variables).get("data") or {}
        return data


def find_status(
    wanted: str, allowed: Sequence[WorkItemStatus]
) -> WorkItemStatus | None:
    """By name, by id, or the only one of a category."""
    word = wanted.strip().casefold()
    for one in allowed:
        if word in {one.name.casefold(), one.id.casefold()}:
            return one
    of_category = [one for one in allowed if one.comes_down_to == word]
    return of_category[0] if len(of_category) == 1 else None


def _message(error: Json) -> str:
    return str(error.get("message"))


def _find_current(item: Json) -> WorkItemStatus | None:
    told = (one.get("status") for one in item.get("widgets") or ())
    return next((_read(one) for one in told if one), None)


def _allowed(kind: Json) -> Iterator[WorkItemStatus]:
    for widget in kind.get("widgetDefinitions") or ():
        yield from map(_read, widget.get("allowedStatuses") or ())


def _read(told: Any) -> WorkItemStatus:
    return WorkItemStatus(told["id"], told["name"], told["category"] or "")


def _unavailable(issue: Json, wanted: str, item: _Item | None) -> PermanentError:
    names = [one.name for one in item.allowed] if item else []
    params = {
        "status": wanted,
        "at": item.at.name if item else str(issue["state"]),
        "offered": ", ".join(["opened", "closed", *names]),
    }
    return PermanentError("transition_unavailable", params)
