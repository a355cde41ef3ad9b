"""Compares what the configuration needs with what the site offers us."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from connectors.accounts import check_accounts
from connectors.base import Wanted
from connectors.hooks import check_webhooks
from connectors.jira.assignee import demand_assignable
from connectors.jira.config import JiraConfig
from connectors.jira.content import parse_field_names
from connectors.jira.site import QuietJira, Site, segment
from connectors.jira.statuses import find_goal
from connectors.jira.transitions import Workflow
from connectors.jira.webhooks import Webhooks
from connectors.jira.workflow_checks import WorkflowChecks, fetch_samples
from model.errors import PermanentError
from model.findings import Finding, Severity

PERMISSIONS = (
    "BROWSE_PROJECTS",
    "EDIT_ISSUES",
    "TRANSITION_ISSUES",
    "ADD_COMMENTS",
    "EDIT_OWN_COMMENTS",
)
RELEASE_PERMISSIONS = ("ADMINISTER_PROJECTS", "RESOLVE_ISSUES")
"""To create versions, and to give them to issues."""
ASSIGN_PERMISSION = "ASSIGN_ISSUES"
LABEL_CHARACTERS = 255

Question = Callable[[QuietJira], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Check:
    """One run of all questions; a question that cannot be asked is a finding too."""

    name: str
    site: Site
    config: JiraConfig
    webhooks: Webhooks
    wanted: Wanted

    async def run(self) -> list[Finding]:
        """Ask everything; without a sign-in nothing else is worth asking."""
        findings = await self._ask(self._sign_in)
        if any(finding.severity is Severity.ERROR for finding in findings):
            return findings
        await self.site.learn()
        questions: list[Question] = [
            *(partial(self._project, key) for key in self.config.project_keys),
            self._priorities,
            self._fields,
        ]
        for question in questions:
            findings += await self._ask(question)
        return [*findings, *self._labels(), *await self._check_webhooks()]

    async def _check_webhooks(self) -> list[Finding]:
        if not self.wanted.webhook_url:
            return []
        found = await self.webhooks.fetch(self.wanted.webhook_url)
        return list(check_webhooks(self.name, found))

    async def _ask(self, question: Question) -> list[Finding]:
        try:
            return await self.site.ask(lambda jira: list(question(jira)))
        except PermanentError as error:
            return [self._refused(error)]

    def _refused(self, error: PermanentError) -> Finding:
        code, message, hint = _REFUSALS.get(error.code, _REFUSED)
        return Finding.error(code, self.name, message, hint, error=str(error))

    def _sign_in(self, jira: QuietJira) -> Iterator[Finding]:
        us = jira.get("myself")
        who = str(us.get("displayName") or us.get("name") or "")
        yield Finding.ok("signed_in", self.name, "Signed in as {account}.", account=who)
        if not us.get("timeZone"):
            yield Finding.warning(
                "time_zone_unknown",
                self.name,
                "The account has no time zone; searches look back by hours.",
                "Set the time zone in the account's profile.",
            )

    def _fields(self, jira: QuietJira) -> Iterator[Finding]:
        """Configured fields by name or id; a name that is not there reads nothing."""
        every = jira.get("field")
        names = parse_field_names(every, self.config)
        custom = self.config.custom_fields
        missing = [one for one in custom if custom[one] not in names.wanted.values()]
        missing += [
            one for one in self.config.write_fields if one not in names.written.values()
        ]
        estimate = self.config.estimate_field
        if estimate and estimate not in {str(one["id"]) for one in every}:
            missing.append(estimate)
        for name in missing:
            yield Finding.error(
                "field_unknown",
                self.name,
                "The site has no field {field}, or hides it from our account.",
                "Correct the name in custom_fields, write_fields or estimate_field.",
                field=name,
            )

    def _project(self, key: str, jira: QuietJira) -> Iterator[Finding]:
        try:
            jira.get(f"project/{segment(key)}")
        except PermanentError as error:
            if error.code != "not_found":
                raise
            yield Finding.error(
                "project_not_visible",
                self.name,
                "The project {project} does not exist for this account.",
                "Compare project_keys with the site; give the account Browse Projects.",
                project=key,
            )
            return
        yield from self._permissions(key, jira)
        yield from self._statuses(key, jira)
        yield from self._accounts(key, jira)

    def _accounts(self, key: str, jira: QuietJira) -> Iterator[Finding]:
        def demand(account: str) -> None:
            is_cloud = self.site.is_cloud
            demand_assignable(key, jira, is_cloud=is_cloud, account=account)

        people = self.config.people
        yield from check_accounts(self.name, self.wanted.people, people, demand)

    def _permissions(self, key: str, jira: QuietJira) -> Iterator[Finding]:
        needed = [*PERMISSIONS]
        needed += RELEASE_PERMISSIONS if self.wanted.writes_releases else ()
        needed += [ASSIGN_PERMISSION] if self.wanted.people else ()
        asked = ",".join(needed)
        held = jira.get("mypermissions", projectKey=key, permissions=asked)
        missing = [name for name in needed if not _have(held["permissions"], name)]
        if not missing:
            yield Finding.ok(
                "permissions", self.name, "All permissions in {project}.", project=key
            )
        for name in missing:
            yield Finding.error(
                "permission_missing",
                self.name,
                "In {project} the account lacks the permission {permission}.",
                "Grant {permission} in the permission scheme of {project}.",
                project=key,
                permission=name,
            )

    def _statuses(self, key: str, jira: QuietJira) -> Iterator[Finding]:
        types = jira.get(f"project/{segment(key)}/statuses")
        every = [one for kind in types for one in kind["statuses"]]
        offered = ", ".join(sorted({str(one["name"]) for one in every}))
        goals = {one: find_goal(one, every) for one in sorted(self.wanted.statuses)}
        for status in [one for one, goal in goals.items() if goal is None]:
            yield Finding.error(
                "status_unknown",
                self.name,
                "The workflows of {project} have no status {status}.",
                "Map it to one of: {offered}.",
                project=key,
                status=status,
                offered=offered,
            )
        samples = fetch_samples(key, jira, is_cloud=self.site.is_cloud)
        checks = WorkflowChecks(self.name, key, samples, Workflow.of(self.config))
        for goal in filter(None, goals.values()):
            yield from checks.check_ways(goal)
        yield from checks.check_screens(self._written_fields(), jira)

    def _written_fields(self) -> Mapping[str, str]:
        """What is written, by id, with its name."""
        labels = {"labels": "labels"} if self.wanted.labels else {}
        releases = {"fixVersions": "fixVersions"} if self.wanted.writes_releases else {}
        return {**labels, **releases, **self.site.names.written}

    def _priorities(self, jira: QuietJira) -> Iterator[Finding]:
        for priority in jira.get("priority"):
            name = str(priority["name"])
            if self.config.find_urgency(name) is None:
                yield Finding.warning(
                    "priority_unmapped",
                    self.name,
                    "The priority {priority} has no urgency.",
                    "Add it to the source's urgency table.",
                    priority=name,
                )

    def _labels(self) -> Iterator[Finding]:
        for label in sorted(self.wanted.labels):
            if label.split() != [label] or len(label) > LABEL_CHARACTERS:
                yield Finding.error(
                    "label_invalid",
                    self.name,
                    "Jira cannot hold the label {label}.",
                    "Leave out white space; keep it within 255 characters.",
                    label=label,
                )


_REFUSED = (
    "tracker_refused",
    "The tracker does not answer as it should ({error}).",
    "Check base_url, the network and the token.",
)
_REFUSALS: Mapping[str, tuple[str, str, str]] = {
    "credentials_refused": (
        "credentials_refused",
        "The tracker refuses the token ({error}): it is wrong, expired or revoked.",
        "Make a new token and put it where the configuration reads it.",
    ),
    "permission_missing": (
        "account_locked",
        "The tracker lets our account do nothing ({error}).",
        "Sign in once by browser (CAPTCHA); give the account access to the product.",
    ),
}


def _have(permissions: Mapping[str, Any], name: str) -> bool:
    return bool((permissions.get(name) or {}).get("havePermission"))
