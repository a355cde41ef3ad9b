"""The demo's check sees six things over HTTP, and fails when any of them is missing."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qs

import httpx
import pytest

from cli.demo.addresses import Addresses
from tests.acceptance.conftest import ROOT, Spoil, run_check
from tests.acceptance.proxy import Answer, Asked
from tests.plain import PLAIN

STEPS = ["webhook", "out_of_contract", "priority", "override", "polling", "replay"]
ROOMS = {"app", "web", "webhooks", "sync", "connectors", "rules", "planning", "pool"}

Forward = Callable[[], Answer]


def test_a_running_demo_passes(demo: Addresses) -> None:
    checked = run_check(demo)
    assert checked.code == 0, checked.err
    steps = {step["name"]: step for step in checked.summary["steps"]}
    assert list(steps) == STEPS
    assert all(step["ok"] and step["seconds"] > 0 for step in steps.values())
    assert steps["out_of_contract"]["seen"]["matched_words"]
    assert steps["replay"]["seen"]["replayed"] > 300
    assert checked.summary["counts"]["requirements"] > 300


def test_the_check_is_a_stranger_to_the_product() -> None:
    look = "import cli.demo.check, sys; print(*sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-P", "-c", look],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    names = ran.stdout.split()
    assert not (ROOMS | {"model", "sandbox"}) & {name.split(".")[0] for name in names}
    ours = {name for name in names if name.startswith("cli.")}
    assert all(name.startswith("cli.demo") for name in ours)


def test_a_kept_connection_is_answered_at_once(demo: Addresses) -> None:
    """40 ms more, but for the first, would be TCP's delayed acknowledgement."""

    def ask(times: int) -> list[float]:
        with httpx.Client(base_url=demo.pool, trust_env=False, verify=PLAIN) as client:
            return [seconds(client) for _ in range(times)]

    def seconds(client: httpx.Client) -> float:
        began_at = time.perf_counter()
        client.get("/healthz").raise_for_status()
        return time.perf_counter() - began_at

    firsts = [first for _ in range(5) for first in ask(1)]
    assert min(ask(15)[1:]) < min(firsts) + 0.03


def test_the_check_is_told_when_there_is_no_demo() -> None:
    nowhere = "http://127.0.0.1:9"
    checked = run_check(
        Addresses(nowhere, {"acme": nowhere}, 1), "--step=webhook", "--deadline=1"
    )
    assert checked.code == 1
    assert "Connection refused" in checked.failed


def test_words_that_are_no_addresses_are_refused() -> None:
    command = [sys.executable, "-P", "-m", "cli.demo.check", '{"pool": "x"}']
    ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert ran.returncode == 2
    assert "not the addresses of a demo" in ran.stderr


def control(demo: Addresses, tracker: str, what: str, **order: object) -> None:
    url = f"{demo.trackers[tracker]}/_sandbox/{what}"
    httpx.post(url, json=order, trust_env=False, timeout=60).raise_for_status()


def test_lost_webhooks_fail_the_first_step(demo: Addresses) -> None:
    control(demo, "acme", "webhooks", enabled=False)
    try:
        checked = run_check(demo, "--step=webhook", "--deadline=2")
    finally:
        control(demo, "acme", "webhooks", enabled=True)
    assert checked.code == 1
    assert "expected the pool to show browse/FIN-" in checked.failed or (
        "saw a poll do it" in checked.failed
    )


def test_a_missing_label_fails_the_second_step(spoil: Spoil) -> None:
    def hide_label(_asked: Asked, forward: Forward) -> Answer:
        answer = forward()
        hidden = answer.body.replace(b"pool-scope::out-of-contract", b"")
        return replace(answer, body=hidden)

    checked = run_check(
        spoil("hdjx", hide_label), "--step=out_of_contract", "--deadline=3"
    )
    assert checked.code == 1
    assert "to be labelled pool-scope::out-of-contract in its tracker" in checked.failed


def test_a_verdict_without_evidence_fails_the_second_step(spoil: Spoil) -> None:
    def hide_evidence(asked: Asked, forward: Forward) -> Answer:
        answer = forward()
        if not asked.path.removeprefix("/api/v1/requirements/").isdecimal():
            return answer
        told = json.loads(answer.body)
        for issue in told["issues"]:
            for one in (issue["decision"] or {}).get("evidence", []):
                one["matched"] = []
        return replace(answer, body=json.dumps(told).encode())

    checked = run_check(
        spoil("pool", hide_evidence), "--step=out_of_contract", "--deadline=20"
    )
    assert checked.code == 1
    assert "saw out_of_contract with 0 clauses" in checked.failed


