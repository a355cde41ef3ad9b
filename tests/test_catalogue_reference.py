"""The references of catalogue and contracts say what the code reads."""

import re
from pathlib import Path

import pytest

from app import catalogue
from app.catalogue import load_catalogue
from model.catalogue import Catalogue
from model.projects import MilestoneName, Phase
from model.releases import ReleaseState
from rules.matching.contract import load_contract
from rules.sheets.headings import HEADINGS

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"
CATALOGUE = (REFERENCE / "catalogue.md").read_text("utf-8")
CONTRACTS = (REFERENCE / "contracts.md").read_text("utf-8")


def blocks(text: str) -> list[str]:
    return re.findall(r"```yaml\n(.*?)```", text, flags=re.DOTALL)


def test_the_example_of_the_catalogue_is_read(tmp_path: Path) -> None:
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "acme.yaml").write_text(blocks(CONTRACTS)[0], "utf-8")
    path = tmp_path / "catalogue.yaml"
    path.write_text(blocks(CATALOGUE)[0], "utf-8")
    wanted = load_catalogue(path, Catalogue()).catalogue
    assert set(wanted.contracts) == {"acme-2026", "acme-support"}
    assert wanted.projects["acme-finance"].contract == "acme-2026"


def test_the_example_of_a_contract_is_read() -> None:
    contract, problems = load_contract(blocks(CONTRACTS)[0], file="contracts.md")
    assert contract, problems
    assert [clause.id for clause in contract.clauses] == ["3.2", "9.1", "9.2"]


@pytest.mark.parametrize(
    ("section", "fields"),
    [("projects", catalogue._PROJECT), ("releases", catalogue._RELEASE)],  # noqa: SLF001 - what is read
)
def test_every_field_is_in_its_table(section: str, fields: tuple[str, ...]) -> None:
    table = CATALOGUE.split(f"## {section}\n")[1].split("\n## ")[0]
    named = set(re.findall(r"`([a-z_]+)`", table))
    assert set(fields) <= named


def test_every_choice_is_named() -> None:
    choices = {*Phase, *MilestoneName, *ReleaseState}
    assert {choice.value for choice in choices} <= set(
        re.findall(r"`([a-z_]+)`", CATALOGUE)
    )


def test_every_heading_is_in_its_table() -> None:
    rows = dict(re.findall(r"^\| `([a-z_]+)` \| (.+) \|$", CONTRACTS, re.MULTILINE))
    assert rows == {
        field: ", ".join(names.split()) for field, names in HEADINGS.items() if field
    }
