"""Killed and survived by file, and each survivor."""

from collections import Counter
from collections.abc import Sequence
from math import sqrt

from benchmarks.mutation.mutants import Mutant
from benchmarks.mutation.results import Results
from benchmarks.mutation.trial import Outcome

_KILLED = {Outcome.KILLED, Outcome.TIMED_OUT}
_UNKNOWN = {None, Outcome.TOO_SLOW}
_Z = 1.96


def print_report(room: str, sample: Sequence[Mutant], results: Results) -> None:
    tried = [(each, results.outcome(each)) for each in sample]
    by_file: dict[str, Counter[bool]] = {}
    for mutant, outcome in tried:
        if outcome not in _UNKNOWN:
            by_file.setdefault(mutant.path, Counter())[outcome in _KILLED] += 1
    for path, counted in by_file.items():
        print(f"{path:42} {counted[True]:4} killed {counted[False]:4} survived")
    for mutant, outcome in tried:
        if outcome and outcome not in _UNKNOWN | _KILLED:
            print(_describe(mutant, outcome))
    whole = sum(by_file.values(), Counter[bool]())
    print(f"{room}: {_rate(whole[True], whole.total())}, {len(tried)} in the sample")
    print(Counter(str(outcome) for _, outcome in tried))


def _describe(mutant: Mutant, outcome: Outcome) -> str:
    where = f"{mutant.path}:{mutant.lines.start} {mutant.function}"
    return f"{outcome} {where} {mutant.operator}\n    - {mutant.before}\n    + {mutant.after}"


def _rate(killed: int, tried: int) -> str:
    """With Wilson's interval of 95 %."""
    if not tried:
        return "nothing tried"
    share = killed / tried
    middle = (share + _Z**2 / (2 * tried)) / (1 + _Z**2 / tried)
    reach = _Z * sqrt(share * (1 - share) / tried + _Z**2 / (4 * tried**2))
    reach /= 1 + _Z**2 / tried
    low, high = middle - reach, middle + reach
    return f"{killed} of {tried} killed, {share:.1%} ({low:.1%} to {high:.1%})"
