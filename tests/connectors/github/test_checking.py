"""What the check finds, against a stand-in that is set up wrongly in one way."""

from datetime import timedelta

import pytest

from connectors.base import Wanted
from connectors.github import GitHubConnector
from model.findings import Severity
from tests.connectors.github.rig import TOKEN, GitHubRig

HOOK = "https://reqpool.example/webhooks/acme"
WANTED = Wanted(webhook_url=HOOK)


async def codes(connector: GitHubConnector, wanted: Wanted = WANTED) -> set[str]:
    findings = await connector.check(wanted)
    assert all(one.hint for one in findings if one.severity is not Severity.OK)
    return {one.code for one in findings if one.severity is not Severity.OK}


def hook(site: GitHubRig, *events: str, content_type: str = "json") -> None:
    every = events or ("issues", "issue_comment")
    made = site.bench.deliveries.add_hook(HOOK, every, secret="between us")
    made.extra["content_type"] = content_type


async def test_all_is_well(site: GitHubRig, connector: GitHubConnector) -> None:
    hook(site)
    assert await codes(connector) == set()


async def test_a_hook_that_is_missing(connector: GitHubConnector) -> None:
    assert await codes(connector) == {"webhook_missing"}


async def test_a_hook_that_sends_forms_and_too_little(
    site: GitHubRig, connector: GitHubConnector
) -> None:
    hook(site, "issues", content_type="form")
    assert await codes(connector) == {"webhook_unreadable", "webhook_events"}


async def test_a_hook_that_is_off_and_failed_last(
    site: GitHubRig, connector: GitHubConnector
) -> None:
    hook(site)
    [made] = site.bench.deliveries.hooks.values()
    made.enabled, made.extra["last_code"] = False, 502
    assert await codes(connector) == {"webhook_disabled", "webhook_failing"}


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("write", {"webhook_unknown"}),
        ("triage", {"webhook_unknown", "access_level"}),
        ("read", {"webhook_unknown", "access_level"}),
    ],
)
async def test_a_role_that_may_too_little(
    site: GitHubRig, connector: GitHubConnector, role: str, expected: set[str]
) -> None:
    hook(site)
    site.repository.members[site.bot.id] = role
    assert await codes(connector) == expected


async def test_a_token_that_ends_soon_and_has_few_scopes(
    site: GitHubRig, connector: GitHubConnector
) -> None:
    hook(site)
    token = site.store.tokens[TOKEN]
    token.scopes, token.expires_at = "read:user", site.clock() + timedelta(days=5)
    assert await codes(connector) == {"token_expires", "token_scopes"}


async def test_a_fine_grained_token_has_no_scopes_to_miss(
    site: GitHubRig, connector: GitHubConnector
) -> None:
    hook(site)
    site.store.tokens[TOKEN].scopes = None
    assert await codes(connector) == set()


async def test_a_repository_that_is_archived_without_issues_and_renamed(
    site: GitHubRig, connector: GitHubConnector
) -> None:
    hook(site)
    site.store.rename(site.repository, "kunlun/treasury")
    site.repository.archived, site.repository.has_issues = True, False
    found = {"project_renamed", "project_archived", "issues_disabled"}
    assert await codes(connector) == found


async def test_a_repository_that_the_token_cannot_see(site: GitHubRig) -> None:
    connector = site.connect(repositories=("kunlun/nowhere", 999999))
    findings = await connector.check(WANTED)
    subjects = [one.subject for one in findings if one.code == "project_unreachable"]
    assert subjects == ["acme: kunlun/nowhere", "acme: 999999"]


async def test_a_label_that_the_repository_spells_otherwise(
    site: GitHubRig, connector: GitHubConnector
) -> None:
    hook(site)
    site.store.add_label(site.repository, "Pool-Defect")
    wanted = Wanted(labels=frozenset({"pool-defect"}), webhook_url=HOOK)
    assert await codes(connector, wanted) == {"label_case_differs"}


@pytest.mark.parametrize(
    "name", ["funds", "a/b/c", "", "kunlun/", "/funds", "kun lun/x"]
)
def test_a_repository_is_owner_and_name(site: GitHubRig, name: str) -> None:
    with pytest.raises(ValueError, match="owner/name"):
        site.connect(repositories=(name,))
