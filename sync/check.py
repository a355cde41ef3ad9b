"""Compare the configuration with the pool and with what every tracker offers us."""

import asyncio
from collections.abc import Iterator

from model.findings import Finding
from rules.ruleset import Ruleset
from sync.engine import Engine
from sync.recheck import recheck
from sync.sitting import open_sitting


async def check(engine: Engine) -> list[Finding]:
    """Ask the pool, then all trackers at the same time.

    Returns:
        What is well and what is not, with what to do about it. What was found of each
        source is kept for the health page, too.
    """
    async with engine.database.transaction() as connection:
        sitting = await open_sitting(engine, connection)
    asked = (recheck(engine, name) for name in engine.sources)
    return [
        _check_ruleset(sitting.ruleset if sitting else None),
        *_check_address(engine),
        *(each for found in await asyncio.gather(*asked) for each in found),
    ]


def _check_ruleset(ruleset: Ruleset | None) -> Finding:
    if ruleset is None:
        return Finding.warning(
            "no_ruleset",
            "rules",
            "No ruleset is active, so nothing is decided.",
            "Run reqpool rules activate FILE.",
        )
    return Finding.ok("ruleset", "rules", "{name} is active.", name=ruleset.name)


def _check_address(engine: Engine) -> Iterator[Finding]:
    if engine.sources and not engine.public_url:
        yield Finding.warning(
            "public_url_missing",
            "web",
            "Where trackers deliver to is not known, so webhooks are not looked at.",
            "Set web.public_url to the address at which trackers reach this service.",
        )
