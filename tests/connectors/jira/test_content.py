"""Files, links, hierarchy, time, sprints and custom fields of an issue."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from connectors.jira.config import JiraConfig
from connectors.jira.content import FieldNames, parse_field_names
from connectors.jira.mapping import fields_for, parse_issue
from connectors.jira.rows import parser_for
from model.errors import PermanentError
from model.issues import IssueRef, IssueSnapshot, LinkKind, Visibility
from sandbox.jira import talk
from sandbox.jira.records import IssueLink, LinkType
from tests.connectors.jira.rig import JiraRig, open_cloud, open_data_center

CONFIG = JiraConfig(
    project="p",
    base_url="https://acme.example",
    project_keys=("FIN",),
    token="t",
    custom_fields={"Customer": "customer", "customfield_7": "clause"},
)


@pytest.fixture(params=[open_cloud, open_data_center], ids=["cloud", "data center"])
def rig(request: pytest.FixtureRequest) -> Iterator[JiraRig]:
    with request.param() as opened:
        yield opened


async def snapshot(
    rig: JiraRig, tracker_id: str, custom_fields: Mapping[str, str] | None = None
) -> IssueSnapshot:
    more: dict[str, Any] = {"custom_fields": custom_fields or {}}
    fetched = await rig.connect(**more).fetch([tracker_id])
    return fetched.snapshots[0]


async def test_files_are_told_without_their_content(rig: JiraRig) -> None:
    issue = rig.make_issue("Report")
    upload = talk.Upload("报表.xlsx", "application/vnd.ms-excel", b"12345")
    store, record = rig.tracker.store, rig.get_issue(issue)
    made = rig.server.call(
        lambda: talk.add_attachment(store, rig.client, record, upload)
    )
    [file] = (await snapshot(rig, issue)).attachments
    assert (file.tracker_id, file.name, file.size_bytes) == (made.id, "报表.xlsx", 5)
    assert file.mime_type == "application/vnd.ms-excel"
    assert file.author
    assert file.author.name == rig.client.name


async def test_the_content_of_a_file_is_fetched_when_asked_for(rig: JiraRig) -> None:
    issue = rig.make_issue("Report")
    upload = talk.Upload("a.bin", "application/octet-stream", b"\x00\xff12345")
    store, record = rig.tracker.store, rig.get_issue(issue)
    made = rig.server.call(
        lambda: talk.add_attachment(store, rig.client, record, upload)
    )
    ref = IssueRef("acme", issue)
    assert await rig.connect().fetch_file(ref, made.id) == b"\x00\xff12345"
    with pytest.raises(PermanentError, match="not_found"):
        await rig.connect().fetch_file(ref, "77")


async def test_what_does_not_answer_is_told(rig: JiraRig) -> None:
    kept, gone = rig.make_issue("kept"), rig.make_issue("gone")
    rig.delete_issue(gone)
    assert list(await rig.connect().find_missing([kept, gone])) == [gone]


async def test_without_its_project_no_issue_is_missing(rig: JiraRig) -> None:
    issue = rig.make_issue("kept")
    rig.bot.denied.add("BROWSE_PROJECTS")
    for read in (rig.connect().find_missing, rig.connect().fetch):
        with pytest.raises(PermanentError):
            await read([issue])


async def test_links_say_which_way_they_go(rig: JiraRig) -> None:
    first, second = rig.make_issue("first"), rig.make_issue("second")
    kind = LinkType("1", "Blocks", "is blocked by", "blocks")
    link = IssueLink("1", kind, inward_id=first, outward_id=second)
    rig.tracker.site.links["1"] = link
    links = {
        one.ref.tracker_id: one.links[0]
        for one in (await rig.connect().fetch([first, second])).snapshots
    }
    assert links[first].tracker_id == second
    assert links[second].tracker_id == first
    assert {links[first].kind, links[second].kind} == {
        LinkKind.BLOCKS,
        LinkKind.BLOCKED_BY,
    }
    assert links[first].url.endswith(links[first].key)


async def test_custom_fields_are_read_by_the_names_that_people_know(
    rig: JiraRig,
) -> None:
    issue = rig.make_issue("Report", customfield_10020="2.3")
    named = await snapshot(rig, issue, custom_fields={"contract CLAUSE": "clause"})
    assert named.fields == {"clause": ("2.3",)}
    assert (await snapshot(rig, issue)).fields == {}


async def test_the_fields_are_asked_for_once(rig: JiraRig) -> None:
    issue, connector = rig.make_issue("Report"), rig.connect()
    for _ in range(3):
        await connector.fetch([issue])
    asked = [one for one in rig.bench.journal.entries if one.path.endswith("/field")]
    assert len(asked) == 1


async def test_b12_texts_come_as_markdown_and_mentions_by_name(rig: JiraRig) -> None:
    mention = "accountid:" + rig.client.id if rig.tracker.site.cloud else rig.client.id
    issue = rig.make_issue("Report", "h2. Why\n\n*Now*, says [~" + mention + "]")
    rig.write_comment(issue, "||a||\n|b|")
    found = await snapshot(rig, issue)
    assert found.description == f"## Why\n\n**Now**, says @{rig.client.name}"
    assert found.comments
    assert found.comments[0].body == "| a |\n| --- |\n| b |"


async def test_comments_for_some_are_marked_and_kept(rig: JiraRig) -> None:
    issue = rig.make_issue("Report")
    rig.write_comment(issue, "all")
    rig.write_comment(issue, "few", visibility={"type": "role", "value": "Users"})
    found = await snapshot(rig, issue)
    assert [one.visibility for one in found.comments or ()] == [
        Visibility.PUBLIC,
        Visibility.INTERNAL,
    ]


def read(**fields: object) -> IssueSnapshot:
    names = parse_field_names(FIELDS, CONFIG)
    known = {
        "issuetype": {"name": "Story"},
        "status": {"name": "To Do"},
        "created": "2026-11-20T08:30:15.123+0800",
        "updated": "2026-11-20T08:30:15.123+0800",
    }
    raw = {"id": "1", "key": "FIN-1", "fields": {**known, **fields}}
    parse = parser_for(tuple(fields_for(CONFIG, names)), names.ids)
    [issue] = parse(json.dumps({"issues": [raw]}).encode())["issues"]
    return parse_issue("acme", issue, CONFIG, names)


FIELDS = [
    {"id": "summary", "name": "Summary", "schema": {"type": "string"}},
    {"id": "customfield_1", "name": "customer", "schema": {"custom": "a:select"}},
    {
        "id": "customfield_2",
        "name": "Sprint",
        "schema": {"custom": "com.pyxis.greenhopper.jira:gh-sprint"},
    },
    {
        "id": "customfield_3",
        "name": "Epic Link",
        "schema": {"custom": "com.pyxis.greenhopper.jira:gh-epic-link"},
    },
    {"id": "customfield_7", "name": "Clause", "schema": {"custom": "a:cascading"}},
]


def test_fields_are_found_by_name_id_and_kind() -> None:
    assert parse_field_names(FIELDS, CONFIG) == FieldNames(
        {"customfield_1": "customer", "customfield_7": "clause"},
        ("customfield_2",),
        ("customfield_3",),
    )


def test_sprints_are_read_as_objects_and_as_the_text_of_objects() -> None:
    told = "com.atlassian.greenhopper.Sprint@1[id=3,rapidViewId=1,name=S 3, b,goal=]"
    sprints = read(customfield_2=[{"id": 2, "name": "S 2"}, told]).sprints
    assert sprints == ("S 2", "S 3, b")


def test_parent_epic_and_sub_tasks_are_the_hierarchy() -> None:
    found = read(
        parent={"id": "7", "key": "FIN-7"},
        customfield_3="FIN-9",
        subtasks=[{"id": "8", "key": "FIN-8"}],
    )
    assert [(one.kind, one.key) for one in found.links] == [
        (LinkKind.PARENT, "FIN-7"),
        (LinkKind.PARENT, "FIN-9"),
        (LinkKind.CHILD, "FIN-8"),
    ]


def test_logged_work_is_in_person_days() -> None:
    assert read(timespent=36_000).spent_days == Decimal("1.25")
    assert read(timespent=None).spent_days is None


def test_values_are_told_in_words() -> None:
    cascade = {"value": "Part 2", "id": "1", "child": {"value": "2.3"}}
    found = read(customfield_1=[{"value": "A"}, {"value": "B"}], customfield_7=cascade)
    assert found.fields == {"clause": ("Part 2 / 2.3",), "customer": ("A", "B")}


def test_a_field_that_a_section_names_is_read_whole() -> None:
    told = {"name": "High", "value": "1", "iconUrl": "https://acme.example/h.svg"}
    answer = json.dumps({"issues": [{"fields": {"priority": told, "x": 1}}]}).encode()
    of_ours = {"name": "High"}
    for whole, found in (((), of_ours), (("priority",), told)):
        parse = parser_for(("priority",), whole)
        assert parse(answer) == {"issues": [{"fields": {"priority": found}}]}


def test_moments_are_kept_in_utc() -> None:
    assert read().created_at == datetime(2026, 11, 20, 0, 30, 15, 123000, UTC)
