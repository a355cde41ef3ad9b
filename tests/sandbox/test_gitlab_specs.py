"""Answers against a description of the API and against recordings of real ones.

Both lie beside the repository and are not part of it; without them there is nothing
to compare with.
"""

import csv
import json
import re
from collections.abc import Iterable, Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from jsonschema import Draft202012Validator, FormatChecker

from sandbox.gitlab.hook_bodies import issue_body, note_body
from sandbox.gitlab.notes import Comment, write_note
from sandbox.gitlab.records import Actor
from tests.sandbox.gitlab_site import GitLabSite

SHARED = Path(__file__).parents[3] / "shared"
SPEC = SHARED / "specs" / "gitlab-v4-issues-labels-milestones.cjuenger.openapi3.yaml"
PAYLOADS = SHARED / "payloads"

pytestmark = pytest.mark.skipif(
    not SPEC.exists(), reason="../shared with description and recordings is not here"
)

Json = dict[str, Any]

# Where the community's description is wrong: what is to be dropped or added there.
WRONG = {
    ("Project", "id", "type"): "Ids are numbers, the description says text.",
    ("Project", "ssh_url_to_repo", "format"): "git@host:path is no URI.",
    ("Issue", "due_date", "format"): "Due dates are days, as in every recorded issue.",
    ("Milestone", "due_date", "format"): "Due dates are days, as in every recording.",
    ("Milestone", "start_date", "format"): "Start dates are days, like due dates.",
    ("Label", "description", "nullable"): "Labels without description say null.",
    ("Namespace", "avatar_url", "nullable"): "Namespaces without a picture say null.",
    ("Project", "avatar_url", "nullable"): "Projects without a picture say null.",
}
# Where it promises 200 and GitLab answers 201.
WRONG_STATUS = {
    "POST /v4/projects/{id}/milestones": "Creating answers 201, as everywhere else.",
}

# What the description has and this stand-in leaves to a real GitLab.
NOT_SERVED = {
    "POST /v4/groups": "Groups come with projects; a mirror creates none.",
    "POST /v4/projects/{id}/issues/{iid}/todo": "A mirror has no to-do list.",
    "POST /v4/projects/{id}/labels/{iid}/subscribe": "A mirror subscribes to none.",
    "POST /v4/projects/{id}/labels/{iid}/unsubscribe": "A mirror subscribes to none.",
    "GET /v4/projects/{id}/iterations": "Iterations are Premium and not mirrored.",
    "GET /v4/groups/{id}/iterations": "Iterations are Premium and not mirrored.",
    "POST /v4/groups/{id}/labels": "Group labels are put there by tests.",
    "GET /v4/groups/{id}/labels/{iid}": "Group labels are only listed.",
    "PUT /v4/groups/{id}/labels/{iid}": "Group labels are only listed.",
    "DELETE /v4/groups/{id}/labels/{iid}": "Group labels are only listed.",
    "POST /v4/groups/{id}/labels/{iid}/subscribe": "A mirror subscribes to none.",
    "POST /v4/groups/{id}/labels/{iid}/unsubscribe": "A mirror subscribes to none.",
}


@cache
def load_spec() -> Json:
    read: Json = yaml.safe_load(SPEC.read_text("utf-8"))
    return read


def load_description(excused: Iterable[tuple[str, str, str]] = tuple(WRONG)) -> Json:
    described = deepcopy(load_spec())
    for schema, name, word in excused:
        found = described["components"]["schemas"][schema]["properties"][name]
        if word == "nullable":
            found["nullable"] = True
        else:
            found.pop(word, None)
    plain: Json = with_nulls(described)
    return plain


def with_nulls(node: Any) -> Any:
    """OpenAPI 3.0 says `nullable`, JSON Schema says null is one of the types."""
    if isinstance(node, list):
        return [with_nulls(item) for item in node]
    if not isinstance(node, dict):
        return node
    plain = {name: with_nulls(value) for name, value in node.items()}
    if plain.pop("nullable", False) is True:
        return {"anyOf": [plain, {"type": "null"}]}
    return plain


FORMATS = FormatChecker(formats=())


@FORMATS.checks("date-time")
def is_moment(value: object) -> bool:
    shape = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"
    return not isinstance(value, str) or re.fullmatch(shape, value) is not None


@FORMATS.checks("uri")
def is_address(value: object) -> bool:
    return not isinstance(value, str) or value.startswith("http")


def operations_of(description: Json) -> Iterator[tuple[str, str, Json]]:
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            yield f"{method.upper()} {path}", method, operation["responses"]


def check(description: Json, operation: str, answer: httpx.Response) -> list[str]:
    method, path = operation.split()
    responses = description["paths"][path][method.lower()]["responses"]
    told = responses.get(str(answer.status_code))
    if told is None and operation in WRONG_STATUS:
        told = responses["200"]
    if told is None:
        return [f"{operation}: {answer.status_code} {answer.text}"]
    if "$ref" in told:
        told = description["components"]["responses"][told["$ref"].rpartition("/")[2]]
    if "content" not in told:
        return []
    schema = told["content"]["application/json"]["schema"]
    whole = {**schema, "components": description["components"]}
    judge = Draft202012Validator(whole, format_checker=FORMATS)
    return [
        f"{operation}: {problem.json_path}: {problem.message}"
        for problem in judge.iter_errors(answer.json())
    ]


