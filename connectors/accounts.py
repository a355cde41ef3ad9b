"""Whether those whom issues are given to can have them."""

from collections.abc import Callable, Collection, Iterator, Mapping

from model.errors import PermanentError
from model.findings import Finding


def check_accounts(
    subject: str,
    wanted: Collection[str],
    people: Mapping[str, str],
    demand: Callable[[str], object],
) -> Iterator[Finding]:
    """Yield a finding for every account that cannot have an issue.

    Args:
        subject: where.
        wanted: people as the ruleset names them.
        people: their accounts; who has none is found elsewhere.
        demand: raises ``person_not_assignable`` for such an account.
    """
    for person in sorted(set(wanted) & people.keys()):
        try:
            demand(people[person])
        except PermanentError as error:
            if error.code != "person_not_assignable":
                raise
            yield Finding.error(
                "person_not_assignable",
                subject,
                "The account {account} of {person} cannot be given issues here.",
                "Correct the source's people, or have the account added.",
                account=people[person],
                person=person,
            )
