"""A table of cells, whatever file it came from."""

from collections.abc import Sequence

from model.errors import Problem
from rules.document import Problems, Scalar

Row = Sequence[Scalar]
"""Cells with their places: ``line`` is the row, ``column`` the number of the column."""

MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 3_000
MAX_COLUMNS = 60
MAX_CELL = 20_000
"""Characters of a cell; Excel itself ends at 32,767."""


def is_empty(row: Row) -> bool:
    """Whether nobody wrote anything into a row."""
    return not any(cell.text.strip() for cell in row)


def add_limit(problems: Problems, what: str, line: int = 0) -> None:
    """Record that a table is larger than a contract ever is."""
    add(problems, "E_LIMIT", what, "split the table", line)


def add(problems: Problems, code: str, message: str, hint: str, line: int = 0) -> None:
    """Record a problem of a row, or of the whole file when ``line`` is 0."""
    problems.found.append(Problem(code, message, problems.file, line, 0, hint))
