"""Rules per second, against rule-engine, cel-python, a Rust CEL and our own closures.

``python -m benchmarks.rules [--quick] [--json] [--pool ROWS]``; needs the dependency
group ``bench``. Every engine evaluates the same 100 rules on the same facts, in turns, and
must find the same ones.
``--pool`` sets how many requirements a real PostgreSQL holds while a candidate is
simulated on all of them; 0 leaves that out. ``--keep`` names a folder for that pool,
so that it is seeded once for many runs.
"""

import argparse
from pathlib import Path
from typing import Any

WHOLE, QUICK = 1_000_000, 60_000
PACKAGES = (
    "rule-engine",
    "cel-python",
    "common-expression-language",
    "google-re2",
    "psycopg",
)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="within 50 seconds")
    parser.add_argument("--json", action="store_true", help="the last line alone")
    parser.add_argument("--pool", type=int, default=None, metavar="ROWS")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="of the pool")
    return parser.parse_args()


def main() -> None:
    # the processes that simulate import this module too, and need none of these
    from benchmarks.report import print_report  # noqa: PLC0415 - see above
    from benchmarks.rule_engines import (  # noqa: PLC0415 - see above
        measure_catastrophe,
        measure_compile,
        measure_engines,
    )
    from benchmarks.rules_pool import measure_pool  # noqa: PLC0415 - see above

    asked = parse_arguments()
    rates, ruleset = measure_engines(*((8_000, 3) if asked.quick else (40_000, 5)))
    catastrophe = measure_catastrophe()
    rows = asked.pool if asked.pool is not None else QUICK if asked.quick else WHOLE
    ours: dict[str, Any] = {
        "evaluations_per_second": rates["bulk"],
        "closures_per_second": rates["closures"],
        "decisions_with_reasons_per_second": rates["decide_with_why"],
        "compile_ms": measure_compile(ruleset),
        "catastrophic_pattern_ms": catastrophe["ours_re2"],
        "simulation": measure_pool(rows, asked.keep) if rows else None,
    }
    others = ("rule-engine", "rust-cel", "cel-python")
    baselines = {f"{name}_per_second": rates[name] for name in others}
    ratios = {f"ours_vs_{name}": rates["bulk"] / rates[name] for name in others}
    ratios["ours_vs_closures"] = rates["bulk"] / rates["closures"]
    if not asked.json:
        for name, value in {**ours, **baselines, **ratios}.items():
            print(f"{name:40} {value}")
    print_report(
        "rules",
        ours,
        {**baselines, "catastrophic_pattern_ms": catastrophe["re"]},
        ratios,
        PACKAGES,
    )


if __name__ == "__main__":
    main()
