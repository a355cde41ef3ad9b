"""Webhooks of projects and groups.

https://docs.gitlab.com/api/project_webhooks/ , https://docs.gitlab.com/api/group_webhooks/
(groups: GitLab Premium).
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial

from connectors.base import Webhook, WebhookForm
from connectors.gitlab.config import GitLabConfig
from connectors.gitlab.reads import Projects
from connectors.gitlab.rest import Json, Rest, group_path, project_path
from connectors.gitlab.signing import SIGNING_PREFIX
from connectors.hooks import Registered, Standard
from model.errors import PermanentError

EVENTS: Mapping[str, str] = {
    "issues_events": "Issues events",
    "confidential_issues_events": "Confidential issues events",
    "note_events": "Comments",
    "confidential_note_events": "Confidential comments",
}
"""Triggers, and how the page calls them."""

_SWITCHED_OFF = frozenset({"webhook_disabled", "webhook_paused"})
_PAGE = "Settings > Webhooks of each project"
_GROUP_PAGE = "Settings > Webhooks of the group"


class Webhooks:
    """The webhooks of one source. Blocking; a tracker out of reach raises."""

    def __init__(
        self, name: str, config: GitLabConfig, rest: Rest, projects: Projects
    ) -> None:
        self._config = config
        self._rest = rest
        self._projects = projects
        page = _GROUP_PAGE if config.hook_group else _PAGE
        self._at = partial(Standard, name, config, events=EVENTS, page=page)

    def describe(self, url: str) -> WebhookForm:
        """See :class:`connectors.base.HasWebhooks`."""
        is_signing = self._kinds[:1] == ["signing_token"]
        field = "Signing token" if is_signing else "Secret token"
        return self._at(url).describe(field, {"SSL verification": "enabled"})

    def fetch(self, url: str) -> Iterator[Webhook]:
        """Ours at each place, or what stands for one that is missing."""
        for place, get_path in self._places():
            yield from self._at(url).look(place, get_path, self._fetch)

    def _places(self) -> Iterator[tuple[str, Callable[[], str]]]:
        if group := self._config.hook_group:
            yield str(group), partial(self._get_group_path, group)
            return
        for project in self._projects.get_places():
            yield str(project), partial(self._get_path, project)

    def _get_path(self, project: int | str) -> str:
        return f"{project_path(self._projects.get_row(project)['id'])}/hooks"

    def _get_group_path(self, group: int | str) -> str:
        return f"/groups/{self._rest.get_row(group_path(group))['id']}/hooks"

    def _fetch(self, path: str) -> list[Registered]:
        return [self._read(row) for row in self._rest.get_all(path)]

    def _read(self, row: Json) -> Registered:
        status = row.get("alert_status") or "executable"
        template = row.get("custom_webhook_template")
        return Registered(
            id=str(row["id"]),
            url=str(row["url"]),
            events=frozenset(
                name for name in row if name.endswith("_events") and row[name]
            ),
            is_enabled=status == "executable",
            paused_until=str(row.get("disabled_until") or ""),
            is_signed=self._is_signed(row),
            unreadable="custom_webhook_template" if template else "",
        )

    def _is_signed(self, row: Json) -> bool | None:
        """Whether one of our secrets' kinds is there; older servers do not tell."""
        told = [row.get(f"{kind}_present") for kind in self._kinds]
        return any(told) if any(one is not None for one in told) else None

    def install(self, webhook: Webhook, url: str) -> None:
        """Make it or change it; a test that is answered wakes one that was disabled.

        A change always brings the secrets: GitLab deletes what is not repeated.
        """
        body = {
            "url": self._at(url).address,
            "name": "reqpool",
            **dict.fromkeys(EVENTS, True),
            "custom_webhook_template": "",
            **self._find_secrets(url),
        }
        if not webhook.id:
            self._rest.post(webhook.path, {**body, "push_events": False})
            return
        path = f"{webhook.path}/{webhook.id}"
        self._rest.put(path, body)
        if {one.code for one in webhook.findings} & _SWITCHED_OFF:
            self._wake(path)

    def _wake(self, path: str) -> None:
        # Without an issue there is nothing to test with: it stays off, and is found so.
        with suppress(PermanentError):
            self._rest.post(f"{path}/test/issues_events", {})

    def _find_secrets(self, url: str) -> Mapping[str, str]:
        """The first of each kind; none where the address has it."""
        if self._config.webhook_auth == "url_token":
            return {}
        firsts = dict(reversed(list(zip(self._kinds, self._secrets, strict=True))))
        return firsts or {"token": self._at(url).secret}

    def remove(self, webhook: Webhook) -> None:
        """Unregister it."""
        try:
            self._rest.delete(f"{webhook.path}/{webhook.id}")
        except PermanentError as error:
            if error.code != "not_found":
                raise

    @property
    def _secrets(self) -> list[str]:
        every = (one.get_secret_value() for one in self._config.webhook_secrets)
        return [one for one in every if one]

    @property
    def _kinds(self) -> list[str]:
        return [
            "signing_token" if one.startswith(SIGNING_PREFIX) else "token"
            for one in self._secrets
        ]
