"""Find the account of whom an issue is to be given to; nobody for nobody we know."""

from dataclasses import dataclass, replace

from pool.attention import Concern
from pool.issues import StoredIssue
from sync.engine import Engine
from sync.plan import Target


@dataclass(frozen=True, slots=True)
class Notice:
    """Whether a person has an account in a source.

    Attributes:
        subject: the person and the source.
        concern: somebody has to look; None when there is an account.
    """

    subject: str
    concern: Concern | None


def assign(
    engine: Engine, issue: StoredIssue, target: Target
) -> tuple[Target, Notice | None]:
    """The target with an account in the place of the person. Pure.

    A person without an account in the source leaves whoever has the issue alone.
    """
    if target.person is None:
        return target, None
    source = issue.snapshot.ref.source
    account = engine.sources[source].config.people.get(target.person)
    subject = f"{source}:{target.person}"
    if account is not None:
        return replace(target, assignee=account), Notice(subject, None)
    concern = Concern(
        code="person_unmapped",
        subject=subject,
        params={"person": target.person, "source": source},
        client_id=issue.client_id,
        source_id=issue.source_id,
    )
    return target, Notice(subject, concern)
