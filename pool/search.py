"""What a text can be found by: CJK bigrams and words, kept in a ``text[]``.

PostgreSQL's contrib pg_trgm cannot index Chinese words of two characters; an array
with a GIN index can, and needs no extension.
"""

import re
import unicodedata

_RUN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\u3040-\u30ff\uac00-\ud7af]+|[^\W_]+")
_MOST_TERMS = 2000
_LONGEST_TERM = 200
"""In characters; an index takes no term of more than 2,700 bytes."""


def terms_of(text: str) -> list[str]:
    """Every term that a text is found by, each once."""
    runs = dict.fromkeys(_RUN.findall(unicodedata.normalize("NFKC", text).casefold()))
    found = dict.fromkeys(term for run in runs for term in _terms_of_run(run))
    return list(found)[:_MOST_TERMS]


def _terms_of_run(run: str) -> list[str]:
    if run[0] < "\u3040":
        return [run[:_LONGEST_TERM]]
    pairs = [run[start : start + 2] for start in range(len(run) - 1)]
    return [*run, *pairs]


def terms_of_query(text: str) -> list[str]:
    """The terms that all have to be there: pairs alone where a pair can be made."""
    terms = terms_of(text)
    paired = {character for term in terms if _is_pair(term) for character in term}
    return [term for term in terms if term not in paired]


def _is_pair(term: str) -> bool:
    return len(term) == 2 and term[0] >= "\u3040"  # noqa: PLR2004 - a pair
