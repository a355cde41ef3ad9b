"""What each part of the contract match adds, on requests it was never tuned on.

``python -m benchmarks.matching [--quick] --json``: recall of the right clause by each
engine, then in against out of contract as facts, words, meaning and earlier decisions
are switched on; everything is learnt on the tuning part of the labelled requests and
measured on the held-out third. ``--quick`` leaves the timings out. The judge has no row:
what it adds is the operator's model, see ``reqpool rules calibrate``.
"""

import json
import platform
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from importlib.metadata import version
from statistics import median

from benchmarks.labelled import bundled_meanings, load_sets
from rules.matching.blended_matcher import BlendedMatcher
from rules.matching.calibration import BUILT_IN, Calibration, Precedent
from rules.matching.evaluate import Answer, evaluate_answers
from rules.matching.likeness import INSIDE
from rules.matching.match import Matcher
from rules.matching.meaning import Meanings, asked_text
from rules.matching.pairs import Pair, PairSet, Side
from rules.matching.parts import (
    Decided,
    Measure,
    Part,
    find_thresholds,
    measure,
    measure_apart,
    tell,
)
from rules.matching.word_matcher import WordMatcher

PARTS = (Part.FACTS, Part.TEXT, Part.WORDS, Part.MEANING, Part.DECISIONS)


def answer_all(matcher: Matcher, sets: Sequence[PairSet]) -> list[Answer]:
    found = []
    for one in sets:
        index = matcher.index(one.contract)
        found += [Answer(pair, index.match(pair.request)) for pair in one.pairs]
    return found


def recall(matcher: Matcher, sets: Sequence[PairSet]) -> dict[str, dict[str, float]]:
    answers = answer_all(matcher, sets)
    groups: dict[str, list[Answer]] = {}
    for one in answers:
        names = ("all", f"language={one.pair.language}", f"difficulty={one.pair.why}")
        for name in names:
            groups.setdefault(name, []).append(one)
    return {name: _recall(each) for name, each in sorted(groups.items())}


def _recall(answers: Sequence[Answer]) -> dict[str, float]:
    (found,) = evaluate_answers("", answers).measured[:1]
    return {
        "with_clause": found.with_clause,
        "first": round(found.recall_at_1, 3),
        "among_three": round(found.recall_at_3, 3),
    }


def precedent_of(pair: Pair, contract: str) -> Precedent:
    text = asked_text(pair.request.title, pair.request.description)
    return Precedent(text, pair.side is Side.IN, contract)


def decide_all(meanings: Meanings, *, held_out: bool) -> Iterator[Decided]:
    """Precedents are the tuning part's, less the request itself."""
    known = [
        precedent_of(pair, one.contract.slug)
        for one in load_sets(held_out=False)
        for pair in one.pairs
    ]
    for one in load_sets(held_out=held_out):
        words = WordMatcher().index(one.contract)
        for pair in one.pairs:
            own = precedent_of(pair, one.contract.slug).text
            others = tuple(each for each in known if each.text != own)
            calibration = Calibration("seen", INSIDE, precedents=others)
            blended = BlendedMatcher(meanings).calibrated(calibration)
            yield Decided(
                by_words=words.match(pair.request).leaning,
                by_all=blended.index(one.contract).match(pair.request).leaning,
                inside=pair.side is Side.IN,
                groups={
                    "language": pair.language,
                    "phase": pair.request.phase or "unknown",
                    "difficulty": pair.why,
                },
            )


def show_built_in(seen: Sequence[Decided], asked: Sequence[Decided]) -> Measure:
    """Without anything learnt here but the thresholds."""
    at = find_thresholds(tell(Part.MEANING, BUILT_IN.inside, seen))
    return measure(Part.MEANING, tell(Part.MEANING, BUILT_IN.inside, asked), at)


def timed(work: Callable[[], object], times: int = 5) -> float:
    spent = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        spent.append(time.perf_counter() - begun)
    return median(spent)


def timings(meanings: Meanings) -> dict[str, float]:
    one = load_sets(held_out=False)[-1]
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


def show(found: dict[str, dict[str, float]], parts: Sequence[Measure]) -> None:
    print(f"{'':26}{'AUC':>6}{'precision':>11}{'recall':>8}{'in':>14}{'out':>14}")
    for one in parts:
        shares = (
            f"{s.share:.2f} @{s.precision or 0:.2f}" for s in (one.inside, one.outside)
        )
        line = "".join(f"{share:>14}" for share in shares)
        print(
            f"{one.part:26}{one.auc:6.2f}{one.precision:11.2f}{one.recall:8.2f}{line}"
        )
    for engine, each in found.items():
        print(engine, each)


def main() -> None:
    meanings = bundled_meanings()
    held = load_sets(held_out=True)
    engines: dict[str, Matcher] = {
        "words": WordMatcher(),
        "words and meaning": BlendedMatcher(meanings),
    }
    recalls = {name: recall(matcher, held) for name, matcher in engines.items()}
    seen = list(decide_all(meanings, held_out=False))
    asked = list(decide_all(meanings, held_out=True))
    parts = measure_apart(PARTS, seen, asked)
    built_in = show_built_in(seen, asked)
    quick = "--quick" in sys.argv
    if "--json" not in sys.argv:
        show({name: each["all"] for name, each in recalls.items()}, [*parts, built_in])
    auc = {one.part.value: one.auc for one in parts}
    report = {
        "name": "matching",
        "ratios": {
            "ours_vs_words_among_three": recalls["words and meaning"]["all"][
                "among_three"
            ]
            / recalls["words"]["all"]["among_three"],
            "ours_vs_text_auc": (auc["decisions"] or 0) / (auc["text"] or 1),
        },
        "ours": {
            "requests": {"tuned_on": len(seen), "held_out": len(asked)},
            "recall": recalls["words and meaning"],
            "parts": [asdict(one) for one in parts],
            "built_in": asdict(built_in),
            "timings": {} if quick else timings(meanings),
        },
        "baselines": {"recall": recalls["words"]},
        "machine": f"{platform.machine()}, {platform.processor() or 'unknown'}",
        "versions": {
            "python": platform.python_version(),
            "numpy": version("numpy"),
            "engine": BlendedMatcher(meanings).engine,
        },
    }
    print(json.dumps(rounded(report), ensure_ascii=False))


def rounded(value: object) -> object:
    if isinstance(value, list):
        return [rounded(each) for each in value]
    if isinstance(value, dict):
        return {name: rounded(each) for name, each in value.items()}
    return round(value, 3) if isinstance(value, float) else value


if __name__ == "__main__":
    main()
