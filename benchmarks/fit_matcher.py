"""Fit the built-in coefficients on the labelled requests that may be tuned on.

``python -m benchmarks.fit_matcher`` prints ``BLENDED`` and ``INSIDE`` as they stand in
``rules/matching/likeness.py`` and ``USUAL`` as in ``usual_weights.py``, and how well they
hold where each contract is asked with what was learnt on the others. ``BLENDED`` is learnt
on requests by somebody who had not seen the gloss: on the author's own, words look better
than they are. The others are learnt on both authors' requests. Held-out requests are never
read here; see ``python -m benchmarks.matching`` for them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from benchmarks.fit_usual import hear_examples, learn_usual
from benchmarks.labelled import BLIND, OWN, bundled_meanings
from rules.matching.blended_matcher import BlendedMatcher
from rules.matching.calibrate import Sample, clause_samples, fit, inside_samples
from rules.matching.evaluate import Measured, evaluate
from rules.matching.likeness import Coefficients, Features, Leaning
from rules.matching.pairs import PairSet
from rules.matching.usual import Usual

PULL = 0.5
VERSION = "8"
WIDTH = 80
SPACE = "use3/"
STRUCTURE = Coefficients(
    "structure",
    -5.0,
    (2.0, 1.0, 1.0, 1.0, 0.0, -0.5, 2.0, 8.0, *[3.0] * 6, 1.0),
)
"""What is known without any pair: meaning and words count for much the same.

An exclusion (1.0) names many matters and comes less near to each: the own collection
taught 0.9, the blind one, whose author wrote a third of it about exclusions, 1.3.
"""

LEANS = Coefficients(
    "leans",
    -0.3,
    (
        *(2.1, -2.3, 1.2, -1.5, 0.25, -0.3, 0.36, 0.63, -0.3, 0.22, 2.5, 0.0),
        *(-5.0, 2.0, -1.0, -2.0),
    ),
)
"""The same for a request as a whole."""

NOT_LEARNT_OF_CLAUSES = ("excluded",)
"""How many requests the author wrote about exclusions is no fact of the world."""

NOT_LEARNT_OF_REQUESTS = (
    *("broken", "wish"),
    *("module", "reference", "late", "type", "precedent", "judge"),
)
"""How an author puts things, and facts that were drawn and not observed."""


def fit_clause(matcher: BlendedMatcher, sets: list[PairSet]) -> Coefficients:
    seen = clause_samples(matcher, sets)
    known = list(leave_out(seen, Features._fields, NOT_LEARNT_OF_CLAUSES))
    return fit(known, STRUCTURE, pull=PULL, version=VERSION)


def fit_inside(seen: Iterable[Sample]) -> Coefficients:
    known = list(leave_out(seen, Leaning._fields, NOT_LEARNT_OF_REQUESTS))
    return fit(known, LEANS, pull=PULL, version=VERSION)


def leave_out(
    seen: Iterable[Sample], fields: tuple[str, ...], absent: tuple[str, ...]
) -> Iterator[Sample]:
    """Samples in which nothing is to be learnt of some features: they stay as known."""
    places = {fields.index(name) for name in absent}
    for sample in seen:
        kept = (0.0 if i in places else x for i, x in enumerate(sample.features))
        yield Sample(tuple(kept), sample.right)


def show(title: str, measured: Measured) -> None:
    auc = "" if measured.auc is None else f"AUC {measured.auc:.2f}"
    print(
        f"{title:24} {measured.pairs:4} pairs  "
        f"@1 {measured.recall_at_1:.2f}  @3 {measured.recall_at_3:.2f}  {auc}"
    )


def tell(name: str, found: Coefficients) -> None:
    weights = tuple(round(weight, 2) for weight in found.weights)
    print(f"{name} = Coefficients({VERSION!r}, {found.base:.2f}, {weights})")


def main() -> None:
    blind, own = BLIND.load_sets(held_out=False), OWN.load_sets(held_out=False)
    untaught = BlendedMatcher(bundled_meanings())
    matcher = replace(untaught, coefficients=fit_clause(untaught, blind))
    examples = hear_examples(matcher, "blind", blind)
    examples += hear_examples(matcher, "own", own)
    leanings: list[Sample] = []
    for held in (*blind, *own):
        slug = held.contract.slug
        coefficients = fit_clause(matcher, [one for one in blind if one is not held])
        usual = learn_usual([one for one in examples if one.contract != slug], SPACE)
        taught = replace(matcher, coefficients=coefficients, usual=usual)
        leanings += inside_samples(taught, [held])
        show(f"without {slug}", evaluate(taught, [held]).measured[0])
    tell("BLENDED", matcher.coefficients)
    tell("INSIDE", fit_inside(leanings))
    print_usual(learn_usual(examples, SPACE))


def print_usual(usual: Usual) -> None:
    packed = usual.pack()
    for begin in range(0, len(packed), WIDTH):
        print(f'    r"{packed[begin : begin + WIDTH]}"')
    print(f"strengths {usual.whole.strength:.4f} {usual.title.strength:.4f}")


if __name__ == "__main__":
    main()
