"""Which mutants are tried, and what became of those that have been."""

import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from benchmarks.mutation.mutants import Mutant, mutants_of
from benchmarks.mutation.trial import Outcome


def take_sample(root: Path, room: str, size: int, seed: int) -> list[Mutant]:
    """About ``size`` mutants, of each file and operator the same share.

    What is drawn depends on the mutants' names, not on their order, so a change of one
    file leaves the others' sample as it is.
    """
    paths = sorted(path.relative_to(root) for path in (root / room).rglob("*.py"))
    mutants = [each for path in paths for each in mutants_of(root, path.as_posix())]
    strata: dict[tuple[str, str], list[Mutant]] = {}
    for each in mutants:
        strata.setdefault((each.path, each.operator), []).append(each)
    share = min(1.0, size / len(mutants))
    return [
        each
        for stratum, members in strata.items()
        for each in _draw(members, share, f"{seed} {stratum}")
    ]


def _draw(members: Sequence[Mutant], share: float, seed: str) -> Sequence[Mutant]:
    """The share of the members, rounded by chance."""
    drawn = sorted(members, key=lambda each: _chance(seed + each.name))
    return drawn[: int(len(members) * share + _chance(seed))]


def _chance(text: str) -> float:
    """Evenly spread from 0 to 1."""
    return int.from_bytes(sha256(text.encode()).digest()[:6]) / 2**48


class Results:
    """What became of each mutant, kept line by line as it is found."""

    def __init__(self, root: Path, room: str) -> None:
        self._kept = root / ".mutation" / f"{room}.results"
        self._outcomes: dict[str, Outcome] = {}
        if self._kept.exists():
            for line in self._kept.read_text("utf-8").splitlines():
                name, outcome, *_ = json.loads(line)
                self._outcomes[name] = Outcome(outcome)

    def outcome(self, mutant: Mutant) -> Outcome | None:
        return self._outcomes.get(mutant.name)

    def add(self, mutant: Mutant, outcome: Outcome) -> None:
        self._outcomes[mutant.name] = outcome
        with self._kept.open("a", encoding="utf-8") as kept:
            kept.write(json.dumps([mutant.name, outcome]) + "\n")
