"""The demo's files are good on whatever day it is shown."""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from app.catalogue import load_catalogue
from app.config import load_config
from app.rulesets import load_ruleset_file
from cli.demo.folder import Settings, fill_days, fill_folder
from model.catalogue import Catalogue

TRACKERS = {
    "acme": "http://127.0.0.1:1",
    "hdjx": "http://127.0.0.1:2",
    "beigang": "http://127.0.0.1:3",
}


@settings(max_examples=12)
@given(st.dates(date(2024, 1, 1), date(2040, 1, 1)))
def test_the_catalogue_can_be_applied_on_any_day(today: date) -> None:
    with TemporaryDirectory() as folder:
        fill_folder(Path(folder), Settings(8000, TRACKERS, 10), today)
        read = load_catalogue(Path(folder) / "catalogue.yaml", Catalogue())
    assert len(read.catalogue.projects) == 3
    assert len(read.catalogue.releases) == 7
    assert {one.freeze_on > today for one in read.catalogue.releases.values()} == {True}


def test_the_configuration_names_its_secrets_and_does_not_hold_them(
    tmp_path: Path,
) -> None:
    hooks = fill_folder(tmp_path, Settings(8123, TRACKERS, 10), date(2026, 11, 22))
    config = load_config(tmp_path / "config.toml")
    assert set(config.sources) == set(TRACKERS)
    assert config.web.port == 8123
    text = (tmp_path / "config.toml").read_text("utf-8")
    assert not any(secret in text for secret in hooks.values())
    [secret] = config.sources["beigang"].webhook_secrets
    assert secret.get_secret_value() == hooks["beigang"]


def test_the_ruleset_is_the_vendors(tmp_path: Path) -> None:
    fill_folder(tmp_path, Settings(8000, TRACKERS, 10), date(2026, 11, 22))
    assert load_ruleset_file(tmp_path / "rules.yaml").name == "demo"


def test_days_are_counted_from_today() -> None:
    today = date(2026, 12, 20)
    assert fill_days("{today+21} {today-20}", today) == "2027-01-10 2026-11-30"
    assert fill_days("{today+21:%Y.%m}-after", today) == "2027.01-after"
    assert fill_days("{slug: acme}", today) == "{slug: acme}"
