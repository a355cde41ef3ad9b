"""The example configuration names every setting there is, and each line works."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from app import config as config_module
from app.config import Config, load_config
from app.plugins import get_connector

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
SECRETS = (
    "ACME_JIRA_API_TOKEN",
    "JUDGE_TOKEN",
    "ACME_JIRA_WEBHOOK_SECRET",
    "LINGANG_GITLAB_TOKEN",
    "LINGANG_GITLAB_WEBHOOK_SECRET",
    "SEAPORT_GITHUB_TOKEN",
    "SEAPORT_GITHUB_WEBHOOK_SECRET",
)
SECTIONS = {
    "database": config_module.DatabaseConfig,
    "web": config_module.WebConfig,
    "worker": config_module.WorkerConfig,
    "retention": config_module.RetentionConfig,
    "log": config_module.LogConfig,
    "telemetry": config_module.TelemetryConfig,
    "matching": config_module.MatchingConfig,
    "judge": config_module.JudgeConfig,
    "leak_guard": config_module.LeakGuardConfig,
    "sources.acme-jira": get_connector("jira").Config,
    "sources.lingang-gitlab": get_connector("gitlab").Config,
    "sources.seaport-github": get_connector("github").Config,
}


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SECRETS:
        monkeypatch.setenv(name, "s3cret")
    monkeypatch.setenv("POOL_DATABASE_URL", "postgresql://pool@db/pool")


def load(text: str, folder: Path) -> Config:
    path = folder / "config.toml"
    path.write_text(text)
    return load_config(path)


def sections(text: str) -> dict[str, str]:
    parts = re.split(r"^\[([a-z._-]+)\]$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_the_example_is_valid_as_it_stands(tmp_path: Path) -> None:
    assert len(load(EXAMPLE.read_text(), tmp_path).sources) == 3


def test_every_commented_setting_is_valid_too(tmp_path: Path) -> None:
    text = re.sub(r"^# (?=[a-z_]+ = )", "", EXAMPLE.read_text(), flags=re.MULTILINE)
    either_or = text
    for instead in (
        'token = { file = "/run/secrets/jira-token" }',
        'group = "delivery"',
    ):
        either_or = re.sub(rf"^{instead}\n", "", either_or, flags=re.MULTILINE)
    assert load(either_or, tmp_path).web.public_url == "https://reqpool.example.com"


@pytest.mark.parametrize(("section", "model"), SECTIONS.items())
def test_every_setting_is_in_the_example(section: str, model: type[BaseModel]) -> None:
    text = EXAMPLE.read_text()
    everywhere = sections(text)
    shared = "\n".join(everywhere[each] for each in everywhere if "sources" in each)
    body = shared if section.startswith("sources") else everywhere[section]
    named = set(re.findall(r"^(?:# )?([a-z_]+) = ", body, flags=re.MULTILINE))
    assert set(model.model_fields) - named == set()
