"""Compare one source's configuration with what its tracker offers, and keep the result."""

from collections.abc import Iterator

from connectors.base import Wanted
from model.errors import RetriableError, TrackerError
from model.findings import Finding
from pool import checks, sources
from pool.sources import SourceRow
from rules.ruleset import PROJECT_MANAGER, Ruleset
from sync.engine import Engine, Source
from sync.sitting import Sitting, open_sitting


async def recheck(engine: Engine, name: str) -> list[Finding]:
    """Ask a source's tracker, and replace what the check before found.

    Returns:
        What is well and what is not, with what to do about it. When the tracker is not
        there right now, what was found before stays.
    """
    async with engine.database.transaction() as connection:
        sitting = await open_sitting(engine, connection)
        row = await sources.find(connection, name)
    source = engine.sources[name]
    wanted = _wanted(engine, source, _ruleset_of(row, sitting))
    findings = [*_check_source(source, row), *_check_people(source, wanted)]
    try:
        findings += await source.connector.check(wanted)
    except RetriableError as error:
        return [*findings, _silent(name, error)]
    except TrackerError as error:
        findings.append(_refused(name, error))
    if row:
        async with engine.database.transaction() as connection:
            await checks.keep(connection, row.id, findings, engine.clock())
    return findings


def _ruleset_of(row: SourceRow | None, sitting: Sitting | None) -> Ruleset | None:
    """What decides on a source's issues; the general one while it has no project."""
    if sitting is None or row is None:
        return sitting.ruleset if sitting else None
    return sitting.ruleset_of(row.project_id)


def _check_source(source: Source, row: SourceRow | None) -> Iterator[Finding]:
    wanted, project = source.config.project, row.project if row else ""
    if project != wanted:
        yield Finding.error(
            "source_unmapped",
            source.name,
            "The project {project} is not in the pool, or is not the source's.",
            "Apply a catalogue with the project {project}, or mend sources.{source}.",
            project=wanted,
            source=source.name,
        )
    if not any(one.get_secret_value() for one in source.config.webhook_secrets):
        yield Finding.warning(
            "webhook_secret_missing",
            source.name,
            "There is no webhook secret: every delivery is refused, polling works.",
            "Set sources.{source}.webhook_secrets, then run reqpool webhooks install"
            " {source}.",
            source=source.name,
        )


def _wanted(engine: Engine, source: Source, ruleset: Ruleset | None) -> Wanted:
    url = engine.webhook_url(source.name)
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


def _check_people(source: Source, wanted: Wanted) -> Iterator[Finding]:
    for person in sorted(wanted.people - source.config.people.keys()):
        yield Finding.warning(
            "person_unmapped",
            source.name,
            "No account stands for {person}: issues are not given to them.",
            "Add {person} to sources.{source}.people.",
            person=person,
            source=source.name,
        )


def _silent(name: str, error: TrackerError) -> Finding:
    return Finding.error(
        "tracker_silent",
        name,
        "The tracker does not answer right now ({error}).",
        "Look at the tracker, the network and base_url; try again later.",
        error=str(error),
    )


def _refused(name: str, error: TrackerError) -> Finding:
    return Finding.error(
        "tracker_refused",
        name,
        "The tracker does not answer as it should ({error}).",
        "Check base_url, the network and the token.",
        error=str(error),
    )
