"""Rules and contracts are checked and tried without a database."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Reqpool

RULESET = """
name: small
timezone: Asia/Shanghai
kind:
  - {id: asks, when: {issue.text: {contains: how do I}}, set: question}
  - {id: otherwise, otherwise: requirement}
examples:
  - {id: a-question, given: {issue.title: How do I export?}, expect: {kind: question}}
"""
CONTRACT = """
slug: acme-2026
name: Finance
client: acme
clauses:
  - {id: "1", module: Funds, text: Daily fund report by account.}
  - {id: "2", module: Budget, text: Yearly budget by department.}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("small.yaml").write_text(RULESET)
    Path("acme.yaml").write_text(CONTRACT)


def test_a_good_ruleset_is_praised(reqpool: Reqpool) -> None:
    ran = reqpool("rules", "check", "small.yaml")
    assert (ran.code, ran.out) == (0, "small.yaml: small, 2 rules, 1 examples\n")


def test_all_problems_of_all_files_come_with_places(reqpool: Reqpool) -> None:
    Path("bad.yaml").write_text("name: bad\nkind: [{id: x, set: qestion, otherwis: y}]")
    ran = reqpool("rules", "check", "bad.yaml", "small.yaml", "missing.yaml")
    assert ran.code == 2
    assert "bad.yaml:2:" in ran.err
    assert "hint: " in ran.err
    assert "cannot read missing.yaml" in ran.err
    assert "Traceback" not in ran.err


