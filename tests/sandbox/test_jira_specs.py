"""What the stand-in answers is what Atlassian's own API descriptions promise.

Jira Cloud is described as v3 only: v2 answers are held against the same schemas.
They differ in texts alone (wiki markup instead of a document), and the description
leaves the type of a comment's body open; `fields` of an issue is open as well, so
its parts are held against the schemas of their own.

Two exemptions: both descriptions call the values of changelog items strings, while
every recorded answer and webhook has null for what was or became empty; and Data
Center's calls every field of an issue an object, numbers and lists included.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from sandbox.jira import talk
from tests.sandbox.conftest import JiraSite

SPECS = Path(__file__).parents[3] / "shared" / "specs"
CLOUD_SPEC = SPECS / "jira-cloud-v3.2025-12.swagger-v3.v3.json"
DC_SPEC = SPECS / "jira-dc-10.0.swagger.v3.json"
pytestmark = pytest.mark.skipif(
    not SPECS.is_dir(), reason="the trackers' API descriptions are not at hand"
)
# (path as described, path as asked): reads that answer 200.
ISSUE = "/issue/{issueIdOrKey}"
READS = [
    ("/serverInfo", "/serverInfo"),
    ("/myself", "/myself"),
    ("/field", "/field"),
    ("/priority", "/priority"),
    ("/status", "/status"),
    ("/resolution", "/resolution"),
    ("/issuetype", "/issuetype"),
    ("/issueLinkType", "/issueLinkType"),
    ("/mypermissions", "/mypermissions?permissions=EDIT_ISSUES"),
    ("/project/{projectIdOrKey}", "/project/FIN"),
    ("/project/{projectIdOrKey}/versions", "/project/FIN/versions"),
    (ISSUE, "/issue/FIN-1?expand=changelog"),
    (f"{ISSUE}/comment", "/issue/FIN-1/comment"),
    (f"{ISSUE}/worklog", "/issue/FIN-1/worklog"),
    (f"{ISSUE}/remotelink", "/issue/FIN-1/remotelink"),
    (f"{ISSUE}/transitions", "/issue/FIN-1/transitions?expand=transitions.fields"),
]
CLOUD_READS = [
    ("/search/jql", "/search/jql?jql=project%20%3D%20FIN&fields=*all&expand=changelog"),
    ("/users/search", "/users/search"),
    ("/project/search", "/project/search"),
    ("/project/{projectIdOrKey}/version", "/project/FIN/version"),
    (f"{ISSUE}/changelog", "/issue/FIN-1/changelog"),
    (
        "/issue/createmeta/{projectIdOrKey}/issuetypes",
        "/issue/createmeta/FIN/issuetypes",
    ),
    (
        "/issue/createmeta/{projectIdOrKey}/issuetypes/{issueTypeId}",
        "/issue/createmeta/FIN/issuetypes/10001",
    ),
]
DC_READS = [("/search", "/search?jql=project%20%3D%20FIN&fields=*all")]
FIELD_SCHEMAS = {
    "priority": ("Priority", "PriorityJsonBean"),
    "status": ("StatusDetails", "StatusJsonBean"),
    "issuetype": ("IssueTypeDetails", "IssueTypeJsonBean"),
    "project": ("ProjectDetails", "ProjectJsonBean"),
    "reporter": ("UserDetails", "UserJsonBean"),
    "comment": ("PageOfComments", "CommentsWithPaginationJsonBean"),
}
LISTS = {"fixVersions": ("Version", "VersionBean")}
CHANGE_ITEMS = ("ChangeDetails", "ChangeItemBean")


class Description:
    """One OpenAPI document, made readable for a JSON Schema validator."""

    def __init__(self, path: Path, prefix: str) -> None:
        self._document = _schema(json.loads(path.read_text("utf-8")))
        self._prefix = prefix
        components = self._document["components"]["schemas"]
        components["IssueBean"]["properties"]["fields"] = {"type": "object"}
        for name in CHANGE_ITEMS:
            self._allow_null(components.get(name, {}))

    def _allow_null(self, component: dict[str, Any]) -> None:
        for value in component.get("properties", {}).values():
            value["type"] = [value["type"], "null"]

    def answer(self, method: str, path: str, status: int) -> dict[str, Any]:
        operation = self._document["paths"][self._prefix + path][method]
        content = operation["responses"][str(status)].get("content", {})
        return dict(content.get("application/json", {}).get("schema", {}))

    def component(self, name: str) -> dict[str, Any]:
        return {"$ref": f"#/components/schemas/{name}"}

    def check(self, schema: dict[str, Any], value: object) -> None:
        whole = {**schema, "components": self._document["components"]}
        # Data Center's description names the element where a list is answered.
        single = schema.get("type") != "array"
        values = value if isinstance(value, list) and single else [value]
        for one in values:
            errors = list(Draft202012Validator(whole).iter_errors(one))
            assert not errors, [f"{e.json_path}: {e.message[:200]}" for e in errors]


def _schema(node: Any) -> Any:
    if isinstance(node, list):
        return [_schema(one) for one in node]
    if not isinstance(node, dict):
        return node
    shown = {key: _schema(value) for key, value in node.items()}
    if shown.get("nullable") and isinstance(shown.get("type"), str):
        shown["type"] = [shown["type"], "null"]
    return shown


@pytest.fixture(scope="module")
def cloud_description() -> Description:
    return Description(CLOUD_SPEC, "/rest/api/3")


@pytest.fixture(scope="module")
def dc_description() -> Description:
    return Description(DC_SPEC, "/api/2")


def furnish(jira: JiraSite) -> None:
    """One issue with something of everything."""
    issue = jira.make("资金报表", description="h2. x", labels=["a"])
    jira.make("other")
    library = jira.library()
    changed = {"priority": {"name": "High"}, "fixVersions": [{"name": "2026.11"}]}
    library.issue("FIN-1").update(fields=changed)
    library.add_worklog("FIN-1", timeSpent="2h", comment="c")
    library.create_issue_link("Relates", "FIN-1", "FIN-2")
    target = {"url": "https://pool.example.com/r/1", "title": "R-1"}
    library.add_remote_link("FIN-1", target, globalId="reqpool:1")
    visibility = {"type": "role", "value": "Users"}
    store = jira.tracker.store
    jira.server.call(
        lambda: talk.add_comment(store, jira.client, issue, "x", visibility=visibility)
    )


@pytest.fixture
def full_cloud(cloud: JiraSite) -> JiraSite:
    furnish(cloud)
    return cloud


@pytest.fixture
def full_dc(data_center: JiraSite) -> JiraSite:
    furnish(data_center)
    return data_center


@pytest.mark.parametrize("version", ["2", "3"])
def test_cloud_reads(
    full_cloud: JiraSite, cloud_description: Description, version: str
) -> None:
    with full_cloud.http() as http:
        for described, asked in [*READS, *CLOUD_READS]:
            answer = http.get(f"/rest/api/{version}{asked}")
            assert answer.status_code == 200, asked
            schema = cloud_description.answer("get", described, 200)
            cloud_description.check(schema, answer.json())


def test_data_center_reads(full_dc: JiraSite, dc_description: Description) -> None:
    with full_dc.http() as http:
        for described, asked in [*READS, *DC_READS]:
            answer = http.get(f"/rest/api/2{asked}")
            assert answer.status_code == 200, asked
            schema = dc_description.answer("get", described, 200)
            dc_description.check(schema, answer.json())


@pytest.mark.parametrize("version", ["2", "3"])
def test_cloud_fields(
    full_cloud: JiraSite, cloud_description: Description, version: str
) -> None:
    with full_cloud.http() as http:
        fields = http.get(f"/rest/api/{version}/issue/FIN-1").json()["fields"]
    for name, (schema, _) in (FIELD_SCHEMAS | LISTS).items():
        cloud_description.check(cloud_description.component(schema), fields[name])


def test_data_center_fields(full_dc: JiraSite, dc_description: Description) -> None:
    with full_dc.http() as http:
        fields = http.get("/rest/api/2/issue/FIN-1").json()["fields"]
    for name, (_, schema) in (FIELD_SCHEMAS | LISTS).items():
        dc_description.check(dc_description.component(schema), fields[name])


def test_cloud_writes(full_cloud: JiraSite, cloud_description: Description) -> None:
    fields = {
        "project": {"key": "FIN"},
        "issuetype": {"name": "Bug"},
        "summary": "new",
        "description": {"type": "doc", "version": 1, "content": []},
    }
    text = {"type": "text", "text": "hello"}
    paragraph = {"type": "paragraph", "content": [text]}
    doc = {"type": "doc", "version": 1, "content": [paragraph]}
    ids = {"issueIdsOrKeys": ["FIN-1", "FIN-77"], "fields": ["*all"]}
    version = {"name": "2027.1", "projectId": int(full_cloud.project.id)}
    writes: list[tuple[str, str, int, dict[str, Any]]] = [
        ("/issue", "/issue", 201, {"fields": fields}),
        (f"{ISSUE}/comment", "/issue/FIN-1/comment", 201, {"body": doc}),
        ("/version", "/version", 201, version),
        ("/issue/bulkfetch", "/issue/bulkfetch", 200, ids),
        ("/search/jql", "/search/jql", 200, {"jql": "project = FIN"}),
        (
            "/search/approximate-count",
            "/search/approximate-count",
            200,
            {"jql": "project = FIN"},
        ),
    ]
    with full_cloud.http() as http:
        for described, asked, status, body in writes:
            answer = http.post(f"/rest/api/3{asked}", json=body)
            assert answer.status_code == status, answer.text
            schema = cloud_description.answer("post", described, status)
            cloud_description.check(schema, answer.json())


def test_plain_text_is_refused_by_v3(full_cloud: JiraSite) -> None:
    with full_cloud.http() as http:
        answer = http.post("/rest/api/3/issue/FIN-1/comment", json={"body": "plain"})
    assert answer.status_code == 400
    assert answer.json()["errors"] == {"comment": "Comment body is not valid!"}


def test_a_link_has_both_ends(
    full_cloud: JiraSite, cloud_description: Description
) -> None:
    (link,) = full_cloud.tracker.site.links.values()
    with full_cloud.http() as http:
        answer = http.get(f"/rest/api/3/issueLink/{link.id}").json()
    schema = cloud_description.answer("get", "/issueLink/{linkId}", 200)
    cloud_description.check(schema, answer)


def test_errors_have_jiras_form(
    full_cloud: JiraSite, cloud_description: Description
) -> None:
    with full_cloud.http() as http:
        answer = http.get("/rest/api/3/issue/FIN-404")
    schema = cloud_description.component("ErrorCollection")
    cloud_description.check(schema, answer.json())
