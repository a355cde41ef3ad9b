"""Matching by words and by structured facts.

The words of a request and of each clause are weighed as in BM25F, the title more than
the description; the module and a clause named by its id enter the same likeness
beside them, and count for more.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple

from model.contracts import Clause, Contract
from model.projects import Phase
from rules.matching.calibration import BUILT_IN, Calibration
from rules.matching.conclude import Asked, Ranked, conclude
from rules.matching.gloss import FINGERPRINT, OFTEN_LEFT_OUT
from rules.matching.likeness import CLAUSE, Coefficients, Features
from rules.matching.match import Match, Request
from rules.matching.mentions import bare_id, find_mentions
from rules.matching.named import FINGERPRINT as NAMED
from rules.matching.named import find_named
from rules.matching.quantities import limits_of, read_quantities
from rules.matching.tone import hear_tone, read_type
from rules.matching.weights import (
    Weights,
    count_rarity,
    count_terms,
    even_out,
    rarity,
    saturate,
)
from rules.matching.words import Term, fold, scan

_MODULE_SHARE = 0.5
_DESCRIPTION_SHARE = 0.6
_DESCRIPTION_LEAST = 5.0
_TITLE_READ = 500
_DESCRIPTION_READ = 4000
_ENOUGH = 6.0
_SAME_MODULE = 0.5
_FOREIGN_IN_DESCRIPTION = 0.4
_EARLY = (Phase.PRESALES, Phase.REQUIREMENTS, Phase.DELIVERY)
_AFTER_UAT = (Phase.TRIAL_RUN, Phase.ACCEPTED, Phase.AFTER_SALES)
_LATE: Mapping[str, float] = {
    **dict.fromkeys(map(str, _EARLY), -1.0),
    **dict.fromkeys(map(str, _AFTER_UAT), 1.0),
}


@dataclass(frozen=True, slots=True)
class WordMatcher:
    """Finds clauses by the words they share with a request."""

    coefficients: Coefficients = CLAUSE
    calibration: Calibration = BUILT_IN

    @property
    def engine(self) -> str:
        """Name and version, then those of the gloss and of the coefficients."""
        return (
            f"words/3 gloss/{FINGERPRINT} named/{NAMED}"
            f" likeness/{self.coefficients.version}"
            f" calibration/{self.calibration.version}"
        )

    def calibrated(self, calibration: Calibration) -> "WordMatcher":
        """The same, going by other decisions."""
        return replace(self, calibration=calibration)

    def index(self, contract: Contract) -> "WordIndex":
        """Count a contract's words once."""
        counted = [_count_clause(clause) for clause in contract.clauses]
        known = count_rarity(counted)
        mean = sum(sum(words.values()) for words in counted) / (len(counted) or 1)
        clauses = [
            _weigh(clause, even_out(words, mean or 1.0), known)
            for clause, words in zip(contract.clauses, counted, strict=True)
        ]
        return WordIndex(
            engine=self.engine,
            coefficients=self.coefficients,
            calibration=self.calibration,
            known=known,
            unknown=rarity(1, len(counted)),
            clauses=tuple(clauses),
            holders=_find_holders(clauses, known),
            named=find_named("\n".join(_granted(contract.clauses))),
        )


@dataclass(frozen=True, slots=True)
class _Weighed:
    """A clause and what its words weigh.

    Attributes:
        weights: from 0 to 1.
        mass: of all its words together, times their rarity.
        module: the terms of its module's name.
        leaves_out: of what contracts often leave out, what this one excludes.
        bare_id: as mentions of it are spelled.
        limits: by what it counts, the most that it grants.
    """

    clause: Clause
    weights: Weights
    mass: float
    module: frozenset[str]
    leaves_out: frozenset[str]
    bare_id: str
    limits: Mapping[str, int]


class _Holder(NamedTuple):
    """A clause that speaks of a term.

    Attributes:
        place: among the contract's clauses.
        weight: of the term in it, from 0 to 1.
        mass: the same, times the term's rarity.
    """

    place: int
    weight: float
    mass: float


