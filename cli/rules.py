"""``reqpool rules``: check, try, explain and activate rulesets."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from app.config import find_language
from app.plugins import load_capabilities
from app.rulesets import load_ruleset_file
from cli.lazy import Later, lazy_group
from cli.show import JSON, print_json
from model.errors import Problem, RulesetError
from model.phrase import say
from rules.reference import facts_page, rules_page
from rules.ruleset import Ruleset
from rules.run_examples import run_examples
from rules.schema import ruleset_schema

_LAZY = {
    "explain": Later(
        "cli.rules_explain",
        "Say of every rule which conditions held, with which values, and if it won.",
    ),
    "activate": Later(
        "cli.rules_activate",
        "Store a ruleset and let it run on every host; its examples must pass first.",
    ),
    "diff": Later(
        "cli.rules_diff",
        "Show which rules two rulesets treat differently, and every line that differs.",
    ),
    "simulate": Later(
        "cli.rules_simulate",
        "Decide on the whole pool under a candidate, and change nothing.",
    ),
    "history": Later(
        "cli.rules_history",
        "List every activation, the latest first, and how far the last one has come.",
    ),
    "calibrate": Later(
        "cli.rules_calibrate",
        "Measure, on what people overruled, what each part of the contract match adds.",
    ),
    "rollback": Later(
        "cli.rules_rollback",
        "Activate an earlier ruleset again, as a new line of the history.",
    ),
    "retire": Later(
        "cli.rules_retire",
        "End a project's own ruleset; its issues are decided on by the general one.",
    ),
}

app = typer.Typer(
    cls=lazy_group(_LAZY),
    add_completion=False,
    no_args_is_help=True,
    help="Check, try, explain and activate rulesets.",
)

RulesetFile = Annotated[Path, typer.Argument(help="The ruleset, YAML.")]


@app.command()
def check(files: Annotated[list[Path], typer.Argument(help="Rulesets, YAML.")]) -> None:
    """Find everything wrong with rulesets, with file, line, column and what to do.

    Exit code 2 when there is anything.

    Example: reqpool rules check rules/*.yaml
    """
    problems: list[Problem] = []
    for file in files:
        try:
            ruleset = load_ruleset_file(file)
        except RulesetError as error:
            problems += error.problems
        else:
            typer.echo(f"{file}: {ruleset.name}, {_size(ruleset)}")
    if problems:
        raise RulesetError(problems)


def _size(ruleset: Ruleset) -> str:
    rules = sum(map(len, ruleset.sections.values())) + len(ruleset.points)
    return f"{rules} rules, {len(ruleset.examples)} examples"


@app.command("test")
def run_own_examples(file: RulesetFile, as_json: Annotated[bool, JSON] = False) -> None:
    """Run the examples that a ruleset brings along; exit code 1 when one fails.

    Example: reqpool rules test vendor.yaml
    """
    results = run_examples(load_ruleset_file(file))
    failed = [result for result in results if not result.passed]
    if as_json:
        print_json(results)
    else:
        for result in failed:
            why = say(result.why, find_language())
            typer.secho(f"{result.place}: {result.example}: {why}", fg="red")
        typer.echo(f"{len(results) - len(failed)} passed, {len(failed)} failed")
    raise typer.Exit(1 if failed else 0)


class Page(StrEnum):
    """A page of the reference."""

    RULES = "rules"
    FACTS = "facts"


@app.command()
def reference(
    page: Annotated[Page, typer.Argument(help="The language, or its vocabulary.")],
) -> None:
    """Print the reference of the language, or of the facts that rules may ask.

    Example: reqpool rules reference facts > docs/reference/facts.md
    """
    typer.echo(rules_page() if page is Page.RULES else facts_page(), nl=False)


@app.command()
def schema() -> None:
    """Print the JSON Schema of rulesets, for editors.

    Example: reqpool rules schema > ruleset.schema.json
    """
    print_json(ruleset_schema(load_capabilities()))
