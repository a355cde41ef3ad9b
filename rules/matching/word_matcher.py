"""Matching by words: BM25F over concepts, stems and pairs of characters.

Weights after S. Robertson and H. Zaragoza, *The Probabilistic Relevance Framework:
BM25 and Beyond* (2009): counts saturate, rare terms weigh more, a title weighs more
than a description. Structured facts (the module, a clause named by its id) enter the
same likeness beside the words.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log

from model.contracts import Clause, Contract
from model.decisions import Evidence
from rules.matching.likeness import BUILT_IN, Coefficients, Features
from rules.matching.match import Match, Request
from rules.matching.phrases import Passage, Span, phrases
from rules.matching.words import Term, fold, scan

_NEAREST = 3
_SATURATION = 1.2
_LENGTH_SHARE = 0.3
_MODULE_WEIGHT = 0.5
_DESCRIPTION_SHARE = 0.6
_DESCRIPTION_LEAST = 5.0
_DESCRIPTION_READ = 4000
_ENOUGH = 6.0
_SAME_MODULE = 0.5

Weights = Mapping[str, float]
"""How much of each term a text holds."""


@dataclass(frozen=True, slots=True)
class WordMatcher:
    """Finds clauses by the words they share with a request."""

    coefficients: Coefficients = BUILT_IN

    @property
    def engine(self) -> str:
        """Name and version of the words, then of the coefficients."""
        return f"words/1+{self.coefficients.version}"

    def index(self, contract: Contract) -> "WordIndex":
        """Count a contract's words once."""
        counted = [_count_clause(clause) for clause in contract.clauses]
        rarity = _rarity(counted)
        mean = sum(sum(words.values()) for words in counted) / max(len(counted), 1)
        return WordIndex(
            engine=self.engine,
            coefficients=self.coefficients,
            rarity=rarity,
            unheard=_rarity_of(1, len(counted)),
            clauses=tuple(
                _weigh_clause(clause, words, rarity, mean)
                for clause, words in zip(contract.clauses, counted, strict=True)
            ),
        )


@dataclass(frozen=True, slots=True)
class _WeighedClause:
    """A clause and what its words weigh.

    Attributes:
        weights: by term, from 0 to 1.
        mass: of all its words together, rarity included.
        module: the terms of its module's name.
        named: finds a mention of its id.
    """

    clause: Clause
    weights: Weights
    mass: float
    module: frozenset[str]
    named: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request, read.

    Attributes:
        title: the title's terms.
        description: the description's terms.
        masses: by term, over both, rarity included.
        mass: of all of them together.
        strange: the share of the mass that no clause knows.
        modules: the terms of each module that the tracker names.
        text: title and description, folded, to look for the ids of clauses.
    """

    title: Sequence[Term]
    description: Sequence[Term]
    masses: Weights
    mass: float
    strange: float
    modules: tuple[frozenset[str], ...]
    text: str


@dataclass(frozen=True, slots=True)
class Ranked:
    """A clause and how it meets a request."""

    clause: Clause
    features: Features
    score: float
    terms: frozenset[str]


@dataclass(frozen=True, slots=True)
class WordIndex:
    """A contract whose words are counted.

    Attributes:
        rarity: by term of any clause; more for what few clauses speak of.
        unheard: the rarity of a term that no clause speaks of.
    """

    engine: str
    coefficients: Coefficients
    rarity: Weights
    unheard: float
    clauses: tuple[_WeighedClause, ...]

    def match(self, request: Request) -> Match:
        """The nearest clauses that hold on the request's day."""
        asked = self._read(request)
        nearest = self._rank(asked, request)[:_NEAREST]
        evidence = tuple(_evidence(ranked, asked, request) for ranked in nearest)
        return Match(
            clauses=evidence,
            score=evidence[0].score if evidence else 0.0,
            excluded=bool(evidence) and evidence[0].excluded,
            engine=self.engine,
        )

    def rank(self, request: Request) -> list[Ranked]:
        """Every clause that the request meets at all, nearest first."""
        return self._rank(self._read(request), request)

    def _rank(self, asked: _Asked, request: Request) -> list[Ranked]:
        held = [
            weighed
            for weighed in self.clauses
            if request.today is None or weighed.clause.is_valid_on(request.today)
        ]
        common = [_common(weighed, asked) for weighed in held]
        most = max(common, default=0.0) or 1.0
        ranked = (
            self._ranked(weighed, asked, shared / most, shared)
            for weighed, shared in zip(held, common, strict=True)
        )
        met = (one for one in ranked if one.terms or one.features.reference)
        return sorted(met, key=lambda one: -one.score)

    def _ranked(
        self, weighed: _WeighedClause, asked: _Asked, lead: float, common: float
    ) -> Ranked:
        terms = weighed.weights.keys() & asked.masses.keys()
        answered = sum(self.rarity[term] * weighed.weights[term] for term in terms)
        features = Features(
            coverage=common / (asked.mass or 1.0),
            answered=answered / (weighed.mass or 1.0),
            strength=common / (common + _ENOUGH),
            lead=lead,
            strange=asked.strange,
            module=_agreement(weighed.module, asked.modules),
            reference=1.0 if weighed.named.search(asked.text) else 0.0,
        )
        score = round(self.coefficients.likeness(features), 4)
        return Ranked(weighed.clause, features, score, frozenset(terms))

    def _read(self, request: Request) -> _Asked:
        title = scan(request.title)
        description = scan(request.description[:_DESCRIPTION_READ])
        rarity = self._rarity_of
        loud = _masses(title, rarity)
        quiet = _masses(description, rarity)
        room = max(_DESCRIPTION_SHARE * sum(loud.values()), _DESCRIPTION_LEAST)
        share = min(_DESCRIPTION_SHARE, room / (sum(quiet.values()) or 1.0))
        masses = dict(loud)
        for term, mass in quiet.items():
            masses[term] = max(masses.get(term, 0.0), share * mass)
        whole = sum(masses.values())
        strange = sum(mass for term, mass in masses.items() if term not in self.rarity)
        return _Asked(
            title=title,
            description=description,
            masses=masses,
            mass=whole,
            strange=strange / (whole or 1.0),
            modules=_modules(request.module),
            text=fold(f"{request.title}\n{request.description[:_DESCRIPTION_READ]}"),
        )

    def _rarity_of(self, term: str) -> float:
        return self.rarity.get(term, self.unheard)


