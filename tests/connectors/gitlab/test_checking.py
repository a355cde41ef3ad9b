"""What `check` finds out about a client's GitLab."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from connectors.base import Wanted
from connectors.gitlab import GitLabConnector
from connectors.gitlab.webhooks import EVENTS
from model.findings import Finding, Severity
from sandbox.gitlab.api import hooks
from sandbox.gitlab.records import GUEST, OWNER, REPORTER
from tests.connectors.gitlab.rig import TOKEN, GitLabRig
from tests.contracts.rig import SECRET
from tests.sandbox.receiver import Receiver

HOOK = "http://127.0.0.1:9/webhooks/kunlun"
ALL_EVENTS = (
    "issues_events",
    "confidential_issues_events",
    "note_events",
    "confidential_note_events",
)
WANTED = Wanted(
    frozenset({"opened", "closed"}), frozenset({"pool-prio::P0"}), webhook_url=HOOK
)


async def find(
    connector: GitLabConnector, wanted: Wanted = WANTED
) -> dict[str, Finding]:
    return {finding.code: finding for finding in await connector.check(wanted)}


def add_hook(site: GitLabRig, *events: str) -> None:
    hook = site.tracker.bench.deliveries.add_hook(
        HOOK, events, scope=str(site.project.id)
    )
    hook.extra |= {"created_at": "2026-01-01T00:00:00.000Z", "signing_token": "whsec_"}


async def test_all_is_well_when_everything_is_there(
    site: GitLabRig, connector: GitLabConnector
) -> None:
    add_hook(site, *ALL_EVENTS)
    found = await find(connector)
    assert {code: one.severity for code, one in found.items()} == dict.fromkeys(
        ("token_scopes", "access_level", "label_new", "statuses", "webhook"),
        Severity.OK,
    )


def _read_only(site: GitLabRig) -> None:
    site.tracker.store.tokens[TOKEN].scopes = ["read_api"]


def _expiring(site: GitLabRig) -> None:
    today = site.tracker.store.now().date()
    site.tracker.store.tokens[TOKEN].expires_on = today + timedelta(days=10)


def _revoked(site: GitLabRig) -> None:
    site.tracker.store.tokens[TOKEN].revoked = True


def _guest(site: GitLabRig) -> None:
    site.project.members[site.bot.id] = GUEST


def _reporter(site: GitLabRig) -> None:
    site.project.members[site.bot.id] = REPORTER


def _archived(site: GitLabRig) -> None:
    site.project.archived = True


def _renamed(site: GitLabRig) -> None:
    site.tracker.store.rename_project(site.project, "kunlun/treasury")


def _label_twin(site: GitLabRig) -> None:
    site.tracker.store.add_label(site.project, "Pool-Prio::P0")


def _unseen(site: GitLabRig) -> None:
    site.project.members.pop(site.bot.id)


def _half_a_hook(site: GitLabRig) -> None:
    add_hook(site, "issues_events")


def _paused_hook(site: GitLabRig) -> None:
    add_hook(site, *ALL_EVENTS)
    [hook] = site.tracker.bench.deliveries.hooks.values()
    hook.disabled_until = site.tracker.store.now() + timedelta(hours=1)
    hook.failures = 5


def _template(site: GitLabRig) -> None:
    add_hook(site, *ALL_EVENTS)
    [hook] = site.tracker.bench.deliveries.hooks.values()
    hook.extra["custom_webhook_template"] = '{"text": "{{object_kind}}"}'


@pytest.mark.parametrize(
    ("spoil", "code", "severity"),
    [
        (_read_only, "token_scopes", Severity.ERROR),
        (_expiring, "token_expires", Severity.WARNING),
        (_revoked, "credentials_refused", Severity.ERROR),
        (_guest, "access_level", Severity.ERROR),
        (_reporter, "webhook_unknown", Severity.WARNING),
        (_archived, "project_archived", Severity.ERROR),
        (_renamed, "project_renamed", Severity.WARNING),
        (_label_twin, "label_case_differs", Severity.WARNING),
        (_unseen, "project_unreachable", Severity.ERROR),
        (lambda _: None, "webhook_missing", Severity.WARNING),
        (_half_a_hook, "webhook_events", Severity.WARNING),
        (_paused_hook, "webhook_paused", Severity.ERROR),
        (_template, "webhook_unreadable", Severity.ERROR),
    ],
)
async def test_each_thing_amiss_is_found_and_says_what_to_do(
    site: GitLabRig,
    connector: GitLabConnector,
    spoil: Callable[[GitLabRig], None],
    code: str,
    severity: Severity,
) -> None:
    spoil(site)
    found = await find(connector)
    assert found[code].severity is severity
    assert found[code].hint
    assert "{" not in found[code].message + found[code].hint


@pytest.mark.parametrize(
    "lacking", ["confidential_issues_events", "confidential_note_events"]
)
async def test_c7g_a_hook_without_what_is_confidential_is_found(
    site: GitLabRig, connector: GitLabConnector, lacking: str
) -> None:
    add_hook(site, *(event for event in ALL_EVENTS if event != lacking))
    found = await find(connector)
    assert found["webhook_events"].params["events"] == EVENTS[lacking]


async def test_names_that_gitlab_cannot_have_are_found(
    connector: GitLabConnector,
) -> None:
    wanted = Wanted(frozenset({"In Progress"}), frozenset({"a,b"}))
    found = await find(connector, wanted)
    assert found["status_unknown"].params == {
        "status": "In Progress",
        "offered": "closed, opened",
    }
    assert found["label_impossible"].params == {"label": "a,b"}


async def test_a_check_writes_nothing(
    site: GitLabRig, connector: GitLabConnector
) -> None:
    await connector.check(WANTED)
    assert site.writes() == []


async def test_c3_a_change_without_the_token_loses_it_and_is_mended(
    site: GitLabRig,
) -> None:
    connector = site.connect(signs=False)
    [missing] = await connector.fetch_webhooks(HOOK)
    await connector.install_webhook(missing, HOOK)
    [hook] = site.bench.deliveries.hooks.values()
    assert hook.secret == SECRET
    path = f"/api/v4{missing.path}/{hook.id}"
    async with httpx.AsyncClient(
        base_url=site.tracker.base_url, trust_env=False
    ) as person:
        person.headers["PRIVATE-TOKEN"] = TOKEN
        (await person.put(path, json={"url": HOOK})).raise_for_status()
    [lost] = await connector.fetch_webhooks(HOOK)
    assert [one.code for one in lost.findings] == ["webhook_unsigned"]
    await connector.install_webhook(lost, HOOK)
    assert hook.secret == SECRET


async def test_c4_a_hook_that_failed_four_times_is_found_and_woken(
    site: GitLabRig, connector: GitLabConnector
) -> None:
    with Receiver(status=500) as receiver:
        [missing] = await connector.fetch_webhooks(receiver.url)
        await connector.install_webhook(missing, receiver.url)
        for number in range(4):
            site.make_issue(f"lost {number}")
        await asyncio.to_thread(site.bench.deliveries.wait_idle)
        found = await find(connector, Wanted(webhook_url=receiver.url))
        assert found["webhook_paused"].params["until"].startswith("2026-11-20T08:31")
        receiver.status = 200
        [paused] = await connector.fetch_webhooks(receiver.url)
        await connector.install_webhook(paused, receiver.url)
        [woken] = await connector.fetch_webhooks(receiver.url)
        assert woken.findings == ()


async def test_one_webhook_of_a_group_stands_for_its_projects(site: GitLabRig) -> None:
    connector = site.connect(webhook_group="kunlun")
    [refused] = await connector.fetch_webhooks(HOOK)
    assert [one.code for one in refused.findings] == ["webhook_unknown"]
    site.tracker.store.switches.premium = True
    group = site.tracker.store.find_group("kunlun")
    assert group
    group.members[site.bot.id] = OWNER
    with Receiver() as receiver:
        [missing] = await connector.fetch_webhooks(receiver.url)
        assert (missing.place, missing.id) == ("kunlun", "")
        await connector.install_webhook(missing, receiver.url)
        [made] = await connector.fetch_webhooks(receiver.url)
        assert (made.path, made.findings) == (f"/groups/{group.id}/hooks", ())
        site.make_issue("told by the group")
        await asyncio.to_thread(site.bench.deliveries.wait_idle)
        [arrival] = receiver.arrivals
        connector.authenticate(arrival.headers, arrival.body)
        await connector.remove_webhook(made)
    assert not site.bench.deliveries.hooks


async def test_an_older_server_does_not_tell_whether_there_is_a_secret(
    site: GitLabRig, connector: GitLabConnector, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_hook(site, *ALL_EVENTS)
    [hook] = site.bench.deliveries.hooks.values()
    del hook.extra["signing_token"]
    assert "webhook_unsigned" in await find(connector)
    entity = hooks.hook_entity
    monkeypatch.setattr(
        hooks,
        "hook_entity",
        lambda *args: {
            name: value
            for name, value in entity(*args).items()
            if not name.endswith("_present")
        },
    )
    assert "webhook" in await find(connector)
