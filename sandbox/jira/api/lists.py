"""What the site offers: server, fields, priorities, statuses, permissions, types."""

from datetime import UTC
from typing import Any

from fastapi import APIRouter, Request

from sandbox.jira import catalog
from sandbox.jira.api.ask import BASE, Ask, Asking, many
from sandbox.jira.errors import JiraError
from sandbox.jira.records import Json, Named, Project
from sandbox.jira.render import stamp

router = APIRouter(prefix=BASE)
applinks = APIRouter()
CLOUD_BUILD: Json = {
    "version": "1001.0.0-SNAPSHOT",
    "versionNumbers": [1001, 0, 0],
    "buildNumber": 100290,
    "buildDate": "2026-10-01T00:00:00.000+0000",
    "scmInfo": "0000000000000000000000000000000000000000",
}
DC_BUILD: Json = {
    "buildNumber": 10030005,
    "buildDate": "2026-01-15T00:00:00.000+0000",
    "scmInfo": "0000000000000000000000000000000000000000",
}


@router.get("/serverInfo")
async def server_info(ask: Asking) -> Json:
    site = ask.site
    version = {
        "version": ".".join(map(str, site.version)),
        "versionNumbers": list(site.version),
    }
    build = CLOUD_BUILD if site.cloud else {**version, **DC_BUILD}
    return {
        "baseUrl": ask.store.base_url,
        **build,
        "deploymentType": site.deployment,
        "serverTime": stamp(site.moment().astimezone(UTC), site.zone),
        "serverTitle": "Jira",
    }


@applinks.get("/rest/applinks/latest/listApplicationlinks")
async def application_links(_ask: Asking) -> Json:
    return {"list": []}


@router.get("/myself")
async def myself(ask: Asking) -> Json:
    user = ask.caller.signed_in()
    shown = ask.show.user(user) or {}
    return {**shown, "emailAddress": user.email, "locale": "en_US"}


@router.get("/field")
async def fields(ask: Asking) -> list[Json]:
    return [ask.show.field(meta) for meta in catalog.FIELDS]


@router.get("/priority")
async def priorities(ask: Asking) -> list[Json]:
    return [ask.show.priority(one) for one in ask.site.priorities]


@router.get("/priority/{number}")
async def priority(ask: Asking, number: str) -> Json:
    return ask.show.priority(_by_id(ask.site.priorities, number))


def _by_id(things: tuple[Named, ...], number: str) -> Named:
    for thing in things:
        if thing.id == number:
            return thing
    msg = f"Nothing with the id '{number}' exists."
    raise JiraError(404, msg)


@router.get("/resolution")
async def resolutions(ask: Asking) -> list[Json | None]:
    return [ask.show.named("resolution", one) for one in ask.site.resolutions]


@router.get("/status")
async def statuses(ask: Asking) -> list[Json]:
    return [ask.show.status(one) for one in ask.site.statuses()]


@router.get("/status/{ref}")
async def status(ask: Asking, ref: str) -> Json:
    for one in ask.site.statuses():
        if ref in {one.id, one.name}:
            return ask.show.status(one)
    msg = f"The status with id '{ref}' does not exist"
    raise JiraError(404, msg)


@router.get("/statuscategory")
async def status_categories(ask: Asking) -> list[Json]:
    return [ask.show.category(key) for key in catalog.STATUS_CATEGORIES]


@router.get("/issuetype")
async def issue_types(ask: Asking) -> list[Json]:
    return [ask.show.issue_type(one) for one in ask.site.issue_types]


@router.get("/issueLinkType")
async def link_types(ask: Asking) -> Json:
    return {"issueLinkTypes": [ask.show.link_type(one) for one in catalog.LINK_TYPES]}


@router.get("/mypermissions")
async def my_permissions(ask: Asking, request: Request) -> Json:
    wanted = many(request, "permissions")
    if ask.site.cloud and not wanted:
        msg = "The 'permissions' query parameter is required."
        raise JiraError(400, msg)
    unknown = set(wanted) - set(catalog.PERMISSIONS)
    if unknown:
        msg = f"Unrecognized permission: {min(unknown)}"
        raise JiraError(400, msg)
    names = wanted or list(catalog.PERMISSIONS)
    shown = {name: _permission(ask, name) for name in names}
    return {"permissions": shown}


def _permission(ask: Ask, name: str) -> Json:
    user = ask.reader
    have = ask.caller.known and name not in user.denied
    if name == "ADMINISTER":
        have = have and user.admin
    return {
        "id": str(catalog.PERMISSIONS.index(name) + 10),
        "key": name,
        "name": name.replace("_", " ").title(),
        "type": "GLOBAL" if name == "ADMINISTER" else "PROJECT",
        "description": "",
        "havePermission": have,
    }


# -- what can be created -------------------------------------------------------


@router.get("/issue/createmeta")
async def createmeta(ask: Asking, request: Request) -> Json:
    if not ask.site.cloud:
        raise JiraError(404, "Issue Does Not Exist")
    keys = many(request, "projectKeys")
    chosen = [one for one in ask.site.projects.values() if not keys or one.key in keys]
    return {"expand": "projects", "projects": [_creatable(ask, one) for one in chosen]}


def _creatable(ask: Ask, project: Project) -> Json:
    types = [
        {**ask.show.issue_type(one), "fields": _create_fields(ask, project)}
        for one in ask.site.issue_types
    ]
    return {**ask.show.project(project), "issuetypes": types}


@router.get("/issue/createmeta/{ref}/issuetypes")
async def creatable_types(ask: Asking, ref: str) -> Json:
    ask.site.get_project(ref)
    return _page(
        ask, "issueTypes", [ask.show.issue_type(o) for o in ask.site.issue_types]
    )


@router.get("/issue/createmeta/{ref}/issuetypes/{number}")
async def creatable_fields(ask: Asking, ref: str, number: str) -> Json:
    project = ask.site.get_project(ref)
    _by_id(ask.site.issue_types, number)
    return _page(ask, "fields", list(_create_fields(ask, project).values()))


def _page(ask: Ask, name: str, values: list[Any]) -> Json:
    counts: Json = {"startAt": 0, "maxResults": 50, "total": len(values)}
    if ask.site.cloud:
        return {**counts, name: values}
    return {**counts, "isLast": True, "values": values}


def _create_fields(ask: Ask, project: Project) -> Json:
    allowed: dict[str, list[Any]] = {
        "priority": [ask.show.priority(one) for one in ask.site.priorities],
        "fixVersions": [ask.show.app_version(one) for one in project.versions],
        "components": [ask.show.named("component", one) for one in project.components],
    }
    names = ("summary", "description", "labels", "duedate", *allowed)
    return {name: _create_field(ask, name, allowed.get(name)) for name in names}


def _create_field(ask: Ask, name: str, allowed: list[Any] | None) -> Json:
    meta = next(one for one in catalog.FIELDS if one.id == name)
    shown = ask.show.field(meta)
    field: Json = {
        "required": name == "summary",
        "schema": shown["schema"],
        "name": meta.name,
        "key": name,
        "fieldId": name,
        "hasDefaultValue": name == "priority",
        "operations": ["add", "set", "remove"] if meta.items else ["set"],
    }
    return field if allowed is None else {**field, "allowedValues": allowed}
