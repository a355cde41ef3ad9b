"""One API request: who asks, for what, and how the answer goes out."""

import hashlib
import inspect
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from sandbox.gitlab.auth import authenticate, demand_scope
from sandbox.gitlab.errors import (
    ApiError,
    bad_parameter,
    forbidden,
    moved_permanently,
    not_found,
    refused,
)
from sandbox.gitlab.finder import visible
from sandbox.gitlab.instance import GitLab
from sandbox.gitlab.pagination import Address, offset_page
from sandbox.gitlab.params import Params, merge_query
from sandbox.gitlab.records import AccessToken, Actor, Group, Issue, Project
from sandbox.gitlab.urls import api_url

Row = TypeVar("Row")
READS = frozenset({"GET", "HEAD"})


@dataclass(frozen=True)
class Call:
    gitlab: GitLab
    request: Request
    params: Params
    actor: Actor
    token: AccessToken
    path: dict[str, str]

    def project(self, level: int = 0) -> Project:
        """The project of the path; out of reach looks like not there."""
        key = self.path["id"]
        project = self.gitlab.find_project(key)
        if project is None or not self.gitlab.may_see(self.actor.user, project):
            raise not_found(what="Project")
        if not key.isdecimal() and key != project.path_with_namespace:
            raise self._redirect(project)
        self.demand(project, level)
        return project

    def demand(self, project: Project, level: int) -> None:
        if self.gitlab.access_level(self.actor.user, project) < level:
            raise forbidden()

    def _redirect(self, project: Project) -> ApiError:
        if self.request.method not in READS:
            return refused(
                405, message="Non GET methods are not allowed for moved projects"
            )
        rest = self.request.url.path.split(self.path["id"].replace("/", "%2F"), 1)[-1]
        query = self.request.url.query
        location = api_url(self.gitlab, "projects", project.id) + rest
        return moved_permanently(location + (f"?{query}" if query else ""))

    def group(self) -> Group:
        group = self.gitlab.find_group(self.path["id"])
        if group is None:
            raise not_found(what="Group")
        return group

    def number(self, name: str) -> int:
        if not self.path[name].isdecimal():
            raise bad_parameter(name)
        return int(self.path[name])

    def issue(self) -> Issue:
        issue = self.gitlab.get_issue(self.project(), self.number("iid"))
        if not visible(self.gitlab, self.actor, issue):
            raise not_found()
        return issue

    def page(self, rows: Sequence[Row], entity: Callable[[Row], Any]) -> Response:
        switches = self.gitlab.switches
        shown, headers = offset_page(rows, self.params, self.address, switches)
        return self.answer([entity(row) for row in shown], headers=headers)

    @property
    def address(self) -> Address:
        url = f"{self.gitlab.base_url}{self.request.scope['raw_path'].decode()}"
        return Address(url, self.request.query_params.multi_items())

    def answer(
        self, body: Any, status: int = 200, headers: dict[str, str] | None = None
    ) -> Response:
        raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        etag = f'W/"{hashlib.md5(raw, usedforsecurity=False).hexdigest()}"'
        known = self.request.headers.get("if-none-match")
        every = {**(headers or {}), "ETag": etag}
        if self.request.method in READS and status == 200 and known == etag:
            return Response(status_code=304, headers=every)
        return Response(raw, status, every, "application/json")


Handler = Callable[[Call], Response | Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]


def no_content() -> Response:
    return Response(status_code=204)


def endpoint(gitlab: GitLab, handler: Handler, scopes: tuple[str, ...]) -> Endpoint:
    async def answer(request: Request) -> Response:
        try:
            body = await read_body(request)
            reply = handler(make_call(gitlab, request, body, scopes))
            return await reply if inspect.isawaitable(reply) else reply
        except ApiError as error:
            return refusal(error)

    return answer


def make_call(
    gitlab: GitLab, request: Request, body: dict[str, Any], scopes: tuple[str, ...]
) -> Call:
    token = authenticate(gitlab, request.headers, request.query_params)
    demand_scope(token, scopes)
    params = Params({**merge_query(request.query_params), **body})
    chain = request.headers.get("x-gitlab-event-uuid")
    path = {name: str(value) for name, value in request.path_params.items()}
    path = {name: value.replace("%2F", "/") for name, value in path.items()}
    return Call(gitlab, request, params, Actor(token.user, chain), token, path)


async def read_body(request: Request) -> dict[str, Any]:
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        return _json(await request.body())
    if "form" in kind:
        form = await request.form()
        return {name.removesuffix("[]"): form.getlist(name) if name.endswith("[]")
                else form[name] for name in form}  # fmt: skip
    return {}


def _json(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw or b"{}")
    except ValueError as error:
        sentence = "400 Bad request - message body does not match declared format"
        raise refused(400, sentence) from error
    return body if isinstance(body, dict) else {}


def refusal(error: ApiError) -> Response:
    if isinstance(error.body, str):
        return Response(error.body, error.status, error.headers, "text/plain")
    raw = json.dumps(error.body, ensure_ascii=False)
    return Response(raw, error.status, error.headers, "application/json")
