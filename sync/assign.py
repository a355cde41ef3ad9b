"""Find the account of whom an issue is to be given to; nobody for nobody we know."""

from dataclasses import replace

from pool.attention import Concern, raise_concern, resolve
from pool.issues import StoredIssue
from sync.plan import Target
from sync.sitting import Sitting


async def assign(sitting: Sitting, issue: StoredIssue, target: Target) -> Target:
    """The target with an account in the place of the person.

    A person without an account in the source leaves whoever has the issue alone, and
    somebody has to look.
    """
    if target.person is None:
        return target
    source = issue.snapshot.ref.source
    account = sitting.engine.sources[source].config.people.get(target.person)
    subject = f"{source}:{target.person}"
    engine, connection = sitting.engine, sitting.connection
    if account is not None:
        await resolve(connection, subject, engine.clock())
        return replace(target, assignee=account)
    concern = Concern(
        code="person_unmapped",
        subject=subject,
        params={"person": target.person, "source": source},
        client_id=issue.client_id,
        source_id=issue.source_id,
    )
    await raise_concern(connection, engine.ids, concern, engine.clock())
    return target
