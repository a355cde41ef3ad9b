"""What people decided in this deployment, as far as it changes a match."""

from collections.abc import Iterable
from dataclasses import dataclass

from rules.matching.likeness import INSIDE, Coefficients, Leaning
from rules.matching.meaning import Meaning, Meanings

_FAR = 0.45
_DOUBT = 0.3


@dataclass(frozen=True, slots=True)
class Precedent:
    """A request that a person decided on.

    Attributes:
        text: as :func:`rules.matching.meaning.asked_text` gives it.
        inside: the person found it to be in the contract.
        contract: the contract's slug; precedents of another one say nothing.
    """

    text: str
    inside: bool
    contract: str = ""


@dataclass(frozen=True, slots=True)
class Calibration:
    """How the leaning of a request becomes a probability.

    Attributes:
        version: part of the engine's version.
        inside: the probability of being inside the contract.
        daily_share: of what was found to be outside, the share granted as daily change.
        precedents: what similar requests are compared with.
    """

    version: str
    inside: Coefficients
    daily_share: float = 0.0
    precedents: tuple[Precedent, ...] = ()

    @property
    def hears_judge(self) -> bool:
        """People's decisions have shown what the judge's opinion is worth."""
        return bool(self.inside.weights[Leaning._fields.index("judge")])


BUILT_IN = Calibration("built-in", INSIDE)
"""What holds while few people have decided."""


def gather_precedents(
    calibration: Calibration, contract: str, meanings: Meanings
) -> tuple[tuple[Meaning, bool], ...]:
    """The precedents of one contract, ready to be compared."""
    kept = [one for one in calibration.precedents if one.contract == contract]
    found = meanings.get([one.text for one in kept])
    return tuple(
        (meaning, one.inside) for one, meaning in zip(kept, found, strict=True)
    )


def follow_precedents(
    asked: Meaning, precedents: Iterable[tuple[Meaning, bool]]
) -> float:
    """From -1, the like was found outside, to 1, inside; 0 when nothing is alike."""
    total = swing = 0.0
    for meaning, inside in precedents:
        near = max(0.0, (asked.likeness(meaning) - _FAR) / (1 - _FAR)) ** 2
        total += near
        swing += near if inside else -near
    return swing / (total + _DOUBT)
