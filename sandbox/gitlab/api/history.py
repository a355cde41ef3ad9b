"""Resource events: who changed labels, state and milestone, and when."""

from starlette.responses import Response

from sandbox.gitlab.api.spec import Spec
from sandbox.gitlab.call import Call, Handler
from sandbox.gitlab.entities import event_entity
from sandbox.gitlab.errors import not_found
from sandbox.gitlab.records import Issue, ResourceEvent


def _events(call: Call, kind: str) -> tuple[Issue, list[ResourceEvent]]:
    issue = call.issue()
    return issue, [event for event in issue.events if event.kind == kind]


def _lister(kind: str) -> Handler:
    def list_events(call: Call) -> Response:
        issue, rows = _events(call, kind)
        return call.page(rows, lambda row: event_entity(call.gitlab, issue, row))

    return list_events


def _shower(kind: str) -> Handler:
    def show_event(call: Call) -> Response:
        issue, rows = _events(call, kind)
        wanted = call.number("event_id")
        for event in rows:
            if event.id == wanted:
                return call.answer(event_entity(call.gitlab, issue, event))
        raise not_found()

    return show_event


def _routes(kind: str) -> tuple[Spec, Spec]:
    path = f"/projects/{{id}}/issues/{{iid}}/resource_{kind}_events"
    return (
        Spec("GET", path, _lister(kind)),
        Spec("GET", f"{path}/{{event_id}}", _shower(kind)),
    )


ROUTES = (*_routes("label"), *_routes("state"), *_routes("milestone"))
