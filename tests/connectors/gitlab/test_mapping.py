"""REST rows as snapshots."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from connectors.gitlab import GitLabConfig
from connectors.gitlab.mapping import IssuePlace, IssueReader
from connectors.gitlab.note_text import write_sticky_note
from connectors.gitlab.rows import parse_issues
from model.errors import PermanentError
from model.issues import IssueSnapshot, Person, StatusCategory, Urgency, Visibility

ROW: dict[str, Any] = {
    "id": 880012,
    "iid": 12,
    "project_id": 4711,
    "title": "资金报表合计不对",
    "description": None,
    "state": "opened",
    "created_at": "2026-03-02T09:15:30.120+08:00",
    "updated_at": "2026-03-02T01:20:00.000Z",
    "labels": [],
    "milestone": None,
    "author": {"id": 31, "username": "finance.user", "name": "财务部用户"},
    "assignees": [],
    "user_notes_count": 0,
    "due_date": None,
    "web_url": "https://gitlab.kunlun.example/finance/funds/-/issues/12",
    "references": {"full": "finance/funds#12"},
    "time_stats": {"time_estimate": 0},
    "issue_type": "issue",
    "confidential": False,
}
NOTE: dict[str, Any] = {
    "id": 55001,
    "body": "请问什么时候能修好?",
    "author": {"id": 31, "username": "finance.user", "name": ""},
    "created_at": "2026-03-02T02:01:09.000Z",
    "updated_at": "2026-03-02T02:01:09.000Z",
    "system": False,
    "internal": False,
}


def config(**given: Any) -> GitLabConfig:
    return GitLabConfig(
        **{
            "kind": "gitlab",
            "project": "kunlun",
            "base_url": "https://gitlab.kunlun.example",
            "projects": ("finance/funds",),
            "token": SecretStr("glpat-x"),
            **given,
        }
    )


def read(*notes: dict[str, Any], **changed: Any) -> IssueSnapshot:
    [row] = parse_issues(json.dumps([{**ROW, **changed}]).encode())
    return IssueReader("kunlun", config()).read(row, notes)


def test_an_issue_is_read_whole() -> None:
    snapshot = read(NOTE, milestone={"title": "2.1"}, due_date="2026-04-01")
    assert snapshot.ref.tracker_id == "4711#12"
    assert snapshot.key == "finance/funds#12"
    assert snapshot.url == ROW["web_url"]
    assert snapshot.title == "资金报表合计不对"
    assert snapshot.description == ""
    assert snapshot.releases == ("2.1",)
    assert snapshot.due_on == date(2026, 4, 1)
    assert snapshot.created_at == datetime(2026, 3, 2, 1, 15, 30, 120000, UTC)
    assert snapshot.reporter == Person("31", "财务部用户")
    assert snapshot.comments
    assert snapshot.comments[0].author == Person("31", "finance.user")


@pytest.mark.parametrize(
    "created_at", ["2026-03-02T09:15:30.120+08:00", "2026-03-02T01:15:30.120Z"]
)
def test_d14_a_moment_is_the_same_in_any_zone(created_at: str) -> None:
    moment = datetime(2026, 3, 2, 1, 15, 30, 120000, UTC)
    assert read(created_at=created_at).created_at == moment


@pytest.mark.parametrize(
    ("labels", "urgency", "word"),
    [
        (["Priority::2", "urgent"], Urgency.HIGHEST, "urgent"),
        (["优先级::低"], Urgency.LOW, "优先级::低"),
        (["紧急", "finance"], Urgency.HIGHEST, "紧急"),
        (["finance"], None, None),
    ],
)
def test_urgency_is_what_the_most_urgent_label_says(
    labels: list[str], urgency: Urgency | None, word: str | None
) -> None:
    snapshot = read(labels=labels)
    assert (snapshot.urgency, snapshot.priority) == (urgency, word)


@pytest.mark.parametrize(
    ("labels", "kind", "expected"),
    [
        (["type::Bug"], "issue", "Bug"),
        (["缺陷"], "issue", "Bug"),
        (["咨询"], "issue", "Question"),
        ([], "incident", "incident"),
        ([], "INCIDENT", "incident"),
    ],
)
def test_the_type_is_what_a_label_says_or_gitlabs_own(
    labels: list[str], kind: str, expected: str
) -> None:
    assert read(labels=labels, issue_type=kind).issue_type == expected


@pytest.mark.parametrize(
    ("state", "labels", "category"),
    [
        ("opened", [], StatusCategory.TO_DO),
        ("opened", ["Doing"], StatusCategory.IN_PROGRESS),
        ("opened", ["进行中"], StatusCategory.IN_PROGRESS),
        ("closed", ["进行中"], StatusCategory.DONE),
    ],
)
def test_two_states_and_a_label_come_down_to_three_columns(
    state: str, labels: list[str], category: StatusCategory
) -> None:
    snapshot = read(state=state, labels=labels)
    assert (snapshot.status, snapshot.status_category) == (state, category)


def test_modules_are_what_follows_the_prefix() -> None:
    labels = ["模块::资金", "Module::Report", "module::", "other"]
    assert read(labels=labels).modules == ("Report", "资金")


@pytest.mark.parametrize(
    ("seconds", "days"),
    [(0, None), (14400, Decimal("0.5")), (28800, Decimal(1)), (72000, Decimal("2.5"))],
)
def test_eight_hours_of_estimate_are_a_day(seconds: int, days: Decimal | None) -> None:
    assert read(time_stats={"time_estimate": seconds}).estimate_days == days


def test_d7_internal_notes_stay_internal_and_system_notes_out() -> None:
    system = {**NOTE, "id": 1, "system": True}
    internal = {**NOTE, "id": 2, "internal": True}
    older = {**NOTE, "id": 3, "internal": None, "confidential": True}
    comments = read(system, internal, older, NOTE).comments
    assert comments
    assert [comment.visibility for comment in comments] == [
        Visibility.INTERNAL,
        Visibility.INTERNAL,
        Visibility.PUBLIC,
    ]


def test_our_own_note_reads_as_the_text_that_was_asked_for() -> None:
    ours = {**NOTE, "body": write_sticky_note("/close 是一个命令,@all")}
    comments = read(ours).comments
    assert comments
    assert comments[0].body == "/close 是一个命令,@all"


@pytest.mark.parametrize(
    ("base_url", "web_url", "key"),
    [
        ("https://g.example", "https://g.example/a/b/c/-/issues/12", "a/b/c#12"),
        ("https://g.example", "https://g.example/a/b/issues/12", "a/b#12"),
        ("https://g.example", "https://g.example/a/b/-/work_items/12", "a/b#12"),
        ("https://g.example/git", "https://g.example/git/a/b/-/issues/12", "a/b#12"),
        ("https://g.example", "https://g.example/odd", "4711#12"),
    ],
)
def test_an_older_server_gives_no_reference_so_the_url_names_the_issue(
    base_url: str, web_url: str, key: str
) -> None:
    row = {**ROW, "references": None, "web_url": web_url}
    assert IssueReader("kunlun", config(base_url=base_url)).read(row).key == key


@pytest.mark.parametrize(
    "spoilt",
    [
        {"title": ...},
        {"updated_at": "yesterday"},
        {"milestone": "2.1"},
        {"due_date": "soon"},
        {"iid": None},
    ],
)
def test_a_row_that_lacks_something_is_a_permanent_error(
    spoilt: dict[str, Any],
) -> None:
    row = {**ROW, **spoilt}
    row = {name: value for name, value in row.items() if value is not ...}
    with pytest.raises(PermanentError, match="answer_not_understood"):
        IssueReader("kunlun", config()).read(row)


def test_d1_a_tracker_id_names_project_and_issue() -> None:
    assert IssuePlace.find("4711#12") == IssuePlace(4711, 12)
    assert str(IssuePlace(4711, 12)) == "4711#12"
    for wrong in ("", "12", "a#1", "4711#0", "4711#12\n", "١#2", "1#1#1"):
        assert IssuePlace.find(wrong) is None


def test_maps_of_labels_can_be_replaced() -> None:
    own = config(urgency_labels={"P0": "Highest"}, type_labels={"故障": "Bug"})
    row = {**ROW, "labels": ["p0", "故障", "紧急"]}
    snapshot = IssueReader("kunlun", own).read(row)
    assert (snapshot.priority, snapshot.issue_type) == ("p0", "Bug")


@pytest.mark.parametrize(
    "wrong",
    [
        {"projects": ()},
        {"projects": ("/",)},
        {"webhook_secrets": ("whsec_%%",)},
        {"hours_per_day": 0},
        {"tokn": "x"},
    ],
)
def test_a_configuration_that_cannot_work_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        config(**wrong)


def test_the_token_is_not_shown() -> None:
    assert "glpat-x" not in repr(config())
