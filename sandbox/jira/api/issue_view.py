"""One issue as an answer: chosen fields, and what `expand` adds."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sandbox.jira.api.ask import Ask
from sandbox.jira.catalog import FIELDS
from sandbox.jira.edits import option_ids
from sandbox.jira.fields import ALL_COMMENTS, all_fields, choose
from sandbox.jira.records import Issue, Json, Transition

EXPANDS = (
    "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations"
)
HISTORY_CAP = 100


@dataclass(frozen=True)
class View:
    """What the caller wants of each issue."""

    fields: Sequence[str] = ("*all",)
    expand: frozenset[str] = frozenset()
    properties: Sequence[str] = field(default=())
    comment_cap: int = ALL_COMMENTS


def issue_json(ask: Ask, issue: Issue, view: View) -> Json:
    if list(view.fields) == ["id"]:
        return {"id": issue.id}
    fields = all_fields(
        issue, ask.show, ask.site.links_of, comment_cap=view.comment_cap
    )
    shown: Json = {
        "expand": EXPANDS,
        "id": issue.id,
        "self": ask.show.link(f"issue/{issue.id}"),
        "key": issue.key,
        "fields": choose(fields, view.fields),
    }
    if view.properties:
        shown["properties"] = _properties(issue, view.properties)
    return shown | _expanded(ask, issue, view.expand)


def _properties(issue: Issue, wanted: Sequence[str]) -> Json:
    if "*all" in wanted:
        return dict(issue.properties)
    return {key: issue.properties[key] for key in wanted if key in issue.properties}


def _expanded(ask: Ask, issue: Issue, expand: frozenset[str]) -> Json:
    more: Json = {}
    if "changelog" in expand:
        more["changelog"] = changelog(ask, issue)
    if "names" in expand:
        more["names"] = {meta.id: meta.name for meta in FIELDS}
    if "transitions" in expand:
        edges = ask.store.transitions(ask.reader, issue)
        more["transitions"] = [transition_json(ask, edge) for edge in edges]
    if "renderedFields" in expand:
        texts = {"description": f"<p>{issue.description or ''}</p>"}
        more["renderedFields"] = texts
    return more


def changelog(ask: Ask, issue: Issue) -> Json:
    newest = list(reversed(issue.histories))[:HISTORY_CAP]
    return {
        "startAt": 0,
        "maxResults": len(newest),
        "total": len(issue.histories),
        "histories": [ask.show.history(one) for one in newest],
    }


def transition_json(ask: Ask, edge: Transition, *, screen: bool = False) -> Json:
    return ask.show.transition(edge, _screen(ask, edge) if screen else None)


def _screen(ask: Ask, edge: Transition) -> Json:
    fields = {name: _required_field(ask, name) for name in edge.required}
    if edge.to.category == "done" and "resolution" not in fields:
        fields["resolution"] = {**_resolution_field(ask), "required": False}
    return fields


def _required_field(ask: Ask, name: str) -> Json:
    found = next((meta for meta in FIELDS if meta.id == name), None)
    if found is None or name == "resolution":
        return _resolution_field(ask)
    return {
        "required": True,
        "schema": ask.show.field(found)["schema"],
        "name": found.name,
        "hasDefaultValue": False,
        "operations": ["set"],
        "allowedValues": list(option_ids(found).values()),
    }


def _resolution_field(ask: Ask) -> Json:
    allowed = [ask.show.named("resolution", one) for one in ask.site.resolutions]
    return {
        "required": True,
        "schema": {"type": "resolution", "system": "resolution"},
        "name": "Resolution",
        "key": "resolution",
        "hasDefaultValue": False,
        "operations": ["set"],
        "allowedValues": allowed,
    }