def test_a_lost_priority_change_fails_the_third_step(spoil: Spoil) -> None:
    def swallow_edit(asked: Asked, forward: Forward) -> Answer:
        form = parse_qs(asked.body.decode())
        if asked.method == "POST" and form.get("priority") == ["最高"]:
            return Answer(303, headers=(("location", asked.path),))
        return forward()

    checked = run_check(spoil("hdjx", swallow_edit), "--step=priority", "--deadline=6")
    assert checked.code == 1
    assert "to rise above" in checked.failed


def test_an_override_that_is_not_applied_fails_the_fourth_step(spoil: Spoil) -> None:
    def swallow_override(asked: Asked, forward: Forward) -> Answer:
        return Answer(204) if asked.path.endswith("/overrides") else forward()

    checked = run_check(
        spoil("pool", swallow_override), "--step=override", "--deadline=6"
    )
    assert checked.code == 1
    assert "to be labelled pool-scope::daily-change" in checked.failed
    assert "pool-scope::in-review" in checked.failed


def test_a_tracker_that_tells_polls_nothing_fails_the_fifth_step(
    demo: Addresses,
) -> None:
    control(demo, "acme", "faults", search_lag_seconds=600)
    try:
        checked = run_check(demo, "--step=polling", "--deadline=6")
    finally:
        control(demo, "acme", "faults", clear=True)
    assert checked.code == 1
    assert "polling alone to bring the new title" in checked.failed
    assert "saw Approval reminder for payments due tomorrow" in checked.failed


def test_webhooks_that_are_not_cut_fail_the_fifth_step(spoil: Spoil) -> None:
    def keep_webhooks(asked: Asked, forward: Forward) -> Answer:
        is_cut = asked.path == "/_sandbox/webhooks" and asked.method == "POST"
        return Answer(200, b"{}") if is_cut else forward()

    checked = run_check(spoil("acme", keep_webhooks), "--step=polling")
    assert checked.code == 1
    assert "expected no webhook while they are cut" in checked.failed


def test_a_change_during_the_replay_fails_the_sixth_step(
    spoil: Spoil, demo: Addresses
) -> None:
    def raise_issue(asked: Asked, forward: Forward) -> Answer:
        if asked.path.endswith("/replay"):
            form = {"title": "New during the replay", "project": "FIN"}
            page = f"{demo.trackers['acme']}/_new"
            httpx.post(page, data=form, trust_env=False, timeout=60)
        return forward()

    checked = run_check(spoil("acme", raise_issue), "--step=replay")
    assert checked.code == 1
    assert "expected a replay to change no requirements" in checked.failed


def test_a_write_during_the_replay_fails_the_sixth_step(spoil: Spoil) -> None:
    replays = []

    def write_once_more(asked: Asked, forward: Forward) -> Answer:
        answer = forward()
        if asked.path.endswith("/replay"):
            replays.append(asked)
        if "/journal" not in asked.path or not replays:
            return answer
        told = json.loads(answer.body)
        return replace(answer, body=json.dumps({"writes": told["writes"] + 1}).encode())

    checked = run_check(spoil("beigang", write_once_more), "--step=replay")
    assert checked.code == 1
    assert "expected a replay to change no writes at the trackers" in checked.failed


@pytest.mark.parametrize("what", ["pool", "hdjx"])
def test_a_proxy_that_does_nothing_breaks_nothing(spoil: Spoil, what: str) -> None:
    """So that what fails above fails for its own reason."""
    checked = run_check(
        spoil(what, lambda _asked, forward: forward()), "--step=out_of_contract"
    )
    assert checked.code == 0, checked.failed


def test_the_health_page_tells_at_once_what_was_found_of_each_source(
    demo: Addresses,
) -> None:
    url = f"{demo.pool}/api/v1/status"
    told = httpx.get(url, trust_env=False, timeout=60).json()
    assert len(told["sources"]) == len(demo.trackers)
    for source in told["sources"]:
        assert source["checked_at"], source["name"]
        assert "webhook_missing" not in {one["code"] for one in source["findings"]}
