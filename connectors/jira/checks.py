"""Compares what the configuration needs with what the site offers us."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from connectors.base import Wanted
from connectors.hooks import check_webhooks
from connectors.jira.config import JiraConfig
from connectors.jira.site import QuietJira, Site, segment
from connectors.jira.statuses import find_goal
from connectors.jira.webhooks import Webhooks
from model.errors import PermanentError
from model.findings import Finding, Severity

PERMISSIONS: Mapping[str, str] = {
    "BROWSE_PROJECTS": "read issues",
    "EDIT_ISSUES": "set labels and releases",
    "TRANSITION_ISSUES": "change the status",
    "ADD_COMMENTS": "write the comment",
    "EDIT_OWN_COMMENTS": "bring the comment up to date",
}
RELEASE_PERMISSION = "ADMINISTER_PROJECTS"
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
        return Finding(
            error.code,
            Severity.ERROR,
            self.name,
            f"The site refused: {error}.",
            _HINTS.get(error.code, "Look at the site's answer and the base URL."),
            error.params,
        )

    def _sign_in(self, jira: QuietJira) -> Iterator[Finding]:
        us = jira.get("myself")
        who = us.get("displayName") or us.get("name") or ""
        yield self._ok("signed_in", f"Signed in as {who}.", account=str(who))
        if not us.get("timeZone"):
            yield self._warn(
                "time_zone_unknown",
                "The account has no time zone; searches look back by hours.",
                "Set the time zone in the account's profile.",
            )

    def _project(self, key: str, jira: QuietJira) -> Iterator[Finding]:
        try:
            jira.get(f"project/{segment(key)}")
        except PermanentError as error:
            if error.code != "not_found":
                raise
            yield self._error(
                "project_not_visible",
                f"The project {key} does not exist for this account.",
                "Compare project_keys with the site; give the account Browse Projects.",
                project=key,
            )
            return
        yield from self._permissions(key, jira)
        yield from self._statuses(key, jira)

    def _permissions(self, key: str, jira: QuietJira) -> Iterator[Finding]:
        needed = dict(PERMISSIONS)
        if self.wanted.writes_releases:
            needed[RELEASE_PERMISSION] = "create versions"
        asked = ",".join(needed)
        held = jira.get("mypermissions", projectKey=key, permissions=asked)
        missing = [name for name in needed if not _have(held["permissions"], name)]
        if not missing:
            yield self._ok("permissions", f"All permissions in {key}.", project=key)
        for name in missing:
            yield self._error(
                "permission_missing",
                f"In {key} the account lacks {name}: it cannot {needed[name]}.",
                f"Grant {name} in the permission scheme of {key}.",
                project=key,
                permission=name,
            )

    def _statuses(self, key: str, jira: QuietJira) -> Iterator[Finding]:
        types = jira.get(f"project/{segment(key)}/statuses")
        every = [one for kind in types for one in kind["statuses"]]
        offered = {one["name"] for one in every}
        for status in sorted(self.wanted.statuses):
            if find_goal(status, every) is None:
                yield self._error(
                    "status_unknown",
                    f"The workflows of {key} have no status {status}.",
                    f"Map it to one of: {', '.join(sorted(offered))}.",
                    project=key,
                    status=status,
                )

    def _priorities(self, jira: QuietJira) -> Iterator[Finding]:
        for priority in jira.get("priority"):
            name = str(priority["name"])
            if self.config.find_urgency(name) is None:
                yield self._warn(
                    "priority_unmapped",
                    f"The priority {name} has no urgency.",
                    "Add it to the source's urgency table.",
                    priority=name,
                )

    def _labels(self) -> Iterator[Finding]:
        for label in sorted(self.wanted.labels):
            if label.split() != [label] or len(label) > LABEL_CHARACTERS:
                yield self._error(
                    "label_invalid",
                    f"Jira cannot hold the label {label!r}.",
                    "Leave out white space; keep it within 255 characters.",
                    label=label,
                )

    def _ok(self, code: str, message: str, **params: str) -> Finding:
        return Finding(code, Severity.OK, self.name, message, params=params)

    def _warn(self, code: str, message: str, hint: str, **params: str) -> Finding:
        return Finding(code, Severity.WARNING, self.name, message, hint, params)

    def _error(self, code: str, message: str, hint: str, **params: str) -> Finding:
        return Finding(code, Severity.ERROR, self.name, message, hint, params)


_HINTS: Mapping[str, str] = {
    "credentials_refused": "Make a new token and put it where the configuration reads it.",
    "permission_missing": "The account may be locked (CAPTCHA): sign in once by browser.",
    "not_found": "Compare base_url with the site's address, path included.",
    "redirected": "Write the address that the site redirects to into base_url.",
    "foreign_origin": "Write the site's exact origin into base_url.",
}


def _have(permissions: Mapping[str, Any], name: str) -> bool:
    return bool((permissions.get(name) or {}).get("havePermission"))
