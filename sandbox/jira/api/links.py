"""Issue links, remote links, properties and attachments."""

# ruff: noqa: N803 - the query parameters carry Jira's names

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from starlette.datastructures import UploadFile

from sandbox.jira import talk
from sandbox.jira.api.ask import BASE, Ask, Asking, Body
from sandbox.jira.errors import JiraError
from sandbox.jira.records import Attachment, Issue, Json, RemoteLink

router = APIRouter(prefix=BASE)


@router.post("/issueLink", status_code=201)
async def link_issues(ask: Asking, body: Body) -> Response:
    user = ask.writer("LINK_ISSUES")
    inward, outward = (_end(ask, body, side) for side in ("inward", "outward"))
    kind = body.get("type") or {}
    name = str(kind.get("name") or kind.get("id") or "")
    talk.add_link(ask.store, user, name, inward, outward)
    said = (body.get("comment") or {}).get("body")
    if said:
        talk.add_comment(ask.store, user, inward, str(said))
    return Response(status_code=201)


def _end(ask: Ask, body: Json, side: str) -> Issue:
    end = body.get(f"{side}Issue") or {}
    return ask.issue(str(end.get("key") or end.get("id") or ""))


@router.get("/issueLink/{number}")
async def get_link(ask: Asking, number: str) -> Json:
    link = ask.site.links.get(number)
    if link is None:
        msg = f"No issue link with id '{number}' exists."
        raise JiraError(404, msg)
    inward = ask.show.brief(ask.site.issues[link.inward_id])
    outward = ask.show.brief(ask.site.issues[link.outward_id])
    ends = {"inwardIssue": inward, "outwardIssue": outward}
    return {"id": link.id, "type": ask.show.link_type(link.type), **ends}


@router.delete("/issueLink/{number}", status_code=204)
async def delete_link(ask: Asking, number: str) -> Response:
    ask.writer("LINK_ISSUES")
    talk.delete_link(ask.store, number)
    return Response(status_code=204)


# -- remote links --------------------------------------------------------------


def _remote(ask: Ask, issue: Issue, link: RemoteLink) -> Json:
    place = ask.show.link(f"issue/{issue.key}/remotelink/{link.id}")
    shown: Json = {"id": link.id, "self": place}
    for name in ("globalId", "application", "relationship", "object"):
        if link.data.get(name):
            shown[name] = link.data[name]
    return shown


@router.get("/issue/{ref}/remotelink", response_model=None)
async def remote_links(
    ask: Asking,
    ref: str,
    globalId: str = "",
) -> Json | list[Json]:
    issue = ask.issue(ref)
    links = [_remote(ask, issue, one) for one in issue.remote_links]
    if not globalId:
        return links
    for link in links:
        if link.get("globalId") == globalId:
            return link
    msg = f"No remote issue link with the global ID '{globalId}' exists."
    raise JiraError(404, msg)


@router.get("/issue/{ref}/remotelink/{number}")
async def remote_link(ask: Asking, ref: str, number: int) -> Json:
    issue = ask.issue(ref)
    for link in issue.remote_links:
        if link.id == number:
            return _remote(ask, issue, link)
    raise _no_remote(number)


def _no_remote(number: object) -> JiraError:
    msg = f"No remote issue link with the ID '{number}' exists."
    return JiraError(404, msg)


@router.post("/issue/{ref}/remotelink")
async def put_remote_link(ask: Asking, ref: str, body: Body) -> Response:
    issue = ask.issue(ref)
    ask.writer("LINK_ISSUES")
    new, number = talk.put_remote_link(ask.store, issue, body)
    place = ask.show.link(f"issue/{issue.key}/remotelink/{number}")
    return JSONResponse({"id": number, "self": place}, 201 if new else 200)


