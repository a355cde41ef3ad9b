"""What `check` finds out about a client's Jira."""

import re
from dataclasses import replace

from connectors.base import Wanted
from connectors.jira.payloads import EVENTS as READ
from connectors.jira.webhooks import EVENTS
from model.findings import Severity
from sandbox.jira.catalog import EN_STATUSES, demo_workflow
from sandbox.jira.records import Transition, Workflow
from tests.connectors.jira.rig import JiraRig
from tests.contracts.rig import SECRET

HOOK = "https://pool.example.com/webhooks/acme"
HOOKED = Wanted(webhook_url=HOOK)


async def codes(jira: JiraRig, wanted: Wanted) -> set[str]:
    findings = await jira.connect().check(wanted)
    return {one.code for one in findings if one.severity is not Severity.OK}


async def test_missing_permissions_are_named(jira: JiraRig) -> None:
    jira.bot.denied |= {"ADD_COMMENTS", "ADMINISTER_PROJECTS"}
    findings = await jira.connect().check(Wanted())
    missing = {
        one.params["permission"] for one in findings if "permission" in one.params
    }
    assert missing == {"ADD_COMMENTS", "ADMINISTER_PROJECTS"}


async def test_versions_need_no_permission_when_they_are_not_written(
    jira: JiraRig,
) -> None:
    jira.bot.denied.add("ADMINISTER_PROJECTS")
    assert await codes(jira, Wanted(writes_releases=False)) == set()


async def test_a_project_that_we_cannot_see_is_found(jira: JiraRig) -> None:
    findings = await jira.connect(project_keys=["FIN", "GONE"]).check(Wanted())
    errors = [one for one in findings if one.severity is Severity.ERROR]
    assert [one.code for one in errors] == ["project_not_visible"]


async def test_a_label_that_jira_cannot_hold_is_found(jira: JiraRig) -> None:
    assert await codes(jira, Wanted(labels=frozenset({"a b"}))) == {"label_invalid"}


async def test_an_unmapped_priority_is_found(jira: JiraRig) -> None:
    first, *rest = jira.tracker.site.priorities
    odd = type(first)("77", "Someday")
    jira.tracker.site.priorities = (*rest, odd)
    assert await codes(jira, Wanted()) == {"priority_unmapped"}


async def test_the_webhook_s_health_is_found(jira: JiraRig) -> None:
    assert await codes(jira, HOOKED) == {"webhook_missing"}
    few = ["jira:issue_updated"]
    hook = jira.bench.deliveries.add_hook(HOOK, few, secret=SECRET)
    assert await codes(jira, HOOKED) == {"webhook_events"}
    hook.enabled = False
    assert await codes(jira, HOOKED) == {"webhook_disabled", "webhook_events"}


async def test_a6_hooks_are_registered_where_an_administrator_s_token_may(
    jira: JiraRig,
) -> None:
    connector = jira.connect()
    [missing] = await connector.fetch_webhooks(HOOK)
    await connector.install_webhook(missing, HOOK)
    [made] = [one.path for one in jira.bench.journal.entries if one.write]
    is_cloud = jira.tracker.site.cloud
    assert made == "/rest/" + (
        "webhooks/1.0/webhook" if is_cloud else "jira-webhook/1.0/webhooks"
    )
    [hook] = jira.bench.deliveries.hooks.values()
    assert (hook.scope, hook.secret) == ("FIN", SECRET)
    hook.events = frozenset({"jira:issue_updated", "jira:version_created"})
    [less] = await connector.fetch_webhooks(HOOK)
    await connector.install_webhook(less, HOOK)
    assert hook.events == {*EVENTS, "jira:version_created"}, "what others added stays"


async def test_a_filter_that_leaves_out_a_project_is_found(jira: JiraRig) -> None:
    hook = jira.bench.deliveries.add_hook(HOOK, EVENTS, secret=SECRET)
    jql = "project in (FINANCE, OPS)"
    hook.extra["filters"] = {"issue-related-events-section": jql}
    hook.extra["configuration"] = {"FILTERS": jql}
    assert await codes(jira, HOOKED) == {"webhook_filter"}
    hook.extra["filters"] = {"issue-related-events-section": "project = FIN"}
    hook.extra["configuration"] = {"FILTERS": "project = FIN"}
    assert await codes(jira, HOOKED) == set()


