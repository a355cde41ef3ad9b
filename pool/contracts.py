"""Contracts by versions: wordings are ended by later ones, never overwritten."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import DictRow

from model.contracts import Amendment, Clause, Contract
from model.ids import Ids
from pool import texts
from pool.database import Connection, query, query_one

_CLAUSE = (
    "clause AS id, module, text, excluded, allowance_days, valid_from, valid_until"
)


@dataclass(frozen=True, slots=True)
class Making:
    """Who makes a version of a contract, when, and from which file."""

    at: datetime
    by: str
    file: str = ""


_CONTRACTS = """
SELECT n.id, n.slug, n.name, c.slug AS client, n.signed_on, n.currency, n.fingerprint
FROM contracts n JOIN clients c ON c.id = n.client_id
"""


async def load(connection: Connection) -> dict[str, Contract]:
    """Every contract as it is now, by slug."""
    rows = await query(connection, _CONTRACTS + "ORDER BY n.slug")
    return {row["slug"]: await _contract(connection, row) for row in rows}


async def find_texts(connection: Connection) -> list[str]:
    """The wordings that hold now, of every contract."""
    rows = await query(
        connection, "SELECT DISTINCT text FROM clauses WHERE until_version IS NULL"
    )
    return [row["text"] for row in rows]


async def find(connection: Connection, slug: str) -> Contract | None:
    """A contract as it is now."""
    row = await query_one(connection, _CONTRACTS + "WHERE n.slug = %s", (slug,))
    return await _contract(connection, row) if row else None


async def _contract(connection: Connection, row: DictRow) -> Contract:
    values = {name: row[name] for name in row if name != "id"}
    clauses = await find_clauses(connection, row["id"])
    amendments = await find_amendments(connection, row["id"])
    return Contract(**values, clauses=clauses, amendments=amendments)


async def find_clauses(connection: Connection, contract: UUID) -> tuple[Clause, ...]:
    """The wordings that hold now."""
    rows = await query(
        connection,
        f"SELECT {_CLAUSE} FROM clauses"  # noqa: S608 - a constant list of columns
        " WHERE contract_id = %s AND until_version IS NULL ORDER BY position",
        (contract,),
    )
    return tuple(Clause(**row) for row in rows)


async def find_amendments(
    connection: Connection, contract: UUID
) -> tuple[Amendment, ...]:
    """The supplementary agreements, in the contract's order."""
    rows = await query(
        connection,
        "SELECT amendment AS id, name, signed_on, adds, replaces FROM amendments"
        " WHERE contract_id = %s ORDER BY position",
        (contract,),
    )
    lists = ("adds", "replaces")
    return tuple(
        Amendment(**{**row, **{name: tuple(row[name]) for name in lists}})
        for row in rows
    )


_PUT = """
INSERT INTO contracts (id, client_id, slug, name, currency, signed_on, fingerprint)
SELECT %(id)s, c.id, %(slug)s, %(name)s, %(currency)s, %(signed_on)s, %(fingerprint)s
FROM clients c WHERE c.slug = %(client)s
ON CONFLICT (slug) DO UPDATE SET name = EXCLUDED.name,
    signed_on = EXCLUDED.signed_on, currency = EXCLUDED.currency,
    fingerprint = EXCLUDED.fingerprint
RETURNING id, client_id
"""

_ADD_VERSION = """
INSERT INTO contract_versions (id, client_id, contract_id, version, fingerprint,
    made_at, made_by, file)
VALUES (%(version_id)s, %(client_id)s, %(id)s, 1 + (
    SELECT COALESCE(max(version), 0) FROM contract_versions WHERE contract_id = %(id)s),
    %(fingerprint)s, %(at)s, %(by)s, %(file)s)
RETURNING version
"""

_END_CLAUSES = """
UPDATE clauses SET until_version = %s
WHERE contract_id = %s AND until_version IS NULL AND clause = ANY(%s)
"""

