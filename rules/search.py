"""One look at a text for every pattern that is asked of it."""

from collections.abc import Callable, Sequence
from typing import Any

import re2

from rules.conditions import Ask, Operator

Search = Callable[[str], tuple[int, ...]]
"""Which of the questions a text answers with yes, by their places, in any order.

A place behind the last question may be among them and says nothing.
"""

_MEMORY_BYTES = 64 << 20
_NOTHING: tuple[int, ...] = ()


def make_search(asks: Sequence[Ask]) -> Search:
    """Search texts for the patterns of questions that share an operator.

    One ``re2.Set`` looks at every letter once, whatever the number of patterns.
    """
    if not asks:
        return lambda _text: _NOTHING
    patterns = _find_set(asks)
    if patterns is None:
        return lambda text: tuple(
            place for place, ask in enumerate(asks) if ask.pattern.search(text)
        )
    match = patterns.Match
    return lambda text: tuple(match(text.encode()))


def _find_set(asks: Sequence[Ask]) -> Any:
    """The patterns and a last one that finds anything; None if they are too large.

    A set whose automaton outgrows its memory says that nothing was found, and no more.
    """
    options = re2.Options()
    options.log_errors = False
    options.never_nl = False
    options.case_sensitive = asks[0].operator is Operator.CONTAINS
    options.max_mem = _MEMORY_BYTES
    patterns = re2.Set.SearchSet(options)
    for ask in asks:
        patterns.Add(ask.pattern.pattern)
    patterns.Add("")
    try:
        patterns.Compile()
    except re2.error:
        return None
    return patterns if patterns.Match(b"") else None
