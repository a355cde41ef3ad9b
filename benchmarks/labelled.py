"""The labelled requests, and what may be learnt from the part that is tuned on."""

from dataclasses import dataclass
from pathlib import Path

from app.encoder import BundledEncoder
from rules.matching.contract import load_contract
from rules.matching.meaning import Encoder, Meanings
from rules.matching.pairs import PairSet, parse_pairs

ROOT = Path(__file__).parent.parent
TESTS = ROOT / "tests/rules/matching"


@dataclass(frozen=True)
class Collection:
    """Requests by one author; ``contracts`` are the folders to look into."""

    pairs: Path
    contracts: tuple[Path, ...]

    def load_set(self, name: str) -> PairSet:
        file = f"{name}.yaml"
        place = next(
            folder / file for folder in self.contracts if (folder / file).exists()
        )
        contract, problems = load_contract(place.read_text("utf-8"), file=place.name)
        assert contract, problems
        path = self.pairs / f"{name}.jsonl"
        pairs, problems = parse_pairs(path.read_text("utf-8"), contract, file=path.name)
        assert pairs, "\n".join(map(str, problems))
        return pairs

    def load_sets(self, *, held_out: bool) -> list[PairSet]:
        names = sorted(path.stem for path in self.pairs.glob("*.jsonl"))
        sets = [self.load_set(name).only(held_out=held_out) for name in names]
        return [one for one in sets if one.pairs]


OWN = Collection(
    TESTS / "pairs", (ROOT / "cli/demo_data/contracts", TESTS / "contracts")
)
"""By the author of the gloss."""

BLIND = Collection(TESTS / "blind/pairs", (TESTS / "blind/contracts",))
"""By somebody who had seen neither gloss nor matcher nor the other requests."""


FRESH = Collection(TESTS / "fresh/pairs", (TESTS / "fresh/contracts",))
"""By a third author, held out as a whole."""


def bundled_meanings(encoder: Encoder | None = None) -> Meanings:
    return Meanings(encoder or BundledEncoder())
