"""Files, links, hierarchy, time, iterations and moves of an issue."""

from decimal import Decimal

import pytest
import respx
from hypothesis import given
from hypothesis import strategies as st

from connectors.gitlab.connector import GitLabConnector
from connectors.gitlab.mapping import IssueReader, key_of_url
from connectors.gitlab.uploads import Passage, find_upload_path, find_uploads
from model.errors import PermanentError
from model.issues import IssueRef, IssueSnapshot, LinkKind, Person, Visibility
from sandbox.gitlab.issues import move_issue
from sandbox.gitlab.records import Actor, Issue, Link
from tests.connectors.gitlab.rig import GitLabRig, id_of

SECRET = "0123456789abcdef0123456789abcdef"


async def read(connector: GitLabConnector, issue: Issue) -> IssueSnapshot:
    return (await connector.fetch([id_of(issue)])).snapshots[0]


def relate(site: GitLabRig, source: Issue, target: Issue, kind: str) -> None:
    store = site.tracker.store
    link = Link(store.deal_id(), source, target, kind, store.now())
    source.links.append(link)
    target.links.append(link)


async def test_links_say_which_way_they_go(
    site: GitLabRig, connector: GitLabConnector
) -> None:
    first, second = site.open_issue("first"), site.open_issue("second")
    relate(site, first, second, "blocks")
    [link] = (await read(connector, first)).links
    assert (link.kind, link.phrase) == (LinkKind.BLOCKS, "blocks")
    assert (link.key, link.tracker_id) == ("kunlun/funds#2", id_of(second))
    [back] = (await read(connector, second)).links
    assert (back.kind, back.key) == (LinkKind.BLOCKED_BY, "kunlun/funds#1")


async def test_parent_and_children_are_the_hierarchy(
    site: GitLabRig, connector: GitLabConnector
) -> None:
    parent, task = site.open_issue("parent"), site.open_issue("task")
    task.parent = parent
    assert [one.kind for one in (await read(connector, parent)).links] == [
        LinkKind.CHILD
    ]
    assert [one.kind for one in (await read(connector, task)).links] == [
        LinkKind.PARENT
    ]


async def test_d15_a_moved_issue_says_where_it_goes_on(
    site: GitLabRig, connector: GitLabConnector
) -> None:
    issue = site.open_issue("moves")
    store = site.tracker.store
    other = store.add_project("kunlun/loans", "贷款")
    actor = Actor(site.person)
    site.server.call(lambda: move_issue(store, issue, other, actor))
    assert (await read(connector, issue)).moved_to == "kunlun/loans#1"


async def test_the_content_of_a_file_is_fetched_when_asked_for(
    site: GitLabRig, connector: GitLabConnector
) -> None:
    issue = site.open_issue("file", description=f"![a](/uploads/{SECRET}/a%20b.png)")
    site.project.uploads[SECRET, "a b.png"] = b"\x89PNG"
    ref = IssueRef("acme", id_of(issue))
    [file] = (await read(connector, issue)).attachments
    assert await connector.fetch_file(ref, file.tracker_id) == b"\x89PNG"
    with pytest.raises(PermanentError, match="not_found"):
        await connector.fetch_file(ref, f"{SECRET}/other")


async def test_what_does_not_answer_is_told(
    site: GitLabRig, connector: GitLabConnector
) -> None:
    kept, gone = site.open_issue("kept"), site.open_issue("gone")
    site.delete_issue(id_of(gone))
    asked = [id_of(kept), id_of(gone)]
    assert list(await connector.find_missing(asked)) == [id_of(gone)]


async def test_an_idle_poll_asks_nothing_about_relations(
    site: GitLabRig, connector: GitLabConnector
) -> None:
    cursor = [page async for page in connector.fetch_changed(None)][-1].cursor
    [page async for page in connector.fetch_changed(cursor)]
    paths = {entry.path for entry in site.bench.journal.entries}
    assert "/api/graphql" not in paths