@router.delete("/issue/{ref}/remotelink", status_code=204)
async def delete_remote_by_global_id(
    ask: Asking,
    ref: str,
    globalId: str,
) -> Response:
    issue = ask.issue(ref)
    ask.writer("LINK_ISSUES")
    kept = [one for one in issue.remote_links if one.global_id != globalId]
    if len(kept) == len(issue.remote_links):
        raise _no_remote(globalId)
    issue.remote_links = kept
    return Response(status_code=204)


@router.delete("/issue/{ref}/remotelink/{number}", status_code=204)
async def delete_remote_link(ask: Asking, ref: str, number: int) -> Response:
    issue = ask.issue(ref)
    ask.writer("LINK_ISSUES")
    kept = [one for one in issue.remote_links if one.id != number]
    if len(kept) == len(issue.remote_links):
        raise _no_remote(number)
    issue.remote_links = kept
    return Response(status_code=204)


# -- properties ----------------------------------------------------------------


@router.get("/issue/{ref}/properties")
async def property_keys(ask: Asking, ref: str) -> Json:
    issue = ask.issue(ref)
    place = ask.show.link(f"issue/{issue.id}/properties")
    keys = [{"self": f"{place}/{key}", "key": key} for key in issue.properties]
    return {"keys": keys}


@router.get("/issue/{ref}/properties/{key}")
async def get_property(ask: Asking, ref: str, key: str) -> Json:
    issue = ask.issue(ref)
    if key not in issue.properties:
        raise _no_property(key)
    return {"key": key, "value": issue.properties[key]}


@router.put("/issue/{ref}/properties/{key}")
async def set_property(ask: Asking, ref: str, key: str, request: Request) -> Response:
    issue = ask.issue(ref)
    ask.writer("EDIT_ISSUES")
    raw = await request.body()
    if len(raw) > 32768:
        msg = "The property value is too long."
        raise JiraError(400, msg)
    new = talk.set_property(ask.store, issue, key, await request.json())
    return JSONResponse(None, 201 if new else 200)


@router.delete("/issue/{ref}/properties/{key}", status_code=204)
async def delete_property(ask: Asking, ref: str, key: str) -> Response:
    issue = ask.issue(ref)
    ask.writer("EDIT_ISSUES")
    if issue.properties.pop(key, None) is None:
        raise _no_property(key)
    return Response(status_code=204)


def _no_property(key: str) -> JiraError:
    msg = f"The property with key '{key}' does not exist."
    return JiraError(404, msg)


# -- attachments ---------------------------------------------------------------


@router.get("/attachment/meta")
async def attachment_meta(_ask: Asking) -> Json:
    return {"enabled": True, "uploadLimit": 10485760}


def _attachment(ask: Ask, number: str) -> Attachment:
    for issue in ask.site.issues.values():
        for one in issue.attachments:
            if one.id == number:
                return one
    msg = f"The attachment with id '{number}' does not exist"
    raise JiraError(404, msg)


@router.get("/attachment/content/{number}")
async def attachment_content(ask: Asking, number: str) -> Response:
    found = _attachment(ask, number)
    return Response(found.content, media_type=found.mime_type)


@router.get("/attachment/{number}")
async def get_attachment(ask: Asking, number: str) -> Json:
    return ask.show.attachment(_attachment(ask, number))


@router.post("/issue/{ref}/attachments")
async def attach(ask: Asking, ref: str, request: Request) -> list[Json]:
    issue, user = ask.issue(ref), ask.writer("CREATE_ATTACHMENTS")
    if request.headers.get("x-atlassian-token") != "no-check":
        msg = "XSRF check failed"
        raise JiraError(403, msg)
    shown = []
    async with request.form() as form:
        for part in form.getlist("file"):
            if isinstance(part, UploadFile):
                upload = await _upload(part)
                made = talk.add_attachment(ask.store, user, issue, upload)
                shown.append(ask.show.attachment(made))
    return shown


async def _upload(part: UploadFile) -> talk.Upload:
    kind = part.content_type or "application/octet-stream"
    return talk.Upload(part.filename or "file", kind, await part.read())
