"""``reqpool rules explain``: every rule, whether it won, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from app.bootstrap import Application
from app.rulesets import load_facts, load_ruleset_file
from cli.opened import ConfigFile, load, run
from cli.show import JSON, print_json
from model.decisions import Facts, Section
from pool import decisions, lookup
from pool.lookup import Named
from rules.explain import Fate, RuleTrace, SectionTrace
from rules.explain import explain as explain_rules
from rules.ruleset import Ruleset
from sync.replay import revive_facts
from sync.sitting import open_sitting

app = typer.Typer(add_completion=False)

_COLORS = {Fate.WON: "green", Fate.LOST: "red", Fate.NOT_REACHED: "bright_black"}


@dataclass(frozen=True, slots=True)
class _Asked:
    ruleset: Ruleset
    facts: Facts
    overrides: Mapping[Section, str]


@app.command()
def explain(
    issue: Annotated[
        str, typer.Argument(help="FIN-12, group/project#12, source:key, or a number.")
    ] = "",
    ruleset: Annotated[
        Path | None, typer.Option(help="A file instead of the active ruleset.")
    ] = None,
    facts: Annotated[
        Path | None, typer.Option(help="Facts instead of an issue, as in examples.")
    ] = None,
    config: ConfigFile = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Say of every rule which conditions held, with which values, and if it won.

    For an issue: by the facts of its last decision and by the active ruleset, or by
    another one, which changes nothing. With --ruleset and --facts no database is
    needed.

    Examples: reqpool rules explain FIN-12

    reqpool rules explain --ruleset vendor.yaml --facts facts.yaml
    """
    asked = _ask(issue, ruleset, facts, config)
    traces = explain_rules(asked.ruleset, asked.facts, overrides=asked.overrides)
    if as_json:
        print_json(traces)
    else:
        for trace in traces:
            _print_section(trace)


def _ask(
    issue: str, ruleset: Path | None, facts: Path | None, config: Path | None
) -> _Asked:
    candidate = load_ruleset_file(ruleset) if ruleset else None
    if issue and facts is None:
        return run(load(config), lambda opened: _find(opened, issue, candidate))
    if facts and candidate and not issue:
        return _Asked(candidate, load_facts(facts), {})
    raise typer.BadParameter("name an issue, or --ruleset and --facts")


async def _find(
    application: Application, name: str, candidate: Ruleset | None
) -> _Asked:
    engine = application.engine
    async with engine.database.transaction() as connection:
        issue = _get_only(name, await lookup.find_issues(connection, name))
        sitting = await open_sitting(engine, connection)
        stored = await decisions.find_of_issue(connection, issue.id)
        overrides = await decisions.find_overrides(connection, issue.id)
    chosen = candidate or (sitting.ruleset if sitting else None)
    if chosen is None or not stored:
        message = "nothing was decided on it yet: activate a ruleset"
        raise typer.BadParameter(message)
    typer.echo(f"{issue.source}:{issue.key} {issue.title}", err=True)
    pinned = {section: made.value for section, made in overrides.items()}
    return _Asked(chosen, revive_facts(stored[0].facts), pinned)


def _get_only(name: str, found: Sequence[Named]) -> Named:
    if len(found) == 1:
        return found[0]
    if not found:
        message = f"no issue {name!r} in the pool"
        raise typer.BadParameter(message)
    choices = ", ".join(f"{issue.source}:{issue.key}" for issue in found)
    message = f"{name!r} may be any of {choices}"
    raise typer.BadParameter(message)


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