async def test_a_hook_without_bodies_is_found(jira: JiraRig) -> None:
    hook = jira.bench.deliveries.add_hook(HOOK, EVENTS, secret=SECRET)
    hook.extra["bare"] = True
    hook.extra["configuration"] = {"EXCLUDE_BODY": "true"}
    assert await codes(jira, HOOKED) == {"webhook_unreadable"}


async def test_a7_a_data_center_before_10_cannot_sign(data_center: JiraRig) -> None:
    data_center.tracker.site.version = (9, 12, 5)
    found = await codes(data_center, HOOKED)
    assert found == {"webhook_missing", "webhook_auth"}
    connector = data_center.connect(webhook_auth="url_token")
    [webhook] = await connector.fetch_webhooks(HOOK)
    await connector.install_webhook(webhook, HOOK)
    [made] = data_center.bench.deliveries.hooks.values()
    assert (made.url, made.secret) == (f"{HOOK}/{SECRET}", "")
    assert [one.findings for one in await connector.fetch_webhooks(HOOK)] == [()]


async def test_b4_a_token_that_cloud_treats_as_nobody_is_found(cloud: JiraRig) -> None:
    """Searches answer 200 and nothing; only a header and /myself tell."""
    findings = await cloud.connect(token="expired").check(HOOKED)
    assert [one.code for one in findings] == ["credentials_refused"]
    assert "new token" in findings[0].hint


def test_the_events_that_are_installed_are_those_that_are_read() -> None:
    assert set(EVENTS) == set(READ)


async def test_a_status_that_open_issues_cannot_reach_is_found(jira: JiraRig) -> None:
    new, doing, review, *_ = demo_workflow(EN_STATUSES).statuses()
    ways = (
        Transition("1", "start", doing, frozenset({new.id})),
        Transition("2", "again", review, frozenset({review.id})),
    )
    jira.tracker.site.projects["FIN"].workflow = Workflow(new, ways)
    wanted = Wanted(frozenset({review.name}), writes_releases=False)
    made = jira.make_issue("one")
    assert await codes(jira, wanted) == set(), "a status without issues is not judged"
    moved = jira.get_issue(made)
    jira.server.call(lambda: jira.tracker.store.transition(jira.client, moved, "1"))
    jira.make_issue("two")
    findings = await jira.connect().check(wanted)
    [stuck] = [one for one in findings if one.severity is not Severity.OK]
    assert (stuck.code, stuck.params["status"]) == ("transition_missing", review.name)
    assert {"To Do", "In Progress"} <= set(
        re.split(r" \(\w+\),? ?", stuck.params["at"])
    )


async def test_a_screen_that_we_cannot_fill_is_found(jira: JiraRig) -> None:
    workflow = jira.tracker.site.projects["FIN"].workflow
    ways = tuple(replace(one, required=("duedate",)) for one in workflow.transitions)
    jira.tracker.site.projects["FIN"].workflow = Workflow(workflow.initial, ways)
    jira.make_issue("one")
    wanted = Wanted(frozenset({"In Progress"}), writes_releases=False)
    findings = await jira.connect().check(wanted)
    [asks] = [one for one in findings if one.severity is not Severity.OK]
    assert (asks.code, asks.params["status"]) == (
        "transition_needs_field",
        "In Progress",
    )
    assert asks.params["fields"] in asks.message


async def test_fields_that_are_not_there_or_not_on_the_screen_are_named(
    jira: JiraRig,
) -> None:
    jira.make_issue("one")
    jira.tracker.site.off_screen |= {"labels", "customfield_10020"}
    connector = jira.connect(
        custom_fields={"Customer": "customer", "Contract clause": "clause"},
        write_fields={"Contract clause": "clause", "Nowhere": "priority"},
        estimate_field="customfield_99999",
    )
    findings = await connector.check(Wanted(labels=frozenset({"pool"})))
    found = {(one.code, one.params.get("field")) for one in findings if one.hint}
    assert found == {
        ("field_unknown", "Customer"),
        ("field_unknown", "Nowhere"),
        ("field_unknown", "customfield_99999"),
        ("field_not_on_screen", "labels"),
        ("field_not_on_screen", "Contract clause"),
    }
