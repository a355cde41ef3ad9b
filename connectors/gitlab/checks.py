"""What the configuration needs, compared with what GitLab offers us."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import partial

from connectors.accounts import check_accounts
from connectors.base import Wanted
from connectors.gitlab.assignees import Assignees
from connectors.gitlab.config import GitLabConfig
from connectors.gitlab.reads import Projects
from connectors.gitlab.rest import Json, Rest, project_path
from connectors.gitlab.statuses import Statuses, find_status
from connectors.gitlab.webhooks import Webhooks
from connectors.hooks import check_webhooks
from model.errors import PermanentError
from model.findings import Finding

EXPIRY_WARNING = timedelta(days=30)

PLANNER, REPORTER, MAINTAINER = 15, 20, 40
"""Access levels: https://docs.gitlab.com/api/access_requests/."""

_STATUSES = frozenset({"opened", "closed"})


class Checks:
    """The checks of one source. Blocking; a tracker out of reach raises."""

    def __init__(
        self,
        name: str,
        config: GitLabConfig,
        rest: Rest,
        projects: Projects,
        webhooks: Webhooks,
    ) -> None:
        self._name = name
        self._config = config
        self._rest = rest
        self._projects = projects
        self._statuses = Statuses(rest)
        self._assignees = Assignees(rest)
        self._webhooks = webhooks

    def check(self, wanted: Wanted, today: date) -> Iterator[Finding]:
        """Yield a finding for every question; nothing more when the token is refused."""
        yield from _check_label_names(self._name, wanted.labels)
        token = list(self._check_token(today))
        yield from token
        if any(finding.code == "credentials_refused" for finding in token):
            return
        yield from self._check_places(wanted)
        if wanted.webhook_url:
            found = self._webhooks.fetch(wanted.webhook_url)
            yield from check_webhooks(self._name, found)

    def _check_places(self, wanted: Wanted) -> Iterator[Finding]:
        try:
            places = self._projects.get_places()
        except PermanentError as error:
            yield self._group_unreachable(error)
            return
        for project in places:
            yield from self._check_project(project, wanted)
        if not places:
            yield Finding.warning(
                "group_empty",
                self._name,
                "The group {group} has no projects that the token can see.",
                "Correct the path, or make the token's user a member of the group.",
                group=str(self._config.group),
            )

    def _group_unreachable(self, error: PermanentError) -> Finding:
        return Finding.error(
            "project_unreachable",
            f"{self._name}: {self._config.group}",
            "The token cannot see the group ({error}).",
            "Correct the path, or make the token's user a member of the group.",
            error=error.code,
        )

    def _check_token(self, today: date) -> Iterator[Finding]:
        try:
            token = self._rest.get_row("/personal_access_tokens/self")
        except PermanentError as error:
            yield self._token_refused(error)
            return
        yield self._check_scopes([str(scope) for scope in token.get("scopes") or ()])
        yield from self._check_expiry(token.get("expires_at"), today)

    def _token_refused(self, error: PermanentError) -> Finding:
        if error.code == "credentials_refused":
            return Finding.error(
                "credentials_refused",
                self._name,
                "The tracker refuses the token ({error}): it is wrong, expired or revoked.",
                "Make a new token and put it where the configuration reads it.",
                error=error.code,
            )
        return Finding.warning(
            "token_unknown",
            self._name,
            "GitLab does not tell the token's scopes and expiry.",
            "Use a project, group or personal access token.",
        )

    def _check_scopes(self, scopes: list[str]) -> Finding:
        if "api" in scopes:
            return Finding.ok(
                "token_scopes", self._name, "The token has the scope api."
            )
        if "granular" in scopes:
            return Finding.warning(
                "token_granular",
                self._name,
                "The token is fine-grained: its permissions cannot be read back.",
                "Let it read projects, and read and write issues, notes and milestones.",
            )
        return Finding.error(
            "token_scopes",
            self._name,
            "The token has the scopes {scopes}; it needs api.",
            "Create an access token with the scope api.",
            scopes=", ".join(scopes) or "none",
        )

    def _check_expiry(self, expires_at: str | None, today: date) -> Iterator[Finding]:
        if not expires_at:
            return
        left = date.fromisoformat(expires_at) - today
        if left < EXPIRY_WARNING:
            yield Finding.warning(
                "token_expires",
                self._name,
                "The token expires on {expires_on}, in {days} days.",
                "Rotate the token in GitLab and put the new one into the secret.",
                expires_on=expires_at,
                days=str(left.days),
            )

    def _check_project(self, project: int | str, wanted: Wanted) -> Iterator[Finding]:
        subject = f"{self._name}: {project}"
        try:
            row = self._projects.get_row(project)
        except PermanentError as error:
            yield Finding.error(
                "project_unreachable",
                subject,
                "The token cannot see the project ({error}).",
                "Correct the path, or make the token's user a member.",
                error=error.code,
            )
            return
        yield from _check_name(subject, project, row)
        yield from _check_use(subject, row)
        yield _check_access(subject, row)
        yield from self._check_labels(subject, row, wanted.labels)
        yield from self._check_statuses(subject, row, wanted.statuses)
        demand = partial(self._assignees.get_member_id, int(row["id"]))
        people = self._config.people
        yield from check_accounts(subject, wanted.people, people, demand)

    def _check_statuses(
        self, subject: str, row: Json, wanted: Iterable[str]
    ) -> Iterator[Finding]:
        path = str(row.get("path_with_namespace", ""))
        allowed = self._statuses.find_allowed(path)
        offered = ", ".join([*sorted(_STATUSES), *(one.name for one in allowed)])
        yield Finding.ok(
            "statuses",
            subject,
            "Issues can be brought to: {offered}.",
            offered=offered,
        )
        for status in sorted(wanted):
            if status.casefold() not in _STATUSES and not find_status(status, allowed):
                yield Finding.error(
                    "status_unknown",
                    subject,
                    "The project has no status {status}, only {offered}.",
                    "Correct the status map of the source or of the ruleset.",
                    status=status,
                    offered=offered,
                )

    def _check_labels(
        self, subject: str, row: Json, labels: frozenset[str]
    ) -> Iterator[Finding]:
        rows = self._rest.get_all(f"{project_path(row['id'])}/labels")
        existing = {str(label["name"]).casefold(): label["name"] for label in rows}
        exact = {label["name"] for label in rows}
        for label in sorted(labels - exact):
            yield _check_label(subject, label, existing.get(label.casefold()))


