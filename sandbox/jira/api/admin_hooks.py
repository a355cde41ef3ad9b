"""The hooks an administrator registers.

Cloud, and Data Center before 10: `/rest/webhooks/1.0/webhook`. Data Center from 10 on:
`/rest/jira-webhook/1.0/webhooks`; there the secret and the filter are entries of
`configuration`, and a secret beside it is ignored.
"""

from collections.abc import Callable

from fastapi import APIRouter, Response

from sandbox.hooks import Deliveries, Hook
from sandbox.jira.api.ask import Ask, Asking, Body
from sandbox.jira.errors import JiraError
from sandbox.jira.events import EVENTS
from sandbox.jira.jql_text import Clause, Group, Node, parse
from sandbox.jira.records import Json
from sandbox.jira.render import epoch_ms

OLD, NEW = "/rest/webhooks/1.0/webhook", "/rest/jira-webhook/1.0/webhooks"
SECTION = "issue-related-events-section"


def hooks_router(deliveries: Deliveries) -> APIRouter:
    """Build the routes over one tracker's registrations."""
    router = APIRouter()

    @router.get("/rest/{api}/1.0/{hooks}")
    async def list_hooks(ask: Asking, api: str, hooks: str) -> list[Json]:
        show = _enter(ask, api, hooks)
        return [show(ask, hook) for hook in deliveries.hooks.values()]

    @router.post("/rest/{api}/1.0/{hooks}", status_code=201)
    async def create(ask: Asking, api: str, hooks: str, body: Body) -> Json:
        show = _enter(ask, api, hooks)
        hook = deliveries.add_hook(_url(body), ())
        _fill(ask, hook, body)
        return show(ask, hook)

    @router.get("/rest/{api}/1.0/{hooks}/{number}")
    async def get(ask: Asking, api: str, hooks: str, number: int) -> Json:
        show = _enter(ask, api, hooks)
        return show(ask, _get(deliveries, number))

    @router.put("/rest/{api}/1.0/{hooks}/{number}")
    async def edit(ask: Asking, api: str, hooks: str, number: int, body: Body) -> Json:
        show = _enter(ask, api, hooks)
        hook = _get(deliveries, number)
        hook.url = _url(body) if "url" in body else hook.url
        _fill(ask, hook, body)
        return show(ask, hook)

    @router.delete("/rest/{api}/1.0/{hooks}/{number}", status_code=204)
    async def delete(ask: Asking, api: str, hooks: str, number: int) -> Response:
        _enter(ask, api, hooks)
        deliveries.remove_hook(_get(deliveries, number).id)
        return Response(status_code=204)

    return router


def _enter(ask: Ask, api: str, hooks: str) -> Callable[[Ask, Hook], Json]:
    """Let administrators in, at the place that this Jira has; how it shows hooks."""
    place, is_new = f"/rest/{api}/1.0/{hooks}", ask.site.has_new_webhooks
    if place != (NEW if is_new else OLD):
        msg = "null for uri"
        raise JiraError(404, msg)
    if not ask.caller.signed_in().admin:
        msg = "You do not have permission to manage webhooks."
        raise JiraError(403, msg)
    return _show_new if is_new else _show_old


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
    if ask.site.has_new_webhooks:
        _configure(hook, body)
    else:
        _set(ask, hook, body)
    hook.extra["name"] = body.get("name", hook.extra.get("name", ""))
    hook.extra["by"] = ask.reader.id
    hook.extra["at"] = epoch_ms(ask.site.moment())


def _set(ask: Ask, hook: Hook, body: Json) -> None:
    """Data Center before 10 has no secrets."""
    filters = body.get("filters")
    if filters is not None:
        hook.scope = _scope(str(filters.get(SECTION) or ""))
        hook.extra["filters"] = filters
    if ask.site.cloud:
        hook.secret = str(body.get("secret", hook.secret) or "")
    hook.enabled = bool(body.get("enabled", hook.enabled))
    hook.extra["bare"] = bool(body.get("excludeBody", hook.extra.get("bare")))


def _configure(hook: Hook, body: Json) -> None:
    """The whole configuration is replaced, the secret too."""
    told = body.get("configuration") or {}
    hook.scope = _scope(str(told.get("FILTERS") or ""))
    hook.secret = str(told.get("SECRET") or "")
    hook.enabled = bool(body.get("active", hook.enabled))
    hook.extra["configuration"] = {k: v for k, v in told.items() if k != "SECRET"}


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


def _show_old(ask: Ask, hook: Hook) -> Json:
    shown: Json = {
        "self": f"{ask.store.base_url}{OLD}/{hook.id}",
        "name": hook.extra.get("name", ""),
        "url": hook.url,
        "events": sorted(hook.events),
        "filters": hook.extra.get("filters", {}),
        "excludeBody": bool(hook.extra.get("bare")),
        "enabled": hook.enabled,
        "lastUpdatedUser": hook.extra.get("by", ""),
        "lastUpdated": hook.extra.get("at", 0),
    }
    return {**shown, **({"isSigned": bool(hook.secret)} if ask.site.cloud else {})}


def _show_new(_ask: Ask, hook: Hook) -> Json:
    return {
        "id": hook.id,
        "name": hook.extra.get("name", ""),
        "url": hook.url,
        "events": sorted(hook.events),
        "configuration": hook.extra.get("configuration", {}),
        "active": hook.enabled,
        "scopeType": "global",
        "sslVerificationRequired": True,
        "createdDate": hook.extra.get("at", 0),
        "updatedDate": hook.extra.get("at", 0),
    }
