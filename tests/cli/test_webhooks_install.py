"""``reqpool webhooks install|list|remove`` against running trackers of each kind."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.gitlab.records import REPORTER
from tests.cli.conftest import Ran, Reqpool
from tests.connectors.github.rig import TOKEN as GITHUB_TOKEN
from tests.connectors.github.rig import GitHubRig, open_github
from tests.connectors.gitlab.rig import TOKEN as GITLAB_TOKEN
from tests.connectors.gitlab.rig import GitLabRig, open_gitlab
from tests.connectors.jira.rig import TOKEN as JIRA_TOKEN
from tests.connectors.jira.rig import JiraRig, open_data_center

SECRET = "correct-horse-battery"
CONFIG = """
[web]
public_url = "https://pool.example"

[sources.acme]
kind = "jira"
project = "acme"
base_url = "{jira}"
project_keys = ["FIN"]
token = {{ env = "JIRA_TOKEN" }}
webhook_secrets = [{{ env = "SECRET" }}]

[sources.kunlun]
kind = "gitlab"
project = "acme"
base_url = "{gitlab}"
projects = ["kunlun/funds"]
token = {{ env = "GITLAB_TOKEN" }}
webhook_secrets = [{{ env = "SECRET" }}]

[sources.seaport]
kind = "github"
project = "acme"
base_url = "{github}/api/v3"
repositories = ["kunlun/funds"]
token = {{ env = "GITHUB_TOKEN" }}
webhook_secrets = [{{ env = "SECRET" }}]
"""
Rigs = tuple[JiraRig, GitLabRig, GitHubRig]


@pytest.fixture
def rigs(pool: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rigs]:
    del pool
    with open_data_center() as jira, open_gitlab() as gitlab, open_github() as github:
        addresses = {
            "jira": jira.url,
            "gitlab": gitlab.tracker.base_url,
            "github": github.tracker.base_url,
        }
        Path("config.toml").write_text(CONFIG.format(**addresses))
        monkeypatch.setenv("JIRA_TOKEN", JIRA_TOKEN)
        monkeypatch.setenv("GITLAB_TOKEN", GITLAB_TOKEN)
        monkeypatch.setenv("GITHUB_TOKEN", GITHUB_TOKEN)
        monkeypatch.setenv("SECRET", SECRET)
        yield jira, gitlab, github


def outcomes(ran: Ran) -> dict[str, str]:
    rows: list[dict[str, Any]] = json.loads(ran.out)
    return {row["source"]: row["outcome"] for row in rows}


def test_they_are_installed_once_listed_and_removed(
    reqpool: Reqpool, rigs: Rigs
) -> None:
    first = reqpool("webhooks", "install")
    assert (first.code, first.out.count("installed")) == (0, 3), first.err
    hooks = [hook for rig in rigs for hook in rig.bench.deliveries.hooks.values()]
    assert [hook.url for hook in hooks] == [
        f"https://pool.example/webhooks/{name}"
        for name in ("acme", "kunlun", "seaport")
    ]
    assert {hook.secret for hook in hooks} == {SECRET}
    again = reqpool("webhooks", "install", "--json")
    assert set(outcomes(again).values()) == {"unchanged"}
    hooks[0].secret = "an-older-secret"
    changed = reqpool("webhooks", "install", "acme", "--new-secret", "--json")
    assert (outcomes(changed), hooks[0].secret) == ({"acme": "repaired"}, SECRET)
    listed = reqpool("webhooks", "list")
    assert (listed.code, listed.out.count("present")) == (0, 3)
    assert SECRET not in first.out + again.out + listed.out
    gone = reqpool("webhooks", "remove", "acme", "seaport", "--json")
    assert outcomes(gone) == {"acme": "removed", "seaport": "removed"}
    left = [len(rig.bench.deliveries.hooks) for rig in rigs]
    assert left == [0, 1, 0]


def test_what_only_an_administrator_may_is_said_word_for_word(
    reqpool: Reqpool, rigs: Rigs
) -> None:
    jira, gitlab, _ = rigs
    jira.bot.admin = False
    gitlab.project.members[gitlab.bot.id] = REPORTER
    ran = reqpool("webhooks", "install", "acme", "kunlun")
    assert ran.code == 1
    for said in (
        "/plugins/servlet/webhooks",
        "https://pool.example/webhooks/acme",
        "Secret: sources.acme.webhook_secrets[0]",
        'JQL: project in ("FIN")',
        "Issue: created",
        "Secret token: sources.kunlun.webhook_secrets[0]",
        "Confidential comments",
    ):
        assert said in ran.out, ran.out


def test_a_tracker_that_refuses_us_is_a_sentence(
    reqpool: Reqpool, rigs: Rigs, monkeypatch: pytest.MonkeyPatch
) -> None:
    del rigs
    monkeypatch.setenv("JIRA_TOKEN", "revoked")
    ran = reqpool("webhooks", "list", "acme")
    assert (ran.code, "credentials_refused" in ran.out) == (1, True)
    unknown = reqpool("webhooks", "list", "acmee")
    assert (unknown.code, "did you mean acme?" in unknown.err) == (2, True)
