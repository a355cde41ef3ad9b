"""``reqpool rules activate``: make a ruleset the one that runs."""

from pathlib import Path
from typing import Annotated

import typer

from app.rulesets import load_ruleset_file
from cli.opened import Actor, ConfigFile, load, run
from model.errors import Problem, RulesetError
from rules.run_examples import run_examples
from sync.activate import activate as make_active

app = typer.Typer(add_completion=False)


@app.command()
def activate(
    file: Annotated[Path, typer.Argument(help="The ruleset, YAML.")],
    config: ConfigFile = None,
    actor: Actor = "operator",
) -> None:
    """Store a ruleset and let it run on every host; its examples must pass first.

    The pool is decided on again in the background; what people overrode stays.

    Example: reqpool rules activate vendor.yaml --by "Li Wei"
    """
    ruleset = load_ruleset_file(file)
    failed = [
        Problem("E_EXAMPLE", f"{result.example}: {result.why}", result.place)
        for result in run_examples(ruleset)
        if not result.passed
    ]
    if failed:
        raise RulesetError(failed)
    changed = run(
        load(config), lambda opened: make_active(opened.engine, ruleset, actor)
    )
    state = "is active now" if changed else "was active already"
    typer.echo(f"{ruleset.name} ({ruleset.fingerprint[:12]}) {state}")
