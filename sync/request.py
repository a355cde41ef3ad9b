"""What an issue asks for, as it is compared with clauses."""

from datetime import date

from model.issues import IssueSnapshot
from rules.matching.match import Request
from sync.plain_text import plain_text


def request(
    snapshot: IssueSnapshot,
    *,
    phase: str = "",
    opinion: float = 0.0,
    today: date | None = None,
) -> Request:
    """Ask about an issue in the words that people read, without Markdown's signs.

    What a text means is kept by the text, so everybody who compares issues asks here.
    """
    return Request(
        title=snapshot.title,
        description=plain_text(snapshot.description),
        module=", ".join(snapshot.modules),
        issue_type=snapshot.issue_type,
        phase=phase,
        opinion=opinion,
        today=today,
    )
