"""The demo's folder: a configuration, catalogue and ruleset as any operator has them.

::

    config.toml           what `reqpool serve` runs with; other commands take it, too
    secrets/              tokens of our accounts, and what the webhooks are signed with
    catalogue.yaml        clients, projects, releases around today
    contracts/            of the three clients
    rules.yaml            to change, and to activate again
    postgres/  *.log
"""

import re
import secrets
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import resources
from pathlib import Path

_DAY = re.compile(r"\{today([+-]\d+)(?::([^}]+))?\}")

TOKENS = {
    "acme": "demo-token-acme",
    "hdjx": "demo-token-hdjx",
    "beigang": "demo-token-beigang",
}
"""What the stand-ins take from our accounts: nothing that needs to be kept secret."""

_CONFIG = """\
# Written by `reqpool demo`. Other commands work on it while the demo runs, such as
#   reqpool status --config {folder}/config.toml

[database]
data_directory = "{folder}/postgres"

[web]
port = {port}

[log]
level = "warning"

# Acme Holdings, Jira Cloud
[sources.acme]
kind = "jira"
project = "acme-finance"
base_url = "{acme}"
project_keys = ["FIN"]
email = "reqpool@vendor.example"
api_token = {{ file = "secrets/acme-token" }}
webhook_secrets = [{{ file = "secrets/acme-hook" }}]
poll_seconds = {poll_seconds:g}

# 华东机械集团, Jira Data Center
[sources.hdjx]
kind = "jira"
project = "hdjx-finance"
base_url = "{hdjx}"
project_keys = ["HDJX"]
token = {{ file = "secrets/hdjx-token" }}
webhook_secrets = [{{ file = "secrets/hdjx-hook" }}]
poll_seconds = {poll_seconds:g}
status = {{ in_development = "处理中", delivered = "已完成" }}

# 北港国际物流, GitLab
[sources.beigang]
kind = "gitlab"
project = "beigang-portal"
base_url = "{beigang}"
projects = ["beigang/management-portal"]
token = {{ file = "secrets/beigang-token" }}
webhook_secrets = [{{ file = "secrets/beigang-hook" }}]
poll_seconds = {poll_seconds:g}
"""


@dataclass(frozen=True, slots=True)
class Settings:
    """What differs from demo to demo.

    Attributes:
        port: of the service.
        trackers: web addresses by source.
        poll_seconds: between two polls of a source.
    """

    port: int
    trackers: Mapping[str, str]
    poll_seconds: float


def fill_folder(folder: Path, settings: Settings, today: date) -> dict[str, str]:
    """Write everything that the service starts from, over what an earlier demo left.

    Returns:
        The secret that each source's webhook is signed with.
    """
    hooks = {
        "acme": secrets.token_hex(24),
        "hdjx": secrets.token_hex(24),
        "beigang": f"whsec_{b64encode(secrets.token_bytes(32)).decode()}",
    }
    _keep_secrets(folder / "secrets", hooks)
    text = _CONFIG.format(
        folder=folder,
        port=settings.port,
        poll_seconds=settings.poll_seconds,
        **settings.trackers,
    )
    (folder / "config.toml").write_text(text, "utf-8")
    _copy_data(folder, today)
    return hooks


def _keep_secrets(folder: Path, hooks: Mapping[str, str]) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    kept = {f"{name}-token": token for name, token in TOKENS.items()}
    for name, secret in (kept | {f"{n}-hook": it for n, it in hooks.items()}).items():
        (folder / name).write_text(f"{secret}\n", "utf-8")


def _copy_data(folder: Path, today: date) -> None:
    shipped = resources.files("cli") / "demo_data"
    for name in ("catalogue.yaml", "rules.yaml"):
        text = (shipped / name).read_text("utf-8")
        (folder / name).write_text(fill_days(text, today), "utf-8")
    (folder / "contracts").mkdir(exist_ok=True)
    for contract in (shipped / "contracts").iterdir():
        copy = folder / "contracts" / contract.name
        copy.write_text(contract.read_text("utf-8"), "utf-8")


def fill_days(text: str, today: date) -> str:
    """Put days in the place of ``{today+30}``, or ``{today+30:%Y.%m}``."""

    def day(found: re.Match[str]) -> str:
        then = today + timedelta(days=int(found[1]))
        return then.strftime(found[2] or "%Y-%m-%d")

    return _DAY.sub(day, text)