def test_problems_speak_the_language_of_the_locale(
    reqpool: Reqpool, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("bad.yaml").write_text("name: bad\nkind: [{id: x, set: qestion, when: {}}]")
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    ran = reqpool("rules", "check", "bad.yaml")
    assert ran.code == 2
    assert "E_REF 未知的值“qestion”\n  提示：是否想写“question”？" in ran.err
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    assert 'unknown value "qestion"' in reqpool("rules", "check", "bad.yaml").err


def test_a_shipped_ruleset_goes_by_its_name(reqpool: Reqpool) -> None:
    for name in ("vendor-en", "vendor.zh"):
        assert reqpool("rules", "test", name).code == 0
    assert reqpool("rules", "check", "../vendor-en").code == 2


def test_a_base_lies_beside_or_is_shipped(reqpool: Reqpool) -> None:
    Path("a.yaml").write_text("name: a\nextends: small\n")
    Path("b.yaml").write_text("name: b\nextends: vendor-en\n")
    assert reqpool("rules", "check", "a.yaml", "b.yaml").code == 0
    Path("c.yaml").write_text("name: c\nextends: ../small\n")
    assert "E_REF" in reqpool("rules", "check", "c.yaml").err


def test_examples_that_fail_exit_with_1(reqpool: Reqpool) -> None:
    assert reqpool("rules", "test", "small.yaml").out == "1 passed, 0 failed\n"
    Path("bad.yaml").write_text(RULESET.replace("{kind: question}", "{kind: defect}"))
    ran = reqpool("rules", "test", "bad.yaml")
    assert ran.code == 1
    assert "expected defect, came question by asks" in ran.out


def test_explain_says_why_each_rule_won_or_lost(reqpool: Reqpool) -> None:
    Path("facts.yaml").write_text("issue.title: How do I export?\nproject.phase: uat")
    ran = reqpool(
        "rules", "explain", "--ruleset", "small.yaml", "--facts", "facts.yaml"
    )
    assert "kind: question" in ran.out
    assert "asks → question" in ran.out
    assert "not_reached otherwise" in ran.out


def test_facts_are_checked_too(reqpool: Reqpool) -> None:
    Path("facts.yaml").write_text("issue.titel: x\nproject.phase: utaa")
    ran = reqpool(
        "rules", "explain", "--ruleset", "small.yaml", "--facts", "facts.yaml"
    )
    assert ran.code == 2
    assert "facts.yaml:1:1" in ran.err
    assert "facts.yaml:2:" in ran.err


def test_the_schema_is_json(reqpool: Reqpool) -> None:
    assert json.loads(reqpool("rules", "schema").out)["title"] == "reqpool ruleset"


def test_each_request_gets_its_clauses(reqpool: Reqpool) -> None:
    Path("requests.jsonl").write_text(
        '{"title": "The fund report by account"}\n{"x": 1}'
    )
    ran = reqpool("contract", "match", "acme.yaml", "requests.jsonl")
    (line,) = map(json.loads, ran.out.splitlines())
    assert line["match"]["clauses"][0]["clause"] == "1"
    assert ran.code == 2
    assert "requests.jsonl:2:1" in ran.err


def test_recall_is_measured(reqpool: Reqpool) -> None:
    pair = {"title": "Fund report", "clause": "1", "scope": "in", "language": "en"}
    Path("pairs.jsonl").write_text(json.dumps(pair))
    ran = reqpool("contract", "recall", "acme.yaml", "pairs.jsonl", "--json")
    assert json.loads(ran.out)["measured"][0]["recall_at_1"] == 1


def test_pairs_need_their_contract(reqpool: Reqpool) -> None:
    assert reqpool("contract", "recall", "acme.yaml").code == 2


def test_a_broken_configuration_exits_with_2(reqpool: Reqpool) -> None:
    Path("config.toml").write_text("[web]\nprot = 1\n[log]\nlevel = 'loud'\n")
    ran = reqpool("status")
    assert ran.code == 2
    assert "config.toml:2: E_FIELD web.prot" in ran.err
    assert "config.toml:4: E_TYPE log.level" in ran.err


def test_a_broken_configuration_is_told_in_the_language_of_the_locale(
    reqpool: Reqpool, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("config.toml").write_text(BROKEN)
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    told = reqpool("status").err
    for said in (
        "config.toml:2: E_FIELD web.prot：没有这个设置\n  提示：是否想写 port？",
        "E_TYPE worker.concurrency：应不小于 1",
        "E_TYPE log.level：应为 ",
        "E_TYPE sources.jr.people：没有账号的人：wang",
        "E_MISSING sources.gl.token：缺少此项\n  提示：请在 [sources.gl] 中添加 token",
        "E_TYPE sources.jr.project_keys：至少要 1 个，这里是 0 个",
        "E_SECRET sources.jr.token：没有设置环境变量 NOWHERE",
        "E_REF 没有“gitlub”类工单系统的连接器\n  提示：是否想写 gitlab？",
    ):
        assert said in told
    Path("config.toml").write_text("[web\n")
    assert "E_TOML 不是有效的 TOML：" in reqpool("status").err


BROKEN = """[web]
prot = 1
[worker]
concurrency = 0
[log]
level = "loud"
[sources.gl]
kind = "gitlab"
project = "a"
base_url = "https://gl.example"
[sources.jr]
kind = "jira"
project = "a"
base_url = "https://jira.example"
project_keys = []
people = { wang = " " }
token = { env = "NOWHERE" }
[sources.odd]
kind = "gitlub"
"""


def test_an_unreachable_database_is_a_sentence(
    reqpool: Reqpool, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "postgresql://pool:geheim@127.0.0.1:9/pool"
    monkeypatch.setenv("REQPOOL_DATABASE__URL", url)
    ran = reqpool("status")
    assert ran.code == 2
    assert "cannot use the database" in ran.err
    assert "geheim" not in ran.err


def test_half_a_character_in_a_request_is_matched_all_the_same(
    reqpool: Reqpool,
) -> None:
    Path("half.jsonl").write_text('{"title": "\\ud800 report of funds"}\n')
    ran = reqpool("contract", "match", "acme.yaml", "half.jsonl")
    assert (ran.code, "Traceback" in ran.err) == (0, False), ran.err
    assert json.loads(ran.out)["match"]["clauses"]
