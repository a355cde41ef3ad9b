"""What commands print: answers on stdout, problems on stderr, JSON where asked."""

import json
import sys
from collections.abc import Collection, Sequence
from difflib import get_close_matches
from typing import Any

import typer
from pydantic_core import to_jsonable_python
from rich.console import Console
from rich.table import Table

from model.errors import ConfigError, Problem, ReqpoolError, RulesetError
from model.phrase import say
from model.projects import Language

JSON = typer.Option("--json", help="Print JSON, for scripts.")


def exit_code_of(error: ReqpoolError) -> int:
    """2 where a file must be mended, 1 otherwise."""
    return 2 if isinstance(error, ConfigError | RulesetError) else 1


def print_error(error: ReqpoolError) -> None:
    """The sentence and what to do, on stderr."""
    if isinstance(error, ConfigError | RulesetError):
        print_problems(error.problems)
    else:
        typer.secho(str(error), err=True, fg="red")


def print_problems(problems: Sequence[Problem]) -> None:
    """One line a problem, clickable in most terminals, and one for what to do."""
    from app.config import find_language  # noqa: PLC0415 - slow, and seldom needed

    language = find_language()
    hint, count = _AROUND_PROBLEMS[language]
    for problem in problems:
        place = [str(each) for each in (problem.file, problem.line, problem.column)]
        known = ":".join(each for each in place if each not in {"", "0"})
        typer.secho(f"{known}: " if known else "", err=True, bold=True, nl=False)
        typer.secho(f"{problem.code} ", err=True, fg="red", nl=False)
        typer.echo(say(problem.message, language), err=True)
        if problem.hint:
            told = say(problem.hint, language)
            typer.secho(f"  {hint}{told}", err=True, fg="cyan")
    typer.echo(count.format(n=len(problems)), err=True)


_AROUND_PROBLEMS = {
    Language.EN: ("hint: ", "problems: {n}"),
    Language.ZH: ("提示：", "{n} 个问题"),
}


def print_json(value: object) -> None:
    """A noun, or nouns, as one indented JSON document."""
    typer.echo(json.dumps(to_jsonable_python(value), ensure_ascii=False, indent=2))


def print_json_line(value: object) -> None:
    """One object on one line, UTF-8 whatever the locale.

    A file name that is not UTF-8 comes as lone surrogates, and goes out as JSON's
    escapes of them.
    """
    line = json.dumps(value, ensure_ascii=False)
    sys.stdout.buffer.write(line.encode("utf-8", "backslashreplace") + b"\n")
    sys.stdout.buffer.flush()


def print_table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """A table as wide as the terminal; nothing in a cell is taken as markup."""
    table = Table(*columns, title=title or None, title_justify="left")
    for row in rows:
        table.add_row(*(_cell(each) for each in row))
    Console().print(table)


def _cell(value: Any) -> str:
    return "" if value is None else str(value).replace("[", "\\[")


def suggest_name(name: str, known: Collection[str]) -> str:
    """What a person may have meant."""
    close = get_close_matches(name, known, 1)
    return f"did you mean {close[0]}?" if close else f"known are {', '.join(known)}"
