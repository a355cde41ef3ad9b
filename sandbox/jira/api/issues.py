"""Issues: get, create, edit, delete, transitions, changelog, bulk fetch."""

# ruff: noqa: N803 - the query parameters carry Jira's names

from typing import Any

from fastapi import APIRouter, Request, Response

from sandbox.jira.adf import from_adf
from sandbox.jira.api.ask import BASE, Ask, Asking, Body, many, split
from sandbox.jira.api.issue_view import View, issue_json, transition_json
from sandbox.jira.catalog import FIELDS
from sandbox.jira.edits import option_ids
from sandbox.jira.errors import JiraError
from sandbox.jira.records import Issue, Json, User
from sandbox.jira.talk import add_comment

router = APIRouter(prefix=BASE)
ADF_FIELDS = ("description", "environment")
CHANGE_KEYS = {"fields", "update"}


@router.get("/issue/{ref}")
async def get_issue(ask: Asking, ref: str, request: Request) -> Json:
    wanted = many(request, "fields") or ["*all"]
    expand, properties = many(request, "expand"), many(request, "properties")
    view = View(wanted, frozenset(expand), properties)
    return issue_json(ask, ask.issue(ref), view)


@router.post("/issue", status_code=201)
async def create_issue(ask: Asking, body: Body) -> Json:
    return _created(ask, _create(ask, ask.writer("CREATE_ISSUES"), body))


@router.post("/issue/bulk", status_code=201)
async def create_issues(ask: Asking, body: Body) -> Json:
    user = ask.writer("CREATE_ISSUES")
    made: list[Json] = []
    errors: list[Json] = []
    for number, one in enumerate(body.get("issueUpdates", [])):
        try:
            made.append(_created(ask, _create(ask, user, one)))
        except JiraError as wrong:
            errors.append(_failed(number, wrong))
    return {"issues": made, "errors": errors}


def _failed(number: int, wrong: JiraError) -> Json:
    detail = {"errorMessages": wrong.messages, "errors": wrong.errors}
    known = {"status": wrong.status, "failedElementNumber": number}
    return {**known, "elementErrors": {**detail, "status": wrong.status}}


def _create(ask: Ask, user: User, body: Json) -> Issue:
    fields = _plain(ask, body.get("fields") or {})
    issue = ask.store.create_issue(user, fields)
    _talk(ask, user, issue, body.get("update") or {})
    issue.properties |= _properties(body)
    return issue


def _created(ask: Ask, issue: Issue) -> Json:
    link = ask.show.link(f"issue/{issue.id}")
    return {"id": issue.id, "key": issue.key, "self": link}


def _properties(body: Json) -> Json:
    return {one["key"]: one["value"] for one in body.get("properties") or []}


def _plain(ask: Ask, fields: Json) -> Json:
    """Turn v3's documents into text; v2 has text already."""
    if ask.show.version != "3":
        return dict(fields)
    return {
        name: from_adf(value, name) if name in ADF_FIELDS else value
        for name, value in fields.items()
    }


def _talk(ask: Ask, user: User, issue: Issue, update: Json) -> Json:
    """Do the comments of an `update` and return what is left of it."""
    rest = dict(update)
    for verb in rest.pop("comment", []):
        add_comment(ask.store, user, issue, _comment_text(ask, verb["add"]["body"]))
    rest.pop("worklog", None)
    return rest


def _comment_text(ask: Ask, body: Any) -> str:
    return str(from_adf(body, "comment") if ask.show.version == "3" else body)


@router.put("/issue/{ref}", status_code=204)
async def edit_issue(ask: Asking, ref: str, body: Body) -> Response:
    issue, user = ask.issue(ref), ask.writer("EDIT_ISSUES")
    unknown = set(body) - CHANGE_KEYS - {"historyMetadata", "properties", "transition"}
    if unknown:
        msg = f"Unrecognized field '{unknown.pop()}'"
        raise JiraError(400, msg)
    fields, update = _plain(ask, body.get("fields") or {}), body.get("update") or {}
    said = {"comment": update.get("comment", [])}
    rest = {name: verbs for name, verbs in update.items() if name != "comment"}
    ask.store.edit_issue(user, issue, fields, rest)
    _talk(ask, user, issue, said)
    issue.properties |= _properties(body)
    return Response(status_code=204, headers=ask.caller.headers)


@router.delete("/issue/{ref}", status_code=204)
async def delete_issue(ask: Asking, ref: str) -> Response:
    issue, user = ask.issue(ref), ask.writer("DELETE_ISSUES")
    ask.store.delete_issue(user, issue)
    return Response(status_code=204)


