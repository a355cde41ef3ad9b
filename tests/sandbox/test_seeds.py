"""The demo's clients are filled with believable, varied issues."""

import json
import signal
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from sandbox.demo import SEEDS, demo_trackers
from sandbox.gitlab.tracker import GitLabTracker
from sandbox.jira.tracker import JiraTracker
from sandbox.seeds import SeedProject
from sandbox.server import SandboxServer


@pytest.fixture(scope="module", params=sorted(SEEDS))
def seed(request: pytest.FixtureRequest) -> SeedProject:
    return SEEDS[request.param]()


def test_a_client_has_at_least_a_hundred_different_issues(seed: SeedProject) -> None:
    titles = Counter(issue.title for issue in seed.issues)
    texts = Counter(issue.description for issue in seed.issues if issue.description)
    assert len(titles) >= 100
    assert [one for one in (titles | texts).values() if one > 1] == []


def test_everybody_and_every_module_is_known(seed: SeedProject) -> None:
    people = {person.username for person in seed.people}
    said = {c.author for issue in seed.issues for c in issue.comments}
    assert {issue.reporter for issue in seed.issues} | said <= people
    assert {issue.module for issue in seed.issues} == set(seed.modules)


def test_dates_reach_back_six_months_and_never_into_the_future(
    seed: SeedProject,
) -> None:
    days = [issue.days_ago for issue in seed.issues]
    assert 150 < max(days) < 190
    assert min(days) > 0
    for issue in seed.issues:
        assert issue.done_after_days < issue.days_ago
        assert all(c.days_after < issue.days_ago for c in issue.comments)


def test_every_kind_of_request_is_there(seed: SeedProject) -> None:
    kinds = Counter(issue.kind for issue in seed.issues)
    covered = Counter(issue.covered for issue in seed.issues)
    assert min(kinds[k] for k in ("requirement", "defect", "question")) > 10
    assert min(covered[c] for c in ("yes", "no", "small")) >= 5


def test_three_hundred_issues_lie_in_the_past() -> None:
    now = datetime(2026, 11, 22, 9, tzinfo=UTC)
    trackers = demo_trackers(lambda: now)
    jiras = [one for one in trackers.values() if isinstance(one, JiraTracker)]
    issues = [issue for jira in jiras for issue in jira.site.issues.values()]
    assert sum(len(seed().issues) for seed in SEEDS.values()) >= 300
    assert all(issue.updated_at <= now for issue in issues)
    assert min(issue.created_at for issue in issues) < now - timedelta(days=150)
    assert all(issue.updated_at >= issue.created_at for issue in issues)


def test_all_three_are_served_together() -> None:
    with SandboxServer(demo_trackers()) as server:
        for name, tracker in server.trackers.items():
            page = httpx.get(server.urls[name])
            assert page.status_code == 200
            if not isinstance(tracker, GitLabTracker):
                continue
            headers = {"PRIVATE-TOKEN": "demo-token-beigang"}
            place = "/api/v4/projects/beigang%2Fmanagement-portal/issues"
            answer = httpx.get(server.urls[name] + place, headers=headers)
            assert len(answer.json()) == 20


def test_the_command_prints_addresses_and_obeys_sigterm(tmp_path: Path) -> None:
    config = tmp_path / "sandbox.json"
    config.write_text(json.dumps({"trackers": {"one": {"kind": "jira-dc"}}}))
    command = [sys.executable, "-m", "sandbox", "--config", str(config)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        urls = json.loads(process.stdout.readline())["trackers"]
        answer = httpx.get(urls["one"] + "/rest/api/2/serverInfo")
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    assert answer.json()["deploymentType"] == "Server"
