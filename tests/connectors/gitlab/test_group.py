"""A source that is a group as a whole."""

from collections.abc import Iterator

import pytest
from pydantic import ValidationError

from connectors.base import Wanted
from connectors.gitlab import GitLabConfig
from model.changes import SetRelease
from model.deliveries import Hint
from model.errors import PermanentError
from sandbox.gitlab.records import MAINTAINER, Project
from tests.connectors.gitlab.rig import GitLabRig, id_of, open_group
from tests.contracts.reads import ids_of, pages_of
from tests.contracts.rig import ref_of

KNOWN = {
    "kind": "gitlab",
    "project": "kunlun",
    "base_url": "https://x.example",
    "token": "t",
}


@pytest.fixture
def site() -> Iterator[GitLabRig]:
    with open_group() as opened:
        yield opened


def add_project(site: GitLabRig, path: str) -> Project:
    project = site.tracker.store.add_project(path, path)
    project.members |= {site.bot.id: MAINTAINER, site.person.id: MAINTAINER}
    return project


async def test_all_projects_of_the_group_count_now_and_later(site: GitLabRig) -> None:
    home = site.open_issue("ours")
    below = site.open_issue("ours too", project=add_project(site, "kunlun/erp/gl"))
    other = site.open_issue("another client's", project=add_project(site, "kunlunx/a"))
    connector = site.connect()
    pages = await pages_of(connector, None)
    assert ids_of(pages) == {id_of(home), id_of(below)}
    later = site.open_issue("later", project=add_project(site, "kunlun/new"))
    assert id_of(later) in ids_of(await pages_of(connector, pages[-1].cursor))
    fetched = await connector.fetch([id_of(home), id_of(later), id_of(other)])
    assert list(fetched.missing) == []
    with pytest.raises(PermanentError, match="project_not_configured"):
        await connector.apply(ref_of(id_of(other)), SetRelease("2026.12"), "1")


async def test_a_project_that_is_seen_no_more_is_told_and_its_issues_are_not_missing(
    site: GitLabRig,
) -> None:
    home, project = site.open_issue("stays"), add_project(site, "kunlun/erp/gl")
    lost = site.open_issue("hidden", project=project)
    deleted = site.make_issue("deleted")
    connector = site.connect()
    cursor = (await pages_of(connector, None))[-1].cursor
    site.delete_issue(deleted)
    members = dict(project.members)
    project.members.clear()
    *_, page = await pages_of(connector, cursor)
    assert page.hidden == {str(project.id): "kunlun/erp/gl"}
    asked = [id_of(home), id_of(lost), deleted]
    assert list(await connector.find_missing(asked)) == [deleted]
    fetched = await connector.fetch(asked)
    assert [one.title for one in fetched.snapshots] == ["stays"]
    assert list(fetched.missing) == [deleted]
    site.clock.wind(3600)
    site.edit(lost, title="changed meanwhile")
    *_, page = await pages_of(connector, page.cursor)
    site.clock.wind(3600)
    project.members |= members
    *pages, last = await pages_of(connector, page.cursor)
    assert ids_of(pages) == {id_of(lost)}
    assert last.hidden == {}


async def test_a_quiet_group_costs_two_requests_a_poll_whatever_its_size(
    site: GitLabRig,
) -> None:
    projects = [add_project(site, f"kunlun/{number}") for number in range(5)]
    issues = [site.open_issue("x", project=project) for project in projects]
    connector = site.connect()
    cursor = (await pages_of(connector, None))[-1].cursor
    site.clock.wind(3600)
    cursor = (await pages_of(connector, cursor))[-1].cursor
    before = site.bench.journal.total
    pages = await pages_of(connector, cursor)
    asked = [entry.path for entry in site.bench.journal.since(before)]
    assert [path.rpartition("/")[2] for path in asked] == ["projects", "issues"]
    site.clock.wind(600)
    site.edit(issues[3], title="changed")
    assert ids_of(await pages_of(connector, pages[-1].cursor)) == {id_of(issues[3])}


async def test_a_group_out_of_reach_is_found_and_nothing_is_missing(
    site: GitLabRig,
) -> None:
    made = site.make_issue("x")
    connector = site.connect(group="nowhere")
    with pytest.raises(PermanentError, match="project_unreachable"):
        await connector.fetch([made])
    found = {one.code: one for one in await connector.check(Wanted())}
    assert found["project_unreachable"].subject == "acme: nowhere"


@pytest.mark.parametrize("places", [{}, {"projects": ["a/b"], "group": "a"}])
def test_projects_and_a_group_are_never_given_together(places: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="give either projects or group"):
        GitLabConfig.model_validate({**KNOWN, **places})


@pytest.mark.parametrize(
    ("project", "covered"),
    [
        ("kunlun/funds", True),
        ("Kunlun/erp/gl", True),
        ("kunlunx/a", False),
        ("4711", True),
        ("", True),
    ],
)
def test_a_hint_is_of_the_group_as_far_as_it_tells(project: str, covered: bool) -> None:
    config = GitLabConfig.model_validate({**KNOWN, "group": "kunlun"})
    assert config.covers(Hint("gitlab", "4711#1", "issue", project=project)) is covered
