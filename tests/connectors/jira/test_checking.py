"""What `check` finds out about a client's Jira."""

from connectors.base import Wanted
from connectors.jira.payloads import EVENTS as READ
from connectors.jira.webhooks import EVENTS
from model.findings import Severity
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


async def test_an_old_data_center_cannot_sign(data_center: JiraRig) -> None:
    data_center.tracker.site.version = (9, 12, 5)
    found = await codes(data_center, HOOKED)
    assert found == {"webhook_missing", "webhook_auth"}
    connector = data_center.connect(webhook_auth="url_token")
    [webhook] = await connector.fetch_webhooks(HOOK)
    await connector.install_webhook(webhook, HOOK)
    [made] = data_center.bench.deliveries.hooks.values()
    assert (made.url, made.secret) == (f"{HOOK}/{SECRET}", "")
    assert [one.findings for one in await connector.fetch_webhooks(HOOK)] == [()]


async def test_a_token_that_cloud_treats_as_nobody_is_found(cloud: JiraRig) -> None:
    """B4: searches answer 200 and nothing; only a header and /myself tell."""
    findings = await cloud.connect(token="expired").check(HOOKED)
    assert [one.code for one in findings] == ["credentials_refused"]
    assert "new token" in findings[0].hint


def test_the_events_that_are_installed_are_those_that_are_read() -> None:
    assert set(EVENTS) == set(READ)
