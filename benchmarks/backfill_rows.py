"""What the trackers of the backfill benchmark hold: rows, already written as bytes.

Shapes: https://docs.gitlab.com/api/issues/ and ``GET /rest/api/2/search``, with the
fields that a real instance sends beside those that anybody reads.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

NOTES = 3
"""Of each issue, where it has any."""

_BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
_STEP = timedelta(minutes=7, seconds=1)
_WORDS = (
    "导出 Excel 时日期列变成数字 Export turns dates into numbers",
    "审批通过后没有通知发起人 No notice after an approval",
    "报表打开很慢 The report of the month takes 40 s",
    "Single sign-on for the factory in 苏州",
)
_TEXT = """## 现象
客户在 *月结* 时点击导出，日期列显示为 `45292`。The column is formatted as text.

1. 打开 *报表 / 月结*
2. Export, then open the file in Excel 2019

| 版本 | 结果 |
|---|---|
| 2.4.1 | wrong |
| 2.3.9 | right |

See https://example.com/docs/export for what we promised. """
_PLAIN = """客户反馈：月结时导出的文件无法直接导入财务系统，日期列需要手工改格式。
They have to change the format of the column by hand, in every file and every month.

See https://example.com/docs/export for what we promised. 希望 3 月底之前能解决。
"""
_WIKI = """h2. 现象
客户在 *月结* 时点击导出，日期列显示为 {{45292}}。The column is formatted as text.

# 打开 *报表 / 月结*
# Export, then open the file in Excel 2019

||版本||结果||
|2.4.1|wrong|
|2.3.9|right|

See [what we promised|https://example.com/docs/export]. """


@dataclass(frozen=True, slots=True)
class Rows:
    """Issues in the order of their change."""

    moments: Sequence[datetime]
    bodies: Sequence[bytes]


def moment_of(number: int) -> datetime:
    """When an issue changed last; no two at the same time."""
    return _BEGIN + number * _STEP


def build_rows(count: int, build: Callable[[int], Mapping[str, Any]]) -> Rows:
    """Write ``count`` issues down, once and for all."""
    numbers = range(1, count + 1)
    return Rows(
        [moment_of(each) for each in numbers], [_json(build(n)) for n in numbers]
    )


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _title(number: int) -> str:
    return f"{_WORDS[number % len(_WORDS)]} ({number})"


def gitlab_issue(number: int, notes: int) -> Mapping[str, Any]:
    """An issue as the list shows it."""
    moment = moment_of(number).isoformat(timespec="milliseconds")
    url = f"https://gitlab.example.com/bench/backfill/-/issues/{number}"
    author = _gitlab_user(number % 9)
    return {
        "id": 900_000 + number,
        "iid": number,
        "project_id": 1 if notes == 0 else 2,
        "title": _title(number),
        "description": _TEXT if number % 4 == 0 else _PLAIN,
        "state": "closed" if number % 3 == 0 else "opened",
        "created_at": moment,
        "updated_at": moment.replace("+00:00", "Z"),
        "closed_at": moment if number % 3 == 0 else None,
        "closed_by": author if number % 3 == 0 else None,
        "labels": ["type::bug", "priority::high", f"module::{number % 5}", "客户"],
        "milestone": _milestone(number % 4),
        "assignees": [_gitlab_user(number % 5)],
        "author": author,
        "type": "ISSUE",
        "assignee": _gitlab_user(number % 5),
        "user_notes_count": notes,
        "merge_requests_count": 0,
        "upvotes": 1,
        "downvotes": 0,
        "due_date": "2026-03-31",
        "confidential": number % 11 == 0,
        "discussion_locked": None,
        "issue_type": "issue",
        "web_url": url,
        "time_stats": {
            "time_estimate": 28800,
            "total_time_spent": 3600,
            "human_time_estimate": "1d",
            "human_total_time_spent": "1h",
        },
        "task_completion_status": {"count": 0, "completed_count": 0},
        "blocking_issues_count": 0,
        "has_tasks": False,
        "task_status": "0 of 0 checklist items completed",
        "_links": {
            "self": f"{url}/self",
            "notes": f"{url}/notes",
            "award_emoji": f"{url}/award_emoji",
            "project": "https://gitlab.example.com/api/v4/projects/1",
            "closed_as_duplicate_of": None,
        },
        "references": {
            "short": f"#{number}",
            "relative": f"#{number}",
            "full": f"bench/backfill#{number}",
        },
        "severity": "UNKNOWN",
        "subscribed": False,
        "moved_to_id": None,
        "imported": False,
        "imported_from": "none",
        "service_desk_reply_to": None,
    }


def gitlab_note(number: int, place: int) -> Mapping[str, Any]:
    """A note of an issue, oldest first."""
    moment = moment_of(number).isoformat(timespec="milliseconds")
    return {
        "id": number * 10 + place,
        "type": None,
        "body": f"第 {place} 次跟进：已复现，等客户确认。Reproduced; see {_title(place)}.",
        "author": _gitlab_user(place),
        "created_at": moment,
        "updated_at": moment,
        "system": False,
        "noteable_id": 900_000 + number,
        "noteable_type": "Issue",
        "project_id": 2,
        "resolvable": False,
        "confidential": False,
        "internal": place == NOTES,
        "imported": False,
        "imported_from": "none",
        "noteable_iid": number,
        "commands_changes": {},
    }


