"""Users, the token itself, groups, projects and members."""

from starlette.responses import Response

from sandbox.gitlab.api.spec import Spec
from sandbox.gitlab.auth import ANY_SCOPE, USER_SCOPES
from sandbox.gitlab.call import Call
from sandbox.gitlab.entities import (
    current_user_entity,
    group_entity,
    member_entity,
    project_entity,
    token_entity,
    user_entity,
)
from sandbox.gitlab.errors import not_found
from sandbox.gitlab.records import Json, Project


def show_self(call: Call) -> Response:
    return call.answer(current_user_entity(call.gitlab, call.actor.user))


def show_version(call: Call) -> Response:
    return call.answer({"version": call.gitlab.switches.version, "revision": "5a3d0bc"})


def show_metadata(call: Call) -> Response:
    version = call.gitlab.switches.version
    kas = {"enabled": False, "externalUrl": None, "version": None}
    body = {"version": version, "revision": "5a3d0bc", "kas": kas}
    return call.answer({**body, "enterprise": version.endswith("-ee")})


def list_users(call: Call) -> Response:
    wanted = call.params.text("username")
    every = call.gitlab.users.values()
    found = [user for user in every if wanted in {None, user.username}]
    return call.page(found, lambda user: user_entity(call.gitlab, user))


def show_user(call: Call) -> Response:
    user = call.gitlab.users.get(call.number("id"))
    if user is None:
        raise not_found(what="User")
    return call.answer(user_entity(call.gitlab, user))


def show_token(call: Call) -> Response:
    return call.answer(token_entity(call.token, call.gitlab.now().date()))


def show_group(call: Call) -> Response:
    return call.answer(group_entity(call.gitlab, call.group()))


def list_groups(call: Call) -> Response:
    """Groups with a project of the caller's, and those above them."""
    paths = [row.path_with_namespace for row in _visible(call)]
    rows = [
        row
        for row in call.gitlab.groups.values()
        if any(path.startswith(f"{row.full_path}/") for path in paths)
    ]
    return call.page(rows, lambda row: group_entity(call.gitlab, row))


def list_group_projects(call: Call) -> Response:
    path = call.group().full_path + "/"
    rows = [row for row in _visible(call) if row.path_with_namespace.startswith(path)]
    return call.page(rows, lambda row: _project(call, row))


def show_project(call: Call) -> Response:
    return call.answer(_project(call, call.project()))


def list_projects(call: Call) -> Response:
    search = (call.params.text("search") or "").casefold()
    rows = [row for row in _visible(call) if search in row.path_with_namespace]
    if call.params.flag("membership"):
        user = call.actor.user
        rows = [row for row in rows if call.gitlab.access_level(user, row)]
    return call.page(rows[::-1], lambda row: _project(call, row))


def _visible(call: Call) -> list[Project]:
    every = call.gitlab.projects.values()
    return [row for row in every if call.gitlab.may_see(call.actor.user, row)]


def _project(call: Call, project: Project) -> Json:
    return project_entity(call.gitlab, project, call.actor.user)


def _levels(call: Call) -> dict[int, int]:
    project = call.project()
    inherited = project.group.members if project.group else {}
    levels = dict(project.members)
    if call.request.url.path.endswith("/all"):
        levels = {**inherited, **levels}
    return levels


def list_members(call: Call) -> Response:
    users = call.gitlab.users
    rows = list(_levels(call).items())
    return call.page(
        rows, lambda row: member_entity(call.gitlab, users[row[0]], row[1])
    )


def show_member(call: Call) -> Response:
    user_id, project = call.number("user_id"), call.project()
    user = call.gitlab.users.get(user_id)
    level = call.gitlab.access_level(user, project) if user else 0
    if user is None or not level:
        raise not_found()
    return call.answer(member_entity(call.gitlab, user, level))


ROUTES = (
    Spec("GET", "/user", show_self, USER_SCOPES),
    Spec("GET", "/version", show_version, USER_SCOPES),
    Spec("GET", "/metadata", show_metadata, USER_SCOPES),
    Spec("GET", "/users", list_users, USER_SCOPES),
    Spec("GET", "/users/{id}", show_user, USER_SCOPES),
    Spec("GET", "/personal_access_tokens/self", show_token, ANY_SCOPE),
    Spec("GET", "/groups", list_groups),
    Spec("GET", "/groups/{id}", show_group),
    Spec("GET", "/groups/{id}/projects", list_group_projects),
    Spec("GET", "/projects", list_projects),
    Spec("GET", "/projects/{id}", show_project),
    Spec("GET", "/projects/{id}/members", list_members),
    Spec("GET", "/projects/{id}/members/all", list_members),
    Spec("GET", "/projects/{id}/members/{user_id}", show_member),
    Spec("GET", "/projects/{id}/members/all/{user_id}", show_member),
)
