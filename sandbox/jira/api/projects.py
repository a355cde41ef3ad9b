"""Projects, their versions and components, and the people of the site."""

# ruff: noqa: N803 - the query parameters carry Jira's names

from fastapi import APIRouter, Response

from sandbox.jira.api.ask import BASE, Ask, Asking, Body
from sandbox.jira.errors import JiraError, bad_field
from sandbox.jira.records import Json, Project, User, Version

router = APIRouter(prefix=BASE)


def _visible(ask: Ask) -> list[Project]:
    if "BROWSE_PROJECTS" in ask.reader.denied:
        return []
    return list(ask.site.projects.values())


def _get(ask: Ask, ref: str) -> Project:
    project = ask.site.get_project(ref)
    if project not in _visible(ask):
        msg = f"No project could be found with key '{ref}'."
        raise JiraError(404, msg)
    return project


@router.get("/project")
async def list_projects(ask: Asking) -> list[Json]:
    return [ask.show.project(one) for one in _visible(ask)]


@router.get("/project/search")
async def search_projects(ask: Asking) -> Json:
    shown = [ask.show.project(one) for one in _visible(ask)]
    counts = {"startAt": 0, "maxResults": 50, "total": len(shown), "isLast": True}
    return {"self": ask.show.link("project/search"), **counts, "values": shown}


@router.get("/project/{ref}")
async def get_project(ask: Asking, ref: str) -> Json:
    project = _get(ask, ref)
    return {
        **ask.show.project(project),
        "description": "",
        "lead": ask.show.user(project.lead),
        "components": _components(ask, project),
        "issueTypes": [ask.show.issue_type(one) for one in ask.site.issue_types],
        "versions": [ask.show.app_version(one, project) for one in project.versions],
    }


def _components(ask: Ask, project: Project) -> list[Json]:
    named = [ask.show.named("component", one) or {} for one in project.components]
    where = {"project": project.key, "projectId": int(project.id)}
    return [{**one, **where, "isAssigneeTypeValid": False} for one in named]


@router.get("/project/{ref}/components")
async def components(ask: Asking, ref: str) -> list[Json]:
    return _components(ask, _get(ask, ref))


@router.get("/project/{ref}/statuses")
async def project_statuses(ask: Asking, ref: str) -> list[Json]:
    shown = [ask.show.status(one) for one in _get(ask, ref).workflow.statuses()]
    return [
        {
            "self": ask.show.link(f"issuetype/{kind.id}"),
            "id": kind.id,
            "name": kind.name,
            "subtask": False,
            "statuses": shown,
        }
        for kind in ask.site.issue_types
    ]


# -- versions ------------------------------------------------------------------


@router.get("/project/{ref}/versions")
async def versions(ask: Asking, ref: str) -> list[Json]:
    project = _get(ask, ref)
    return [ask.show.app_version(one, project) for one in project.versions]


@router.get("/project/{ref}/version")
async def version_page(ask: Asking, ref: str) -> Json:
    shown = await versions(ask, ref)
    counts = {"startAt": 0, "maxResults": 50, "total": len(shown), "isLast": True}
    return {**counts, "values": shown}


@router.post("/version", status_code=201)
async def create_version(ask: Asking, body: Body) -> Json:
    ask.writer("ADMINISTER_PROJECTS")
    project = _get(ask, str(body.get("projectId") or body.get("project") or ""))
    name = str(body.get("name") or "")
    _check_name(project, name)
    version = Version(ask.site.new_id(), name, project.key)
    _fill(version, body)
    project.versions.append(version)
    ask.store.raise_event(
        ask.store.bodies.version("jira:version_created", project, version)
    )
    return ask.show.app_version(version, project)


def _check_name(project: Project, name: str) -> None:
    if not name:
        raise bad_field("name", "You must specify a valid version name")
    if any(one.name == name for one in project.versions):
        text = "A version with this name already exists in this project."
        raise bad_field("name", text)


def _fill(version: Version, body: Json) -> None:
    version.name = str(body.get("name", version.name))
    version.description = str(body.get("description") or version.description)
    version.release_on = str(body.get("releaseDate") or version.release_on)
    version.start_on = str(body.get("startDate") or version.start_on)
    version.released = bool(body.get("released", version.released))
    version.archived = bool(body.get("archived", version.archived))


@router.get("/version/{number}")
async def get_version(ask: Asking, number: str) -> Json:
    project, version = ask.site.get_version(number)
    return ask.show.app_version(version, project)


@router.put("/version/{number}")
async def edit_version(ask: Asking, number: str, body: Body) -> Json:
    ask.writer("ADMINISTER_PROJECTS")
    project, version = ask.site.get_version(number)
    if body.get("name", version.name) != version.name:
        _check_name(project, str(body["name"]))
    released = version.released
    _fill(version, body)
    name = "jira:version_updated"
    if released != version.released:
        word = "released" if version.released else "unreleased"
        name = f"jira:version_{word}"
    ask.store.raise_event(ask.store.bodies.version(name, project, version))
    return ask.show.app_version(version, project)


@router.delete("/version/{number}", status_code=204)
async def delete_version(ask: Asking, number: str) -> Response:
    ask.writer("ADMINISTER_PROJECTS")
    project, version = ask.site.get_version(number)
    project.versions.remove(version)
    for issue in ask.site.issues.values():
        issue.fix_versions = [one for one in issue.fix_versions if one is not version]
    ask.store.raise_event(
        ask.store.bodies.version("jira:version_deleted", project, version)
    )
    return Response(status_code=204)


# -- people --------------------------------------------------------------------


@router.get("/users/search")
async def all_users(
    ask: Asking,
    startAt: int = 0,
    maxResults: int = 50,
) -> list[Json | None]:
    if not ask.site.cloud:
        msg = "null for uri"
        raise JiraError(404, msg)
    ask.caller.signed_in()
    people = list(ask.site.users.values())[startAt : startAt + maxResults]
    return [ask.show.user(one) for one in people]


@router.get("/user/search")
async def search_users(
    ask: Asking, query: str = "", username: str = ""
) -> list[Json | None]:
    ask.caller.signed_in()
    if ask.site.cloud and username:
        msg = "The query parameter 'username' is not supported in GDPR strict mode."
        raise JiraError(400, msg)
    words = (query if ask.site.cloud else username).lower()
    return [ask.show.user(one) for one in _matching(ask, words)]


@router.get("/user/assignable/search")
async def assignable(
    ask: Asking, query: str = "", username: str = "", accountId: str = ""
) -> list[Json | None]:
    ask.caller.signed_in()
    words = (query or username or accountId).lower()
    found = _matching(ask, words)
    fit = [one for one in found if "ASSIGNABLE_USER" not in one.denied]
    return [ask.show.user(one) for one in fit]


def _matching(ask: Ask, words: str) -> list[User]:
    return [
        one
        for one in ask.site.users.values()
        if words in {"", "."} or words in f"{one.id} {one.name} {one.email}".lower()
    ]


@router.get("/user")
async def get_user(
    ask: Asking,
    accountId: str = "",
    username: str = "",
    key: str = "",
) -> Json | None:
    ask.caller.signed_in()
    wanted = accountId if ask.site.cloud else username or key
    user = ask.site.users.get(wanted)
    if user is None:
        msg = f"Specified user does not exist: {wanted}"
        raise JiraError(404, msg)
    return ask.show.user(user)
