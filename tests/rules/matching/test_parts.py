"""The figures by which a deployment sees what its people's decisions are worth."""

from rules.matching.likeness import Leaning
from rules.matching.parts import (
    Decided,
    Judged,
    Measure,
    Part,
    Share,
    Thresholds,
    find_thresholds,
    measure,
    measure_across,
    rank_auc,
)

EVERYTHING = Leaning(*[0.5] * len(Leaning._fields))


def decided(
    *, inside: bool, language: str = "en", granted: float = 0.0, late: float = 0.0
) -> Decided:
    words = Leaning(granted=granted, late=late)
    return Decided(words, EVERYTHING, inside, {"language": language})


def judged(*told: tuple[float, bool]) -> list[Judged]:
    return [
        Judged(decided(inside=inside, language="zh" if inside else "en"), probability)
        for probability, inside in told
    ]


def test_the_figures_of_a_few_decisions() -> None:
    each = judged((0.9, True), (0.8, False), (0.6, True), (0.3, True), (0.1, False))
    at = Thresholds(inside=0.8, outside=0.3)
    assert measure(Part.WORDS, each, at) == Measure(
        part=Part.WORDS,
        auc=4 / 6,
        precision=2 / 3,
        recall=2 / 3,
        inside=Share(5, 2 / 5, 1 / 2),
        outside=Share(5, 2 / 5, 1 / 2),
        groups={
            "language=en": Share(2, 1.0, 1 / 2),
            "language=zh": Share(3, 2 / 3, 1 / 2),
        },
    )
    never = Share(0, 0.0, None)
    nothing = measure(Part.TEXT, [], Thresholds(None, None))
    assert nothing == Measure(Part.TEXT, None, None, None, never, never, {})


def test_ties_count_half() -> None:
    assert rank_auc([(0.5, True), (0.5, False), (0.1, False)]) == 0.75
    assert rank_auc([(0.5, True)]) is None


def test_thresholds_are_the_widest_that_are_right_nine_times_in_ten() -> None:
    sure = [((90 - n) / 100, True) for n in range(9)]
    unsure = [(0.7, False), (0.6, True), (0.5, False)]
    away = [(0.2 - n / 100, False) for n in range(5)]
    assert find_thresholds(judged(*sure, *unsure, *away)) == Thresholds(0.6, 0.5)
    assert find_thresholds(judged(*sure[:4])) == Thresholds(None, None)
    alike = [(0.4, False)] * 8
    assert find_thresholds(judged(*sure, *alike)) == Thresholds(0.82, 0.4)


def test_each_part_knows_what_it_says_and_no_more() -> None:
    one = Decided(Leaning(granted=0.3, late=0.4), EVERYTHING, True, {})
    assert one.lean(Part.FACTS) == Leaning(late=0.4)
    assert one.lean(Part.WORDS) == Leaning(granted=0.3, late=0.4)
    text = one.lean(Part.TEXT)
    assert (text.granted, text.late, text.precedent, text.judge) == (0.5, 0.0, 0, 0)
    meaning = one.lean(Part.MEANING)
    assert (meaning.late, meaning.precedent, meaning.judge) == (0.5, 0.0, 0.0)
    assert one.lean(Part.DECISIONS)._replace(judge=0.5) == EVERYTHING
    assert one.lean(Part.JUDGE) == EVERYTHING


def test_what_was_learnt_on_others_is_measured_once_on_each() -> None:
    seen = [decided(inside=n % 2 == 0, granted=(n % 2 == 0) * 1.0) for n in range(40)]
    facts, words = measure_across([Part.FACTS, Part.WORDS], seen)
    assert (words.part, words.auc, words.precision, words.recall) == (
        Part.WORDS,
        1.0,
        1.0,
        1.0,
    )
    assert (words.inside, words.outside) == (Share(40, 0.5, 1.0), Share(40, 0.5, 1.0))
    assert words.groups == {"language=en": Share(40, 1.0, 1.0)}
    assert facts.auc is not None
    assert facts.auc < 0.6
