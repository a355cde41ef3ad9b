"""What a contract's clauses and a request mean, and how near they come."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from model.contracts import Clause
from rules.matching.likeness import Features
from rules.matching.meaning import Meaning, MeaningRows, Meanings
from rules.matching.segments import asked_texts, clause_texts
from rules.matching.seldom_granted import SELDOM_GRANTED

_GRANTED_SHARE = 0.7
_USUALLY_BEYOND = 0.2


class Near(NamedTuple):
    """How alike a clause and a request are, each from -1 to 1.

    Attributes:
        whole: both as wholes.
        segment: the request and what of the clause is nearest to it.
        title: the request's title and what of the clause is nearest to that.
    """

    whole: float
    segment: float
    title: float


class HeardRequest(NamedTuple):
    """What a request means as a whole, and its title alone."""

    whole: Meaning
    title: Meaning


def heard_texts(clauses: Iterable[Clause]) -> list[str]:
    """All that :class:`HeardClauses` is going to ask the meaning of."""
    texts = (text for clause in clauses for text in clause_texts(clause))
    return [*texts, *SELDOM_GRANTED]


def hear(meanings: Meanings, title: str, description: str) -> HeardRequest:
    """Know what a request means."""
    return HeardRequest(*meanings.get(asked_texts(title, description)))


@dataclass(frozen=True, slots=True, eq=False)
class HeardClauses:
    """What the clauses of a contract mean.

    Attributes:
        rows: all texts of all clauses; each clause's wording is the first of its own.
        begins: by wording, which rows are the clause's.
        seldom: what contracts seldom grant.
        granted: of each of these, how near this contract's grants come.
    """

    rows: MeaningRows
    begins: dict[str, slice]
    seldom: MeaningRows
    granted: NDArray[np.float64]

    @classmethod
    def of(cls, meanings: Meanings, clauses: Sequence[Clause]) -> "HeardClauses":
        """Hear them, once for a contract."""
        texts = [clause_texts(clause) for clause in clauses]
        rows = MeaningRows.of(meanings.get([text for each in texts for text in each]))
        ends = accumulate(map(len, texts), initial=0)
        begins = {
            clause.text: slice(*place)
            for clause, place in zip(clauses, pairwise(ends), strict=True)
        }
        seldom = meanings.get(SELDOM_GRANTED)
        grants = [clause.text for clause in clauses if not clause.excluded]
        granting = MeaningRows.of(meanings.get(grants))
        granted = [max(granting.likeness(one), default=0.0) for one in seldom]
        return cls(rows, begins, MeaningRows.of(seldom), np.array(granted))

    def compare(self, heard: HeardRequest, clauses: Sequence[Clause]) -> list[Near]:
        """How near each clause comes."""
        whole, title = self.rows.likeness(heard.whole), self.rows.likeness(heard.title)
        places = [self.begins[clause.text] for clause in clauses]
        return [
            Near(
                float(whole[place.start]),
                float(whole[place].max()),
                float(title[place].max()),
            )
            for place in places
        ]

    def meaning_of(self, clause: Clause) -> Meaning:
        """What a clause means as a whole."""
        place = self.begins[clause.text].start
        return Meaning.unpack(self.rows.steps[place].tobytes())

    def beyond(self, heard: HeardRequest) -> float:
        """How much more it means what contracts seldom grant than this one does."""
        nearest = np.maximum(
            self.seldom.likeness(heard.whole), self.seldom.likeness(heard.title)
        )
        return float((nearest - _GRANTED_SHARE * self.granted).max()) - _USUALLY_BEYOND


def with_meaning(features: Features, near: Near, nearest: Near) -> Features:
    """Features by words, and those by meaning; ``nearest`` has the best of each."""
    return features._replace(
        meaning=near.whole,
        meaning_lead=near.whole - nearest.whole,
        segment=near.segment,
        segment_lead=near.segment - nearest.segment,
        title=near.title,
        title_lead=near.title - nearest.title,
    )


def find_nearest(compared: Sequence[Near]) -> Near:
    """The best of each kind of likeness; 0 without any."""
    best = [max(each) for each in zip(*compared, strict=True)]
    return Near(*best) if best else Near(0.0, 0.0, 0.0)
