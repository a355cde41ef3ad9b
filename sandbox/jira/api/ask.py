"""What every route gets: the store, who asks, and how to write the answer."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Response

from sandbox.jira.caller import Caller, caller_of
from sandbox.jira.errors import JiraError
from sandbox.jira.records import Issue, Json, User
from sandbox.jira.render import Renderer
from sandbox.jira.site import Site
from sandbox.jira.store import JiraStore

BASE = "/rest/api/{version}"


@dataclass(frozen=True)
class Ask:
    store: JiraStore
    caller: Caller
    show: Renderer

    @property
    def site(self) -> Site:
        return self.store.site

    @property
    def reader(self) -> User:
        return self.caller.user

    def writer(self, permission: str) -> User:
        """Tell who writes, once they may."""
        user = self.caller.signed_in()
        if permission in user.denied:
            msg = "You do not have the permission to do this."
            raise JiraError(403, msg)
        return user

    def issue(self, ref: str) -> Issue:
        if not self.caller.known and not self.site.cloud:
            msg = "You do not have the permission to see the specified issue."
            raise JiraError(401, msg, "Login Required")
        return self.site.get_issue(ref, self.reader)


async def ask(request: Request, response: Response, version: str = "2") -> Ask:
    """For one request; a coroutine, because anything else is run in a thread."""
    store: JiraStore = request.app.state.store
    cloud = store.site.cloud
    if version not in ({"2", "3", "latest"} if cloud else {"2", "latest"}):
        msg = "null for uri"
        raise JiraError(404, msg)
    caller = caller_of(store.site, request)
    request.state.caller_headers = caller.headers
    response.headers.update(caller.headers)
    number = ("3" if cloud else "2") if version == "latest" else version
    reader = caller.user
    zone = reader.time_zone if caller.known else store.site.zone
    base, deployment = store.base_url, store.site.deployment
    return Ask(store, caller, Renderer(base, deployment, number, zone, reader))


async def json_body(request: Request) -> Json:
    try:
        body = json.loads(await request.body() or b"{}")
    except ValueError as wrong:
        msg = "There was an error parsing JSON. Check that your request body is valid."
        raise JiraError(400, msg) from wrong
    if not isinstance(body, dict):
        msg = "Invalid request payload. Refer to the REST API documentation."
        raise JiraError(400, msg)
    return body


Asking = Annotated[Ask, Depends(ask)]
Body = Annotated[Json, Depends(json_body)]


def many(request: Request, name: str) -> list[str]:
    """Read a parameter given several times, with commas, or both."""
    return split(request.query_params.getlist(name))


def split(values: Iterable[str]) -> list[str]:
    parts = [part.strip() for value in values for part in value.split(",")]
    return [part for part in parts if part]
