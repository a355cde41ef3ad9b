"""Commands that work on a real pool."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.cli.conftest import Reqpool
from tests.cli.test_offline import CONTRACT, RULESET

CATALOGUE = """
clients: [{slug: acme, name: Acme Holdings, language: en}]
contracts: [{file: acme.yaml}]
projects: [{slug: acme-finance, name: Finance, client: acme, contract: acme-2026,
            phase: uat}]
"""
SOURCE = """
[sources.acme]
kind = "gitlab"
project = "acme-finance"
base_url = "http://127.0.0.1:9"
projects = ["acme/fin"]
token = { env = "ACME_TOKEN" }
"""


@pytest.fixture(autouse=True)
def files(pool: None, monkeypatch: pytest.MonkeyPatch) -> None:
    del pool
    monkeypatch.setenv("ACME_TOKEN", "glpat-geheim")
    Path("small.yaml").write_text(RULESET)
    Path("acme.yaml").write_text(CONTRACT)
    Path("catalogue.yaml").write_text(CATALOGUE)


def test_apply_shows_the_difference_writes_it_and_is_idempotent(
    reqpool: Reqpool,
) -> None:
    first = reqpool("apply", "catalogue.yaml", "--yes")
    assert (first.code, "Acme Holdings" in first.out) == (0, True), first.err
    assert reqpool("apply", "catalogue.yaml").out == "nothing to change\n"


def test_apply_asks_before_it_writes(reqpool: Reqpool) -> None:
    assert reqpool("apply", "catalogue.yaml").code == 1
    assert "Acme Holdings" in reqpool("apply", "catalogue.yaml", "--yes").out


def test_a_broken_catalogue_changes_nothing(reqpool: Reqpool) -> None:
    Path("catalogue.yaml").write_text(CATALOGUE.replace("uat", "utaa"))
    ran = reqpool("apply", "catalogue.yaml", "--yes")
    assert ran.code == 2
    assert "catalogue.yaml:5:" in ran.err


def test_a_ruleset_runs_once_it_is_activated(reqpool: Reqpool) -> None:
    assert "is active now" in reqpool("rules", "activate", "small.yaml").out
    assert "was active already" in reqpool("rules", "activate", "small.yaml").out
    (row,) = json.loads(reqpool("rules", "history", "--json").out)
    assert (row["name"], row["activated_by"]) == ("small", "operator")
    running = json.loads(reqpool("status", "--json").out)["ruleset"]
    assert running == row["fingerprint"]


def test_a_ruleset_whose_examples_fail_is_not_activated(reqpool: Reqpool) -> None:
    Path("small.yaml").write_text(RULESET.replace("{kind: question}", "{kind: defect}"))
    assert reqpool("rules", "activate", "small.yaml").code == 2
    assert json.loads(reqpool("rules", "history", "--json").out) == []


def test_what_an_activation_changes_is_shown_and_can_be_taken_back(
    reqpool: Reqpool,
) -> None:
    reqpool("rules", "activate", "small.yaml", "--reason", "first")
    Path("small.yaml").write_text(RULESET.replace("how do I", "[how do I, how can I]"))
    shown = reqpool("rules", "diff", "small.yaml")
    assert (shown.code, "changed  kind asks" in shown.out) == (1, True)
    assert "+   - {id: asks" in shown.out
    ran = reqpool("rules", "activate", "small.yaml")
    assert "changed  kind asks" in ran.out
    assert "0 of 0 issues would flip: kind of 0, scope of 0" in ran.out
    assert reqpool("rules", "diff", "1", "2").code == 1
    assert "number 3" in reqpool("rules", "rollback", "--reason", "too many").out
    newest, _, first = json.loads(reqpool("rules", "history", "--json").out)
    assert newest["fingerprint"] == first["fingerprint"]
    assert (newest["reason"], first["reason"]) == ("too many", "first")
    assert "no such earlier ruleset" in reqpool("rules", "rollback", "9").err


def test_a_project_has_its_own_ruleset_over_the_general_one(reqpool: Reqpool) -> None:
    reqpool("apply", "catalogue.yaml", "--yes")
    own = "name: own\nextends: small\nkind: [{id: x, when: {issue.type: A}, set: task}]"
    Path("own.yaml").write_text(own)
    before = reqpool("rules", "activate", "own.yaml", "--project", "acme-finance")
    assert "no general ruleset is active" in before.err
    reqpool("rules", "activate", "small.yaml")
    Path("small.yaml").write_text("name: small\nkind: [{nonsense: x}]")
    ran = reqpool("rules", "activate", "own.yaml", "--project", "acme-finance")
    assert "is active now" in ran.out, ran.err
    assert reqpool("rules", "retire", "acme-finance").out.startswith("the general")
    assert "no project 'x'" in reqpool("rules", "retire", "x").err


def test_nothing_can_be_confirmed_that_does_not_wait(reqpool: Reqpool) -> None:
    ran = reqpool("resume", "acme")
    assert (ran.code, "'acme' is not paused" in ran.err) == (2, True)


def test_an_issue_that_is_not_in_the_pool_cannot_be_explained(
    reqpool: Reqpool,
) -> None:
    ran = reqpool("rules", "explain", "FIN-1")
    assert (ran.code, "no issue 'FIN-1'" in ran.err) == (2, True)


@pytest.fixture
def locked_tracker() -> Iterator[str]:
    """A tracker that lets nobody in."""

    class Refuse(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(401)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Refuse) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_check_tells_what_would_not_work(reqpool: Reqpool, locked_tracker: str) -> None:
    Path("config.toml").write_text(SOURCE.replace("http://127.0.0.1:9", locked_tracker))
    ran = reqpool("check", "--json")
    codes = {finding["code"] for finding in json.loads(ran.out)}
    assert ran.code == 1
    assert {"no_ruleset", "source_unmapped", "webhook_secret_missing"} <= codes
    assert "geheim" not in ran.out + ran.err


def test_a_source_gets_its_project_when_the_catalogue_is_applied(
    reqpool: Reqpool,
) -> None:
    Path("config.toml").write_text(SOURCE)
    assert json.loads(reqpool("status", "--json").out)["unmapped"] == ["acme"]
    reqpool("apply", "catalogue.yaml", "--yes")
    status = json.loads(reqpool("status", "--json").out)
    assert (status["unmapped"], status["attention"]) == ([], [])


def test_backfill_of_an_unknown_source_gets_a_suggestion(reqpool: Reqpool) -> None:
    Path("config.toml").write_text(SOURCE)
    assert "did you mean acme?" in reqpool("backfill", "acm").err


def test_an_old_database_is_refused_until_it_is_upgraded(
    reqpool: Reqpool, empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQPOOL_DATABASE__URL", empty_database_url)
    ran = reqpool("status")
    assert (ran.code, "reqpool db upgrade" in ran.err) == (2, True)
    assert reqpool("db", "upgrade").code == 0
    assert reqpool("status").code == 0


def test_a_simulation_judges_the_share_and_refuses_what_cannot_be_loaded(
    reqpool: Reqpool,
) -> None:
    words = ("rules", "simulate", "small.yaml", "--max-share", "0.1")
    ran = reqpool(*words, "--json")
    assert ran.code == 0, ran.err
    found = json.loads(ran.out)
    assert (found["ruleset"], found["share"], found["flips"]) == ("small", 0.0, [])
    assert "0 of 0 issues flip" in reqpool(*words).out
    Path("bad.yaml").write_text("name: x\nkinds: []\n")
    assert reqpool("rules", "simulate", "bad.yaml").code == 2
    assert reqpool(*words, "--project", "nowhere").code == 2


def test_the_audit_is_verified_and_a_wrong_seal_is_an_error(reqpool: Reqpool) -> None:
    reqpool("rules", "activate", "small.yaml")
    assert "1 since the last seal" in reqpool("audit", "verify").out
    ran = reqpool("audit", "verify", "--json", "--expect", "ab")
    assert (ran.code, json.loads(ran.out)["expected_found"]) == (1, False)