PROJECT, ISSUE = "/v4/projects/{id}", "/v4/projects/{id}/issues/{iid}"
LABEL, MILESTONE = f"{PROJECT}/labels", f"{PROJECT}/milestones"
STEPS: tuple[tuple[str, Json], ...] = (
    ("GET /v4/projects", {}),
    (f"GET {PROJECT}", {}),
    ("GET /v4/groups", {}),
    ("GET /v4/groups/{id}/labels", {}),
    (f"POST {LABEL}", {"name": "described", "color": "#ff0000"}),
    (f"GET {LABEL}", {}),
    (f"GET {LABEL}/{{iid}}", {"iid": "described"}),
    (f"PUT {LABEL}/{{iid}}", {"iid": "described", "color": "#00ff00"}),
    (f"POST {MILESTONE}", {"title": "2026.12", "due_date": "2026-12-31"}),
    (f"GET {MILESTONE}", {}),
    (f"GET {MILESTONE}/{{iid}}", {"iid": "milestone"}),
    (f"PUT {MILESTONE}/{{iid}}", {"iid": "milestone", "start_date": "2026-12-01"}),
    (
        f"POST {PROJECT}/issues",
        {
            "title": "x",
            "labels": "described",
            "milestone_id": "milestone",
            "due_date": "2026-12-24",
        },
    ),
    (f"GET {PROJECT}/issues", {}),
    (f"GET {ISSUE}", {"iid": 1}),
    (f"PUT {ISSUE}", {"iid": 1, "state_event": "close"}),
    (f"PUT {ISSUE}/reorder", {"iid": 1, "move_after_id": 1}),
    (f"POST {ISSUE}/unsubscribe", {"iid": 1}),
    (f"POST {ISSUE}/subscribe", {"iid": 1}),
    (f"GET {ISSUE}/time_stats", {"iid": 1}),
    (f"GET {PROJECT}/issues_statistics", {}),
    (f"GET {MILESTONE}/{{iid}}/issues", {"iid": "milestone"}),
    (f"GET {MILESTONE}/{{iid}}/merge_requests", {"iid": "milestone"}),
    (f"POST {ISSUE}/move", {"iid": 1, "to_project_id": "other"}),
    (f"DELETE {ISSUE}", {"iid": 1}),
    (f"DELETE {LABEL}/{{iid}}", {"iid": "described"}),
    (f"DELETE {MILESTONE}/{{iid}}", {"iid": "milestone"}),
)


def test_every_described_operation_is_served_or_excused() -> None:
    described = {operation for operation, _, _ in operations_of(load_description())}
    taken = {operation for operation, _ in STEPS}
    assert taken | set(NOT_SERVED) == described
    assert not taken & set(NOT_SERVED)


def take_steps(gitlab: GitLabSite) -> Iterator[tuple[str, httpx.Response]]:
    known: dict[Any, Any] = {"other": gitlab.other.id}
    group = gitlab.project.group
    assert group is not None
    with gitlab.http() as http:
        for operation, given in STEPS:
            values = {name: known.get(value, value) for name, value in given.items()}
            owner = group.id if "/groups/" in operation else gitlab.project.id
            method, _, path = operation.partition(" /v4")
            path = path.replace("{id}", str(owner))
            path = path.replace("{iid}", str(values.pop("iid", "")))
            answer = http.request(method, path, json=values or None)
            if operation == f"POST {MILESTONE}":
                known["milestone"] = answer.json()["id"]
            yield operation, answer


def problems_of(
    description: Json, answers: Iterable[tuple[str, httpx.Response]]
) -> list[str]:
    found = (check(description, operation, answer) for operation, answer in answers)
    return [problem for some in found for problem in some]


def test_answers_are_as_described(gitlab: GitLabSite) -> None:
    assert problems_of(load_description(), take_steps(gitlab)) == []


def test_every_excuse_is_needed(gitlab: GitLabSite) -> None:
    answers = list(take_steps(gitlab))
    for excuse in WRONG:
        others = [one for one in WRONG if one != excuse]
        assert problems_of(load_description(others), answers), excuse


def test_refusals_are_as_described(gitlab: GitLabSite) -> None:
    description = load_description()
    with gitlab.http() as http:
        missing = http.get(f"{gitlab.issues_path}/9")
        assert check(description, f"GET {ISSUE}", missing) == []
        untitled = http.post(gitlab.issues_path, json={})
        assert check(description, f"POST {PROJECT}/issues", untitled) == []


# -- recordings ------------------------------------------------------------------