@dataclass(slots=True)
class _Shared:
    """What a clause and a request have in common.

    Attributes:
        common: of what is asked, by mass and weight.
        answered: of what the clause speaks of.
    """

    common: float = 0.0
    answered: float = 0.0
    terms: list[str] = field(default_factory=list)


_NOTHING_SHARED = _Shared()


@dataclass(frozen=True, slots=True)
class WordIndex:
    """A contract whose words are counted.

    Attributes:
        known: the rarity of each term that a clause speaks of.
        holders: by term, which clauses speak of it.
        unknown: the rarity of a term that no clause speaks of.
        named: what a clause grants by name.
    """

    engine: str
    coefficients: Coefficients
    calibration: Calibration
    known: Weights
    unknown: float
    clauses: tuple[_Weighed, ...]
    holders: Mapping[str, Sequence[_Holder]]
    named: frozenset[str] = frozenset()

    def match(self, request: Request) -> Match:
        """The nearest clauses that hold on the request's day."""
        asked = self.read(request)
        ranked = self.compare(asked, request.today, met=True)
        return conclude(ranked, asked, self.calibration.inside, self.engine)

    def rank(self, request: Request) -> list[Ranked]:
        """Every clause that the request meets at all, nearest first."""
        ranked = self.compare(self.read(request), request.today, met=True)
        return sorted(ranked, key=lambda one: -one.score)

    def compare(
        self, asked: Asked, today: date | None, *, met: bool = False
    ) -> list[Ranked]:
        """Every clause that holds on the day, in the contract's order.

        With ``met`` only those that share something with the request, or are named.
        """
        shared = self._find_shared(asked.masses)
        held = [
            (weighed, shared.get(place, _NOTHING_SHARED))
            for place, weighed in enumerate(self.clauses)
            if (not met or place in shared or weighed.bare_id in asked.mentions)
            and (today is None or weighed.clause.is_valid_on(today))
        ]
        most = max((each.common for _, each in held), default=0.0) or 1.0
        return [self._compare(weighed, asked, each, most) for weighed, each in held]

    def _find_shared(self, masses: Weights) -> dict[int, _Shared]:
        """By the place of a clause, what it has in common with a request."""
        found = defaultdict[int, _Shared](_Shared)
        for term, asked in masses.items():
            for place, weight, mass in self.holders.get(term, ()):
                shared = found[place]
                shared.common += asked * weight
                shared.answered += mass
                shared.terms.append(term)
        return found

    def _compare(
        self, weighed: _Weighed, asked: Asked, shared: _Shared, most: float
    ) -> Ranked:
        terms, common = frozenset(shared.terms), shared.common
        features = Features(
            coverage=common / (asked.mass or 1.0),
            answered=shared.answered / (weighed.mass or 1.0),
            strength=common / (common + _ENOUGH),
            lead=common / most,
            strange=asked.strange,
            foreign=_foreignness(weighed, asked, terms),
            module=_agreement(weighed, asked.modules),
            reference=float(weighed.bare_id in asked.mentions),
            excluded=float(weighed.clause.excluded),
        )
        score = round(self.coefficients.probability(features), 4)
        return Ranked(weighed.clause, features, score, terms, weighed.limits)

    def read(self, request: Request) -> Asked:
        """What a request asks, in the contract's terms."""
        title = request.title[:_TITLE_READ]
        description = request.description[:_DESCRIPTION_READ]
        text = f"{title}\n{description}"
        folded = fold(text)
        passages = ((title, scan(title)), (description, scan(description)))
        masses = _join(*(self._masses(terms) for _, terms in passages))
        mass = sum(masses.values())
        strange = sum(each for term, each in masses.items() if term not in self.known)
        return Asked(
            passages=passages,
            masses=masses,
            mass=mass,
            strange=strange / (mass or 1.0),
            foreign=_foreign(passages[0][1], passages[1][1]),
            modules=_modules(request.module),
            mentions=find_mentions(folded),
            tone=hear_tone(folded),
            type=read_type(fold(request.issue_type)),
            late=_LATE.get(request.phase, 0.0),
            quantities=read_quantities(text),
            unnamed=not find_named(text) <= self.named,
            opinion=request.opinion,
        )

    def _masses(self, terms: Iterable[Term]) -> dict[str, float]:
        return {
            term: weight * self.known.get(term, self.unknown)
            for term, weight in saturate(count_terms(terms)).items()
        }


