"""Talks to one Jira site through the ``jira`` library, in a few threads of its own.

The library blocks, is not thread-safe, asks for every field before each search and
repeats comments whose answer was lost: each thread has its own client, the list of
fields is never asked for, and nothing is repeated here (the door repeats reads).
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import local
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
import requests
from jira import JIRA, JIRAError

from connectors.http import HttpxAdapter
from connectors.jira.config import JiraConfig
from connectors.jira.content import NO_FIELDS, FieldNames, parse_field_names
from connectors.jira.people import Json, parse_person
from connectors.shapes import Parse, parse_answer
from model.errors import Conflict, PermanentError, RetriableError

Answer = TypeVar("Answer")

READING_POSTS = ("/search", "/search/jql", "/search/approximate-count", "/bulkfetch")
"""Endings of paths whose ``POST`` only reads."""

_REFUSED_LOGINS = ("AUTHENTICATED_FAILED", "AUTHENTICATION_DENIED")


def segment(text: str) -> str:
    """One segment of a path, whatever the text."""
    return quote(text, safe="")


class QuietJira(JIRA):
    """The library's client without what it sends unasked, and with raw JSON verbs."""

    def __init__(self, config: JiraConfig, http: httpx.Client) -> None:
        super().__init__(
            server=config.server,
            options={"check_update": False, "rest_api_version": "2"},
            get_server_info=False,
            logging=False,
            max_retries=0,
            **_credentials(config),
        )
        adapter = HttpxAdapter(http, READING_POSTS)
        self._project_keys = config.project_keys
        self._session.trust_env = False
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)
        self._session.hooks["response"].append(_refuse_anonymous)

    @property
    def _fields_cache(self) -> dict[str, str]:
        """Names are written as ids: nothing to translate, nothing to ask for."""
        return {}

    def get(self, path: str, **params: str | int) -> Any:
        """Read ``rest/api/2/PATH``."""
        return self.get_as(parse_answer, path, **params)

    def get_as(self, parse: Parse, path: str, /, **params: str | int) -> Any:
        """The same, as far as one knows how to parse it."""
        answer = self._session.get(self._get_url(path), params=params)
        return parse(answer.content)

    def get_ours(self, issue_id: str, *names: str) -> dict[str, Any]:
        """Read fields of an issue that is about to be written to.

        Raises:
            Conflict: ``issue_moved``: it is in a project that is not configured.
        """
        asked = ",".join(dict.fromkeys(("project", *names)))
        told = self.get(f"issue/{segment(issue_id)}", fields=asked)
        fields: dict[str, Any] = told["fields"]
        if not self._is_ours(fields["project"]):
            raise Conflict("issue_moved", {"key": str(told["key"])})
        return fields

    def _is_ours(self, project: Json) -> bool:
        """A project whose key was changed answers to the old one, too."""
        if project["key"] in self._project_keys:
            return True
        asked = (self.get(f"project/{segment(key)}") for key in self._project_keys)
        return any(str(one["id"]) == str(project["id"]) for one in asked)

    def get_file(self, path: str, **params: str) -> bytes:
        """Read the content of a file at ``rest/api/2/PATH``, or at an address."""
        url = path if "://" in path else self._get_url(path)
        return bytes(self._session.get(url, params=params).content)

    def send(self, method: str, path: str, body: Json) -> Any:
        """Write to ``rest/api/2/PATH``; None when the answer has no body."""
        return self._send(method, self._get_url(path), body)

    def administer(self, method: str, path: str, body: Json | None = None) -> Any:
        """Ask another API than the public one, as administrators may."""
        return self._send(method, f"{self.server_url}{path}", body)

    def _send(self, method: str, url: str, body: Json | None) -> Any:
        data = json.dumps(body, ensure_ascii=False).encode() if body else None
        response = self._session.request(method, url, data=data)
        return parse_answer(response.content) if response.content else None


class Site:
    """One site; ``ask`` runs one call of the library in one of its threads."""

    def __init__(self, config: JiraConfig, http: httpx.Client) -> None:
        self._config = config
        self._http = http
        self._threads = ThreadPoolExecutor(config.max_concurrency, "jira")
        self._clients = local()
        self._own_id = ""
        self._deployment = ""
        self._major_version = 0
        self._names: FieldNames | None = None

    @property
    def names(self) -> FieldNames:
        """The site's custom fields, as they were at the last :meth:`learn`."""
        return self._names or NO_FIELDS

    @property
    def is_cloud(self) -> bool:
        """What the site said of itself at the last :meth:`learn`."""
        return self._deployment == "Cloud"

    @property
    def major_version(self) -> int:
        """Of a Data Center, by the last :meth:`learn`; 0 when it did not tell."""
        return self._major_version

    async def learn(self) -> Json:
        """Read what the site says of itself, its own time included.

        The fields are asked for once: ids do not change, and a new name is found
        after a restart. Documentation: ``GET /rest/api/2/serverInfo`` and ``/field``.
        """
        told = await self.ask(lambda jira: jira.get("serverInfo"))
        self._deployment = str(told.get("deploymentType", "Server"))
        self._major_version = int(next(iter(told.get("versionNumbers") or ()), 0))
        if self._names is None:
            fields = await self.ask(lambda jira: jira.get("field"))
            self._names = parse_field_names(fields, self._config)
        return dict(told)

    async def learn_once(self) -> None:
        """The same, when it is not known yet."""
        if not self._deployment:
            await self.learn()

    async def learn_own_id(self) -> str:
        """Whose credentials we have; empty when the site does not tell. Asked for once.

        Documentation: ``GET /rest/api/2/myself``.
        """
        if not self._own_id:
            person = parse_person(await self.ask(lambda jira: jira.get("myself")))
            self._own_id = person.tracker_id if person else ""
        return self._own_id

    async def ask(self, call: Callable[[QuietJira], Answer]) -> Answer:
        """Run a call with this thread's client.

        Raises:
            RetriableError: or another :class:`~model.errors.TrackerError`.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._in_thread, call)

    def _in_thread(self, call: Callable[[QuietJira], Answer]) -> Answer:
        try:
            return call(self._client())
        except ValueError as error:
            raise RetriableError("not_json") from error
        except JIRAError as error:
            raise PermanentError(
                "refused", {"status": str(error.status_code)}
            ) from error

    def _client(self) -> QuietJira:
        client: QuietJira | None = getattr(self._clients, "jira", None)
        if client is None:
            client = self._clients.jira = QuietJira(self._config, self._http)
        client.deploymentType = self._deployment
        return client


def _credentials(config: JiraConfig) -> Mapping[str, Any]:
    if config.token:
        return {"token_auth": config.token.get_secret_value()}
    token = config.api_token.get_secret_value() if config.api_token else ""
    return {"basic_auth": (config.email, token)}


def _refuse_anonymous(
    response: requests.Response, *_: object, **__: object
) -> requests.Response:
    """Jira Cloud runs requests with a wrong token anonymously: empty, and status 200."""
    reason = response.headers.get("X-Seraph-LoginReason", "")
    if any(refused in reason for refused in _REFUSED_LOGINS):
        raise PermanentError("credentials_refused", {"login_reason": reason})
    return response
