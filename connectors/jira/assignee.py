"""Gives an issue to somebody, and never to nobody.

Documentation: ``PUT /rest/api/2/issue/{id}/assignee``. Cloud knows people by
``accountId``, Data Center by ``name``.
"""

from connectors.jira.people import parse_person
from connectors.jira.site import QuietJira, segment
from model.changes import Receipt, SetAssignee
from model.errors import PermanentError

_REFUSALS = frozenset({"bad_request", "not_found", "unprocessable"})


def demand_assignable(
    project: str, jira: QuietJira, *, is_cloud: bool, account: str
) -> None:
    """See that an account can have a project's issues.

    Documentation: ``GET /rest/api/2/user/assignable/search``.

    Raises:
        PermanentError: ``person_not_assignable``.
    """
    asked = {"accountId" if is_cloud else "username": account}
    told = jira.get("user/assignable/search", project=project, **asked)
    people = [parse_person(raw) for raw in told]
    if not any(person and person.goes_by(account) for person in people):
        raise PermanentError("person_not_assignable", {"account": account})


def apply_assignee(
    issue_id: str, change: SetAssignee, jira: QuietJira, *, is_cloud: bool
) -> Receipt:
    """Give the issue to an account; whoever has it keeps it when that is refused.

    Raises:
        PermanentError: ``person_not_assignable``.
        Conflict: ``issue_moved``.
    """
    path = f"issue/{segment(issue_id)}"
    held = parse_person(jira.get_ours(issue_id, "assignee").get("assignee"))
    if held and held.goes_by(change.account):
        return Receipt(written=False)
    body = {"accountId" if is_cloud else "name": change.account}
    try:
        jira.send("PUT", f"{path}/assignee", body)
    except PermanentError as error:
        if error.code not in _REFUSALS:
            raise
        params = {**error.params, "account": change.account}
        raise PermanentError("person_not_assignable", params) from error
    return Receipt(written=True, calls=1)
