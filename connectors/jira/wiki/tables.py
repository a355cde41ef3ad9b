"""Tables: rows of cells between bars, ``||`` before a heading."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from connectors.jira.wiki.spans import Names, to_spans

_WIDEST = 200
_CELL = re.compile(
    r"[^\\\[{!|\n]+|\\.|\[(?:[^\[\]\n\\]|\\.)*\]|\{\{(?:[^\n{}\\]|\\.)*\}\}|![^\s!|]+\.\w{2,5}\|[^!|]*!"
    r"|(?P<bar>\|\|?)|."
)


_TURN = re.compile(r"\\\\(?=\s|$)")


class _Cell(NamedTuple):
    text: str
    is_heading: bool


def to_table(lines: Sequence[str], names: Names) -> list[str]:
    """Lines that begin with a bar, in Markdown.

    Markdown's tables have a row of headings: without one it is empty.
    """
    rows = [_cells(line.strip()) for line in lines]
    width = min(max(len(row) for row in rows), _WIDEST)
    if not width:
        return [f"\\{line.strip()}" for line in lines]
    headed = all(cell.is_heading for cell in rows[0])
    head = [cell.text for cell in rows[0]] if headed else []
    body = rows[1:] if headed else rows
    return [
        _row(_shown(head, names), width),
        _row(["---"] * width, width),
        *(_row(_shown(_emphasised(row), names), width) for row in body),
    ]


def _cells(line: str) -> list[_Cell]:
    cells, start, heading = list[_Cell](), None, False
    for found in _CELL.finditer(line):
        if not found["bar"]:
            continue
        if start is not None:
            cells.append(_Cell(line[start : found.start()], heading))
        start, heading = found.end(), found["bar"] == "||"
    if start is not None and line[start:].strip():
        cells.append(_Cell(line[start:], heading))
    return cells


def _emphasised(row: Iterable[_Cell]) -> Iterator[str]:
    for cell in row:
        text = cell.text.strip()
        yield f"*{text}*" if cell.is_heading and text else text


def _shown(cells: Iterable[str], names: Names) -> list[str]:
    return [_lines(cell.strip(), names) for cell in cells]


def _lines(text: str, names: Names) -> str:
    lines = _TURN.split(text) if "\\" in text else [text]
    return "<br>".join([to_spans(it.strip(), names, place="cell") for it in lines])


def _row(cells: Sequence[str], width: int) -> str:
    wide = [*cells, *([""] * (width - len(cells)))]
    rest = " ".join(wide[width - 1 :])
    return "| " + " | ".join([*wide[: width - 1], rest]) + " |"
