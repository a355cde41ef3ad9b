"""A tracker of the tests' own, installed as any other package's would be."""

import importlib
import sys
from pathlib import Path

import pytest

_CONNECTOR = """
from pydantic import BaseModel, ConfigDict, SecretStr
from connectors.base import SourceConfig

class Login(BaseModel):
    model_config = ConfigDict(extra="forbid")
    user: str
    password: SecretStr

class PaperConfig(SourceConfig):
    token: SecretStr | None = None
    login: Login | None = None
    drawers: tuple[str, ...] = ()

class PaperConnector:
    kind = "paper"
    Config = PaperConfig
"""


@pytest.fixture(autouse=True)
def paper_tracker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = tmp_path / "site"
    metadata = site / "paper-1.0.dist-info"
    metadata.mkdir(parents=True)
    (site / "paper_tracker.py").write_text(_CONNECTOR)
    (metadata / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: paper\nVersion: 1\n"
    )
    (metadata / "entry_points.txt").write_text(
        "[reqpool.connectors]\n"
        "paper = paper_tracker:PaperConnector\n"
        "torn = paper_tracker:NoSuchConnector\n"
    )
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.delitem(sys.modules, "paper_tracker", raising=False)
    importlib.invalidate_caches()
