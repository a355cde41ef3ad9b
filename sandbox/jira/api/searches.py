"""Searching, as each deployment offers it."""

from dataclasses import dataclass

from fastapi import APIRouter, Request

from sandbox.jira.api.ask import BASE, Ask, Asking, Body, many, split
from sandbox.jira.api.issue_view import View, issue_json
from sandbox.jira.errors import JiraError
from sandbox.jira.records import Json
from sandbox.jira.search import REMOVED, check_size, find, token_page

router = APIRouter(prefix=BASE)
CLOUD_KEYS = {
    "jql",
    "nextPageToken",
    "maxResults",
    "fields",
    "expand",
    "properties",
    "fieldsByKeys",
    "reconcileIssues",
}
# Search answers carry only the first comments; the issue itself has them all.
COMMENTS_IN_SEARCH = 20


@router.get("/search/jql")
async def search_jql(ask: Asking, request: Request) -> Json:
    size = request.query_params.get("maxResults")
    order: Json = {
        "jql": request.query_params.get("jql", ""),
        "nextPageToken": request.query_params.get("nextPageToken"),
        "maxResults": int(size) if size and size.lstrip("-").isdigit() else size,
        "reconcileIssues": many(request, "reconcileIssues"),
    }
    for name in ("fields", "expand", "properties"):
        order[name] = many(request, name)
    return _by_token(ask, order)


@router.post("/search/jql")
async def search_jql_by_post(ask: Asking, body: Body) -> Json:
    if set(body) - CLOUD_KEYS:
        msg = "Invalid request payload. Refer to the REST API documentation and try"
        raise JiraError(400, f"{msg} again.")
    return _by_token(ask, body)


def _by_token(ask: Ask, order: Json) -> Json:
    if not ask.site.cloud:
        msg = "null for uri"
        raise JiraError(404, msg)
    size = check_size(order.get("maxResults"))
    fresh = [str(one) for one in order.get("reconcileIssues") or []]
    if len(fresh) > 50:
        msg = "The reconcileIssues parameter may hold at most 50 ids."
        raise JiraError(400, msg)
    jql = order.get("jql") or ""
    view = _view(order, ["id"])
    if not ask.caller.known:
        return {"issues": [], "isLast": True}
    found = find(ask.site, ask.reader, jql, fresh, bounded=True)
    page = token_page(found, jql, order.get("nextPageToken"), size)
    issues = [issue_json(ask, issue, view) for issue in page.issues]
    if page.next_token is None:
        return {"issues": issues, "isLast": True}
    return {"issues": issues, "nextPageToken": page.next_token, "isLast": False}


def _view(order: Json, default: list[str]) -> View:
    properties = _listed(order.get("properties"))
    if len(properties) > 5:
        msg = "The properties parameter may hold at most 5 keys."
        raise JiraError(400, msg)
    return View(
        _listed(order.get("fields")) or default,
        frozenset(_listed(order.get("expand"))),
        properties,
        COMMENTS_IN_SEARCH,
    )


def _listed(value: object) -> list[str]:
    if isinstance(value, str):
        return split([value])
    return split(map(str, value)) if isinstance(value, list) else []


@router.post("/search/approximate-count")
async def approximate_count(ask: Asking, body: Body) -> Json:
    if not ask.site.cloud:
        msg = "null for uri"
        raise JiraError(404, msg)
    jql = body.get("jql") or ""
    if not ask.caller.known:
        return {"count": 0}
    return {"count": len(find(ask.site, ask.reader, jql, bounded=True))}


@router.get("/search")
async def search(ask: Asking, request: Request) -> Json:
    params = request.query_params
    start, size = params.get("startAt"), params.get("maxResults")
    order: Json = {"jql": params.get("jql", ""), "startAt": start, "maxResults": size}
    for name in ("fields", "expand", "properties"):
        order[name] = many(request, name)
    return _by_offset(ask, order)


@router.post("/search")
async def search_by_post(ask: Asking, body: Body) -> Json:
    return _by_offset(ask, body)


@dataclass(frozen=True)
class Window:
    start: int
    size: int


def _window(order: Json) -> Window:
    start, size = order.get("startAt"), order.get("maxResults")
    try:
        window = Window(int(start or 0), 50 if size in {None, ""} else int(str(size)))
    except ValueError as wrong:
        msg = "startAt and maxResults must be numbers."
        raise JiraError(400, msg) from wrong
    return Window(max(0, window.start), max(0, min(window.size, 1000)))


def _by_offset(ask: Ask, order: Json) -> Json:
    if ask.site.cloud:
        raise JiraError(410, REMOVED)
    ask.caller.signed_in()
    window = _window(order)
    view = _view(order, ["*navigable"])
    found = find(ask.site, ask.reader, order.get("jql") or "", bounded=False)
    page = found[window.start : window.start + window.size]
    return {
        "expand": "names,schema",
        "startAt": window.start,
        "maxResults": window.size,
        "total": len(found),
        "issues": [issue_json(ask, issue, view) for issue in page],
    }
