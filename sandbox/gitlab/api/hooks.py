"""Webhook registrations of projects, their test and their past deliveries."""

import asyncio
import uuid

from starlette.responses import Response

from sandbox.gitlab.announce import issue_event, note_event
from sandbox.gitlab.api.spec import Spec
from sandbox.gitlab.call import Call, no_content
from sandbox.gitlab.delivery import alert_status, signing_key
from sandbox.gitlab.errors import (
    bad_parameter,
    forbidden,
    not_found,
    refused,
    unprocessable,
)
from sandbox.gitlab.hook_bodies import issue_body, note_body
from sandbox.gitlab.records import MAINTAINER, OWNER, Json, Project
from sandbox.gitlab.stamps import iso
from sandbox.hooks import Delivery, Event, Hook

TRIGGERS = (
    "push_events", "tag_push_events", "merge_requests_events", "issues_events",
    "confidential_issues_events", "note_events", "confidential_note_events",
    "job_events", "pipeline_events", "wiki_page_events", "deployment_events",
    "feature_flag_events", "releases_events", "milestone_events", "emoji_events",
    "resource_access_token_events", "repository_update_events",
)  # fmt: skip
GROUP = "group:"
TEXTS = ("name", "description", "push_events_branch_filter", "custom_webhook_template")
TESTABLE = (*TRIGGERS, "member_events", "subgroup_events")


def hook_entity(call: Call, hook: Hook) -> Json:
    """Secrets are write-only, only their presence is told."""
    extra, now = hook.extra, call.gitlab.now()
    until = None if hook.open_at(now) else hook.disabled_until
    return {
        "id": hook.id,
        "url": hook.url,
        **_place(hook),
        "created_at": extra["created_at"],
        **{name: extra.get(name) for name in TEXTS},
        **{name: name in hook.events for name in TRIGGERS},
        "branch_filter_strategy": "wildcard",
        "enable_ssl_verification": extra.get("enable_ssl_verification", True),
        "alert_status": alert_status(hook, now),
        "disabled_until": iso(until) if until else None,
        "url_variables": [],
        "custom_headers": [],
        "token_present": bool(hook.secret),
        "signing_token_present": bool(extra.get("signing_token")),
    }


def _place(hook: Hook) -> Json:
    if hook.scope.startswith(GROUP):
        return {"group_id": hook.extra["group_id"]}
    return {"project_id": int(hook.scope)}


def _hooks(call: Call) -> list[Hook]:
    scope = _scope(call)
    every = call.gitlab.bench.deliveries.hooks.values()
    return [hook for hook in every if hook.scope == scope]


def _is_of_group(call: Call) -> bool:
    return call.request.url.path.startswith("/api/v4/groups/")


def _scope(call: Call) -> str:
    """What a hook of this route listens to; hooks of groups are for owners."""
    if not _is_of_group(call):
        return str(call.project(MAINTAINER).id)
    if not call.gitlab.switches.premium:
        raise not_found()
    group = call.group()
    if group.members.get(call.actor.user.id, 0) < OWNER:
        raise forbidden()
    return GROUP + group.full_path


def _project(call: Call) -> Project:
    """The project that a test tells of."""
    if not _is_of_group(call):
        return call.project(MAINTAINER)
    path = call.group().full_path + "/"
    every = call.gitlab.projects.values()
    return next(row for row in every if row.path_with_namespace.startswith(path))


def _hook(call: Call) -> Hook:
    wanted = call.number("hook_id")
    for hook in _hooks(call):
        if hook.id == wanted:
            return hook
    raise not_found()


def list_hooks(call: Call) -> Response:
    return call.page(_hooks(call), lambda hook: hook_entity(call, hook))


def show_hook(call: Call) -> Response:
    return call.answer(hook_entity(call, _hook(call)))


def create_hook(call: Call) -> Response:
    scope = _scope(call)
    call.params.require("url")
    url = _url(call)
    deliveries, secret = call.gitlab.bench.deliveries, call.params.text("token") or ""
    hook = deliveries.add_hook(url, ["push_events"], secret=secret, scope=scope)
    hook.extra |= {"uuid": str(uuid.uuid4()), "created_at": iso(call.gitlab.now())}
    if _is_of_group(call):
        hook.extra["group_id"] = call.group().id
    _set(call, hook)
    return call.answer(hook_entity(call, hook), 201)


def change_hook(call: Call) -> Response:
    """A request that does not repeat the secret token removes it."""
    hook = _hook(call)
    call.params.require("url")
    hook.url = _url(call)
    hook.secret = call.params.text("token") or ""
    _set(call, hook)
    return call.answer(hook_entity(call, hook))