_PLACE_CLAUSE = """
UPDATE clauses SET position = %(position)s
WHERE contract_id = %(contract_id)s AND clause = %(clause)s AND until_version IS NULL
"""

_ADD_CLAUSE = """
INSERT INTO clauses (id, client_id, contract_id, clause, position, module, text,
    excluded, allowance_days, valid_from, valid_until, since_version)
VALUES (%(id)s, %(client_id)s, %(contract_id)s, %(clause)s, %(position)s, %(module)s,
    %(text)s, %(excluded)s, %(allowance_days)s, %(valid_from)s, %(valid_until)s,
    %(version)s)
"""

_PUT_AMENDMENT = """
INSERT INTO amendments (id, client_id, contract_id, amendment, position, name,
    signed_on, adds, replaces)
VALUES (%(id)s, %(client_id)s, %(contract_id)s, %(amendment)s, %(position)s, %(name)s,
    %(signed_on)s, %(adds)s, %(replaces)s)
ON CONFLICT (contract_id, amendment) DO UPDATE SET position = EXCLUDED.position,
    name = EXCLUDED.name, signed_on = EXCLUDED.signed_on, adds = EXCLUDED.adds,
    replaces = EXCLUDED.replaces
"""

_DROP_AMENDMENTS = """
DELETE FROM amendments WHERE contract_id = %s AND NOT amendment = ANY(%s)
"""


async def keep(
    connection: Connection, ids: Ids, contract: Contract, text: str, made: Making
) -> bool:
    """Make a contract what it should be, as a new version when anything differs.

    Args:
        connection: of the transaction.
        ids: for what is new.
        contract: its client is in the pool.
        text: what it was loaded from, of which ``contract.fingerprint`` is the hash.
        made: by whom and when.

    Returns:
        Whether there is a new version.
    """
    await connection.execute(
        "SELECT FROM contracts WHERE slug = %s FOR UPDATE", (contract.slug,)
    )
    before = await find(connection, contract.slug)
    if before == contract:
        return False
    await texts.keep(connection, text)
    values = _values(contract) | _values(made)
    row = await query_one(connection, _PUT, values | {"id": ids()})
    if row is None:
        raise LookupError(contract.client)
    made_row = await query_one(
        connection, _ADD_VERSION, values | row | {"version_id": ids()}
    )
    version = made_row["version"] if made_row else 0
    owner = {"client_id": row["client_id"], "contract_id": row["id"]}
    known = {clause.id: clause for clause in before.clauses} if before else {}
    await _keep_clauses(connection, ids, contract, known, owner | {"version": version})
    await _keep_amendments(connection, ids, contract.amendments, owner)
    return True


def _values(noun: Any) -> dict[str, Any]:
    return {name: getattr(noun, name) for name in noun.__dataclass_fields__}


async def _keep_clauses(
    connection: Connection,
    ids: Ids,
    contract: Contract,
    known: Mapping[str, Clause],
    owner: dict[str, Any],
) -> None:
    kept = {each.id for each in contract.clauses if known.get(each.id) == each}
    ended = [name for name in known if name not in kept]
    await connection.execute(
        _END_CLAUSES, (owner["version"], owner["contract_id"], ended)
    )
    for position, clause in enumerate(contract.clauses):
        statement = _PLACE_CLAUSE if clause.id in kept else _ADD_CLAUSE
        values = _values(clause) | owner | {"clause": clause.id, "position": position}
        await connection.execute(statement, values | {"id": ids()})


async def _keep_amendments(
    connection: Connection,
    ids: Ids,
    amendments: Iterable[Amendment],
    owner: dict[str, Any],
) -> None:
    names = []
    for position, amendment in enumerate(amendments):
        named = {"amendment": amendment.id, "position": position, "id": ids()}
        values = _values(amendment) | owner | named
        values |= {name: list(values[name]) for name in ("adds", "replaces")}
        await connection.execute(_PUT_AMENDMENT, values)
        names.append(amendment.id)
    await connection.execute(_DROP_AMENDMENTS, (owner["contract_id"], names))