@router.put("/issue/{ref}/assignee", status_code=204)
async def assign(ask: Asking, ref: str, body: Body) -> Response:
    issue, user = ask.issue(ref), ask.writer("ASSIGN_ISSUES")
    ask.store.edit_issue(user, issue, {"assignee": body})
    return Response(status_code=204)


@router.get("/issue/{ref}/transitions")
async def transitions(
    ask: Asking,
    ref: str,
    request: Request,
    transitionId: str = "",
) -> Json:
    screen = "transitions.fields" in many(request, "expand")
    edges = ask.store.transitions(ask.reader, ask.issue(ref))
    shown = [
        transition_json(ask, edge, screen=screen)
        for edge in edges
        if transitionId in {"", edge.id}
    ]
    return {"expand": "transitions", "transitions": shown}


@router.post("/issue/{ref}/transitions", status_code=204)
async def transition(ask: Asking, ref: str, body: Body) -> Response:
    issue, user = ask.issue(ref), ask.writer("TRANSITION_ISSUES")
    number = str((body.get("transition") or {}).get("id", ""))
    if not number:
        msg = "Missing 'transition' identifier"
        raise JiraError(400, msg)
    update = dict(body.get("update") or {})
    said = {"comment": update.pop("comment", [])}
    update.pop("worklog", None)
    fields = _plain(ask, body.get("fields") or {})
    ask.store.transition(user, issue, number, fields, update)
    _talk(ask, user, issue, said)
    return Response(status_code=204, headers=ask.caller.headers)


@router.get("/issue/{ref}/editmeta")
async def editmeta(ask: Asking, ref: str) -> Json:
    issue = ask.issue(ref)
    names = ("summary", "description", "priority", "labels", "fixVersions")
    fields: Json = {name: {"required": name == "summary"} for name in names}
    for meta in FIELDS:
        if meta.id.startswith("customfield_"):
            allowed = list(option_ids(meta).values())
            fields[meta.id] = {
                "required": False,
                "name": meta.name,
                "schema": ask.show.field(meta)["schema"],
                "operations": ["set"],
                **({"allowedValues": allowed} if allowed else {}),
            }
    fields["fixVersions"]["allowedValues"] = [
        ask.show.app_version(one) for one in issue.project.versions
    ]
    hidden = ask.site.off_screen
    shown = {name: spec for name, spec in fields.items() if name not in hidden}
    return {"fields": {} if "EDIT_ISSUES" in ask.reader.denied else shown}


@router.get("/issue/{ref}/changelog")
async def changelog_page(
    ask: Asking,
    ref: str,
    startAt: int = 0,
    maxResults: int = 100,
) -> Json:
    issue = ask.issue(ref)
    if not ask.site.cloud:
        msg = "null for uri"
        raise JiraError(404, msg)
    size = max(1, min(maxResults, 100))
    page = issue.histories[startAt : startAt + size]
    total = len(issue.histories)
    return {
        "self": ask.show.link(f"issue/{issue.id}/changelog"),
        "startAt": startAt,
        "maxResults": size,
        "total": total,
        "isLast": startAt + size >= total,
        "values": [ask.show.history(one) for one in page],
    }


@router.post("/issue/bulkfetch")
async def bulk_fetch(ask: Asking, body: Body) -> Json:
    if not ask.site.cloud:
        msg = "null for uri"
        raise JiraError(404, msg)
    refs = [str(ref) for ref in body.get("issueIdsOrKeys") or []]
    if not 0 < len(refs) <= 100:
        msg = "The number of issue IDs or keys must be between 1 and 100."
        raise JiraError(400, msg)
    view = View(
        body.get("fields") or ["*navigable"],
        frozenset(body.get("expand") or []),
        split(body.get("properties") or []),
    )
    return _fetched(ask, refs, view)


def _fetched(ask: Ask, refs: list[str], view: View) -> Json:
    found: dict[str, Issue] = {}
    missing: list[str] = []
    for ref in refs:
        issue = ask.site.find_issue(ref)
        blind = not ask.caller.known or "BROWSE_PROJECTS" in ask.reader.denied
        if issue is None or blind:
            missing.append(ref)
        else:
            found[issue.id] = issue
    in_order = sorted(found.values(), key=lambda issue: int(issue.id))
    shown = [issue_json(ask, issue, view) for issue in in_order]
    wrong = "These issues do not exist or cannot be seen"
    return {
        "issues": shown,
        "issueErrors": [{"id": ref, "errorMessage": wrong} for ref in missing],
    }