def remove_hook(call: Call) -> Response:
    call.gitlab.bench.deliveries.remove_hook(_hook(call).id)
    return no_content()


def _url(call: Call) -> str:
    url = str(call.params["url"])
    if not url.startswith(("http://", "https://")):
        raise refused(422, message="Invalid url given")
    return url


def _set(call: Call, hook: Hook) -> None:
    params = call.params
    on = {n for n in TRIGGERS if params.flag(n, default=n in hook.events)}
    hook.events = frozenset(on)
    for name in TEXTS:
        hook.extra[name] = params.text(name, _text(hook.extra.get(name)))
    if "enable_ssl_verification" in params:
        hook.extra["enable_ssl_verification"] = params.flag("enable_ssl_verification")
    if "signing_token" in params:
        hook.extra["signing_token"] = _signing_token(call)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _signing_token(call: Call) -> str:
    token = call.params.text("signing_token") or ""
    if token and signing_key(token) is None:
        problem = "must be in whsec_<base64> format encoding a 32-byte key"
        raise unprocessable(signing_token=[problem])
    return token


async def test_hook(call: Call) -> Response:
    """An answer of 2xx also wakes a hook that was disabled."""
    hook = _hook(call)
    event = _sample(call, _trigger(call))
    delivery = call.gitlab.bench.deliveries.deliver(hook, event)
    await _answered(delivery)
    if delivery.ok:
        return call.answer({"message": "201 Created"}, 201)
    raise refused(422, message=f"Hook execution failed: {delivery.answers[-1:]}")


def _trigger(call: Call) -> str:
    trigger = call.path["trigger"]
    if trigger not in TESTABLE:
        raise bad_parameter(name="trigger", problem="does not have a valid value")
    return trigger


async def _answered(delivery: Delivery) -> None:
    while not delivery.answers and not delivery.lost:  # noqa: ASYNC110 - no event each
        await asyncio.sleep(0.005)


def _sample(call: Call, trigger: str) -> Event:
    project = _project(call)
    issues = list(project.issues.values())
    if trigger.endswith("note_events"):
        notes = [note for row in issues for note in row.user_notes]
        if not notes:
            raise refused(422, message="Ensure the project has notes.")
        return note_event(
            notes[0], note_body(call.gitlab, notes[0], call.actor, "create")
        )
    if not issues:
        raise refused(422, message="Ensure the project has issues.")
    body = issue_body(call.gitlab, issues[0], call.actor, "open", {})
    return issue_event(issues[0], body)


def list_hook_events(call: Call) -> Response:
    hook = _hook(call)
    kept = call.gitlab.bench.deliveries.kept
    rows = [row for row in reversed(kept) if row.hook is hook and not row.lost]
    return call.page(rows, _delivery_entity)


def _delivery_entity(delivery: Delivery) -> Json:
    return {
        "id": delivery.number,
        "url": delivery.hook.url,
        "trigger": delivery.event.name.removesuffix("_events") + "_hooks",
        "request_headers": delivery.headers,
        "request_data": delivery.event.body.decode(),
        "response_headers": {},
        "response_body": "",
        "execution_duration": 0.01,
        "response_status": str(delivery.answers[-1]) if delivery.answers else "pending",
    }


async def resend_event(call: Call) -> Response:
    hook, wanted = _hook(call), call.number("event_id")
    deliveries = call.gitlab.bench.deliveries
    for old in list(deliveries.kept):
        if old.hook is hook and old.number == wanted:
            again = deliveries.deliver(hook, old.event, old.delivery_id)
            await _answered(again)
            return call.answer({"response_status": again.answers[-1]}, 201)
    raise not_found()


ROUTES = tuple(
    spec
    for hook in ("/projects/{id}/hooks", "/groups/{id}/hooks")
    for spec in (
        Spec("GET", hook, list_hooks),
        Spec("POST", hook, create_hook),
        Spec("GET", f"{hook}/{{hook_id}}", show_hook),
        Spec("PUT", f"{hook}/{{hook_id}}", change_hook),
        Spec("DELETE", f"{hook}/{{hook_id}}", remove_hook),
        Spec("POST", f"{hook}/{{hook_id}}/test/{{trigger}}", test_hook),
        Spec("GET", f"{hook}/{{hook_id}}/events", list_hook_events),
        Spec("POST", f"{hook}/{{hook_id}}/events/{{event_id}}/resend", resend_event),
    )
)
