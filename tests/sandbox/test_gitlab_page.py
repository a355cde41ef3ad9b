"""A person at the page, and instances filled from seeds."""

from datetime import timedelta

import httpx
import pytest

from sandbox.seeds import SeedComment, SeedIssue, SeedPerson, SeedProject
from tests.sandbox.gitlab_site import PATH, GitLabSite
from tests.sandbox.receiver import Receiver


@pytest.fixture
def seeded(gitlab: GitLabSite) -> GitLabSite:
    people = (
        SeedPerson("li.na", "李娜", "li.na@example.com", "client"),
        SeedPerson("zhao", "赵工", "zhao@example.com", "project_manager"),
        SeedPerson("reqpool", "reqpool", "bot@example.com", "bot", "glpat-seeded"),
    )
    issues = (
        SeedIssue("新的", "", "question", "报表", "li.na", 1),
        SeedIssue(
            "旧的",
            "导出",
            "requirement",
            "报表",
            "li.na",
            10,
            priority="high",
            state="done",
            comments=(SeedComment("zhao", "已排期", 1),),
        ),
    )
    seed = SeedProject(
        "Client", "beta/erp", "ERP", "zh", people, ("报表",), ("2026.12",), issues
    )
    gitlab.tracker.seed(seed)
    return gitlab


def test_seeds_have_a_past(seeded: GitLabSite) -> None:
    store = seeded.tracker.store
    project = store.find_project("beta/erp")
    assert project is not None
    old = project.issues[1]
    assert old.title == "旧的"
    assert seeded.clock() - old.created_at == timedelta(days=10)
    assert old.closed_at == old.updated_at == old.created_at + timedelta(days=3)
    assert old.notes[0].created_at == old.created_at + timedelta(days=1)
    assert [label.name for label in old.labels] == ["优先级::高", "模块::报表"]
    assert store.tokens["glpat-seeded"].user.bot
    assert project.milestones[0].title == "2026.12"
    assert store.now() == seeded.clock()


def test_page_lists_and_shows_issues(gitlab: GitLabSite) -> None:
    gitlab.write("导出", description="Excel")
    gitlab.write("另一个")
    assert "导出" in httpx.get(gitlab.url).text
    found = httpx.get(gitlab.url, params={"q": "excel"}).text
    assert "导出" in found
    assert "另一个" not in found
    for kind in ("issues", "work_items"):
        shown = httpx.get(f"{gitlab.url}/{PATH}/-/{kind}/1")
        assert "Excel" in shown.text
    assert httpx.get(f"{gitlab.url}/{PATH}/-/issues/9").status_code == 404


def test_what_a_person_does_is_told_to_hooks(
    gitlab: GitLabSite, receiver: Receiver
) -> None:
    gitlab.hook(receiver.url)
    with httpx.Client(base_url=gitlab.url, follow_redirects=True) as browser:
        browser.post(
            "/_new", data={"project": PATH, "title": "导出", "labels": "需求, 急"}
        )
        page = f"/{PATH}/-/issues/1"
        browser.post(page, data={"title": "导出", "status": "close"})
        shown = browser.post(page, data={"remark": "谢谢"})
    gitlab.settle()
    assert "谢谢" in shown.text
    issue = gitlab.project.issues[1]
    assert issue.author is gitlab.client
    assert issue.state == "closed"
    titles = [one.headers["x-gitlab-event"] for one in receiver.arrivals]
    assert titles == ["Issue Hook", "Issue Hook", "Issue Hook", "Note Hook"]


def test_refusals_are_shown(gitlab: GitLabSite) -> None:
    gitlab.write()
    page = f"{gitlab.url}/{PATH}/-/issues/1"
    refused = httpx.post(page, data={"title": " ", "description": "x"})
    assert refused.status_code == 400
    assert "blank" in refused.text
