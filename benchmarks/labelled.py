"""The labelled requests, and what may be learnt from the part that is tuned on."""

from pathlib import Path

from app.encoder import BundledEncoder
from rules.matching.contract import load_contract
from rules.matching.meaning import Encoder, Meanings
from rules.matching.pairs import PairSet, parse_pairs

ROOT = Path(__file__).parent.parent
TESTS = ROOT / "tests/rules/matching"
CONTRACTS = (ROOT / "cli/demo_data/contracts", TESTS / "contracts")


def load_set(name: str) -> PairSet:
    file = f"{name}.yaml"
    place = next(folder / file for folder in CONTRACTS if (folder / file).exists())
    contract, problems = load_contract(place.read_text("utf-8"), file=place.name)
    assert contract, problems
    path = TESTS / "pairs" / f"{name}.jsonl"
    pairs, problems = parse_pairs(path.read_text("utf-8"), contract, file=path.name)
    assert pairs, "\n".join(map(str, problems))
    return pairs


def load_sets(*, held_out: bool) -> list[PairSet]:
    names = sorted(path.stem for path in (TESTS / "pairs").glob("*.jsonl"))
    sets = [load_set(name).only(held_out=held_out) for name in names]
    return [one for one in sets if one.pairs]


def bundled_meanings(encoder: Encoder | None = None) -> Meanings:
    return Meanings(encoder or BundledEncoder())
