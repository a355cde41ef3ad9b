"""Who follows an issue, where it stands in a list, and how many there are."""

from collections import Counter

from starlette.responses import Response

from sandbox.gitlab.api.spec import Spec
from sandbox.gitlab.call import Call
from sandbox.gitlab.entities import detailed_issue_entity, user_entity
from sandbox.gitlab.finder import find_issues
from sandbox.gitlab.params import Params


def list_participants(call: Call) -> Response:
    issue = call.issue()
    people = [issue.author, *issue.assignees, *(n.author for n in issue.user_notes)]
    rows = list(dict.fromkeys(people))
    return call.page(rows, lambda user: user_entity(call.gitlab, user))


def subscribe(call: Call) -> Response:
    return _follow(call, wanted=True)


def unsubscribe(call: Call) -> Response:
    return _follow(call, wanted=False)


def _follow(call: Call, *, wanted: bool) -> Response:
    """Nothing to do is answered with 304, though it is a POST."""
    issue, user = call.issue(), call.actor.user
    if issue.followed_by(user) == wanted:
        return Response(status_code=304)
    issue.following[user.id] = wanted
    return call.answer(detailed_issue_entity(call.gitlab, issue, user), 201)


def reorder(call: Call) -> Response:
    """Positions are not kept here; only the answer's shape is."""
    call.params.require_one_of("move_after_id", "move_before_id")
    body = detailed_issue_entity(call.gitlab, call.issue(), call.actor.user)
    return call.answer(body)


def show_statistics(call: Call) -> Response:
    wanted = {name: call.params[name] for name in call.params if name != "state"}
    projects = [call.project()]
    rows = find_issues(call.gitlab, projects, Params(wanted), call.actor)
    states = Counter(row.state for row in rows)
    counts = {"all": len(rows), "closed": states["closed"], "opened": states["opened"]}
    return call.answer({"statistics": {"counts": counts}})


ISSUE = "/projects/{id}/issues/{iid}"
ROUTES = (
    Spec("GET", f"{ISSUE}/participants", list_participants),
    Spec("POST", f"{ISSUE}/subscribe", subscribe),
    Spec("POST", f"{ISSUE}/unsubscribe", unsubscribe),
    Spec("PUT", f"{ISSUE}/reorder", reorder),
    Spec("GET", "/projects/{id}/issues_statistics", show_statistics),
)
