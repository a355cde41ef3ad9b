"""Comments and worklogs."""

# ruff: noqa: N803 - the query parameters carry Jira's names

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from sandbox.jira import talk
from sandbox.jira.adf import from_adf
from sandbox.jira.api.ask import BASE, Ask, Asking, Body
from sandbox.jira.errors import JiraError, bad_field
from sandbox.jira.records import Comment, Issue, Json
from sandbox.jira.render import may_see

router = APIRouter(prefix=BASE)
ORDERS = {"created", "+created", "-created"}
CAP = 100


@router.get("/issue/{ref}/comment")
async def list_comments(
    ask: Asking,
    ref: str,
    startAt: int = 0,
    maxResults: int | None = None,
    orderBy: str = "created",
) -> Json:
    issue = ask.issue(ref)
    if orderBy not in ORDERS:
        msg = f"The orderBy parameter '{orderBy}' is not valid."
        raise JiraError(400, msg)
    seen = [one for one in issue.comments if may_see(ask.reader, one)]
    if orderBy.startswith("-"):
        seen.reverse()
    size = _size(ask, maxResults, len(seen))
    page = seen[startAt : startAt + size]
    counts = {"startAt": startAt, "maxResults": size, "total": len(seen)}
    return {**counts, "comments": [_shown(ask, issue, one) for one in page]}


def _size(ask: Ask, wanted: int | None, total: int) -> int:
    if ask.site.cloud:
        return min(CAP if wanted is None else wanted, CAP)
    return max(total, 1) if wanted is None else wanted


def _shown(ask: Ask, issue: Issue, comment: Comment) -> Json:
    return ask.show.comment(issue.id, comment)


@router.post("/issue/{ref}/comment", status_code=201)
async def add_comment(ask: Asking, ref: str, body: Body) -> Json:
    issue, user = ask.issue(ref), ask.writer("ADD_COMMENTS")
    text = _text(ask, body.get("body"))
    visibility, kept = body.get("visibility"), _properties(body)
    comment = talk.add_comment(
        ask.store, user, issue, text or "", visibility=visibility, properties=kept
    )
    return _shown(ask, issue, comment)


def _text(ask: Ask, body: Any) -> str | None:
    if ask.show.version != "3":
        return None if body is None else str(body)
    if isinstance(body, str):
        raise bad_field("comment", "Comment body is not valid!")
    return from_adf(body, "comment")


def _properties(body: Json) -> Json:
    return {one["key"]: one["value"] for one in body.get("properties") or []}


def _find(ask: Ask, issue: Issue, number: str) -> Comment:
    comment = talk.get_comment(issue, number)
    if not may_see(ask.reader, comment):
        msg = f"Can not find a comment for the id: {number}."
        raise JiraError(404, msg)
    return comment


@router.get("/issue/{ref}/comment/{number}")
async def get_comment(ask: Asking, ref: str, number: str) -> Json:
    issue = ask.issue(ref)
    return _shown(ask, issue, _find(ask, issue, number))


@router.put("/issue/{ref}/comment/{number}")
async def edit_comment(ask: Asking, ref: str, number: str, body: Body) -> Json:
    issue = ask.issue(ref)
    comment, user = _find(ask, issue, number), ask.caller.signed_in()
    wanted = "EDIT_OWN_COMMENTS" if comment.author is user else "EDIT_ALL_COMMENTS"
    talk.edit_comment(
        ask.store,
        ask.writer(wanted),
        issue,
        comment,
        _text(ask, body.get("body")),
        visibility=body.get("visibility"),
        properties=_properties(body),
    )
    return _shown(ask, issue, comment)


@router.delete("/issue/{ref}/comment/{number}", status_code=204)
async def delete_comment(ask: Asking, ref: str, number: str) -> Response:
    issue, user = ask.issue(ref), ask.writer("DELETE_OWN_COMMENTS")
    talk.delete_comment(ask.store, user, issue, _find(ask, issue, number))
    return Response(status_code=204)


# -- properties of comments ----------------------------------------------------


def _any_comment(ask: Ask, number: str) -> Comment:
    for issue in ask.site.issues.values():
        for comment in issue.comments:
            if comment.id == number:
                return comment
    msg = f"Can not find a comment for the id: {number}."
    raise JiraError(404, msg)


@router.get("/comment/{number}/properties/{key}")
async def get_comment_property(ask: Asking, number: str, key: str) -> Json:
    held = _any_comment(ask, number).properties
    if key not in held:
        msg = f"The property with key '{key}' does not exist."
        raise JiraError(404, msg)
    return {"key": key, "value": held[key]}


@router.put("/comment/{number}/properties/{key}")
async def set_comment_property(
    ask: Asking, number: str, key: str, body: Body
) -> Response:
    ask.writer("EDIT_OWN_COMMENTS")
    comment = _any_comment(ask, number)
    new = key not in comment.properties
    comment.properties[key] = body
    if key == talk.INTERNAL:
        comment.public = not body.get("internal", False)
    return JSONResponse(None, 201 if new else 200)


# -- worklogs ------------------------------------------------------------------


@router.get("/issue/{ref}/worklog")
async def list_worklogs(
    ask: Asking, ref: str, startAt: int = 0, maxResults: int | None = None
) -> Json:
    """Data Center gives all, whatever is asked for."""
    issue = ask.issue(ref)
    total = len(issue.worklogs)
    start, size = (startAt, maxResults or 5000) if ask.site.cloud else (0, total)
    page = issue.worklogs[start : start + size]
    shown = [ask.show.worklog(issue.id, one) for one in page]
    return {"startAt": start, "maxResults": size, "total": total, "worklogs": shown}


@router.post("/issue/{ref}/worklog", status_code=201)
async def add_worklog(ask: Asking, ref: str, body: Body) -> Json:
    issue, user = ask.issue(ref), ask.writer("WORK_ON_ISSUES")
    seconds = body.get("timeSpentSeconds") or _seconds(body.get("timeSpent") or "")
    started = _when(body.get("started")) or ask.site.moment()
    work = talk.Work(int(seconds), _text(ask, body.get("comment")) or "", started)
    return ask.show.worklog(issue.id, talk.add_worklog(ask.store, user, issue, work))


@router.delete("/issue/{ref}/worklog/{number}", status_code=204)
async def delete_worklog(ask: Asking, ref: str, number: str) -> Response:
    issue, user = ask.issue(ref), ask.writer("WORK_ON_ISSUES")
    talk.delete_worklog(ask.store, user, issue, number)
    return Response(status_code=204)


def _seconds(spent: str) -> int:
    sizes = {"m": 60, "h": 3600, "d": 8 * 3600, "w": 5 * 8 * 3600}
    try:
        return sum(int(part[:-1]) * sizes[part[-1]] for part in spent.split())
    except (KeyError, ValueError, IndexError) as wrong:
        raise bad_field("timeLogged", "Invalid time entered.") from wrong


def _when(text: object) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z").astimezone(UTC)
    except ValueError as wrong:
        raise bad_field("started", "Error parsing time") from wrong
