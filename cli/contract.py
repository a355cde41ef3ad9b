"""``reqpool contract``: which clauses a request is about, without a database."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from app.encoder import build_matcher, open_meanings
from app.rulesets import load_bytes
from cli.lazy import Later, lazy_group
from cli.show import JSON, print_json, print_json_line, print_table
from model.contracts import Contract
from model.errors import RulesetError
from rules.document import Problems, decode
from rules.matching.contract import load_contract
from rules.matching.evaluate import Report, evaluate
from rules.matching.pairs import PairSet, parse_pairs
from rules.matching.requests import answer, parse_lines

app = typer.Typer(
    cls=lazy_group(
        {
            "import": Later(
                "cli.contract_import",
                "Show what a contract's file changes, clause by clause; write it with --yes.",
            )
        }
    ),
    add_completion=False,
    no_args_is_help=True,
    help="Import contracts, and match requests with them.",
)


@app.command()
def match(
    contract: Annotated[Path, typer.Argument(help="The contract, YAML.")],
    requests: Annotated[Path, typer.Argument(help="One JSON object a line.")],
    words_only: Annotated[
        bool, typer.Option(help="Without the sentence encoder: faster, worse.")
    ] = False,
) -> None:
    """Find the clauses that each request comes nearest to, one JSON line a request.

    A request has a title, and if known a description, a module, a phase and an
    issue_type. Each answer names the three nearest clauses at most with scores and the
    words that met, whether the contract excludes the first, and under ``likely`` the
    probability of each scope by what is built in. Lines that cannot be
    read are reported at the end (exit code 2); the others are answered.

    Example: reqpool contract match acme.yaml requests.jsonl
    """
    matcher = build_matcher(None if words_only else open_meanings())
    index = matcher.index(_load_contract(contract))
    lines, problems = parse_lines(_load_text(requests), file=str(requests))
    for line in lines:
        print_json_line(answer(line, index.match(line.request())))
    if problems:
        raise RulesetError(problems)


@app.command()
def recall(
    files: Annotated[
        list[Path], typer.Argument(help="CONTRACT.yaml PAIRS.jsonl, again and again.")
    ],
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Measure how often the right clause is found, on labelled requests.

    Pairs are requests that also say their clause and scope (in or out), and may say
    their language.

    Example: reqpool contract recall acme.yaml acme.jsonl lingang.yaml lingang.jsonl
    """
    if len(files) % 2:
        raise typer.BadParameter("name a file of pairs after each contract")
    report = evaluate(build_matcher(open_meanings()), _load_pairs(files))
    if as_json:
        print_json(report)
    else:
        _print_report(report)


def _load_pairs(files: Sequence[Path]) -> list[PairSet]:
    sets, problems = [], []
    for contract, pairs in zip(files[::2], files[1::2], strict=True):
        found, wrong = parse_pairs(
            _load_text(pairs), _load_contract(contract), file=str(pairs)
        )
        problems += wrong
        sets += [found] if found else []
    if problems:
        raise RulesetError(problems)
    return sets


def _load_contract(path: Path) -> Contract:
    contract, problems = load_contract(_load_text(path), file=str(path))
    if contract is None:
        raise RulesetError(problems)
    return contract


def _load_text(path: Path) -> str:
    problems = Problems(str(path))
    text = decode(load_bytes(path), problems)
    if text is None:
        raise RulesetError(problems.found)
    return text


def _print_report(report: Report) -> None:
    columns = ("language", "pairs", "with a clause", "first", "among three", "AUC")
    rows = [
        (
            one.language,
            one.pairs,
            one.with_clause,
            f"{one.recall_at_1:.1%}",
            f"{one.recall_at_3:.1%}",
            "" if one.auc is None else f"{one.auc:.2f}",
        )
        for one in report.measured
    ]
    print_table(f"Matched by {report.engine}", columns, rows)
