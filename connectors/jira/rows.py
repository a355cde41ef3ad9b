"""What is read of the issues that a search gives.

``GET /rest/api/2/search``: each person comes with pictures and a time zone, each value
with its address. Whoever reads more of a field names it here.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from connectors.shapes import Parse, list_of, parse_as, shape

_NAMED = shape("id", "key", "name")
_PERSON = shape("accountId", "name", "key", "displayName")
_COMMENT = shape(
    "id", "body", "created", "updated", "visibility", "jsdPublic", author=_PERSON
)
_WORKLOG = shape("id", "started", "timeSpentSeconds", author=_PERSON)
_FILE = shape("id", "filename", "size", "mimeType", "created", author=_PERSON)
_LINK = shape(
    type=shape("name", "inward", "outward"), inwardIssue=_NAMED, outwardIssue=_NAMED
)

_SHAPES: Mapping[str, Any] = {
    "issuetype": _NAMED,
    "status": shape("id", "name", statusCategory=_NAMED),
    "fixVersions": list_of(_NAMED),
    "components": list_of(_NAMED),
    "priority": _NAMED,
    "comment": shape("total", comments=list_of(_COMMENT)),
    "reporter": _PERSON,
    "assignee": _PERSON,
    "project": _NAMED,
    "worklog": shape("total", worklogs=list_of(_WORKLOG)),
    "attachment": list_of(_FILE),
    "issuelinks": list_of(_LINK),
    "parent": _NAMED,
    "subtasks": list_of(_NAMED),
}
"""Of fields; the others are read whole."""


@lru_cache
def parser_for(fields: tuple[str, ...], whole: tuple[str, ...]) -> Parse:
    """What parses the answer of a search.

    Args:
        fields: that are asked for.
        whole: those of them that are read whole, since a source's section names them.
    """
    inner = {name: it for name, it in _SHAPES.items() if name not in whole}
    plain = (name for name in fields if name not in inner)
    issue = shape("id", "key", fields=shape(*plain, **inner))
    return parse_as(shape("total", "nextPageToken", issues=list_of(issue)))
