"""Learn what is usually found inside: ridge regression on labelled requests.

Each collection and each side of it counts for the same, however many requests it has.
"""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from rules.matching.blended_matcher import BlendedMatcher
from rules.matching.heard import HeardRequest
from rules.matching.meaning import Meaning
from rules.matching.pairs import PairSet, Side
from rules.matching.usual import CLAUSE_SHARE, Direction, Usual

RIDGE = 20.0
STEADY = 0.3
"""How freely the regression may shift all requests alike; the shift is not kept."""


class Example(NamedTuple):
    """A labelled request as it is heard."""

    collection: str
    contract: str
    inside: bool
    heard: HeardRequest
    granting: Meaning | None


def hear_examples(
    matcher: BlendedMatcher, collection: str, sets: Iterable[PairSet]
) -> list[Example]:
    found = []
    for one in sets:
        index = matcher.index(one.contract)
        found += [
            Example(
                collection,
                one.contract.slug,
                pair.side is Side.IN,
                *index.listen(pair.request),
            )
            for pair in one.pairs
        ]
    return found


def learn_usual(examples: list[Example], encoder: str) -> Usual:
    groups = Counter((one.collection, one.inside) for one in examples)
    shares = [1 / groups[one.collection, one.inside] for one in examples]
    root = np.sqrt(np.array(shares) * len(examples) / len(groups))
    rows = np.array([_row(one) for one in examples]) * root[:, None]
    wanted = np.array([1.0 if one.inside else -1.0 for one in examples]) * root
    gram = rows @ rows.T + RIDGE * np.eye(len(rows))
    weights = rows.T @ np.linalg.solve(gram, wanted)
    whole, title = np.split(weights[:-1], 2)
    return Usual(encoder, Direction.of(whole.tolist()), Direction.of(title.tolist()))


def _row(one: Example) -> np.ndarray:
    said = 0.0 if one.granting is None else CLAUSE_SHARE * _unit(one.granting)
    heard = (_unit(one.heard.whole) - said, _unit(one.heard.title) - said)
    return np.concatenate([*heard, [STEADY]])


def _unit(meaning: Meaning) -> np.ndarray:
    return np.asarray(meaning.steps, dtype=np.float64) / meaning.length