def _join(title: Weights, description: Weights) -> dict[str, float]:
    """Both texts as one; a long description has no more room than its title leaves."""
    room = max(_DESCRIPTION_SHARE * sum(title.values()), _DESCRIPTION_LEAST)
    share = min(_DESCRIPTION_SHARE, room / (sum(description.values()) or 1.0))
    joined = dict(title)
    for term, mass in description.items():
        joined[term] = max(joined.get(term, 0.0), share * mass)
    return joined


def _count_clause(clause: Clause) -> dict[str, float]:
    counted = count_terms(scan(clause.text))
    if clause.excluded:
        return counted
    for term, count in count_terms(scan(clause.module), _MODULE_SHARE).items():
        counted[term] = counted.get(term, 0.0) + count
    return counted


def _weigh(clause: Clause, weights: Weights, known: Weights) -> _Weighed:
    return _Weighed(
        clause=clause,
        weights=weights,
        mass=sum(known[term] * weight for term, weight in weights.items()),
        module=frozenset(term.key for term in scan(clause.module)),
        leaves_out=frozenset(_left_out(scan(clause.text)) if clause.excluded else ()),
        bare_id=bare_id(fold(clause.id)),
        limits={} if clause.excluded else limits_of(clause.text),
    )


def _find_holders(
    clauses: Iterable[_Weighed], known: Weights
) -> Mapping[str, Sequence[_Holder]]:
    holders: dict[str, list[_Holder]] = {}
    for place, weighed in enumerate(clauses):
        for term, weight in weighed.weights.items():
            holder = _Holder(place, weight, known[term] * weight)
            holders.setdefault(term, []).append(holder)
    return holders


def _granted(clauses: Iterable[Clause]) -> list[str]:
    return [clause.text for clause in clauses if not clause.excluded]


def _foreign(title: Iterable[Term], description: Iterable[Term]) -> dict[str, float]:
    """Only words that stand for themselves: a phone number asks for no phone."""
    told = dict.fromkeys(_left_out(description), _FOREIGN_IN_DESCRIPTION)
    return told | dict.fromkeys(_left_out(title), 1.0)


def _foreignness(weighed: _Weighed, asked: Asked, met: Collection[str]) -> float:
    if weighed.leaves_out and weighed.leaves_out.isdisjoint(met):
        return 1.0
    if not asked.foreign:
        return 0.0
    loud = (loud for term, loud in asked.foreign.items() if term not in met)
    return max(loud, default=0.0)


def _left_out(terms: Iterable[Term]) -> Iterator[str]:
    return (
        term.key
        for term in terms
        if term.weight == 1.0 and term.key[1:] in OFTEN_LEFT_OUT
    )


def _modules(named: str) -> tuple[frozenset[str], ...]:
    if not named:
        return ()
    each = re.split("[,，;；、]", named)
    read = (frozenset(term.key for term in scan(name)) for name in each)
    return tuple(terms for terms in read if terms)


def _agreement(weighed: _Weighed, named: Sequence[frozenset[str]]) -> float:
    """1 for the same module by any name, -1 for another, 0 when it cannot be told.

    It cannot when the names share little ("Bank", "Bank and ERP integration"), nor
    for exclusions: they stand in a chapter of their own, whatever they take from.
    """
    module = weighed.module
    if not named or not module:
        return 0.0
    same = max(len(module & terms) / len(module | terms) for terms in named)
    if same >= _SAME_MODULE:
        return 1.0
    return 0.0 if same or weighed.clause.excluded else -1.0
