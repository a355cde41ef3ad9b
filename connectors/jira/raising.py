"""Makes issues. Documentation: ``POST /rest/api/2/issue``.

An issue carries its mark as a label, the only thing of ours that a search finds at once.
"""

from typing import Any

from connectors.jira.comments import neutralise
from connectors.jira.config import JiraConfig
from connectors.jira.people import Json
from connectors.jira.site import QuietJira, segment
from connectors.jira.wiki import to_wiki
from model.changes import Raised, RaiseIssue
from model.errors import PermanentError


def raise_issue(
    draft: RaiseIssue, config: JiraConfig, jira: QuietJira, *, is_cloud: bool
) -> Raised:
    """Make an issue, unless one with the mark is there.

    Raises:
        PermanentError: ``place_not_configured``; ``type_unknown``.
    """
    key = draft.place or config.project_keys[0]
    if key not in config.project_keys:
        raise PermanentError("place_not_configured", {"place": key})
    found = _find_marked(key, draft.mark, jira, is_cloud=is_cloud)
    if found is not None:
        return Raised(str(found["id"]), str(found["key"]), created=False)
    fields = {
        "project": {"key": key},
        "issuetype": {"id": _choose_type(key, draft.issue_type, jira)},
        "summary": draft.title.text,
        "description": neutralise(to_wiki(draft.text.text)),
        "labels": [draft.mark],
    }
    made = jira.send("POST", "issue", {"fields": fields})
    return Raised(str(made["id"]), str(made["key"]), created=True)


def _find_marked(
    key: str, mark: str, jira: QuietJira, *, is_cloud: bool
) -> Json | None:
    jql = f'project = "{key}" AND labels = "{mark}"'
    search: Any = jira.enhanced_search_issues if is_cloud else jira.search_issues
    found = search(jql, maxResults=1, fields=["summary"], json_result=True)
    return next(iter(found["issues"]), None)


def _choose_type(key: str, wanted: str, jira: QuietJira) -> str:
    types = jira.get(f"project/{segment(key)}")["issueTypes"]
    whole = [one for one in types if not one.get("subtask")]
    for one in whole:
        if wanted.casefold() in {"", str(one["name"]).casefold()}:
            return str(one["id"])
    offered = ", ".join(str(one["name"]) for one in whole)
    raise PermanentError("type_unknown", {"type": wanted, "offered": offered})
