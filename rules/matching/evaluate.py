"""How well an engine finds clauses, measured on labelled pairs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rules.matching.match import Match, Matcher
from rules.matching.pairs import Pair, PairSet, Side

_AMONG = 3
ALL = "all"


@dataclass(frozen=True, slots=True)
class Answer:
    """A pair and what the engine made of it."""

    pair: Pair
    match: Match

    @property
    def rank(self) -> int | None:
        """The place of the first right clause, from 1; None when none is shown."""
        right = {self.pair.clause, *self.pair.acceptable}
        shown = enumerate(self.match.clauses, start=1)
        return next((place for place, one in shown if one.clause in right), None)

    @property
    def inside(self) -> float:
        """The probability, that the request is in the contract."""
        return self.match.inside


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures for one language, or for all.

    Attributes:
        language: ``all``, or as in the pairs.
        pairs: how many were asked.
        with_clause: how many of them are about a clause; recall is over these.
        recall_at_1: the share whose clause came first.
        recall_at_3: the share whose clause is among the three shown.
        auc: the probability that a request in contract gets a higher probability of being so than
            one out of contract (0.5 is chance); None when either kind is missing.
    """

    language: str
    pairs: int
    with_clause: int
    recall_at_1: float
    recall_at_3: float
    auc: float | None


@dataclass(frozen=True, slots=True)
class Report:
    """What ``reqpool contract recall`` shows.

    Attributes:
        engine: name and version of what was measured.
        measured: all languages together, then each by name.
        missed: the answers that do not show the right clause.
    """

    engine: str
    measured: tuple[Measured, ...]
    missed: tuple[Answer, ...]

    def of(self, language: str) -> Measured:
        """The figures for one language."""
        return next(one for one in self.measured if one.language == language)


def evaluate(matcher: Matcher, sets: Iterable[PairSet]) -> Report:
    """Ask an engine every request of the pairs, and compare."""
    answers = [answered for one in sets for answered in _answers(matcher, one)]
    return evaluate_answers(matcher.engine, answers)


def evaluate_answers(engine: str, answers: Sequence[Answer]) -> Report:
    """Compare what was answered with what people said."""
    languages = sorted({answered.pair.language for answered in answers})
    by_language = [
        _measure(name, [one for one in answers if one.pair.language == name])
        for name in languages
    ]
    return Report(
        engine=engine,
        measured=(_measure(ALL, answers), *by_language),
        missed=tuple(one for one in answers if one.pair.clause and not one.rank),
    )


def _answers(matcher: Matcher, one: PairSet) -> Iterable[Answer]:
    index = matcher.index(one.contract)
    return (Answer(pair, index.match(pair.request)) for pair in one.pairs)


def _measure(language: str, answers: Sequence[Answer]) -> Measured:
    ranks = [answered.rank for answered in answers if answered.pair.clause]
    return Measured(
        language=language,
        pairs=len(answers),
        with_clause=len(ranks),
        recall_at_1=_share(ranks, 1),
        recall_at_3=_share(ranks, _AMONG),
        auc=_auc(answers),
    )


def _share(ranks: Sequence[int | None], among: int) -> float:
    found = sum(rank is not None and rank <= among for rank in ranks)
    return found / max(len(ranks), 1)


def _auc(answers: Sequence[Answer]) -> float | None:
    """The Mann-Whitney statistic; ties count half."""
    inside = [one.inside for one in answers if one.pair.side is Side.IN]
    outside = [one.inside for one in answers if one.pair.side is Side.OUT]
    if not inside or not outside:
        return None
    wins = sum((one > two) + (one == two) / 2 for one in inside for two in outside)
    return wins / (len(inside) * len(outside))
