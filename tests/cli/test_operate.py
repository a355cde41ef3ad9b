"""Writes, deliveries and pauses from the command line."""

import asyncio
import json
from pathlib import Path
from uuid import uuid4

import pytest

from pool.database import Database
from tests.builders import open_town
from tests.cli.conftest import Reqpool
from tests.cli.test_pool_commands import SOURCE as SECTION


@pytest.fixture
def dead(pool: None, database_url: str) -> int:
    """The number of a write that was given up, in the commands' own pool."""
    del pool

    async def prepare() -> int:
        database = Database(database_url)
        await database.open()
        async with open_town(database) as town:
            await town.raise_issue("微信小程序审批")
            [row] = await town.rows(
                "UPDATE outbox SET state = 'dead', attempts = 12,"
                """ error = '{"code": "server_error", "detail": "token=geheim"}'"""
                " WHERE field = 'labels' RETURNING seq"
            )
            await town.rows(
                "INSERT INTO inbox (id, source_id, delivery, sha256, received_at,"
                " state, outcome) SELECT gen_random_uuid(), id, '', 'x', now(),"
                """ 'quarantined', '{"reason": "stale"}' FROM sources"""
                " WHERE name = 'huaxin-jira' RETURNING id"
            )
        await database.close()
        return int(row["seq"])

    return asyncio.run(prepare())


def test_dead_letters_are_listed_shown_replayed_and_discarded(
    reqpool: Reqpool, dead: int
) -> None:
    [listed] = json.loads(reqpool("deadletters", "list", "--json").out)
    assert (listed["number"], listed["attempts"]) == (dead, 12)
    assert "server_error" in reqpool("deadletters", "list").out
    shown = reqpool("deadletters", "show", str(dead)).out
    assert json.loads(shown)["field"] == "labels"
    assert "geheim" not in shown
    ran = reqpool("deadletters", "replay", "--all", "--source", "huaxin-jira")
    assert (ran.code, "1 is tried again" in ran.out) == (0, True), ran.err
    assert json.loads(reqpool("deadletters", "list", "--json").out) == []
    words = ("discard", str(dead), "--reason", "not wanted", "--by", "Mei")
    assert reqpool("outbox", *words).code == 0
    again = reqpool("deadletters", *words)
    assert (again.code, "given up already" in again.err) == (1, True)
    states = ("--state", "discarded", "--json")
    [row] = json.loads(reqpool("outbox", "list", *states).out)
    assert row["number"] == dead
    assert reqpool("outbox", "replay", str(dead)).code == 0


def test_an_activation_that_flips_something_is_confirmed(
    reqpool: Reqpool, dead: int
) -> None:
    assert dead
    Path("tasks.yaml").write_text("name: tasks\nkind: [{id: all, otherwise: task}]\n")
    refused = reqpool("rules", "activate", "tasks.yaml")
    assert (refused.code, "is active now" in refused.out) == (1, False)
    assert "1 of 1 issues would flip: kind of 1, scope of 1" in refused.out
    assert "is active now" in reqpool("rules", "activate", "tasks.yaml", "--yes").out


def test_acts_on_writes_ask_for_what_is_missing(reqpool: Reqpool, dead: int) -> None:
    assert reqpool("deadletters", "discard", str(dead)).code == 2
    assert "give numbers, or --all" in reqpool("deadletters", "replay").err
    assert "there is no write 999" in reqpool("outbox", "show", "999").err
    assert "there is no such write" in reqpool("outbox", "replay", "999").err
    for blank in (("--reason", " "), ("--reason", "why", "--by", "")):
        ran = reqpool("deadletters", "discard", str(dead), *blank)
        assert (ran.code, "must not be empty" in ran.err) == (2, True), ran.err


def test_a_source_that_is_mistyped_is_not_taken_for_one_that_is_well(
    reqpool: Reqpool, dead: int
) -> None:
    del dead
    for words in (
        *(("deadletters", "list"), ("deadletters", "replay", "--all")),
        *(("quarantine", "list"), ("quarantine", "replay", "--all")),
    ):
        ran = reqpool(*words, "--source", "nordwin")
        assert (ran.code, "no source 'nordwin'" in ran.err) == (2, True), ran.err


def test_the_quarantine_is_listed_shown_and_emptied(
    reqpool: Reqpool, dead: int
) -> None:
    del dead
    [row] = json.loads(reqpool("quarantine", "list", "--json").out)
    assert (row["reason"], row["size"]) == ("stale", None)
    assert json.loads(reqpool("quarantine", "show", row["id"]).out)["id"] == row["id"]
    assert "not in quarantine" in reqpool("quarantine", "replay", str(uuid4())).err
    because = ("--all", "--because", "stale", "--reason", "a clock was off")
    assert reqpool("quarantine", "discard", *because).code == 0
    assert json.loads(reqpool("quarantine", "list", "--json").out) == []


def test_a_source_is_paused_and_resumed(reqpool: Reqpool, dead: int) -> None:
    del dead
    why = ("--reason", "their Jira is being upgraded", "--by", "Mei")
    assert "is paused" in reqpool("pause", "huaxin-jira", *why).out
    assert "paused by Mei: their Jira" in reqpool("status").out
    assert "no longer paused" in reqpool("resume", "huaxin-jira").out
    assert "no source 'x'" in reqpool("pause", "x").err


SOURCE = """
[sources.huaxin-jira]
kind = "jira"
project = "huaxin-finance"
base_url = "http://127.0.0.1:9"
project_keys = ["FIN"]
token = { env = "HUAXIN_TOKEN" }
"""


def test_a_requirement_is_raised_in_another_source(
    reqpool: Reqpool, dead: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del dead
    monkeypatch.setenv("HUAXIN_TOKEN", "geheim")
    config = tmp_path / "reqpool.toml"
    config.write_text(SOURCE, "utf-8")
    words = ("raise", "1", "huaxin-jira", "--title", "x", "--reason", "y")
    ran = reqpool(*words, "--config", config)
    assert "requirement 1 will be raised in huaxin-jira" in ran.out, ran.err
    assert "raised in huaxin-jira already" in reqpool(*words, "--config", config).err
    assert "there is no" in reqpool(*words).err


def test_a_reconciliation_says_how_far_it_came(
    reqpool: Reqpool, dead: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    del dead
    monkeypatch.setenv("ACME_TOKEN", "glpat-geheim")
    section = SECTION.replace("[sources.acme]", "[sources.nordwind-gitlab]")
    Path("config.toml").write_text(section.replace("acme-finance", "nordwind-erp"))
    assert "did you mean nordwind-gitlab?" in reqpool("reconcile", "nordwin").err
    reqpool("pause", "nordwind-gitlab", "--reason", "so that nothing is asked")
    ran = reqpool("reconcile", "nordwind-gitlab", "--repair", "--since", "2026-11-01")
    assert (ran.code, "interrupted" in ran.err) == (1, True), ran.err
    assert "0 issues compared" in ran.out
    again = reqpool("reconcile", "nordwind-gitlab", "--restart", "--json")
    told = json.loads(again.out)
    assert (told["repair"], told["since"], told["ended_at"]) == (False, None, None)
