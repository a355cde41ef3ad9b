"""`/rest/webhooks/1.0/webhook`: the hooks an administrator registers."""

from fastapi import APIRouter, Response

from sandbox.hooks import Deliveries, Hook
from sandbox.jira.api.ask import Ask, Asking, Body
from sandbox.jira.errors import JiraError
from sandbox.jira.events import EVENTS
from sandbox.jira.jql_text import Clause, Group, Node, parse
from sandbox.jira.records import Json
from sandbox.jira.render import epoch_ms

PATH = "/rest/webhooks/1.0/webhook"
SECTION = "issue-related-events-section"


def hooks_router(deliveries: Deliveries) -> APIRouter:
    """Build the routes over one tracker's registrations."""
    router = APIRouter(prefix=PATH)

    @router.get("")
    async def list_hooks(ask: Asking) -> list[Json]:
        _administrator(ask)
        return [_shown(ask, hook) for hook in deliveries.hooks.values()]

    @router.post("", status_code=201)
    async def create(ask: Asking, body: Body) -> Json:
        _administrator(ask)
        hook = deliveries.add_hook(_url(body), ())
        _fill(ask, hook, body)
        return _shown(ask, hook)

    @router.get("/{number}")
    async def get(ask: Asking, number: int) -> Json:
        _administrator(ask)
        return _shown(ask, _get(deliveries, number))

    @router.put("/{number}")
    async def edit(ask: Asking, number: int, body: Body) -> Json:
        _administrator(ask)
        hook = _get(deliveries, number)
        hook.url = _url(body) if "url" in body else hook.url
        _fill(ask, hook, body)
        return _shown(ask, hook)

    @router.delete("/{number}", status_code=204)
    async def delete(ask: Asking, number: int) -> Response:
        _administrator(ask)
        deliveries.remove_hook(_get(deliveries, number).id)
        return Response(status_code=204)

    return router


def _administrator(ask: Ask) -> None:
    if not ask.caller.signed_in().admin:
        msg = "You do not have permission to manage webhooks."
        raise JiraError(403, msg)


def _get(deliveries: Deliveries, number: int) -> Hook:
    hook = deliveries.hooks.get(number)
    if hook is None:
        msg = f"No webhook with id '{number}' exists."
        raise JiraError(404, msg)
    return hook


def _url(body: Json) -> str:
    url = str(body.get("url") or "")
    if not url.startswith(("http://", "https://")):
        msg = "The webhook URL is not valid."
        raise JiraError(400, msg)
    return url


def _fill(ask: Ask, hook: Hook, body: Json) -> None:
    if "events" in body or not hook.events:
        hook.events = _events(body.get("events") or [])
    filters = body.get("filters")
    if filters is not None:
        hook.scope = _scope(str(filters.get(SECTION) or ""))
        hook.extra["filters"] = filters
    hook.secret = str(body.get("secret", hook.secret) or "")
    hook.enabled = bool(body.get("enabled", hook.enabled))
    hook.extra["name"] = body.get("name", hook.extra.get("name", ""))
    hook.extra["by"] = ask.reader.id
    hook.extra["at"] = epoch_ms(ask.site.moment())


def _events(names: list[str]) -> frozenset[str]:
    unknown = set(names) - set(EVENTS)
    if unknown or not names:
        msg = f"Unknown webhook event: {min(unknown) if unknown else ''}"
        raise JiraError(400, msg)
    return frozenset(names)


def _scope(jql: str) -> str:
    """Read the projects of a filter; nothing finer is needed of hooks."""
    where = parse(jql).where if jql.strip() else None
    return ",".join(_projects(where)) if where else ""


def _projects(node: Node) -> list[str]:
    if isinstance(node, Clause):
        ours = node.field.lower() == "project" and node.op in {"=", "in"}
        return list(node.values) if ours else []
    if isinstance(node, Group):
        return [key for part in node.parts for key in _projects(part)]
    return []


def _shown(ask: Ask, hook: Hook) -> Json:
    shown: Json = {
        "self": f"{ask.store.base_url}{PATH}/{hook.id}",
        "name": hook.extra.get("name", ""),
        "url": hook.url,
        "events": sorted(hook.events),
        "filters": hook.extra.get("filters", {}),
        "excludeBody": False,
        "enabled": hook.enabled,
        "lastUpdatedUser": hook.extra.get("by", ""),
        "lastUpdated": hook.extra.get("at", 0),
    }
    return {**shown, "isSigned": bool(hook.secret)}
