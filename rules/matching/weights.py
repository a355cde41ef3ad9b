"""How much of each term a text holds, and how much a term says.

After S. Robertson and H. Zaragoza, *The Probabilistic Relevance Framework: BM25 and
Beyond* (2009): counts saturate, lengths are evened out in part, and terms that few
clauses speak of weigh more.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import log

from rules.matching.words import Term

_SATURATION = 1.2
_LENGTH_SHARE = 0.3

Weights = Mapping[str, float]
"""By term, how much of it there is."""


def count_terms(terms: Iterable[Term], share: float = 1.0) -> dict[str, float]:
    """The terms' weights added up, times ``share``."""
    counted: dict[str, float] = {}
    for key, weight, _, _ in terms:
        counted[key] = counted.get(key, 0.0) + share * weight
    return counted


def saturate(counted: Weights) -> dict[str, float]:
    """1 for a word that occurs once; 2.2 at most, however often it is repeated."""
    return {
        term: count * (_SATURATION + 1) / (count + _SATURATION)
        for term, count in counted.items()
    }


def even_out(counted: Weights, mean: float) -> dict[str, float]:
    """Weights from 0 to 1; a text longer than the ``mean`` says each thing less."""
    length = 1 - _LENGTH_SHARE + _LENGTH_SHARE * sum(counted.values()) / mean
    evened = saturate({term: count / length for term, count in counted.items()})
    return {term: min(1.0, weight) for term, weight in evened.items()}


def count_rarity(texts: Sequence[Weights]) -> dict[str, float]:
    """By term that any of the texts holds, how rare it is among them."""
    held_by = Counter(term for counted in texts for term in counted)
    return {term: rarity(count, len(texts)) for term, count in held_by.items()}


def rarity(held_by: int, texts: int) -> float:
    """The inverse document frequency, never negative."""
    return log(1 + (texts - held_by + 0.5) / (held_by + 0.5))
