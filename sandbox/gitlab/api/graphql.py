"""The one route of GraphQL, and its own way of saying that a token is bad."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.gitlab.auth import READ_SCOPES
from sandbox.gitlab.call import Endpoint, make_call, read_body, refusal
from sandbox.gitlab.errors import ApiError
from sandbox.gitlab.graphql import run_graphql
from sandbox.gitlab.graphql_views import Viewer
from sandbox.gitlab.instance import GitLab


def graphql_endpoint(gitlab: GitLab) -> Endpoint:
    async def answer(request: Request) -> Response:
        try:
            body = await read_body(request)
            call = make_call(gitlab, request, body, READ_SCOPES)
        except ApiError as error:
            return _denied(error)
        if "mutation" in str(body.get("query")) and "api" not in call.token.scopes:
            return JSONResponse({"errors": [{"message": "insufficient_scope"}]}, 403)
        return JSONResponse(run_graphql(Viewer(gitlab, call.actor), body))

    return answer


def _denied(error: ApiError) -> Response:
    if error.status == 401:
        return JSONResponse({"errors": [{"message": "Invalid token"}]}, 401)
    return refusal(error)
