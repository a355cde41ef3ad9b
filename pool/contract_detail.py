"""A contract with its history: every wording, version and amendment."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from psycopg.rows import DictRow

from model.contracts import Amendment, Clause
from pool.allowances import Consumption, find_consumption
from pool.contracts import find_amendments, find_clauses
from pool.database import Connection, query, query_one


@dataclass(frozen=True, slots=True)
class Wording:
    """A clause as one or several versions of the contract had it.

    Attributes:
        since: the first version with this wording.
        until: the version that ended it; None while it holds.
    """

    clause: Clause
    since: int
    until: int | None


@dataclass(frozen=True, slots=True)
class ClauseDetail:
    """A clause that holds now.

    Attributes:
        wordings: newest first; the first one holds.
        amendments: ids of those that added or reworded it.
        consumption: the requirements that count against it.
    """

    wordings: Sequence[Wording]
    amendments: Sequence[str]
    consumption: Sequence[Consumption]

    @property
    def clause(self) -> Clause:
        """As it is now."""
        return self.wordings[0].clause

    @property
    def consumed(self) -> Decimal:
        """Person-days that approved work takes."""
        return sum((it.days or Decimal(0) for it in self.consumption), Decimal(0))

    @property
    def left(self) -> Decimal | None:
        """Person-days left; negative when too much was approved, None without limit."""
        granted = self.clause.allowance_days
        return None if granted is None else granted - self.consumed


@dataclass(frozen=True, slots=True)
class Version:
    """A version, and what it did to how many clauses."""

    version: int
    fingerprint: str
    made_at: datetime
    made_by: str
    file: str
    added: int
    changed: int
    ended: int


@dataclass(frozen=True, slots=True)
class ContractDetail:
    """A contract with everything that its page shows.

    Attributes:
        clauses: that hold now, in the contract's order.
        ended: the last wordings of clauses that a version took out.
        versions: newest first.
    """

    slug: str
    name: str
    currency: str
    signed_on: date | None
    fingerprint: str
    clauses: Sequence[ClauseDetail]
    ended: Sequence[Wording]
    amendments: Sequence[Amendment]
    versions: Sequence[Version]

    @property
    def granted(self) -> Decimal:
        """Person-days of all limited clauses."""
        limited = (it.clause.allowance_days or Decimal(0) for it in self.clauses)
        return sum(limited, Decimal(0))

    @property
    def consumed(self) -> Decimal:
        """Person-days that approved work takes of limited clauses."""
        limited = (it for it in self.clauses if it.clause.allowance_days is not None)
        return sum((it.consumed for it in limited), Decimal(0))

    @property
    def modules(self) -> Mapping[str, Sequence[ClauseDetail]]:
        """The clauses by module, both in the contract's order."""
        groups: dict[str, list[ClauseDetail]] = {}
        for each in self.clauses:
            groups.setdefault(each.clause.module, []).append(each)
        return groups


_CONTRACT = """
SELECT id, slug, name, currency, signed_on, fingerprint FROM contracts WHERE id = %s
"""

_WORDINGS = """
SELECT clause AS id, module, text, excluded, allowance_days, valid_from, valid_until,
    since_version AS since, until_version AS until
FROM clauses WHERE contract_id = %s ORDER BY since_version DESC, position
"""

_VERSIONS = """
WITH wordings AS (SELECT clause, since_version AS since, until_version AS until,
    lag(until_version) OVER (PARTITION BY clause ORDER BY since_version) AS before,
    lead(since_version) OVER (PARTITION BY clause ORDER BY since_version) AS behind
    FROM clauses WHERE contract_id = %(contract)s)
SELECT v.version, v.fingerprint, v.made_at, v.made_by, v.file,
    (SELECT count(*) FROM wordings w WHERE w.since = v.version
        AND w.before IS DISTINCT FROM w.since) AS added,
    (SELECT count(*) FROM wordings w WHERE w.since = v.version
        AND w.before = w.since) AS changed,
    (SELECT count(*) FROM wordings w WHERE w.until = v.version
        AND w.behind IS DISTINCT FROM w.until) AS ended
FROM contract_versions v WHERE v.contract_id = %(contract)s ORDER BY v.version DESC
"""


async def find_contract_detail(
    connection: Connection, contract: UUID | None
) -> ContractDetail | None:
    """A contract with its history and what counts against each clause."""
    row = await query_one(connection, _CONTRACT, (contract,))
    if row is None or contract is None:
        return None
    values = {name: row[name] for name in row if name != "id"}
    amendments = await find_amendments(connection, contract)
    consumption = await find_consumption(connection, values["slug"])
    wordings = [_wording(it) for it in await query(connection, _WORDINGS, (contract,))]
    versions = await query(connection, _VERSIONS, {"contract": contract})
    current = await find_clauses(connection, contract)
    names = {clause.id for clause in current}
    return ContractDetail(
        **values,
        clauses=[
            ClauseDetail(
                wordings=[it for it in wordings if it.clause.id == one.id],
                amendments=_touching(amendments, one.id),
                consumption=[it for it in consumption if it.clause == one.id],
            )
            for one in current
        ],
        ended=_last(it for it in wordings if it.clause.id not in names),
        amendments=amendments,
        versions=[Version(**it) for it in versions],
    )


def _wording(row: DictRow) -> Wording:
    values = dict(row)
    since, until = values.pop("since"), values.pop("until")
    return Wording(Clause(**values), since, until)


def _touching(amendments: Iterable[Amendment], clause: str) -> Sequence[str]:
    return [it.id for it in amendments if clause in (*it.adds, *it.replaces)]


def _last(wordings: Iterable[Wording]) -> Sequence[Wording]:
    """The first of each clause: they come newest first."""
    last: dict[str, Wording] = {}
    for wording in wordings:
        last.setdefault(wording.clause.id, wording)
    return list(last.values())
