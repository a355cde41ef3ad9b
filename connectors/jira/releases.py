"""Writes labels and releases with update verbs: what others set stays."""

from collections.abc import Sequence
from dataclasses import replace

from connectors.fresh import Fresh
from connectors.jira.people import Json
from connectors.jira.site import QuietJira, segment
from model.changes import Receipt, SetLabels, SetRelease
from model.errors import PermanentError

Versions = Fresh[tuple[str, str], tuple[str, str]]
"""By project and name, those that took an issue in a moment ago."""


def apply_labels(issue_id: str, change: SetLabels, jira: QuietJira) -> Receipt:
    """Add and remove labels; nothing is sent when the issue is as wanted.

    Documentation: ``PUT /rest/api/2/issue/{id}``, ``update`` verbs.

    Raises:
        PermanentError: ``label_invalid``: Jira's labels hold no white space.
    """
    odd = sorted(label for label in change.add if label.split() != [label])
    if odd:
        raise PermanentError("label_invalid", {"labels": ", ".join(odd)})
    held = set(jira.get_ours(issue_id, "labels").get("labels") or ())
    verbs = [{"add": label} for label in sorted(change.add - held)]
    verbs += [{"remove": label} for label in sorted(change.remove & held)]
    return _edit(issue_id, "labels", verbs, jira)


def apply_release(
    issue_id: str, change: SetRelease, known: Versions, jira: QuietJira
) -> Receipt:
    """Put the issue into a version, which is created when the project lacks it.

    Raises:
        PermanentError: ``release_archived``: Jira takes no issue into it.
    """
    fields = jira.get_ours(issue_id, "fixVersions")
    held = {version["name"] for version in fields.get("fixVersions") or ()}
    verbs = _release_verbs(change, held)
    if change.name is None or change.name in held:
        return _edit(issue_id, "fixVersions", verbs, jira)
    version, created = (fields["project"]["key"], change.name), 0
    if not known.find(version):
        created = _ensure_version(fields["project"], change, jira)
    try:
        receipt = _edit(issue_id, "fixVersions", verbs, jira)
    except PermanentError as error:
        # after others it may be there, and found so would not count as written
        if error.code != "bad_request" or not known.forget(version):
            raise
        return apply_release(issue_id, change, known, jira)
    known.keep(version, version)
    return replace(receipt, calls=receipt.calls + created)


def _release_verbs(change: SetRelease, held: set[str]) -> list[Json]:
    verbs: list[Json] = []
    if change.name is not None and change.name not in held:
        verbs.append({"add": {"name": change.name}})
    if change.remove in held and change.remove != change.name:
        verbs.append({"remove": {"name": change.remove}})
    return verbs


def _ensure_version(project: Json, change: SetRelease, jira: QuietJira) -> int:
    """Answer how many were created: none or one.

    Two writers may create it at the same time: the loser finds the winner's.
    """
    if _find_version(project, change.name, jira):
        return 0
    dates = {"releaseDate": change.ship_on.isoformat()} if change.ship_on else {}
    body = {"name": change.name, "project": project["key"], **dates}
    try:
        jira.send("POST", "version", body)
    except PermanentError as error:
        if error.code != "bad_request" or not _find_version(project, change.name, jira):
            raise
    return 1


def _find_version(project: Json, name: str | None, jira: QuietJira) -> Json | None:
    versions: Sequence[Json] = jira.get(f"project/{segment(project['key'])}/versions")
    found = next((version for version in versions if version["name"] == name), None)
    if found and found.get("archived"):
        raise PermanentError("release_archived", {"release": str(name)})
    return found


def _edit(issue_id: str, name: str, verbs: Sequence[Json], jira: QuietJira) -> Receipt:
    if not verbs:
        return Receipt(written=False)
    jira.send("PUT", f"issue/{segment(issue_id)}", {"update": {name: verbs}})
    return Receipt(written=True, calls=1)
