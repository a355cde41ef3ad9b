"""Compare the configuration with the pool and with what every tracker offers us."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence

from connectors.base import Wanted
from model.errors import TrackerError
from model.findings import Finding, Severity
from pool import sources
from pool.sources import SourceRow
from rules.ruleset import PROJECT_MANAGER, Ruleset
from sync.engine import Engine, Source
from sync.sitting import Sitting, open_sitting


async def check(engine: Engine, webhook_base: str = "") -> list[Finding]:
    """Ask the pool, then all trackers at the same time.

    Args:
        engine: the surroundings.
        webhook_base: what trackers put before ``/webhooks/NAME``; empty if not known.

    Returns:
        What is well and what is not, with what to do about it.
    """
    async with engine.database.transaction() as connection:
        sitting = await open_sitting(engine, connection)
        known = {row.name: row for row in await sources.find_all(connection)}
    findings = [_check_ruleset(sitting.ruleset if sitting else None)]
    for source in engine.sources.values():
        row = known.get(source.name)
        findings += _check_source(source, row.project if row else "")
    asked = (
        _ask(source, _wanted(source, _ruleset_of(source, sitting, known), webhook_base))
        for source in engine.sources.values()
    )
    return [
        *findings,
        *(each for found in await asyncio.gather(*asked) for each in found),
    ]


def _ruleset_of(
    source: Source, sitting: Sitting | None, known: Mapping[str, SourceRow]
) -> Ruleset | None:
    """What decides on a source's issues; the general one while it has no project."""
    if sitting is None or source.name not in known:
        return sitting.ruleset if sitting else None
    return sitting.ruleset_of(known[source.name].project_id)


def _check_ruleset(ruleset: Ruleset | None) -> Finding:
    if ruleset is None:
        return Finding(
            "no_ruleset",
            Severity.WARNING,
            "rules",
            "no ruleset is active, so nothing is decided",
            "run: reqpool rules activate FILE",
        )
    return Finding("ruleset", Severity.OK, "rules", f"{ruleset.name} is active")


def _check_source(source: Source, project: str) -> Sequence[Finding]:
    wanted = source.config.project
    findings = []
    if project != wanted:
        message = f"belongs to project {project}" if project else "has no project yet"
        hint = f"apply a catalogue with project {wanted}, or mend sources.{source.name}"
        code = "source_unmapped"
        findings.append(Finding(code, Severity.ERROR, source.name, message, hint))
    if not source.config.webhook_secrets:
        message = "has no webhook secret: every delivery is refused, polling works"
        hint = f"set sources.{source.name}.webhook_secrets"
        code = "no_webhook_secret"
        findings.append(Finding(code, Severity.WARNING, source.name, message, hint))
    return findings


def _wanted(source: Source, ruleset: Ruleset | None, webhook_base: str) -> Wanted:
    url = f"{webhook_base}/webhooks/{source.name}" if webhook_base else ""
    if ruleset is None:
        return Wanted(webhook_url=url, writes_releases=False)
    write_back = ruleset.write_back
    by_rules = write_back.statuses.get(source.config.kind, {})
    labels = (label for each in write_back.labels.values() for label in each.values())
    return Wanted(
        statuses=frozenset({**by_rules, **source.config.status}.values()),
        labels=frozenset(labels),
        webhook_url=url,
        writes_releases=write_back.release,
        people=frozenset(one.to for one in write_back.assignees) - {PROJECT_MANAGER},
    )


async def _ask(source: Source, wanted: Wanted) -> list[Finding]:
    unmapped = list(_check_people(source, wanted))
    try:
        return [*unmapped, *await source.connector.check(wanted)]
    except TrackerError as error:
        message = f"does not answer as it should: {error}"
        hint = "check base_url, the network and the token"
        code = error.code
        return [*unmapped, Finding(code, Severity.ERROR, source.name, message, hint)]


def _check_people(source: Source, wanted: Wanted) -> Iterator[Finding]:
    for person in sorted(wanted.people - source.config.people.keys()):
        yield Finding.warning(
            "person_unmapped",
            source.name,
            "no account stands for {person}: issues are not given to them",
            "add {person} to sources.{source}.people",
            person=person,
            source=source.name,
        )