# Keys of old recordings that GitLab itself no longer has.
LONG_GONE = {
    "issue": {"closed", "milestone_id"},
    "note": {"attachment"},
    "hook attributes": {"branch_name", "deleted_at", "position",
                        "change_position", "original_position"},
    "hook": {"assignee"},
    "embedded issue": {"branch_name", "deleted_at", "position"},
    "note attributes": set(),
}  # fmt: skip


def recordings(tracker: str, kind: str, event: str) -> list[Any]:
    found = []
    with (PAYLOADS / "INDEX.tsv").open(encoding="utf-8", newline="") as index:
        for line in csv.reader(index, delimiter="\t", quoting=csv.QUOTE_NONE):
            if line[1:3] == [tracker, kind] and event in line[3]:
                whole = json.loads((PAYLOADS / line[0]).read_text("utf-8"))
                found += whole if isinstance(whole, list) else [whole]
    return found


def keys(rows: list[Json]) -> set[str]:
    return {name for row in rows for name in row}


def test_issues_have_the_keys_of_real_ones(gitlab: GitLabSite) -> None:
    gitlab.switches.premium = True
    gitlab.write()
    rows = recordings("gitlab", "rest", "issue url=")
    assert len(rows) == 12
    with gitlab.http() as http:
        ours = http.get(gitlab.issues_path).json()[0]
        one = http.get(f"{gitlab.issues_path}/1").json()
    assert keys(rows) - LONG_GONE["issue"] <= set(ours)
    for part in ("time_stats", "task_completion_status", "_links", "references"):
        assert keys([row[part] for row in rows]) <= set(ours[part])
    assert keys([row["author"] for row in rows]) <= set(ours["author"])
    assert "subscribed" in one


def test_milestones_of_issues_have_the_keys_of_real_ones(gitlab: GitLabSite) -> None:
    rows = recordings("gitlab", "rest", "issue url=")
    theirs = keys([row["milestone"] for row in rows if row["milestone"]])
    ours = gitlab.remote().milestones.create({"title": "2026.12"})
    assert theirs - {"group_id"} <= set(ours.attributes)


def test_notes_have_the_keys_of_real_ones(gitlab: GitLabSite) -> None:
    rows = recordings("gitlab", "rest", "mr_note")
    gitlab.write()
    ours = gitlab.remote().issues.get(1).notes.create({"body": "x"})
    merge_request_only = {"resolved", "resolved_by", "resolved_at", "commit_id",
                          "position", "suggestions"}  # fmt: skip
    assert keys(rows) - LONG_GONE["note"] - merge_request_only <= set(ours.attributes)


def issue_hooks() -> list[Json]:
    rows = recordings("gitlab", "webhook", "issue/")
    rows += recordings("gitlab", "webhook", "work_item/work_item/Task")
    return rows + recordings("gitlab", "webhook", "work_item/work_item/Incident")


@pytest.mark.parametrize("kind", ["issue", "incident", "task"])
def test_issue_hooks_have_the_keys_of_real_ones(gitlab: GitLabSite, kind: str) -> None:
    gitlab.switches.premium = True
    issue = gitlab.write(issue_type=kind, assignees=[gitlab.client], labels=["a"])
    store, actor = gitlab.tracker.store, Actor(gitlab.client)
    ours = issue_body(store, issue, actor, "open", {})
    rows = [row for row in issue_hooks() if kind_of(row) == kind]
    assert rows
    assert keys(rows) - LONG_GONE["hook"] <= set(ours)
    attributes = keys([row["object_attributes"] for row in rows])
    theirs = attributes - LONG_GONE["hook attributes"]
    assert theirs <= set(ours["object_attributes"])
    for part in ("project", "repository"):
        assert keys([row[part] for row in rows]) <= set(ours[part])
    labels = [label for row in rows for label in row.get("labels", [])]
    assert keys(labels) <= set(ours["labels"][0])
    assert keys([row["user"] for row in rows]) <= set(ours["user"])


def kind_of(row: Json) -> str:
    return str(row["object_attributes"].get("type", "Issue")).lower()


def test_note_hooks_have_the_keys_of_real_ones(gitlab: GitLabSite) -> None:
    issue = gitlab.write()
    store, actor = gitlab.tracker.store, Actor(gitlab.client)
    note, _ = gitlab.server.call(lambda: write_note(store, issue, actor, Comment("x")))
    assert note is not None
    ours = note_body(store, note, actor, "create")
    rows = [row for row in recordings("gitlab", "webhook", "note") if "issue" in row]
    assert len(rows) >= 4
    assert keys(rows) <= set(ours)
    theirs = keys([row["object_attributes"] for row in rows])
    assert theirs <= set(ours["object_attributes"])
    embedded = keys([row["issue"] for row in rows]) - LONG_GONE["embedded issue"]
    assert embedded <= set(ours["issue"])


def test_error_bodies_are_like_recorded_ones(gitlab: GitLabSite) -> None:
    recorded = PAYLOADS / "narkoz-gitlab" / "error_project_not_found.json"
    with gitlab.http() as http:
        ours = http.get("/projects/1").json()
    assert ours == json.loads(recorded.read_text("utf-8"))
