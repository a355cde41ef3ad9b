"""The REST routes under `/api/v3`, by a repository's name or by its id."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from sandbox.github.records import (
    AccessToken,
    Comment,
    Issue,
    Json,
    Milestone,
    Repository,
    User,
)
from sandbox.github.site import GitHub, IssueEdit, RefusedByGitHub
from sandbox.github.views import stamp
from sandbox.hooks import Hook

Row = TypeVar("Row")
API = "/api/v3"
DOCUMENTATION = "https://docs.github.com/rest"


@dataclass(frozen=True)
class Call:
    github: GitHub
    request: Request
    token: AccessToken
    body: Json

    def repository(self, role: str = "read") -> Repository:
        """The repository of the path; out of reach looks like not there."""
        path = self.request.path_params
        row = self._find_repository(path)
        if row is None or not row.may(self.token.user, "read"):
            raise RefusedByGitHub(404, "Not Found")
        if "name" in path and row.full_name != f"{path['owner']}/{path['name']}":
            raise self._moved(f"/repositories/{row.id}")
        if not row.may(self.token.user, role):
            raise RefusedByGitHub(403, "Resource not accessible by this token")
        return row

    def _find_repository(self, path: Mapping[str, Any]) -> Repository | None:
        if "repository" in path:
            return self.github.repositories.get(int(path["repository"]))
        return self.github.find_repository(f"{path['owner']}/{path['name']}")

    def _moved(self, target: str, more: int = 0) -> RefusedByGitHub:
        """`target` takes the place of the repository and `more` parts after it."""
        parts = self.request.url.path.removeprefix(API).split("/")
        named = 4 if "name" in self.request.path_params else 3
        url = self.github.views.api + "/".join([target, *parts[named + more :]])
        status = 301 if self.request.method == "GET" else 307
        return RefusedByGitHub(status, "Moved Permanently", Location=url)

    def issue(self, role: str = "read") -> Issue:
        row, number = self.repository(role), int(self.request.path_params["number"])
        if number in row.deleted:
            raise RefusedByGitHub(410, "This issue was deleted")
        issue = row.issues.get(number)
        if issue is None:
            raise RefusedByGitHub(404, "Not Found")
        if issue.transferred_to:
            twin = issue.transferred_to
            target = f"/repositories/{twin.repository.id}/issues/{twin.number}"
            raise self._moved(target, more=2)
        return issue

    def comment(self) -> Comment:
        wanted = int(self.request.path_params["comment"])
        for issue in self.repository().issues.values():
            for comment in issue.comments:
                if comment.id == wanted:
                    return comment
        raise RefusedByGitHub(404, "Not Found")

    def page(self, rows: Sequence[Row], show: Callable[[Row], Json]) -> Response:
        query = self.request.query_params
        size = max(1, min(int(query.get("per_page", 30)), 100))
        number = max(1, int(query.get("page", 1)))
        start = (number - 1) * size
        shown = [show(row) for row in rows[start : start + size]]
        more = start + size < len(rows)
        link = {"Link": f'<{self._page_url(number + 1)}>; rel="next"'} if more else {}
        return self.answer(shown, headers=link)

    def _page_url(self, number: int) -> str:
        url = self.request.url.include_query_params(page=number)
        return f"{self.github.base_url}{url.path}?{url.query}"

    def answer(
        self, body: Any, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> Response:
        raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        etag = f'W/"{hashlib.sha256(raw).hexdigest()}"'
        every = {**(headers or {}), "ETag": etag}
        known = self.request.headers.get("if-none-match")
        if self.request.method == "GET" and known == etag:
            return Response(status_code=304, headers=every)
        return Response(raw, status, every, "application/json; charset=utf-8")


Handler = Callable[[Call], Response]


def show_user(call: Call) -> Response:
    token, headers = call.token, {}
    if token.scopes is not None:
        headers["X-OAuth-Scopes"] = token.scopes
    if token.expires_at:
        until = f"{token.expires_at:%Y-%m-%d %H:%M:%S} UTC"
        headers["GitHub-Authentication-Token-Expiration"] = until
    return call.answer(call.github.views.user(token.user), headers=headers)


def show_repository(call: Call) -> Response:
    row = call.repository()
    return call.answer(call.github.views.repository(row, call.token.user))


def list_issues(call: Call) -> Response:
    query = call.request.query_params
    state, since = query.get("state", "open"), query.get("since", "")
    creator = query.get("creator", "")
    rows = [
        row
        for row in call.repository().issues.values()
        if state in {"all", row.state}
        and not row.transferred_to
        and creator in {"", row.user.login}
    ]
    return call.page(_since(rows, since, query), call.github.views.issue)


def list_all_comments(call: Call) -> Response:
    query = call.request.query_params
    issues = call.repository().issues.values()
    rows = [comment for issue in issues for comment in issue.comments]
    return call.page(
        _since(rows, query.get("since", ""), query), call.github.views.comment
    )


AnyRow = TypeVar("AnyRow", Issue, Comment)


def _since(rows: list[AnyRow], since: str, query: Mapping[str, str]) -> list[AnyRow]:
    """Moments are compared in whole seconds, both ends included."""
    key = "updated_at" if query.get("sort") == "updated" else "created_at"
    rows = [row for row in rows if (stamp(row.updated_at) or "") >= since]
    rows.sort(
        key=lambda row: getattr(row, key), reverse=query.get("direction") != "asc"
    )
    return rows


def create_issue(call: Call) -> Response:
    row, body = call.repository(), call.body
    edit: IssueEdit = {"title": str(body.get("title", "")), "body": body.get("body")}
    issue = call.github.open_issue(row, call.token.user, edit)
    return call.answer(call.github.views.issue(issue), 201)


def show_issue(call: Call) -> Response:
    return call.answer(call.github.views.issue(call.issue()))


def change_issue(call: Call) -> Response:
    issue = call.issue("triage")
    edit: IssueEdit = {}
    for name in ("title", "body", "state", "state_reason", "labels"):
        if name in call.body:
            edit[name] = call.body[name]
    if "milestone" in call.body:
        edit["milestone"] = _milestone(issue, call.body["milestone"])
    call.github.edit_issue(issue, call.token.user, edit)
    return call.answer(call.github.views.issue(issue))


def _milestone(issue: Issue, number: int | None) -> Milestone | None:
    if number is None:
        return None
    for milestone in issue.repository.milestones:
        if milestone.number == number:
            return milestone
    raise RefusedByGitHub(422, "Validation Failed: milestone")


def list_labels(call: Call) -> Response:
    return call.page(call.repository().labels, call.github.views.label)


def add_labels(call: Call) -> Response:
    issue = call.issue("triage")
    call.github.add_labels(issue, call.token.user, list(call.body["labels"]))
    return call.answer([call.github.views.label(one) for one in issue.labels])


def remove_label(call: Call) -> Response:
    issue = call.issue("triage")
    name = str(call.request.path_params["label"])
    call.github.remove_label(issue, call.token.user, name)
    return call.answer([call.github.views.label(one) for one in issue.labels])


def check_assignee(call: Call) -> Response:
    _assignable(call.repository(), str(call.request.path_params["login"]), call)
    return Response(status_code=204)


def _assignable(row: Repository, login: str, call: Call) -> User:
    user = call.github.users.get(login)
    if user is None or user.id not in row.members:
        raise RefusedByGitHub(404, "Not Found")
    return user


def add_assignees(call: Call) -> Response:
    """Whoever cannot be assigned is left out without a word."""
    issue = call.issue("triage")
    users = [call.github.users.get(one) for one in call.body["assignees"]]
    fit = [user for user in users if user and user.id in issue.repository.members]
    assignees = list(dict.fromkeys([*issue.assignees, *fit]))[:10]
    call.github.edit_issue(issue, call.token.user, {"assignees": assignees})
    return call.answer(call.github.views.issue(issue), 201)


def remove_assignees(call: Call) -> Response:
    issue = call.issue("triage")
    gone = set(call.body["assignees"])
    assignees = [user for user in issue.assignees if user.login not in gone]
    call.github.edit_issue(issue, call.token.user, {"assignees": assignees})
    return call.answer(call.github.views.issue(issue))


def list_events(call: Call) -> Response:
    return call.page(call.issue().events, call.github.views.issue_event)


def list_comments(call: Call) -> Response:
    return call.page(call.issue().comments, call.github.views.comment)


def write_comment(call: Call) -> Response:
    issue, body = call.issue(), str(call.body.get("body", ""))
    made = call.github.write_comment(issue, call.token.user, body)
    return call.answer(call.github.views.comment(made), 201)


def show_comment(call: Call) -> Response:
    return call.answer(call.github.views.comment(call.comment()))


def change_comment(call: Call) -> Response:
    comment = call.comment()
    call.github.edit_comment(comment, call.token.user, str(call.body["body"]))
    return call.answer(call.github.views.comment(comment))


def list_milestones(call: Call) -> Response:
    return call.page(call.repository().milestones, call.github.views.milestone)


def create_milestone(call: Call) -> Response:
    title, due_on = str(call.body.get("title", "")), call.body.get("due_on")
    row, user = call.repository("write"), call.token.user
    made = call.github.add_milestone(row, user, title, due_on)
    return call.answer(call.github.views.milestone(made), 201)


def _hooks(call: Call) -> list[Hook]:
    row = call.repository("admin")
    hooks = call.github.bench.deliveries.hooks.values()
    return [hook for hook in hooks if hook.scope in {"", str(row.id)}]


def _hook(call: Call) -> Hook:
    wanted = int(call.request.path_params["hook"])
    found = [hook for hook in _hooks(call) if hook.id == wanted]
    if not found:
        raise RefusedByGitHub(404, "Not Found")
    return found[0]


def list_hooks(call: Call) -> Response:
    return call.page(_hooks(call), call.github.views.hook)


def show_hook(call: Call) -> Response:
    return call.answer(call.github.views.hook(_hook(call)))


def create_hook(call: Call) -> Response:
    row, url = call.repository("admin"), call.body["config"]["url"]
    if any(hook.url == url for hook in _hooks(call)):
        raise RefusedByGitHub(422, "Hook already exists on this repository")
    events = call.body.get("events") or ["push"]
    hook = call.github.bench.deliveries.add_hook(url, events, scope=str(row.id))
    hook.enabled = bool(call.body.get("active", True))
    _configure(hook, call.body["config"])
    return call.answer(call.github.views.hook(hook), 201)


def change_hook(call: Call) -> Response:
    """A `config` replaces the old one whole, its secret too."""
    hook, body = _hook(call), call.body
    if "config" in body:
        _configure(hook, body["config"])
    hook.enabled = bool(body.get("active", hook.enabled))
    events = frozenset(body.get("events", hook.events)) | {*body.get("add_events", ())}
    hook.events = events - {*body.get("remove_events", ())}
    return call.answer(call.github.views.hook(hook))


def remove_hook(call: Call) -> Response:
    call.github.bench.deliveries.remove_hook(_hook(call).id)
    return Response(status_code=204)


def _configure(hook: Hook, told: Json) -> None:
    hook.url, hook.secret = told["url"], told.get("secret", "")
    hook.extra["content_type"] = told.get("content_type", "form")


ONE = "/issues/{number:int}"
ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "", show_repository),
    ("GET", "/issues", list_issues),
    ("POST", "/issues", create_issue),
    ("GET", "/issues/comments", list_all_comments),
    ("GET", "/issues/comments/{comment:int}", show_comment),
    ("PATCH", "/issues/comments/{comment:int}", change_comment),
    ("GET", ONE, show_issue),
    ("PATCH", ONE, change_issue),
    ("POST", f"{ONE}/labels", add_labels),
    ("DELETE", f"{ONE}/labels/{{label:path}}", remove_label),
    ("GET", "/assignees/{login}", check_assignee),
    ("POST", f"{ONE}/assignees", add_assignees),
    ("DELETE", f"{ONE}/assignees", remove_assignees),
    ("GET", f"{ONE}/comments", list_comments),
    ("POST", f"{ONE}/comments", write_comment),
    ("GET", f"{ONE}/events", list_events),
    ("GET", "/labels", list_labels),
    ("GET", "/milestones", list_milestones),
    ("POST", "/milestones", create_milestone),
    ("GET", "/hooks", list_hooks),
    ("POST", "/hooks", create_hook),
    ("GET", "/hooks/{hook:int}", show_hook),
    ("PATCH", "/hooks/{hook:int}", change_hook),
    ("DELETE", "/hooks/{hook:int}", remove_hook),
)


def endpoint(
    github: GitHub, handler: Handler
) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            body = json.loads(await request.body() or b"{}")
            return handler(Call(github, request, find_token(github, request), body))
        except RefusedByGitHub as no:
            return refusal(no.status, str(no), no.headers)

    return answer


def find_token(github: GitHub, request: Request) -> AccessToken:
    token = github.tokens.get(brought_token(request.headers))
    if token is None:
        raise RefusedByGitHub(401, "Bad credentials")
    return token


def brought_token(headers: Mapping[str, str]) -> str:
    scheme, _, value = headers.get("authorization", "").partition(" ")
    return value.strip() if scheme.lower() in {"bearer", "token"} else ""


def refusal(
    status: int, message: str, headers: Mapping[str, str] | None = None
) -> Response:
    body = {"message": message, "documentation_url": DOCUMENTATION}
    return Response(json.dumps(body), status, dict(headers or {}), "application/json")
