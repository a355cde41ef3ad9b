"""The demo's three trackers, and any others a configuration file asks for.

The file is JSON: `{"trackers": {"acme": {"kind": "jira-cloud", "seed": "acme",
"port": 0}}}`; `seed` is optional and names one of `SEEDS`.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.bench import Tracker
from sandbox.clock import Now, utc_now
from sandbox.github.tracker import GitHubTracker
from sandbox.gitlab.tracker import GitLabTracker
from sandbox.jira.tracker import JiraTracker
from sandbox.seeds import SeedProject
from sandbox.seeds.clients import acme, beigang, hdjx
from sandbox.server import SandboxServer

SEEDS: dict[str, Callable[[], SeedProject]] = {
    "acme": acme,
    "hdjx": hdjx,
    "beigang": beigang,
}
DEMO: dict[str, dict[str, Any]] = {
    "acme": {"kind": "jira-cloud", "seed": "acme"},
    "hdjx": {"kind": "jira-dc", "seed": "hdjx"},
    "beigang": {"kind": "gitlab", "seed": "beigang"},
}


def demo_trackers(now: Now = utc_now) -> dict[str, Tracker]:
    """Build and fill the three demo trackers: "acme", "hdjx" and "beigang"."""
    return {name: build_tracker(order, now) for name, order in DEMO.items()}


def demo_server(ports: Mapping[str, int] | None = None) -> SandboxServer:
    return SandboxServer(demo_trackers(), ports)


def configured_server(config: Mapping[str, Any]) -> SandboxServer:
    orders: Mapping[str, dict[str, Any]] = config["trackers"]
    trackers = {name: build_tracker(order) for name, order in orders.items()}
    ports = {name: int(order.get("port", 0)) for name, order in orders.items()}
    return SandboxServer(trackers, ports)


def build_tracker(order: Mapping[str, Any], now: Now = utc_now) -> Tracker:
    seed = SEEDS[order["seed"]]() if order.get("seed") else None
    match order["kind"]:
        case "gitlab":
            return _seeded(GitLabTracker(now, title=_title("GitLab", seed)), seed)
        case "github":
            return _seeded(GitHubTracker(now, title=_title("GitHub", seed)), seed)
        case kind:
            return _jira(kind, seed, now)


def _title(name: str, seed: SeedProject | None) -> str:
    return f"{seed.client} — {name}" if seed else name


def _seeded(
    tracker: GitLabTracker | GitHubTracker, seed: SeedProject | None
) -> Tracker:
    if seed:
        tracker.seed(seed)
    return tracker


def _jira(kind: str, seed: SeedProject | None, now: Now) -> Tracker:
    chinese = bool(seed and seed.language.startswith("zh"))
    jira = JiraTracker(
        "Cloud" if kind == "jira-cloud" else "Server",
        now=now,
        chinese=chinese,
        zone="Asia/Shanghai" if chinese else "UTC",
        title=f"{seed.client} — Jira" if seed else "",
    )
    if seed:
        jira.seed(seed)
    return jira