def gitlab_notes(number: int) -> Mapping[str, Any]:
    """The notes of an issue, as GraphQL shows them."""
    rows = [gitlab_note(number, place + 1) for place in range(NOTES)]
    notes = [
        {
            "id": f"gid://gitlab/Note/{row['id']}",
            "body": row["body"],
            "system": False,
            "internal": row["internal"],
            "createdAt": row["created_at"],
            "updatedAt": row["updated_at"],
            "author": {
                "id": f"gid://gitlab/User/{row['author']['id']}",
                "username": row["author"]["username"],
                "name": row["author"]["name"],
            },
        }
        for row in rows
    ]
    told = {"pageInfo": {"hasNextPage": False}, "nodes": notes}
    return {"iid": str(number), "notes": told}


def write_notes(number: int) -> bytes:
    """All notes of an issue, as one answer."""
    return _json([gitlab_note(number, place + 1) for place in range(NOTES)])


def _gitlab_user(number: int) -> Mapping[str, Any]:
    return {
        "id": 40 + number,
        "username": f"user{number}",
        "public_email": "",
        "name": f"用户 User {number}",
        "state": "active",
        "locked": False,
        "avatar_url": f"https://gitlab.example.com/uploads/{number}/avatar.png",
        "web_url": f"https://gitlab.example.com/user{number}",
    }


def _milestone(number: int) -> Mapping[str, Any]:
    return {
        "id": 70 + number,
        "iid": number,
        "project_id": 1,
        "title": f"2.{number}",
        "description": "",
        "state": "active",
        "created_at": "2024-01-01T00:00:00.000Z",
        "updated_at": "2024-01-01T00:00:00.000Z",
        "due_date": "2026-06-30",
        "start_date": None,
        "expired": False,
        "web_url": f"https://gitlab.example.com/bench/-/milestones/{number}",
    }


def gitlab_work_item(number: int) -> Mapping[str, Any]:
    """What GraphQL tells of an issue's relations; every tenth is linked."""
    linked = {
        "linkType": "relates_to",
        "workItem": {
            "iid": str(number + 1),
            "webUrl": f"https://gitlab.example.com/bench/backfill/-/issues/{number + 1}",
            "project": {"id": "gid://gitlab/Project/1"},
        },
    }
    return {
        "iid": str(number),
        "movedToWorkItemUrl": None,
        "widgets": [
            {"parent": None, "children": {"nodes": []}},
            {"linkedItems": {"nodes": [linked] if number % 10 == 0 else []}},
        ],
    }


def jira_issue(number: int) -> Mapping[str, Any]:
    """An issue as a search shows it, with its comments."""
    moment = _jira_moment(number)
    return {
        "expand": "operations,versionedRepresentations,editmeta,changelog,renderedFields",
        "id": str(10_000 + number),
        "self": f"https://jira.example.com/rest/api/2/issue/{10_000 + number}",
        "key": f"BENCH-{number}",
        "fields": {
            "summary": _title(number),
            "description": _WIKI if number % 4 == 0 else _PLAIN,
            "issuetype": _named("issuetype", "故障", subtask=False),
            "status": _named(
                "status",
                "处理中",
                statusCategory=_named("statuscategory", "进行中", key="indeterminate"),
            ),
            "labels": ["客户", "export"],
            "fixVersions": [_named("version", "2.4", released=False, archived=False)],
            "components": [_named("component", "报表")],
            "priority": _named("priority", "高", iconUrl="https://example.com/h.svg"),
            "comment": _jira_comments(number),
            "reporter": _jira_user(number % 9),
            "assignee": _jira_user(number % 5),
            "created": moment,
            "updated": moment,
            "duedate": "2026-03-31",
            "security": None,
            "project": _named("project", "Bench", key="BENCH"),
            "timespent": 3600,
            "attachment": [],
            "issuelinks": [],
            "subtasks": [],
        },
    }


def _jira_comments(number: int) -> Mapping[str, Any]:
    comments = [_jira_comment(number, place + 1) for place in range(NOTES)]
    return {"comments": comments, "maxResults": NOTES, "total": NOTES, "startAt": 0}


def write_comments(number: int) -> bytes:
    """The comments of an issue, as an answer of its own."""
    return _json(_jira_comments(number))


def _jira_comment(number: int, place: int) -> Mapping[str, Any]:
    moment = _jira_moment(number)
    return {
        "self": f"https://jira.example.com/rest/api/2/issue/{number}/comment/{place}",
        "id": str(number * 10 + place),
        "author": _jira_user(place),
        "updateAuthor": _jira_user(place),
        "body": f"第 {place} 次跟进：*已复现*，等客户确认。Reproduced; see {_title(place)}.",
        "created": moment,
        "updated": moment,
    }


def _jira_moment(number: int) -> str:
    return moment_of(number).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def _named(kind: str, name: str, **more: object) -> Mapping[str, Any]:
    link = f"https://jira.example.com/rest/api/2/{kind}/10001"
    return {"self": link, "id": "10001", "name": name, "description": "", **more}


def _jira_user(number: int) -> Mapping[str, Any]:
    avatar = f"https://jira.example.com/secure/useravatar?ownerId=user{number}"
    return {
        "self": f"https://jira.example.com/rest/api/2/user?username=user{number}",
        "name": f"user{number}",
        "key": f"user{number}",
        "avatarUrls": {size: f"{avatar}&s={size}" for size in ("48x48", "24x24")},
        "displayName": f"用户 User {number}",
        "active": True,
        "timeZone": "Asia/Shanghai",
    }