def _check_label_names(name: str, labels: Iterable[str]) -> Iterator[Finding]:
    for label in sorted(labels):
        if "," in label:
            yield Finding.error(
                "label_impossible",
                name,
                "GitLab cannot hold the label {label}: it has a comma.",
                "Rename the label in the ruleset.",
                label=label,
            )


def _check_label(subject: str, label: str, twin: str | None) -> Finding:
    if twin:
        return Finding.warning(
            "label_case_differs",
            subject,
            "The project spells the label {label} as {twin}; that one is used.",
            "Spell it alike in the ruleset, or rename it in GitLab.",
            label=label,
            twin=twin,
        )
    return Finding.ok(
        "label_new",
        subject,
        "The label {label} will be made when it is first used.",
        label=label,
    )


def _check_name(subject: str, project: int | str, row: Json) -> Iterator[Finding]:
    path = row.get("path_with_namespace", "")
    if isinstance(project, str) and path.casefold() != project.casefold():
        yield Finding.warning(
            "project_renamed",
            subject,
            "The project is called {path} now.",
            "Configure the new path, or the id {id}, which stays.",
            path=path,
            id=str(row["id"]),
        )


def _check_use(subject: str, row: Json) -> Iterator[Finding]:
    if row.get("archived"):
        yield Finding.error(
            "project_archived",
            subject,
            "The project is archived: nothing can be written to it.",
            "Unarchive it, or take it out of the source.",
        )
    if row.get("issues_access_level") == "disabled":
        yield Finding.error(
            "issues_disabled",
            subject,
            "The project has issues switched off.",
            "Switch them on in its settings, under Visibility and features.",
        )


def _check_access(subject: str, row: Json) -> Finding:
    told = (row.get("permissions") or {}).values()
    level = max((int(access["access_level"]) for access in told if access), default=0)
    if level >= REPORTER:
        return Finding.ok(
            "access_level",
            subject,
            "The token has the access level {level}.",
            level=str(level),
        )
    if level >= PLANNER:
        return Finding.warning(
            "access_level",
            subject,
            "The token's role is Planner, which older servers do not know.",
            "Give it the role Reporter, if writes are refused.",
        )
    return Finding.error(
        "access_level",
        subject,
        "The token has the access level {level}; labels and milestones need Reporter.",
        "Give the token's user the role Reporter, or Maintainer to check webhooks too.",
        level=str(level),
    )
