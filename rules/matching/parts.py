"""What each part of the match adds, measured on what people decided.

Structured facts, words, meaning, earlier decisions and the judge are switched on one
after the other; each time the probability of being inside is fitted on some decisions
and measured on others.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from operator import itemgetter

from rules.matching.calibrate import Sample, fit
from rules.matching.likeness import INSIDE, Coefficients, Leaning

PRECISION = 0.9
PULL = 4.0
_FEWEST = 5
_EVEN = 0.5


class Part(StrEnum):
    """What takes part; each has what stands before it, save ``text``."""

    TEXT = "text"
    FACTS = "facts"
    WORDS = "words"
    MEANING = "meaning"
    DECISIONS = "decisions"
    JUDGE = "judge"


_BY_TEXT = {
    "granted",
    "excluded",
    "coverage",
    "foreign",
    "broken",
    "wish",
    "beyond",
    "usual",
    "unnamed",
    "over",
}
_BY_FACTS = {"module", "reference", "late", "type"}
_FEATURES: Mapping[Part, set[str]] = {
    Part.TEXT: _BY_TEXT,
    Part.FACTS: _BY_FACTS,
    Part.WORDS: _BY_FACTS | _BY_TEXT,
    Part.MEANING: _BY_FACTS | _BY_TEXT,
    Part.DECISIONS: _BY_FACTS | _BY_TEXT | {"precedent"},
    Part.JUDGE: set(Leaning._fields),
}


@dataclass(frozen=True, slots=True)
class Decided:
    """A request that a person decided on, as each engine leans.

    Attributes:
        by_words: how it leans by words and facts.
        by_all: the same by words, facts, meaning, precedents and the judge.
        inside: the person found it to be in the contract.
        groups: by kind of group (``language``, ``phase`` …), which one it is in.
    """

    by_words: Leaning
    by_all: Leaning
    inside: bool
    groups: Mapping[str, str]

    def lean(self, part: Part) -> Leaning:
        """What is known when no more than this part takes part."""
        plain = part in {Part.FACTS, Part.WORDS}
        known = self.by_words if plain else self.by_all
        absent = set(Leaning._fields) - _FEATURES[part]
        return known._replace(**dict.fromkeys(absent, 0.0))


@dataclass(frozen=True, slots=True)
class Judged:
    """A decision beside the probability that was told without knowing it."""

    decided: Decided
    probability: float


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which probability on a scope may be decided; None when never.

    Both are learnt on other decisions than those they are measured on.
    """

    inside: float | None
    outside: float | None

    def decides(self, probability: float) -> bool | None:
        """In, out, or None for a person to look at."""
        if self.inside is not None and probability >= self.inside:
            return True
        if self.outside is not None and probability <= self.outside:
            return False
        return None


@dataclass(frozen=True, slots=True)
class Share:
    """How much is decided without a person, and how much of that is right.

    Attributes:
        of: how many requests there are.
        share: of them, what is decided.
        precision: the share of it that is right; None when nothing is decided.
    """

    of: int
    share: float
    precision: float | None


@dataclass(frozen=True, slots=True)
class Measure:
    """The figures of one part.

    Attributes:
        auc: the probability that a request inside is told to be likelier so than one
            outside; None when either is missing.
        precision: of what is told to be inside with more than 0.5.
        recall: of what is inside.
        inside: what is decided as in contract at the precision asked for.
        outside: the same for outside of it.
        groups: by ``language=zh`` and the like, both together.
    """

    part: Part
    auc: float | None
    precision: float | None
    recall: float | None
    inside: Share
    outside: Share
    groups: Mapping[str, Share]


def learn(part: Part, seen: Sequence[Decided], version: str) -> Coefficients:
    """Fit the probability of being inside on decisions, starting from the built-in."""
    samples = [Sample(one.lean(part), one.inside) for one in seen]
    return fit(samples, INSIDE, pull=PULL, version=version)


def tell(part: Part, by: Coefficients, asked: Iterable[Decided]) -> list[Judged]:
    """The probability of each."""
    return [Judged(one, by.probability(one.lean(part))) for one in asked]


def find_thresholds(judged: Sequence[Judged]) -> Thresholds:
    """The widest that are right often enough."""
    inside = _find_edge([(one.probability, one.decided.inside) for one in judged])
    turned = [(-one.probability, not one.decided.inside) for one in judged]
    outside = _find_edge(turned)
    return Thresholds(inside, None if outside is None else -outside)


def _find_edge(scored: Sequence[tuple[float, bool]]) -> float | None:
    edge, count, right = None, 0, 0
    for score, alike in groupby(sorted(scored, reverse=True), itemgetter(0)):
        good = [each for _, each in alike]
        count, right = count + len(good), right + sum(good)
        if count >= _FEWEST and right / count >= PRECISION:
            edge = score
    return edge


def measure(part: Part, judged: Sequence[Judged], at: Thresholds) -> Measure:
    """The figures of some decisions at thresholds learnt elsewhere."""
    told = [one.probability > _EVEN for one in judged]
    truth = [one.decided.inside for one in judged]
    both = sum(map(min, zip(told, truth, strict=True)))
    groups: dict[str, list[Judged]] = {}
    for one in judged:
        for kind, group in one.decided.groups.items():
            groups.setdefault(f"{kind}={group}", []).append(one)
    return Measure(
        part=part,
        auc=rank_auc((one.probability, one.decided.inside) for one in judged),
        precision=both / sum(told) if any(told) else None,
        recall=both / sum(truth) if any(truth) else None,
        inside=_share(judged, at, {True}),
        outside=_share(judged, at, {False}),
        groups={
            name: _share(each, at, {True, False})
            for name, each in sorted(groups.items())
        },
    )


def _share(judged: Sequence[Judged], at: Thresholds, wanted: Collection[bool]) -> Share:
    decided = [(at.decides(one.probability), one.decided.inside) for one in judged]
    taken = [
        (said, was) for said, was in decided if said is not None and said in wanted
    ]
    right = sum(said is was for said, was in taken)
    precision = right / len(taken) if taken else None
    return Share(len(judged), len(taken) / (len(judged) or 1), precision)


def rank_auc(scored: Iterable[tuple[float, bool]]) -> float | None:
    """The Mann-Whitney statistic; ties count half."""
    each = list(scored)
    inside = [score for score, good in each if good]
    outside = [score for score, good in each if not good]
    if not inside or not outside:
        return None
    wins = sum((one > two) + (one == two) / 2 for one in inside for two in outside)
    return wins / (len(inside) * len(outside))


def measure_apart(
    parts: Iterable[Part], seen: Sequence[Decided], asked: Sequence[Decided]
) -> list[Measure]:
    """Learn on some decisions, measure on others."""
    found = []
    for part in parts:
        by = learn(part, seen, "seen")
        at = find_thresholds(tell(part, by, seen))
        found.append(measure(part, tell(part, by, asked), at))
    return found


def measure_across(
    parts: Iterable[Part], decided: Sequence[Decided], folds: int = 5
) -> list[Measure]:
    """Each decision by what was learnt on the others; thresholds as well."""
    return [_measure_across(part, decided, folds) for part in parts]


def _measure_across(part: Part, decided: Sequence[Decided], folds: int) -> Measure:
    judged: list[Judged] = []
    for fold in range(folds):
        others = [one for i, one in enumerate(decided) if i % folds != fold]
        by = learn(part, others, "others")
        judged += tell(part, by, decided[fold::folds])
    return measure(part, judged, find_thresholds(judged))
