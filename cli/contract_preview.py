"""What an import changes, as a table that a person reads before saying yes."""

from collections.abc import Iterator
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.contract_import import Preview
from model.contract_changes import ChangeKind, ClauseChange
from model.contracts import Clause
from model.word_diff import Fate, diff_words

_COLORS = {
    ChangeKind.ADDED: "green",
    ChangeKind.CHANGED: "yellow",
    ChangeKind.ENDED: "red",
}
_MARKS = {Fate.GONE: ("[-", "-]", "red strike"), Fate.NEW: ("{+", "+}", "green")}
_WORDED = ("module", "text")


def print_preview(changes: Preview, *, written: bool) -> None:
    """Clauses with word by word differences, the rest, and what happens next."""
    if not changes:
        typer.echo("nothing to change")
        return
    console = Console()
    if changes.clauses:
        console.print(_clauses(changes, colored=console.is_terminal))
    for edit in changes.others:
        before = f"{edit.before} → " if edit.before else ""
        after = edit.after or "(taken out)"
        console.print(Text(f"{edit.field}: {before}{after}"))
    counts = ", ".join(
        f"{sum(each.kind is kind for each in changes.clauses)} {kind.value}"
        for kind in ChangeKind
    )
    typer.echo(f"{changes.contract}: clauses: {counts}")
    typer.echo(_next(changes, written=written))


def _next(changes: Preview, *, written: bool) -> str:
    again = ", ".join(changes.projects)
    if not written:
        return "nothing is written yet: add --yes"
    if not again:
        return "written; no project has this contract yet: name it in the catalogue"
    return f"written; decided on again: {again}"


def _clauses(changes: Preview, *, colored: bool) -> Table:
    table = Table("clause", "change", "what", title=changes.contract, show_lines=True)
    for each in changes.clauses:
        kind = Text(each.kind.value, style=_COLORS[each.kind])
        what = Text("\n").join(_lines(each, colored=colored))
        table.add_row(Text(each.clause), kind, what)
    return table


def _lines(change: ClauseChange, *, colored: bool) -> Iterator[Text]:
    if change.before is None or change.after is None:
        yield from _whole(change.after or change.before)
        return
    for field in change.fields:
        before, after = getattr(change.before, field), getattr(change.after, field)
        line = Text(f"{field}: ", style="bold" if colored else "")
        if field in _WORDED:
            yield line.append_text(_diff(before, after, colored=colored))
        else:
            yield line.append(f"{_plain(before)} → {_plain(after)}")


def _whole(clause: Clause | None) -> Iterator[Text]:
    for field in Clause.__slots__:
        value = getattr(clause, field)
        if field != "id" and value not in (None, "", False):
            yield Text(f"{field}: {_plain(value)}")


def _plain(value: Any) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case _:
            return str(value)


def _diff(before: str, after: str, *, colored: bool) -> Text:
    """In colours on a terminal, elsewhere as ``git diff --word-diff`` prints it."""
    text = Text()
    for piece in diff_words(before, after):
        opening, closing, style = _MARKS.get(piece.fate, ("", "", ""))
        if colored:
            text.append(piece.text, style=style)
        else:
            text.append(f"{opening}{piece.text}{closing}")
    return text


def view(changes: Preview, *, written: bool) -> dict[str, Any]:
    """The same for scripts."""
    return {
        "contract": changes.contract,
        "written": written,
        "clauses": [
            {
                "clause": each.clause,
                "change": each.kind,
                "fields": each.fields,
                "before": each.before,
                "after": each.after,
            }
            for each in changes.clauses
        ],
        "others": changes.others,
        "projects": changes.projects,
    }
