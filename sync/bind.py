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

REUSED = "credential_reused"


async def bind(
    database: Database, ids: Ids, clock: Clock, configs: Mapping[str, SourceConfig]
) -> Mapping[str, SourceConfig]:
    """The sources that may be opened: before anything is sent.

    Whoever can change an address in the configuration, but not read the token, must not
    have it sent to them (GitLab's CVE-2022-2497): a new address needs a new credential.
    Addresses of this machine are excused.
    """
    async with database.transaction() as connection:
        seals = await sources.find_seals(connection)
        reused = {
            name
            for name, config in configs.items()
            if name in seals and _is_reused(config, *seals[name])
        }
        for name in sorted(reused):
            concern = Concern(REUSED, name, {"source": name})
            await attention.raise_concern(connection, ids, concern, clock())
    return {name: config for name, config in configs.items() if name not in reused}


def _is_reused(config: SourceConfig, base_url: str, seal: str) -> bool:
    before, now = Origin.of(base_url), Origin.of(config.base_url)
    if before == now or (_is_here(before) and _is_here(now)):
        return False
    return hmac.compare_digest(seal, config.seal(base_url))


def _is_here(origin: Origin) -> bool:
    try:
        return origin.host == "localhost" or ip_address(origin.host).is_loopback
    except ValueError:
        return False
