"""Fit the built-in BLENDED on the newest contracts, with the everyday gloss off.

``python -m benchmarks.fit_blend``. That gloss was written with these requests in view; with
it, words would look better, and meaning less needed, than on requests that nobody has
read yet.
"""

from rules.matching import gloss_everyday

NEWEST = {"yunhe-2026", "lanhai-2026"}


def main() -> None:
    gloss_everyday.EVERYDAY = {}
    gloss_everyday.EVERYDAY_FAINT = {}
    from benchmarks.fit_matcher import fit_clause, tell  # noqa: PLC0415 - reads the gloss
    from benchmarks.labelled import bundled_meanings, load_sets  # noqa: PLC0415 - the same
    from rules.matching.blended_matcher import BlendedMatcher  # noqa: PLC0415 - the same

    sets = load_sets(held_out=False)
    newest = [one for one in sets if one.contract.slug in NEWEST]
    tell("BLENDED", fit_clause(BlendedMatcher(bundled_meanings()), newest))


if __name__ == "__main__":
    main()
