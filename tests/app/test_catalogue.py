"""The catalogue's file: read with everything wrong at once, written idempotently."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from app.bootstrap import new_id
from app.catalogue import CatalogueFile, apply_catalogue, load_catalogue
from model.catalogue import Catalogue, compare
from model.errors import Problem, RulesetError
from model.projects import Milestone, MilestoneName, Phase
from pool import catalogue as pool_catalogue
from pool.database import Database, query

CONTRACT = """
slug: acme-2026
name: Finance system
client: acme
signed_on: 2026-01-15
clauses:
  - {id: "3.20", module: Funds, text: 每日资金日报。}
"""

CATALOGUE = """
clients:
  - {slug: acme, name: Acme Holdings, language: en}
contracts:
  - file: acme.yaml
  - slug: small
    name: Small one
    client: acme
    clauses: [{id: 3.20, module: Funds, text: Weekly report., allowance_days: 2.50}]
projects:
  - slug: acme-finance
    name: Finance
    client: acme
    contract: acme-2026
    phase: uat
    project_manager: Li Wei
    milestones: {go_live: {planned_on: 2026-10-01}}
trains:
  - {slug: main, name: Main line}
releases:
  - {name: 2026.10, train: main, freeze_on: 2026-09-20, ship_on: 2026-10-01,
     capacity_days: 60}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("acme.yaml").write_text(CONTRACT)


def load(text: str, current: Catalogue | None = None) -> CatalogueFile:
    Path("catalogue.yaml").write_text(text)
    return load_catalogue(Path("catalogue.yaml"), current or Catalogue())


def problems(text: str, current: Catalogue | None = None) -> list[Problem]:
    with pytest.raises(RulesetError) as caught:
        load(text, current)
    return list(caught.value.problems)


def clock() -> datetime:
    return datetime(2026, 9, 1, tzinfo=UTC)


async def apply(database: Database, text: str) -> int:
    async with database.transaction() as connection:
        current = await pool_catalogue.load(connection)
    file = load(text, current)
    edits = await apply_catalogue(
        database, file, ids=new_id, clock=clock, actor="operator"
    )
    return len(edits)


def test_a_catalogue_is_read_whole() -> None:
    wanted = load(CATALOGUE).catalogue
    project = wanted.projects["acme-finance"]
    assert (project.phase, project.contract) == (Phase.UAT, "acme-2026")
    assert project.milestones[MilestoneName.GO_LIVE].planned_on == date(2026, 10, 1)
    assert wanted.releases["2026.10"].capacity_days == Decimal(60)
    assert wanted.contracts["acme-2026"].clauses[0].id == "3.20"


def test_numbers_of_an_inline_contract_are_kept_as_written() -> None:
    file = load(CATALOGUE)
    contract = file.catalogue.contracts["small"]
    assert contract.clauses[0].id == "3.20"
    assert '"id": 3.20' in file.texts[contract.fingerprint]


def test_all_problems_of_all_files_come_at_once() -> None:
    Path("torn.yaml").write_text("slug: torn\nname: [")
    found = problems(
        "clients: [{slug: acme, name: A}, {slug: acme, name: B}]\n"
        "contracts: [{file: torn.yaml}, {file: nowhere.yaml}]\n"
        "projects:\n"
        "  - {slug: p, name: P, client: amce, phase: utaa}\n"
        "  - {slug: q, name: Q, client: acme, phase: uat, milestones: {golive: {}}}\n"
        "releases:\n"
        "  - {name: r, train: man, freeze_on: 2026-02-01, ship_on: 2026-01-01}\n"
        "trains: [{slug: main}]\n"
    )
    assert [(problem.code, problem.file, problem.line) for problem in found] == [
        ("E_DUP", "catalogue.yaml", 1),
        ("E_FILE", "catalogue.yaml", 2),
        ("E_REF", "catalogue.yaml", 4),
        ("E_REF", "catalogue.yaml", 4),
        ("E_REF", "catalogue.yaml", 5),
        ("E_REF", "catalogue.yaml", 7),
        ("E_RANGE", "catalogue.yaml", 7),
        ("E_FIELD", "catalogue.yaml", 8),
        ("E_YAML", "torn.yaml", 3),
    ]


def test_a_project_never_moves_to_another_client() -> None:
    current = load(CATALOGUE).catalogue
    moved = CATALOGUE.replace("client: acme\n    contract: acme-2026", "client: beta")
    moved = moved.replace("contracts:", "  - {slug: beta, name: Beta}\ncontracts:")
    (problem,) = problems(moved, current)
    assert 'belongs to client "acme"' in problem.message


def test_a_project_has_a_contract_of_its_own_client() -> None:
    other = "  - {slug: beta, name: Beta}\ncontracts:"
    text = CATALOGUE.replace("contracts:", other).replace(
        "client: acme\n    contract", "client: beta\n    contract"
    )
    (problem,) = problems(text)
    assert '"acme-2026" belongs to client "acme"' in problem.message


def test_a_file_may_refer_to_what_the_pool_knows() -> None:
    current = load(CATALOGUE).catalogue
    file = load("projects: [{slug: x, name: X, client: acme, phase: uat}]", current)
    assert list(file.catalogue.projects) == ["x"]


def test_the_difference_names_every_value() -> None:
    before = load(CATALOGUE).catalogue
    Path("acme.yaml").write_text(CONTRACT.replace("3.20", "3.3"))
    after = load(CATALOGUE.replace("phase: uat", "phase: trial_run")).catalogue
    edits = {(edit.name, edit.field): edit.after for edit in compare(before, after)}
    fingerprint = after.contracts["acme-2026"].fingerprint
    assert edits == {
        ("acme-finance", "phase"): "trial_run",
        ("acme-2026", "fingerprint"): fingerprint,
        ("acme-2026", "clause 3.3"): "module: Funds; text: 每日资金日报。",
        ("acme-2026", "clause 3.20"): None,
    }


async def test_what_was_applied_is_what_is_loaded(database: Database) -> None:
    assert await apply(database, CATALOGUE) > 0
    async with database.transaction() as connection:
        assert await pool_catalogue.load(connection) == load(CATALOGUE).catalogue


async def test_applying_twice_changes_nothing(database: Database) -> None:
    await apply(database, CATALOGUE)
    assert await apply(database, CATALOGUE) == 0
    async with database.transaction() as connection:
        rows = await query(connection, "SELECT action, actor FROM audit")
    assert [dict(row) for row in rows] == [{"action": "apply", "actor": "operator"}]


async def test_a_day_that_the_file_leaves_open_stays(database: Database) -> None:
    await apply(database, CATALOGUE)
    actual = CATALOGUE.replace("{planned_on: 2026-10-01}", "{actual_on: 2026-10-03}")
    await apply(database, actual)
    async with database.transaction() as connection:
        current = await pool_catalogue.load(connection)
    milestone = current.projects["acme-finance"].milestones[MilestoneName.GO_LIVE]
    assert milestone == Milestone(date(2026, 10, 1), date(2026, 10, 3))
