"""Importing a contract: what it would change, and making it so."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from app.contract_file import ContractFile, Known
from model.catalogue import Catalogue, Edit, compare
from model.contract_changes import ClauseChange, compare_clauses
from model.contracts import Contract
from pool import contracts, overview, texts
from pool.audit import Entry, append
from pool.contracts import Making
from pool.database import Connection
from pool.runs import set_aside_contracts
from sync.engine import Engine


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import changes.

    Attributes:
        contract: its slug.
        clauses: those that are added, changed or ended.
        others: name, day, currency and amendments that differ.
        projects: the slugs of the projects whose issues are decided on again.
    """

    contract: str
    clauses: Sequence[ClauseChange]
    others: Sequence[Edit]
    projects: Sequence[str]

    def __bool__(self) -> bool:
        """Whether anything changes: another spelling of the same does not."""
        return bool(self.clauses or self.others)


async def load_known(connection: Connection) -> Known:
    """What the pool knows of contracts."""
    found = await contracts.load(connection)
    bodies = {
        one.fingerprint: await texts.find(connection, one.fingerprint) or ""
        for one in found.values()
    }
    clients = await overview.find_clients(connection)
    return Known(found, bodies, frozenset(client.slug for client in clients))


async def preview(connection: Connection, wanted: Contract) -> Preview:
    """Compare a contract with the pool's."""
    before = await contracts.find(connection, wanted.slug)
    projects = await overview.find_projects(connection)
    return Preview(
        contract=wanted.slug,
        clauses=compare_clauses(before, wanted),
        others=_others(before, wanted),
        projects=[it.slug for it in projects if it.contract == wanted.slug],
    )


def _others(before: Contract | None, after: Contract) -> list[Edit]:
    known, wanted = (_without_clauses(one) for one in (before, after))
    return compare(Catalogue(contracts=known), Catalogue(contracts=wanted))


def _without_clauses(contract: Contract | None) -> dict[str, Contract]:
    if contract is None:
        return {}
    return {contract.slug: replace(contract, clauses=(), fingerprint="")}


async def import_contract(engine: Engine, file: ContractFile, actor: str) -> Preview:
    """Make a contract a new version, and have its projects' issues decided on again.

    Returns:
        What changed; nothing is written when nothing did.
    """
    async with engine.database.transaction() as connection:
        changes = await preview(connection, file.contract)
        if not changes:
            return changes
        made = Making(engine.clock(), actor, file.name)
        before = await contracts.find(connection, changes.contract)
        await contracts.keep(connection, engine.ids, file.contract, file.text, made)
        await set_aside_contracts(connection, [changes.contract])
        await append(connection, _entry(made, file.contract, before, changes))
    await engine.wake("tick", "")
    return changes


def _entry(
    made: Making, contract: Contract, before: Contract | None, changes: Preview
) -> Entry:
    return Entry(
        at=made.at,
        actor=made.by,
        action="import",
        subject=f"contract {contract.slug}",
        cause=made.file,
        before=before.fingerprint if before else None,
        after={
            "fingerprint": contract.fingerprint,
            "clauses": {each.clause: each.kind.value for each in changes.clauses},
            "others": [asdict(each) for each in changes.others],
        },
    )
