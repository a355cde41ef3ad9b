"""An issue's JSON as a snapshot, and our comment's text."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.github import GitHubConfig
from connectors.github.mapping import (
    MARKER,
    IssuePlace,
    IssueReader,
    read_comment,
    write_sticky,
)
from model.errors import PermanentError
from model.issues import IssueSnapshot, Person, StatusCategory, Urgency

PLACE = IssuePlace(4711, 12)
ROW: dict[str, Any] = {
    "number": 12,
    "title": "资金日报无法打印",
    "body": None,
    "state": "open",
    "state_reason": None,
    "labels": [],
    "assignees": [],
    "milestone": None,
    "type": None,
    "user": {"id": 91, "login": "finance-user"},
    "created_at": "2026-03-02T01:15:30Z",
    "updated_at": "2026-03-02T01:15:31Z",
    "repository_url": "https://api.github.com/repos/finance/funds",
    "html_url": "https://github.com/finance/funds/issues/12",
}


def read(**more: Any) -> IssueSnapshot:
    config = GitHubConfig.model_validate(
        {"kind": "github", "project": "x", "repositories": ["a/b"], "token": "t"}
    )
    return IssueReader("acme", config).read(PLACE, {**ROW, **more}, ())


def labels(*names: str) -> list[dict[str, str]]:
    return [{"name": name} for name in names]


def test_key_and_id_name_the_issue_now_and_for_good() -> None:
    assert (read().key, read().ref.tracker_id) == ("finance/funds#12", "4711#12")
    assert IssuePlace.find("4711#12") == PLACE


@pytest.mark.parametrize(
    "odd", ["", "12", "a#1", "0#1", "1#0", "1#２", "1#1 ", "1#1#1"]
)
def test_other_ids_are_none_of_githubs(odd: str) -> None:
    assert IssuePlace.find(odd) is None


@pytest.mark.parametrize(
    ("state", "reason", "status"),
    [
        ("open", None, "open"),
        ("open", "reopened", "open"),
        ("closed", None, "closed"),
        ("closed", "completed", "closed"),
        ("closed", "not_planned", "not planned"),
        ("closed", "duplicate", "duplicate"),
    ],
)
def test_why_it_was_closed_is_part_of_the_status(
    state: str, reason: str | None, status: str
) -> None:
    found = read(state=state, state_reason=reason)
    assert found.status == status
    is_done = found.status_category is StatusCategory.DONE
    assert is_done == (state == "closed")


def test_the_issue_type_goes_before_labels_that_say_it() -> None:
    assert read(labels=labels("enhancement")).issue_type == "Feature"
    assert read(labels=labels("bug"), type={"name": "Epic"}).issue_type == "Epic"
    assert read().issue_type == "Issue"


def test_labels_say_urgency_module_and_that_work_has_begun() -> None:
    found = read(labels=labels("紧急", "module::Reports", "In progress"))
    assert (found.priority, found.urgency) == ("紧急", Urgency.HIGHEST)
    assert found.modules == ("Reports",)
    assert found.status_category is StatusCategory.IN_PROGRESS


def test_people_and_milestone_may_be_missing() -> None:
    assert (read(user=None).reporter, read().releases) == (None, ())
    found = read(milestone={"title": "2026.4"}, assignees=[{"id": 5, "login": "li"}])
    assert found.releases == ("2026.4",)
    assert found.assignee == Person("5", "li")


@pytest.mark.parametrize(
    "odd",
    [
        {"labels": [{}]},
        {"labels": None},
        {"created_at": "now"},
        {"repository_url": None},
    ],
    ids=str,
)
def test_an_answer_without_what_github_documents_is_a_persons_matter(
    odd: dict[str, Any],
) -> None:
    with pytest.raises(PermanentError) as raised:
        read(**odd)
    assert raised.value.code == "answer_not_understood"


@pytest.mark.parametrize(
    "call",
    [
        "@everyone",
        "@org/team",
        "&#64;li",
        "&commat;li",
        "#12",
        "GH-12",
        "a/b#12",
        "&#35;1",
    ],
)
def test_our_comment_mentions_nobody_and_links_nothing(call: str) -> None:
    body = write_sticky(f"请看 {call} 谢谢")
    assert call not in body
    assert read_comment(body) == f"请看 {call} 谢谢"


def test_what_only_looks_like_a_mention_stays() -> None:
    text = "mail li@example.com, colour #fff, high-12, C# 2026"
    assert write_sticky(text) == f"{text}\n\n{MARKER}"


@given(st.text(st.characters(exclude_characters="\u2060\r")))
def test_a_text_comes_back_as_it_was(text: str) -> None:
    assert read_comment(write_sticky(text)) == text.strip()
