"""``reqpool rules calibrate``: learn from people's decisions what is in the contract."""

from collections.abc import Iterator
from typing import Annotated

import typer

from app.bootstrap import Application
from cli.opened import Actor, ConfigFile, load, run
from cli.show import JSON, print_json, print_table
from rules.matching.parts import Measure, Share
from sync.calibrate import FEWEST, Calibrated
from sync.calibrate import apply as apply_calibration
from sync.calibrate import calibrate as learn

app = typer.Typer(add_completion=False)

_COLUMNS = ("part", "AUC", "precision", "recall", "in contract", "out of contract")


@app.command()
def calibrate(
    config: ConfigFile = None,
    actor: Actor = "operator",
    apply: Annotated[
        bool, typer.Option("--apply", help="Let what was learnt hold from now on.")
    ] = False,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Measure, on what people overruled, what each part of the contract match adds.

    Facts, words, meaning, earlier decisions and the judge are switched on one after the
    other. Each is measured on decisions that it was not learnt from: how well in is told
    from out of contract, and the share that could be decided at a precision of 0.9, by
    language and phase. With --apply the probability `contract.match.in_probability`
    goes by it, and the pool is decided on again; what people overrode stays.

    Example: reqpool rules calibrate --apply --by "Li Wei"
    """
    made = run(load(config), lambda opened: _calibrate(opened, actor, apply=apply))
    if as_json:
        print_json(made)
    else:
        _show(made)
    if apply and made.calibration is None:
        raise typer.Exit(1)


async def _calibrate(opened: Application, actor: str, *, apply: bool) -> Calibrated:
    made = await learn(opened.engine)
    if apply and made.calibration is not None:
        await apply_calibration(opened.engine, made, actor)
    return made


def _show(made: Calibrated) -> None:
    if made.calibration is None:
        typer.echo(f"{made.decisions} decisions of scope; {FEWEST} are needed")
        return
    rows = [_row(one) for one in made.measured]
    print_table(f"What each part adds, on {made.decisions} decisions", _COLUMNS, rows)
    groups = list(_groups(made.measured[-1]))
    print_table(
        "Decided at a precision of 0.9", ("group", "of", "share", "right"), groups
    )


def _row(one: Measure) -> tuple[str, ...]:
    figures = (one.auc, one.precision, one.recall)
    told = ("" if figure is None else f"{figure:.2f}" for figure in figures)
    return (one.part.value, *told, _share(one.inside), _share(one.outside))


def _groups(one: Measure) -> Iterator[tuple[str, ...]]:
    for name, share in one.groups.items():
        right = "" if share.precision is None else f"{share.precision:.0%}"
        yield name, str(share.of), f"{share.share:.0%}", right


def _share(share: Share) -> str:
    right = "" if share.precision is None else f", {share.precision:.0%} right"
    return f"{share.share:.0%}{right}"