async def test_a_server_without_work_items_is_asked_for_the_links_of_each(
    site: GitLabRig, connector: GitLabConnector
) -> None:
    first, second = site.open_issue("first"), site.open_issue("second")
    relate(site, first, second, "relates_to")
    unknown = {
        "errors": [
            {
                "message": "Field 'workItems' doesn't exist on type 'Project'",
                "extensions": {"code": "undefinedField"},
            }
        ]
    }
    with respx.mock(assert_all_called=True) as routes:
        routes.post(url__regex=r".*/api/graphql").respond(json=unknown)
        routes.route().pass_through()
        [link] = (await read(connector, first)).links
        await read(connector, first)
        asked = [call for call in routes.calls if call.request.method == "POST"]
        assert len(asked) == 3, "the newest, the older and the oldest query, once each"
    assert (link.kind, link.key) == (LinkKind.RELATES, "kunlun/funds#2")


async def test_time_spent_is_in_person_days(
    site: GitLabRig, connector: GitLabConnector
) -> None:
    issue = site.open_issue("work")
    issue.time_spent = 6 * 3600
    assert (await read(connector, issue)).spent_days == Decimal("0.75")


async def test_internal_notes_are_marked_and_kept(
    site: GitLabRig, connector: GitLabConnector
) -> None:
    issue = site.open_issue("Report")
    site.note(issue, "all")
    site.note(issue, "few", internal=True)
    seen = [one.visibility for one in (await read(connector, issue)).comments or ()]
    assert seen == [Visibility.PUBLIC, Visibility.INTERNAL]


def row(**more: object) -> dict[str, object]:
    moment = "2026-11-20T08:30:15Z"
    known = {"project_id": 1, "iid": 2, "web_url": "https://g.example/a/b/-/issues/2"}
    dates = {"created_at": moment, "updated_at": moment}
    return {**known, "title": "t", "state": "opened", **dates, **more}


@pytest.mark.parametrize(
    ("iteration", "sprints"),
    [
        ({"title": "Sprint 3"}, ("Sprint 3",)),
        (
            {"title": None, "start_date": "2026-11-02", "due_date": "2026-11-15"},
            ("2026-11-02 – 2026-11-15",),
        ),
        (None, ()),
    ],
)
def test_an_iteration_has_a_title_or_dates(
    site: GitLabRig, iteration: object, sprints: tuple[str, ...]
) -> None:
    config = site.connect()._config  # noqa: SLF001 - the configuration of the rig
    assert IssueReader("acme", config).read(row(iteration=iteration)).sprints == sprints


def test_files_are_found_where_texts_link_to_them() -> None:
    who = Person("1", "王丽")
    text = f"![a](/uploads/{SECRET}/a%20b.png) see [c](/uploads/{SECRET}/c.xlsx)"
    found = find_uploads([Passage(text, who), Passage(text)])
    assert [(one.name, one.author) for one in found] == [
        ("a b.png", who),
        ("c.xlsx", who),
    ]
    assert found[0].mime_type == "image/png"


@pytest.mark.parametrize(
    "text",
    [
        f"https://elsewhere.example/uploads/{SECRET}/a.png",
        "/uploads/short/a.png",
        f"/uploads/{SECRET}/..%2f..%2fuser",
    ],
)
def test_what_only_looks_like_a_file_is_none(text: str) -> None:
    assert find_uploads([Passage(text)]) == ()


@given(st.text() | st.from_regex(r"[0-9a-f]{32}/.*", fullmatch=True))
def test_the_route_of_a_file_stays_in_its_project(attachment_id: str) -> None:
    path = find_upload_path(7, attachment_id)
    if path is not None:
        assert path.count("/") == 5
        assert path.startswith("/projects/7/uploads/")
        assert not path.endswith(("/.", "/.."))


def test_d13_keys_are_read_from_both_forms_of_an_address() -> None:
    base = "https://g.example/gitlab"
    for form in ("issues", "work_items"):
        assert key_of_url(f"{base}/a/b/-/{form}/3", base) == "a/b#3"
    assert key_of_url("https://g.example/groups/a/-/epics/3", base).startswith("https")
