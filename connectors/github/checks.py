"""What the configuration needs, compared with what GitHub offers us."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import partial

import httpx

from connectors.accounts import check_accounts
from connectors.base import Wanted
from connectors.github.assignees import Assignees
from connectors.github.config import GitHubConfig
from connectors.github.mapping import STATUSES
from connectors.github.reads import Repositories
from connectors.github.rest import Json, Rest
from connectors.github.webhooks import Webhooks
from connectors.hooks import check_webhooks
from model.errors import PermanentError
from model.findings import Finding

EXPIRY_WARNING = timedelta(days=30)


class Checks:
    """The checks of one source. Blocking; a tracker out of reach raises."""

    def __init__(
        self,
        name: str,
        config: GitHubConfig,
        rest: Rest,
        repositories: Repositories,
        webhooks: Webhooks,
    ) -> None:
        self._name = name
        self._config = config
        self._rest = rest
        self._repositories = repositories
        self._webhooks = webhooks
        self._assignees = Assignees(rest)

    def check(self, wanted: Wanted, today: date) -> Iterator[Finding]:
        """Yield a finding for every question; nothing more when the token is refused."""
        yield from _check_statuses(self._name, wanted.statuses)
        try:
            answer = self._rest.ask("GET", "/user")
        except PermanentError as error:
            yield _refused(self._name, error)
            return
        yield from _check_token(self._name, answer, today)
        for repository in self._config.repositories:
            yield from self._check_repository(repository, wanted)
        if wanted.webhook_url:
            found = self._webhooks.fetch(wanted.webhook_url)
            yield from check_webhooks(self._name, found)

    def _check_repository(
        self, repository: int | str, wanted: Wanted
    ) -> Iterator[Finding]:
        subject = f"{self._name}: {repository}"
        try:
            row = self._repositories.get_row(repository)
        except PermanentError as error:
            yield Finding.error(
                "project_unreachable",
                subject,
                "The token cannot see the repository ({error}).",
                "Correct the name, or give the token access to the repository.",
                error=error.code,
            )
            return
        yield from _check_name(subject, repository, row)
        yield from _check_use(subject, row)
        yield _check_access(subject, row)
        yield from self._check_labels(subject, row, wanted.labels)
        demand = partial(self._assignees.get_login, int(row["id"]))
        people = self._config.people
        yield from check_accounts(subject, wanted.people, people, demand)

    def _check_labels(
        self, subject: str, row: Json, labels: frozenset[str]
    ) -> Iterator[Finding]:
        rows = self._rest.get_all(f"/repositories/{row['id']}/labels")
        twins = {str(label["name"]).casefold(): str(label["name"]) for label in rows}
        may_make = bool((row.get("permissions") or {}).get("push"))
        for label in sorted(labels):
            twin = twins.get(label.casefold(), label)
            if label.casefold() not in twins and not may_make:
                yield Finding.error(
                    "label_missing",
                    subject,
                    "The label {label} is not there, and the token may not make it.",
                    "Make the label, or give the token's account the role Write.",
                    label=label,
                )
            elif twin != label:
                yield Finding.warning(
                    "label_case_differs",
                    subject,
                    "The repository spells the label {label} as {twin}, and keeps that.",
                    "Spell it alike in the ruleset, or rename it in GitHub.",
                    label=label,
                    twin=twin,
                )


def _refused(name: str, error: PermanentError) -> Finding:
    if error.code == "credentials_refused":
        return Finding.error(
            "credentials_refused",
            name,
            "The tracker refuses the token ({error}): it is wrong, expired or revoked.",
            "Make a new token and put it where the configuration reads it.",
            error=error.code,
        )
    return Finding.error(
        "tracker_refused",
        name,
        "The tracker does not answer as it should ({error}).",
        "Check base_url, the network and the token.",
        error=str(error),
    )


def _check_statuses(name: str, statuses: Iterable[str]) -> Iterator[Finding]:
    for status in sorted(statuses):
        if status.casefold() not in STATUSES:
            yield Finding.error(
                "status_unknown",
                name,
                "GitHub has no status {status}, only {offered}.",
                "Correct the status map of the source or of the ruleset.",
                status=status,
                offered=", ".join(STATUSES),
            )


def _check_token(name: str, answer: httpx.Response, today: date) -> Iterator[Finding]:
    """Classic tokens tell their scopes, all tell when they expire."""
    scopes = answer.headers.get("x-oauth-scopes")
    if scopes is not None and "repo" not in scopes.replace(",", " ").split():
        yield Finding.warning(
            "token_scopes",
            name,
            "The token has the scopes {scopes}; private repositories need repo.",
            "Create a token with the scope repo, or a fine-grained one for issues.",
            scopes=scopes or "none",
        )
    expiry = answer.headers.get("github-authentication-token-expiration", "")[:10]
    if expiry and date.fromisoformat(expiry) - today < EXPIRY_WARNING:
        yield Finding.warning(
            "token_expires",
            name,
            "The token expires on {expires_on}.",
            "Make a new one in GitHub and put it into the secret.",
            expires_on=expiry,
        )


def _check_name(subject: str, repository: int | str, row: Json) -> Iterator[Finding]:
    name = str(row["full_name"])
    if isinstance(repository, str) and name.casefold() != repository.casefold():
        yield Finding.warning(
            "project_renamed",
            subject,
            "The repository is called {path} now.",
            "Configure the new name, or the id {id}, which stays.",
            path=name,
            id=str(row["id"]),
        )


def _check_use(subject: str, row: Json) -> Iterator[Finding]:
    if row.get("archived"):
        yield Finding.error(
            "project_archived",
            subject,
            "The repository is archived: nothing can be written to it.",
            "Unarchive it, or take it out of the source.",
        )
    if not row.get("has_issues", True):
        yield Finding.error(
            "issues_disabled",
            subject,
            "The repository has issues switched off.",
            "Switch them on in its settings, under Features.",
        )


def _check_access(subject: str, row: Json) -> Finding:
    """Triage may label and close; milestones and new labels need write (push)."""
    told = row.get("permissions") or {}
    if told.get("push"):
        return Finding.ok("access_level", subject, "The token may write.")
    if told.get("triage"):
        return Finding.warning(
            "access_level",
            subject,
            "The token may triage: it can make neither labels nor milestones.",
            "Give its account the role Write, or make the labels and milestones.",
        )
    return Finding.error(
        "access_level",
        subject,
        "The token may only read: labels, states and milestones need more.",
        "Give its account the role Write on the repository.",
    )
