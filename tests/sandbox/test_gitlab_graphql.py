"""GraphQL, asked by python-gitlab's own client."""

from typing import Any

import gitlab as library
import httpx
import pytest
from gql.transport.exceptions import TransportQueryError

from sandbox.gitlab.notes import Comment, write_note
from sandbox.gitlab.records import Actor
from tests.sandbox.gitlab_site import PATH, TOKEN, GitLabSite

# python-gitlab hands variables to gql in the way that gql 4 calls deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:Using variable_values")

ITEMS = """
query Items($path: ID!, $first: Int, $after: String, $updated: Time, $iids: [String!]) {
  project(fullPath: $path) {
    workItems(
      first: $first, after: $after, updatedAfter: $updated, iids: $iids,
      sort: UPDATED_ASC
    ) {
      nodes {
        id iid title state webUrl workItemType { name }
        widgets {
          type
          ... on WorkItemWidgetStatus { status { id name category } }
          ... on WorkItemWidgetLabels { labels { nodes { id title } } }
          ... on WorkItemWidgetMilestone { milestone { title } }
          ... on WorkItemWidgetHierarchy { parent { iid } hasChildren }
          ... on WorkItemWidgetNotes {
            discussions { nodes { notes { nodes { body system internal } } } }
          }
        }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""


def ask(gitlab: GitLabSite, query: str, **variables: Any) -> dict[str, Any]:
    with library.GraphQL(gitlab.url, token=TOKEN) as client:
        answer: dict[str, Any] = client.execute(query, variable_values=variables)
        return answer


def widget(item: dict[str, Any], kind: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = [
        one for one in item["widgets"] if one["type"] == kind
    ]
    return found[0]


def test_it_knows_who_asks(gitlab: GitLabSite) -> None:
    answer = ask(gitlab, "{ currentUser { username bot } }")
    assert answer["currentUser"] == {"username": gitlab.bot.username, "bot": True}


def test_bad_token_is_refused(gitlab: GitLabSite) -> None:
    url, headers = f"{gitlab.url}/api/graphql", {"Authorization": "Bearer wrong"}
    answer = httpx.post(url, json={"query": "{ currentUser { id } }"}, headers=headers)
    assert answer.status_code == 401
    assert answer.json() == {"errors": [{"message": "Invalid token"}]}


def test_project_out_of_reach_is_null(gitlab: GitLabSite) -> None:
    assert ask(gitlab, '{ project(fullPath: "x/y") { id } }') == {"project": None}


def test_work_items_come_in_pages(gitlab: GitLabSite) -> None:
    for number in range(3):
        gitlab.write(f"issue {number}")
        gitlab.clock.wind(seconds=1)
    first = ask(gitlab, ITEMS, path=PATH, first=2)["project"]["workItems"]
    assert first["pageInfo"]["hasNextPage"] is True
    after = first["pageInfo"]["endCursor"]
    rest = ask(gitlab, ITEMS, path=PATH, first=2, after=after)["project"]["workItems"]
    titles = [node["title"] for node in first["nodes"] + rest["nodes"]]
    assert titles == ["issue 0", "issue 1", "issue 2"]
    assert rest["pageInfo"]["hasNextPage"] is False


def test_work_items_are_filtered(gitlab: GitLabSite) -> None:
    gitlab.write("old")
    gitlab.clock.wind(hours=1)
    moment = gitlab.clock().isoformat()
    gitlab.write("new")
    newer = ask(gitlab, ITEMS, path=PATH, updated=moment)["project"]["workItems"]
    assert [node["title"] for node in newer["nodes"]] == ["new"]
    one = ask(gitlab, ITEMS, path=PATH, iids=["1"])["project"]["workItems"]
    assert [node["title"] for node in one["nodes"]] == ["old"]


def test_widgets_tell_labels_notes_hierarchy_and_status(gitlab: GitLabSite) -> None:
    gitlab.switches.premium = True
    parent = gitlab.write("parent", labels=["a"])
    child = gitlab.write("child", issue_type="task")
    child.parent = parent
    actor = Actor(gitlab.client)
    gitlab.server.call(
        lambda: write_note(gitlab.tracker.store, parent, actor, Comment("hi", True))
    )
    nodes = ask(gitlab, ITEMS, path=PATH)["project"]["workItems"]["nodes"]
    by_title = {node["title"]: node for node in nodes}
    first, second = by_title["parent"], by_title["child"]
    assert widget(first, "LABELS")["labels"]["nodes"][0]["title"] == "a"
    assert widget(first, "HIERARCHY")["hasChildren"] is True
    assert widget(second, "HIERARCHY")["parent"] == {"iid": "1"}
    assert widget(first, "STATUS")["status"]["category"] == "to_do"
    notes = widget(first, "NOTES")["discussions"]["nodes"][0]["notes"]["nodes"]
    assert notes == [{"body": "hi", "system": False, "internal": True}]
    assert second["workItemType"] == {"name": "Task"}


def test_free_tier_has_no_status(gitlab: GitLabSite) -> None:
    gitlab.write()
    nodes = ask(gitlab, ITEMS, path=PATH)["project"]["workItems"]["nodes"]
    assert "STATUS" not in {one["type"] for one in nodes[0]["widgets"]}


def test_issues_are_asked_the_older_way_too(gitlab: GitLabSite) -> None:
    gitlab.write(labels=["a"])
    query = """query($path: ID!) { project(fullPath: $path) { issues(sort: CREATED_ASC) {
      count nodes { iid state labels { nodes { title } } notes { nodes { body } } }
    } } }"""
    issues = ask(gitlab, query, path=PATH)["project"]["issues"]
    assert issues["count"] == 1
    assert issues["nodes"][0]["labels"]["nodes"] == [{"title": "a"}]


UPDATE = """
mutation($input: WorkItemUpdateInput!) {
  workItemUpdate(input: $input) {
    errors workItem { title state widgets { type
      ... on WorkItemWidgetStatus { status { name } }
      ... on WorkItemWidgetLabels { labels { nodes { title } } }
    } }
  }
}
"""


def test_status_is_set_and_closes_the_item(gitlab: GitLabSite) -> None:
    gitlab.switches.premium = True
    issue = gitlab.write()
    statuses = ask(
        gitlab,
        "query($p: ID!) { namespace(fullPath: $p) { statuses { nodes { id name } } } }",
        p=PATH,
    )["namespace"]["statuses"]["nodes"]
    ids = {one["name"]: one["id"] for one in statuses}
    given = {
        "id": f"gid://gitlab/WorkItem/{issue.id}",
        "statusWidget": {"status": ids["Won't do"]},
    }
    item = ask(gitlab, UPDATE, input=given)["workItemUpdate"]["workItem"]
    assert widget(item, "STATUS")["status"]["name"] == "Won't do"
    assert item["state"] == "CLOSED"
    given["statusWidget"] = {"status": ids["In progress"]}
    item = ask(gitlab, UPDATE, input=given)["workItemUpdate"]["workItem"]
    assert item["state"] == "OPEN"
    assert widget(item, "STATUS")["status"]["name"] == "In progress"


def test_title_and_labels_are_set(gitlab: GitLabSite) -> None:
    issue = gitlab.write(labels=["a"])
    label = gitlab.tracker.store.add_label(gitlab.project, "b")
    given = {
        "id": f"gid://gitlab/WorkItem/{issue.id}",
        "title": "New",
        "labelsWidget": {
            "addLabelIds": [f"gid://gitlab/ProjectLabel/{label.id}"],
            "removeLabelIds": [f"gid://gitlab/ProjectLabel/{issue.labels[0].id}"],
        },
    }
    item = ask(gitlab, UPDATE, input=given)["workItemUpdate"]["workItem"]
    assert item["title"] == "New"
    assert widget(item, "LABELS")["labels"]["nodes"] == [{"title": "b"}]


def test_model_problems_come_as_data(gitlab: GitLabSite) -> None:
    issue = gitlab.write()
    given = {"id": f"gid://gitlab/WorkItem/{issue.id}", "title": " "}
    answer = ask(gitlab, UPDATE, input=given)["workItemUpdate"]
    assert "can't be blank" in answer["errors"][0]


def test_unknown_items_raise(gitlab: GitLabSite) -> None:
    given = {"id": "gid://gitlab/WorkItem/1", "title": "x"}
    with pytest.raises(TransportQueryError, match="does not exist"):
        ask(gitlab, UPDATE, input=given)


def test_note_is_created(gitlab: GitLabSite) -> None:
    issue = gitlab.write()
    mutation = """mutation($input: CreateNoteInput!) {
      createNote(input: $input) { errors note { body internal } }
    }"""
    given = {"noteableId": f"gid://gitlab/Issue/{issue.id}", "body": "hi"}
    answer = ask(gitlab, mutation, input=given)["createNote"]
    assert answer["note"] == {"body": "hi", "internal": False}
