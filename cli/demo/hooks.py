"""Registers the service's webhooks with the trackers, as their administrators do."""

from collections.abc import Mapping
from typing import Any

import httpx

from cli.demo.folder import TOKENS

_JIRA_EVENTS = (
    "jira:issue_created",
    "jira:issue_updated",
    "jira:issue_deleted",
    "comment_created",
    "comment_updated",
    "comment_deleted",
)


def register_hooks(
    pool: str, trackers: Mapping[str, str], signed_with: Mapping[str, str]
) -> None:
    """Have every tracker send its events, signed.

    Jira: https://developer.atlassian.com/server/jira/platform/webhooks/ ; GitLab:
    https://docs.gitlab.com/api/project_webhooks/ .

    Raises:
        httpx.HTTPError: a tracker refused.
    """
    _register_at_cloud(
        trackers["acme"],
        {"auth": httpx.BasicAuth("reqpool@vendor.example", TOKENS["acme"])},
        f"{pool}/webhooks/acme",
        signed_with["acme"],
    )
    _register_at_data_center(
        trackers["hdjx"],
        {"headers": {"Authorization": f"Bearer {TOKENS['hdjx']}"}},
        f"{pool}/webhooks/hdjx",
        signed_with["hdjx"],
    )
    _register_at_gitlab(
        trackers["beigang"], f"{pool}/webhooks/beigang", signed_with["beigang"]
    )


def _register_at_cloud(
    tracker: str, signed_in: Mapping[str, Any], url: str, secret: str
) -> None:
    hook = {"name": "reqpool", "url": url, "events": _JIRA_EVENTS, "secret": secret}
    _post(f"{tracker}/rest/webhooks/1.0/webhook", signed_in, hook)


def _register_at_data_center(
    tracker: str, signed_in: Mapping[str, Any], url: str, secret: str
) -> None:
    hook = {
        "name": "reqpool",
        "url": url,
        "events": _JIRA_EVENTS,
        "configuration": {"SECRET": secret},
    }
    _post(f"{tracker}/rest/jira-webhook/1.0/webhooks", signed_in, hook)


def _register_at_gitlab(tracker: str, url: str, secret: str) -> None:
    signed_in = {"headers": {"PRIVATE-TOKEN": TOKENS["beigang"]}}
    project = "beigang%2Fmanagement-portal"
    hook = {
        "url": url,
        "signing_token": secret,
        "push_events": False,
        "issues_events": True,
        "confidential_issues_events": True,
        "note_events": True,
        "confidential_note_events": True,
    }
    _post(f"{tracker}/api/v4/projects/{project}/hooks", signed_in, hook)


def _post(url: str, signed_in: Mapping[str, Any], body: object) -> None:
    with httpx.Client(trust_env=False, **signed_in) as client:
        client.post(url, json=body).raise_for_status()
