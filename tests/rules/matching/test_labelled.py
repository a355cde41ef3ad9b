"""The labelled requests that somebody else wrote."""

from benchmarks.labelled import BLIND


def test_a_contract_is_held_out_as_a_whole_or_not_at_all() -> None:
    held = {one.contract.client for one in BLIND.load_sets(held_out=True)}
    seen = {one.contract.client for one in BLIND.load_sets(held_out=False)}
    assert held == {"cmms", "wms"}
    assert seen == {"hosp", "hotel", "school", "claims"}


def test_a_third_is_held_out() -> None:
    held, seen = (
        sum(len(one.pairs) for one in BLIND.load_sets(held_out=held_out))
        for held_out in (True, False)
    )
    assert (held, seen) == (134, 268)