def _masses(terms: Iterable[Term], rarity: Callable[[str], float]) -> dict[str, float]:
    counted = _count(terms)
    return {term: _saturated(count) * rarity(term) for term, count in counted.items()}


def _count(terms: Iterable[Term]) -> dict[str, float]:
    counted: dict[str, float] = {}
    for term in terms:
        counted[term.key] = counted.get(term.key, 0.0) + term.weight
    return counted


def _saturated(count: float) -> float:
    """1 for a word that occurs once; 2.2 at most, however often it is repeated."""
    return count * (_SATURATION + 1) / (count + _SATURATION)


def _count_clause(clause: Clause) -> dict[str, float]:
    counted = _count(scan(clause.text))
    for term, count in _count(scan(clause.module)).items():
        counted[term] = counted.get(term, 0.0) + _MODULE_WEIGHT * count
    return counted


def _rarity(counted: Sequence[Weights]) -> dict[str, float]:
    clauses_with = Counter(term for words in counted for term in words)
    return {
        term: _rarity_of(count, len(counted)) for term, count in clauses_with.items()
    }


def _rarity_of(clauses_with: int, clauses: int) -> float:
    return log(1 + (clauses - clauses_with + 0.5) / (clauses_with + 0.5))


def _weigh_clause(
    clause: Clause, counted: Weights, rarity: Weights, mean: float
) -> _WeighedClause:
    length = 1 - _LENGTH_SHARE + _LENGTH_SHARE * sum(counted.values()) / (mean or 1.0)
    weights = {
        term: min(1.0, _saturated(count / length)) for term, count in counted.items()
    }
    return _WeighedClause(
        clause=clause,
        weights=weights,
        mass=sum(rarity[term] * weight for term, weight in weights.items()),
        module=frozenset(_count(scan(clause.module))),
        named=_mention(clause.id),
    )


def _mention(clause_id: str) -> re.Pattern[str]:
    """Finds "clause 3.2", "§3.2", "第3.2条"; never the 3.2 of 3.21 or 13.2."""
    name = re.escape(fold(clause_id))
    before = rf"(?:clause|section|article|条款|合同|§|第)\s*(?:no\.?|#)?\s*{name}"
    return re.compile(rf"{before}(?![\w-]|\.\w)|(?<![\w.-]){name}\s*条")


def _modules(named: str) -> tuple[frozenset[str], ...]:
    each = (frozenset(_count(scan(name))) for name in re.split("[,，;；、]", named))
    return tuple(terms for terms in each if terms)


def _agreement(module: frozenset[str], named: Sequence[frozenset[str]]) -> float:
    """1 for the same module by any name, -1 for another, 0 when it cannot be told."""
    if not named or not module:
        return 0.0
    same = max(len(module & terms) / len(module | terms) for terms in named)
    return 1.0 if same >= _SAME_MODULE else -1.0


def _common(weighed: _WeighedClause, asked: _Asked) -> float:
    weights = weighed.weights
    return sum(
        mass * weights[term] for term, mass in asked.masses.items() if term in weights
    )


def _evidence(ranked: Ranked, asked: _Asked, request: Request) -> Evidence:
    matched = phrases(
        Passage(text, _spans(terms, ranked.terms))
        for text, terms in (
            (request.title, asked.title),
            (request.description, asked.description),
        )
    )
    return Evidence(
        clause=ranked.clause.id,
        module=ranked.clause.module,
        text=ranked.clause.text,
        score=ranked.score,
        matched=matched,
        excluded=ranked.clause.excluded,
    )


def _spans(terms: Iterable[Term], met: frozenset[str]) -> Iterator[Span]:
    return ((term.start, term.end) for term in terms if term.key in met)
