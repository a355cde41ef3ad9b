"""Say what fields that the configuration declares ours should hold."""

from collections.abc import Mapping

from model.client_text import ClientSafeFacts
from model.decisions import Decided
from model.projects import Language
from pool.issues import StoredIssue
from sync.ruling import Ruling


def fill(
    wanted: Mapping[str, Decided],
    issue: StoredIssue,
    ruling: Ruling,
    facts: ClientSafeFacts,
    language: Language,
) -> Mapping[str, str]:
    """The text of each field in the client's words; empty for nothing.

    Args:
        wanted: by the field's name, what fills it.
        issue: for its estimate.
        ruling: for the score and the clause.
        facts: what the client may know of the decision.
        language: the client's.
    """
    words, days = facts.in_words(language), issue.estimate_days
    said = {
        Decided.KIND: words["kind"],
        Decided.SCOPE: words["scope"],
        Decided.PRIORITY: words["priority"],
        Decided.SCORE: str(ruling.decision.score),
        Decided.CLAUSE: ruling.clause,
        Decided.ESTIMATE: "" if days is None else f"{days.normalize():f}",
        Decided.RELEASE: words["release.name"],
        Decided.STATE: words["state"],
    }
    return {name: said[one] for name, one in wanted.items()}
