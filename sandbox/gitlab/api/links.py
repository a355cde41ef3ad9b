"""Links between issues."""

from starlette.responses import Response

from sandbox.gitlab.api.spec import Spec
from sandbox.gitlab.call import Call
from sandbox.gitlab.entities import issue_entity
from sandbox.gitlab.errors import bad_parameter, not_found, refused
from sandbox.gitlab.records import Issue, Json, Link
from sandbox.gitlab.stamps import iso

LINK_TYPES = ("relates_to", "blocks", "is_blocked_by")
MIRRORED = {"blocks": "is_blocked_by", "is_blocked_by": "blocks"}


def list_links(call: Call) -> Response:
    issue = call.issue()
    return call.answer([_linked(call, issue, link) for link in issue.links])


def _linked(call: Call, issue: Issue, link: Link) -> Json:
    outward = link.source is issue
    other = link.target if outward else link.source
    kind = link.link_type if outward else MIRRORED.get(link.link_type, "relates_to")
    return {
        **issue_entity(call.gitlab, other),
        "issue_link_id": link.id,
        "link_type": kind,
        "link_created_at": iso(link.created_at),
        "link_updated_at": iso(link.created_at),
    }


def create_link(call: Call) -> Response:
    issue, params = call.issue(), call.params
    params.require("target_project_id", "target_issue_iid")
    kind = params.choice("link_type", LINK_TYPES, "relates_to")
    if kind != "relates_to" and not call.gitlab.switches.premium:
        raise bad_parameter(name="link_type", problem="does not have a valid value")
    link = Link(call.gitlab.deal_id(), issue, _target(call), kind, call.gitlab.now())
    _refuse_twin(issue, link.target)
    for side in (link.source, link.target):
        side.links.append(link)
    return call.answer(_pair(call, link), 201)


def _target(call: Call) -> Issue:
    project = call.gitlab.find_project(str(call.params["target_project_id"]))
    if project is None or not call.gitlab.may_see(call.actor.user, project):
        raise not_found(what="Project")
    return call.gitlab.get_issue(project, call.params.count("target_issue_iid", 0))


def _refuse_twin(issue: Issue, target: Issue) -> None:
    if any(target in {link.source, link.target} for link in issue.links):
        raise refused(409, message="Issue(s) already assigned")


def _pair(call: Call, link: Link) -> Json:
    return {
        "id": link.id,
        "source_issue": issue_entity(call.gitlab, link.source),
        "target_issue": issue_entity(call.gitlab, link.target),
        "link_type": link.link_type,
    }


def remove_link(call: Call) -> Response:
    issue, wanted = call.issue(), call.number("link_id")
    for link in issue.links:
        if link.id == wanted:
            link.source.links.remove(link)
            link.target.links.remove(link)
            return call.answer(_pair(call, link))
    raise not_found()


PATH = "/projects/{id}/issues/{iid}/links"
ROUTES = (
    Spec("GET", PATH, list_links),
    Spec("POST", PATH, create_link),
    Spec("DELETE", f"{PATH}/{{link_id}}", remove_link),
)
