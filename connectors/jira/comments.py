"""Our one sticky comment in an issue, found again whatever happened to the answer.

Each comment of ours carries two marks: an entity property ``reqpool`` (kept beside the
text; survives edits) and an anchor at its end, which Jira shows as nothing. Only comments
that we wrote ourselves are looked at, so a person who quotes ours makes no second one.

A comment that people deleted is written anew: the engine asks for a comment only when
its text differs from what it wrote last, so there is something new to say.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from connectors.jira.lists import ask_for, fetch_all_comments, is_cut_off
from connectors.jira.mapping import ANCHOR
from connectors.jira.people import Json, parse_person
from connectors.jira.site import QuietJira, segment
from connectors.jira.wiki import to_wiki
from model.changes import Receipt, UpsertComment
from model.errors import PermanentError

PROPERTY = "reqpool"

_MENTION = re.compile(r"\[~|@")
_ZERO_WIDTH = "\u200b"


def neutralise(text: str) -> str:
    """Keep ``[~name]`` and ``@name`` readable, but let them notify nobody.

    Jira finds mentions in the raw text, so a backslash would not do.
    """
    return _MENTION.sub(lambda found: found[0][0] + _ZERO_WIDTH + found[0][1:], text)


def apply_comment(
    issue_id: str, change: UpsertComment, us: str, jira: QuietJira
) -> Receipt:
    """Write the comment, or bring it up to date.

    Documentation: ``POST`` and ``PUT /rest/api/2/issue/{id}/comment``.

    Args:
        issue_id: the tracker's.
        change: what it says.
        us: the tracker's id of the account that we write with.
        jira: this thread's client.
    """
    body = f"{neutralise(to_wiki(change.text.text))}\n{ANCHOR}"
    found = _find(issue_id, change.comment_id, us, jira)
    if found is None:
        made = jira.send("POST", f"issue/{segment(issue_id)}/comment", _draft(body))
        return Receipt(written=True, comment_id=str(made["id"]), calls=1)
    comment_id = str(found["id"])
    if _plain(found.get("body")) == _plain(body):
        return Receipt(written=False, comment_id=comment_id)
    jira.send("PUT", _path(issue_id, comment_id), _draft(body))
    return Receipt(written=True, comment_id=comment_id, calls=1)


def _draft(body: str) -> dict[str, Any]:
    return {"body": body, "properties": [{"key": PROPERTY, "value": {"sticky": True}}]}


def _find(
    issue_id: str, comment_id: str | None, us: str, jira: QuietJira
) -> Json | None:
    if comment_id is None:
        return _find_ours(issue_id, us, jira)
    jira.get_ours(issue_id)
    return _find_known(issue_id, comment_id, jira) or _find_ours(issue_id, us, jira)


def _find_known(issue_id: str, comment_id: str, jira: QuietJira) -> Json | None:
    try:
        found: Json = jira.get(_path(issue_id, comment_id))
    except PermanentError as error:
        if error.code != "not_found":
            raise
        return None
    return found


def _find_ours(issue_id: str, us: str, jira: QuietJira) -> Json | None:
    """The oldest of our comments that carries a mark."""
    comments = _fetch_comments(issue_id, jira)
    own = [raw for raw in comments if us and _person_id(raw.get("author")) == us]
    anchored = (raw for raw in own if ANCHOR in str(raw.get("body") or ""))
    return next(anchored, None) or _find_with_property(own, jira)


def _fetch_comments(issue_id: str, jira: QuietJira) -> Sequence[Json]:
    """With the issue, unless it has more than come with it."""
    fields = ask_for(("comment",), lambda names: jira.get_ours(issue_id, *names))
    if is_cut_off({"fields": fields}):
        return fetch_all_comments(issue_id, jira)
    comments: Sequence[Json] = fields["comment"]["comments"]
    return comments


def _find_with_property(own: Iterable[Json], jira: QuietJira) -> Json | None:
    return next((raw for raw in own if _has_property(str(raw["id"]), jira)), None)


def _has_property(comment_id: str, jira: QuietJira) -> bool:
    try:
        jira.get(f"comment/{segment(comment_id)}/properties/{PROPERTY}")
    except PermanentError as error:
        if error.code not in {"not_found", "method_not_allowed"}:
            raise
        return False
    return True


def _person_id(raw: Json | None) -> str:
    person = parse_person(raw)
    return person.tracker_id if person else ""


def _path(issue_id: str, comment_id: str) -> str:
    return f"issue/{segment(issue_id)}/comment/{segment(comment_id)}"


def _plain(body: object) -> str:
    """Without what Jira itself changes: line ends, white space at the end."""
    lines = str(body or "").replace("\r\n", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()
