"""Contracts and their labelled requests, less those that are held out."""

from pathlib import Path

from model.contracts import Contract
from rules.matching.contract import load_contract
from rules.matching.pairs import PairSet, parse_pairs

ROOT = Path(__file__).parents[3]
PAIRS = Path(__file__).parent / "pairs"
DEMO = ("acme", "hdjx", "beigang")
NAMES = ("acme", "hdjx", "beigang", "yunhe", "lanhai")
FOLDERS = (ROOT / "cli/demo_data/contracts", Path(__file__).parent / "contracts")


def demo_contract(name: str) -> Contract:
    file = f"{name}.yaml"
    path = next(folder / file for folder in FOLDERS if (folder / file).exists())
    contract, problems = load_contract(path.read_text("utf-8"), file=path.name)
    assert contract, "\n".join(map(str, problems))
    return contract


def demo_pairs(name: str) -> PairSet:
    path = PAIRS / f"{name}.jsonl"
    contract = demo_contract(name)
    pairs, problems = parse_pairs(path.read_text("utf-8"), contract, file=path.name)
    assert pairs, "\n".join(map(str, problems))
    return pairs.only(held_out=False)
