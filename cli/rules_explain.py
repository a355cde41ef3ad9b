"""``reqpool rules explain``: every rule, whether it won, and why."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from app.bootstrap import Application
from app.rulesets import load_facts, load_ruleset_file
from cli.opened import ConfigFile, load, run
from cli.show import JSON, print_json
from pool import lookup
from pool.lookup import Named
from rules.explain import Fate, RuleTrace, SectionTrace
from rules.explain import explain as explain_rules
from rules.ruleset import Ruleset
from sync.explain import Explanation, NotDecided, RulesetGone, Which
from sync.explain import explain as explain_decision
from sync.replay import revive_facts

app = typer.Typer(add_completion=False)

_COLORS = {Fate.WON: "green", Fate.LOST: "red", Fate.NOT_REACHED: "bright_black"}


@app.command()
def explain(
    issue: Annotated[
        str, typer.Argument(help="FIN-12, group/project#12, source:key, or a number.")
    ] = "",
    *,
    decision: Annotated[
        str, typer.Option(help="The n-th decision on it from 1, or an id.")
    ] = "",
    at: Annotated[
        str, typer.Option(help="What held on a day (2026-07-31) or at a moment.")
    ] = "",
    ruleset: Annotated[
        Path | None, typer.Option(help="A file instead of the decision's ruleset.")
    ] = None,
    facts: Annotated[
        Path | None, typer.Option(help="Facts instead of an issue, as in examples.")
    ] = None,
    config: ConfigFile = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Say of every rule which conditions held, with which values, and if it won.

    A decision is explained as it was taken: by the ruleset and on the facts of then.
    With --ruleset the same facts are put to another one, which changes nothing; with
    --ruleset and --facts no database is needed.

    Examples: reqpool rules explain FIN-12

    reqpool rules explain FIN-12 --at 2026-07-31

    reqpool rules explain --ruleset vendor.yaml --facts facts.yaml
    """
    candidate = load_ruleset_file(ruleset) if ruleset else None
    if issue and facts is None:
        which = _read_which(decision, at)
        named, found = run(load(config), lambda opened: _find(opened, issue, which))
        _show(named, found, candidate, as_json=as_json)
    elif facts and candidate and not issue:
        traces = explain_rules(candidate, load_facts(facts))
        _print({"sections": traces}, traces, as_json=as_json)
    else:
        raise typer.BadParameter("name an issue, or --ruleset and --facts")


def _read_which(decision: str, at: str) -> Which | date:
    try:
        if at:
            moment = datetime.fromisoformat(at)
            is_day = len(at) <= len("2026-07-31")
            return date.fromisoformat(at) if is_day else moment.astimezone()
        if decision.isdigit():
            return int(decision)
        return UUID(decision) if decision else None
    except ValueError as error:
        message = f"{decision or at!r} is neither a number, an id nor a date"
        raise typer.BadParameter(message) from error


async def _find(
    application: Application, name: str, which: Which | date
) -> tuple[Named, Explanation]:
    async with application.engine.database.transaction() as connection:
        issue = _get_only(name, await lookup.find_issues(connection, name))
        try:
            return issue, await explain_decision(connection, issue.id, which)
        except NotDecided as error:
            message = "nothing was decided on it (by then)"
            raise typer.BadParameter(message) from error
        except RulesetGone as error:
            message = f"ruleset {error} is not stored, or too old for this version"
            raise typer.BadParameter(message) from error


def _get_only(name: str, found: Sequence[Named]) -> Named:
    if len(found) == 1:
        return found[0]
    if not found:
        message = f"no issue {name!r} in the pool"
        raise typer.BadParameter(message)
    choices = ", ".join(f"{issue.source}:{issue.key}" for issue in found)
    message = f"{name!r} may be any of {choices}"
    raise typer.BadParameter(message)


def _show(
    issue: Named, found: Explanation, candidate: Ruleset | None, *, as_json: bool
) -> None:
    traces = found.sections
    if candidate is not None:
        traces = explain_rules(candidate, revive_facts(found.stored.facts))
    typer.echo(f"{issue.source}:{issue.key} {issue.title}", err=True)
    typer.echo(_about(found, candidate), err=True)
    _print(_as_json(issue, found, traces), traces, as_json=as_json)


def _about(found: Explanation, candidate: Ruleset | None) -> str:
    at = found.stored.decided_at.strftime("%Y-%m-%d %H:%M:%S UTC")
    taken = f"decision {found.number} of {found.of}, {at}, {found.stored.cause}"
    if candidate is not None:
        return f"{taken}; its facts put to {candidate.name}"
    by = found.ruleset
    changed = "" if found.agrees else "; the engine of today says something else"
    return f"{taken}, by {by.name} (number {by.number}){changed}"


def _as_json(
    issue: Named, found: Explanation, traces: Sequence[SectionTrace]
) -> dict[str, Any]:
    stored, ruleset = found.stored, found.ruleset
    return {
        "issue": asdict(issue),
        "decision": {
            "id": stored.id,
            "number": found.number,
            "of": found.of,
            "decided_at": stored.decided_at,
            "cause": stored.cause,
            "facts": stored.facts,
            "agrees": found.agrees,
        },
        "ruleset": {
            "number": ruleset.number,
            "name": ruleset.name,
            "fingerprint": ruleset.fingerprint,
        },
        "sections": traces,
    }


def _print(
    document: dict[str, Any], traces: Sequence[SectionTrace], *, as_json: bool
) -> None:
    if as_json:
        print_json(document)
        return
    for trace in traces:
        _print_section(trace)


def _print_section(trace: SectionTrace) -> None:
    verdict = trace.verdict or "nothing"
    pinned = (
        "" if trace.effective == trace.verdict else f", a person: {trace.effective}"
    )
    undecided = "" if trace.decided else " (not decided for this kind)"
    typer.secho(f"{trace.section}: {verdict}{pinned}{undecided}", bold=True)
    for rule in trace.rules:
        _print_rule(rule)


def _print_rule(rule: RuleTrace) -> None:
    typer.secho(f"  {rule.fate:<11}", fg=_COLORS[rule.fate], nl=False)
    typer.echo(f" {rule.rule} → {rule.outcome}  ({rule.place})")
    for check in rule.checks:
        sign = "✓" if check.held else "✗"
        value = f"  [{check.value}]" if check.value else ""
        typer.echo(f"      {'  ' * check.depth}{sign} {check.asked}{value}")
