"""See that no credential is sent to another address than it was configured for."""

import hmac
from collections.abc import Mapping
from ipaddress import ip_address

from connectors.base import SourceConfig
from connectors.http import Origin
from model.clock import Clock
from model.ids import Ids
from pool import attention, sources
from pool.attention import Concern
from pool.database import Database
from pool.sources import Bond

REUSED = "credential_reused"
TAKEN = "source_taken"


async def bind(
    database: Database, ids: Ids, clock: Clock, configs: Mapping[str, SourceConfig]
) -> Mapping[str, SourceConfig]:
    """The sources that may be opened: before anything is sent.

    Whoever can change an address in the configuration, but not read the token, must not
    have it sent to them (GitLab's CVE-2022-2497): a new address needs a new credential.
    Addresses of this machine are excused. A source never goes over to another project:
    its issues, and what is to be written to them, belong to the client of the first.
    """
    async with database.transaction() as connection:
        bonds = await sources.find_bonds(connection)
        found = {
            name: _find_objection(name, config, bonds[name])
            for name, config in configs.items()
            if name in bonds
        }
        concerns = {name: concern for name, concern in found.items() if concern}
        for name in sorted(concerns):
            await attention.raise_concern(connection, ids, concerns[name], clock())
    return {name: config for name, config in configs.items() if name not in concerns}


def _find_objection(name: str, config: SourceConfig, bond: Bond) -> Concern | None:
    if config.project != bond.project:
        return Concern(TAKEN, name, {"source": name, "project": bond.project})
    if _is_reused(config, bond):
        return Concern(REUSED, name, {"source": name})
    return None


def _is_reused(config: SourceConfig, bond: Bond) -> bool:
    before, now = Origin.of(bond.base_url), Origin.of(config.base_url)
    if before == now or (_is_here(before) and _is_here(now)):
        return False
    return hmac.compare_digest(bond.seal, config.seal(bond.base_url))


def _is_here(origin: Origin) -> bool:
    try:
        return origin.host == "localhost" or ip_address(origin.host).is_loopback
    except ValueError:
        return False
