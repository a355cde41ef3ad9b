"""Two clients that share nothing but the vendor: one on Jira, one on GitLab."""

from pathlib import Path

from app.catalogue import apply_catalogue, load_catalogue
from app.plugins import get_connector
from app.rulesets import load_ruleset_file
from connectors.base import SourceConfig
from model.catalogue import Catalogue
from rules.load_ruleset import load_ruleset
from rules.ruleset import Ruleset
from sync.activate import activate
from sync.engine import Engine
from sync.register import register
from tests.simulation.hooks import SECRETS
from tests.sync.conftest import CATALOGUE, CONTRACT

CANARIES = ("canary-reason", "canary-secret", "canary-of-globex", "Globex Insurance")
"""Words from inside: reasons of people, secrets, the other client's name and issues."""

_OTHER_CONTRACT = CONTRACT.replace("acme", "globex").replace("9.1", "7.7")
_CLIENT = "  - {slug: globex, name: Globex Insurance, language: zh}\n"
_PROJECT = """  - slug: globex-portal
    name: Globex portal
    client: globex
    contract: globex-2026
    phase: uat
    project_manager: Han Mei
"""
_CATALOGUE = (
    CATALOGUE.replace("contracts:\n", f"{_CLIENT}contracts:\n")
    .replace("projects:\n", "  - file: other.yaml\nprojects:\n")
    .replace("trains:\n", f"{_PROJECT}trains:\n")
)
_DEFAULTS = Path(__file__).parents[2] / "rules" / "defaults" / "vendor.en.yaml"


def _config(kind: str, source: str, **own: object) -> SourceConfig:
    return get_connector(kind).Config.model_validate(
        {
            "kind": kind,
            "base_url": f"http://{source}.example",
            "token": f"canary-secret-token-{source}",
            "webhook_secrets": (SECRETS[source],),
            "poll_seconds": 300,
            "max_concurrency": 1,
            "mass_change_issues": 4,
            "commanders": {"li": ("all",)},
            **own,
        }
    )


CONFIGS = {
    "acme": _config("jira", "acme", project="acme-finance", project_keys=("FIN",)),
    "globex": _config("gitlab", "globex", project="globex-portal", projects=(7, 8)),
}


def load_rulesets() -> list[Ruleset]:
    """The vendor's, and one that decides otherwise here and there."""
    first = load_ruleset_file(_DEFAULTS)
    text = _DEFAULTS.read_text(encoding="utf-8")
    for before, after in _OTHERWISE:
        assert before in text, before
        text = text.replace(before, after)
    second, problems = load_ruleset(text, file="other.yaml")
    assert second is not None, problems
    return [first, second]


_OTHERWISE = (
    ("issue.urgency: Highest}, add: 40", "issue.urgency: Highest}, add: 90"),
    ("Taken as a question: the", "Taken as a question. The"),
)


async def found(engine: Engine, folder: Path, ruleset: Ruleset) -> None:
    """What an operator does on the first day."""
    (folder / "contract.yaml").write_text(CONTRACT, encoding="utf-8")
    (folder / "other.yaml").write_text(_OTHER_CONTRACT, encoding="utf-8")
    (folder / "catalogue.yaml").write_text(_CATALOGUE, encoding="utf-8")
    await apply_catalogue(
        engine.database,
        load_catalogue(folder / "catalogue.yaml", Catalogue()),
        ids=engine.ids,
        clock=engine.clock,
        actor="operator",
    )
    await activate(engine, ruleset, "operator")
    await register(engine)
