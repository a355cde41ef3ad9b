"""Webhooks of repositories: https://docs.github.com/en/rest/repos/webhooks ."""

from collections.abc import Iterator, Mapping
from functools import partial

import httpx

from connectors.base import Webhook, WebhookForm
from connectors.github.config import GitHubConfig
from connectors.github.reads import Repositories
from connectors.github.rest import Json, Rest
from connectors.hooks import Registered, Standard
from model.errors import PermanentError

EVENTS: Mapping[str, str] = {"issues": "Issues", "issue_comment": "Issue comments"}
"""Events, and how the page calls them."""

_PAGE = "Settings > Webhooks of each repository"


class Webhooks:
    """The webhooks of one source. Blocking; a tracker out of reach raises."""

    def __init__(
        self, name: str, config: GitHubConfig, rest: Rest, repositories: Repositories
    ) -> None:
        self._config = config
        self._rest = rest
        self._repositories = repositories
        self._at = partial(Standard, name, config, events=EVENTS, page=_PAGE)

    def describe(self, url: str) -> WebhookForm:
        """See :class:`connectors.base.HasWebhooks`."""
        return self._at(url).describe("Secret", {"Content type": "application/json"})

    def fetch(self, url: str) -> Iterator[Webhook]:
        """Ours at each repository, or what stands for one that is missing."""
        for repository in self._config.repositories:
            get_path = partial(self._get_path, repository)
            yield from self._at(url).look(str(repository), get_path, self._fetch)

    def _get_path(self, repository: int | str) -> str:
        return f"/repositories/{self._repositories.get_row(repository)['id']}/hooks"

    def _fetch(self, path: str) -> list[Registered]:
        return [_read(row) for row in self._rest.get_all(path)]

    def install(self, webhook: Webhook, url: str) -> None:
        """Make it, or change it."""
        standard = self._at(url)
        config = {"url": standard.address, "content_type": "json"}
        if self._config.webhook_auth == "signature":
            config["secret"] = standard.secret
        body: Json = {"active": True, "config": config}
        if webhook.id:
            body["add_events"] = list(EVENTS)
            self._rest.send("PATCH", f"{webhook.path}/{webhook.id}", body)
        else:
            made = {"name": "web", "events": list(EVENTS), **body}
            self._rest.send("POST", webhook.path, made)

    def remove(self, webhook: Webhook) -> None:
        """Unregister it."""
        try:
            self._rest.ask("DELETE", f"{webhook.path}/{webhook.id}")
        except PermanentError as error:
            if error.code != "not_found":
                raise


def _address(row: Json) -> str:
    return str((row.get("config") or {}).get("url", ""))


def _read(row: Json) -> Registered:
    config, events = row.get("config") or {}, frozenset(row.get("events") or ())
    kind = config.get("content_type")
    code = (row.get("last_response") or {}).get("code")
    failed = code and not httpx.codes.is_success(code)
    return Registered(
        id=str(row["id"]),
        url=_address(row),
        events=events | (EVENTS.keys() if "*" in events else frozenset()),
        is_enabled=bool(row.get("active")),
        is_signed=bool(config.get("secret")),
        unreadable="" if kind == "json" else f"content_type = {kind}",
        failed_with=str(code) if failed else "",
    )
