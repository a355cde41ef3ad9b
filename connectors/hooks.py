"""Webhooks that deliver to us: which are ours, and what is amiss with one.

Each connector brings its tracker's answer into the shape of :class:`Registered`; what
follows from it is the same for all of them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from connectors.base import SourceConfig, Webhook, WebhookForm
from model.errors import PermanentError
from model.findings import Finding

_Kind = Callable[..., Finding]


class Registered(NamedTuple):
    """A webhook as any tracker has it.

    Attributes:
        paused_until: when the tracker switches it on again by itself; empty: never.
        is_signed: None when the tracker does not tell.
        unreadable: the setting that makes bodies unreadable for us.
        selects: what of our issues is left out, as the tracker's filter says it.
        failed_with: the status that its latest delivery was answered.
    """

    id: str
    url: str
    events: frozenset[str]
    is_enabled: bool = True
    paused_until: str = ""
    is_signed: bool | None = None
    unreadable: str = ""
    selects: str = ""
    failed_with: str = ""


@dataclass(frozen=True, slots=True)
class Standard:
    """What a source wants of its webhooks.

    Attributes:
        source: its name.
        config: its settings.
        url: what ``/webhooks/SOURCE`` is called from outside.
        events: the API's names of what is needed, and how the tracker's page calls them.
        page: where a person finds the tracker's webhooks.
    """

    source: str
    config: SourceConfig
    url: str
    events: Mapping[str, str]
    page: str

    @property
    def secret(self) -> str:
        """What to install.

        Raises:
            PermanentError: ``webhook_secret_missing``.
        """
        secrets = [one.get_secret_value() for one in self.config.webhook_secrets]
        if not any(secrets):
            raise PermanentError("webhook_secret_missing", {"source": self.source})
        return next(filter(None, secrets))

    @property
    def address(self) -> str:
        """Where deliveries are to go, the secret segment included if there is one."""
        return f"{self.url}/{self.secret}" if self._by_token else self.url

    def is_ours(self, registered: str) -> bool:
        """Whether an address is ours, whatever the secret at its end."""
        return self._hide(registered) == self.url

    def describe(self, secret_field: str, more: Mapping[str, str]) -> WebhookForm:
        """The form of a tracker's page; ``more`` are fields that it alone has."""
        setting = f"sources.{self.source}.webhook_secrets[0]"
        url = f"{self.url}/<{setting}>" if self._by_token else self.url
        fields = {} if self._by_token else {secret_field: setting}
        events = tuple(self.events.values())
        return WebhookForm(self.page, url, events, {**fields, **more})

    def missing(self, place: str, path: str) -> Webhook:
        """A place that has none of ours."""
        finding = self._say(
            Finding.warning,
            "webhook_missing",
            place,
            "No webhook of {place} delivers to {url}: changes come by polling alone.",
            "Run reqpool webhooks install {source}; where only an administrator may,"
            " it says what to enter.",
            url=self.url,
        )
        return Webhook(place, path, findings=(finding,))

    def unknown(self, place: str, path: str, error: PermanentError) -> Webhook:
        """A place whose webhooks we may not look at."""
        finding = self._say(
            Finding.warning,
            "webhook_unknown",
            place,
            "The webhooks of {place} cannot be looked at ({error}).",
            "Let an administrator look on {page} for one that delivers to {url};"
            " reqpool webhooks install {source} says what to enter.",
            error=error.code,
            page=self.page,
            url=self.url,
        )
        return Webhook(place, path, findings=(finding,))

    def judge(self, place: str, path: str, found: Registered) -> Webhook:
        """One of ours, with what is amiss."""
        return Webhook(
            place,
            path,
            found.id,
            self._hide(found.url),
            tuple(sorted(found.events)),
            tuple(self._find_flaws(place, found)),
        )

    def _find_flaws(self, place: str, found: Registered) -> Iterator[Finding]:
        if found.paused_until:
            yield self._say(
                Finding.error,
                "webhook_paused",
                place,
                "The tracker has switched the webhook of {place} off after failures,"
                " until {until}.",
                _MEND,
                until=found.paused_until,
            )
        elif not found.is_enabled:
            yield self._say(
                Finding.error,
                "webhook_disabled",
                place,
                "The webhook of {place} is switched off.",
                _MEND,
            )
        if found.is_signed is False and not self._by_token:
            yield self._say(
                Finding.error,
                "webhook_unsigned",
                place,
                "The webhook of {place} has no secret: its deliveries are refused.",
                _INSTALL,
            )
        if self._by_token and found.url not in self._addresses():
            yield self._say(
                Finding.error,
                "webhook_address",
                place,
                "The address of the webhook of {place} does not end in a secret of"
                " ours: its deliveries are refused.",
                _INSTALL,
            )
        if found.unreadable:
            yield self._say(
                Finding.error,
                "webhook_unreadable",
                place,
                "The webhook of {place} sends what reqpool cannot read: {setting}.",
                _INSTALL,
                setting=found.unreadable,
            )
        yield from self._find_gaps(place, found)

    def _find_gaps(self, place: str, found: Registered) -> Iterator[Finding]:
        missing = [
            word for name, word in self.events.items() if name not in found.events
        ]
        if missing:
            yield self._say(
                Finding.warning,
                "webhook_events",
                place,
                "The webhook of {place} does not send: {events}.",
                _INSTALL,
                events=", ".join(missing),
            )
        if found.selects:
            yield self._say(
                Finding.warning,
                "webhook_filter",
                place,
                "The webhook of {place} leaves out issues of ours: {filter}.",
                _INSTALL,
                filter=found.selects,
            )
        if found.failed_with:
            yield self._say(
                Finding.warning,
                "webhook_failing",
                place,
                "The latest delivery of the webhook of {place} was answered {status}.",
                "Compare secret and address, and repeat the delivery on {page}. If they"
                " differ: reqpool webhooks install --new-secret {source}",
                status=found.failed_with,
                page=self.page,
            )

    def _say(
        self, kind: _Kind, code: str, place: str, message: str, hint: str, **more: str
    ) -> Finding:
        params = {"place": place, "source": self.source, **more}
        return kind(code, self._subject(place), message, hint, **params)

    def _subject(self, place: str) -> str:
        return f"{self.source}: {place}"

    @property
    def _by_token(self) -> bool:
        return self.config.webhook_auth == "url_token"

    def _addresses(self) -> frozenset[str]:
        secrets = (one.get_secret_value() for one in self.config.webhook_secrets)
        return frozenset(f"{self.url}/{secret}" for secret in secrets if secret)

    def _hide(self, registered: str) -> str:
        """An address of ours without what may follow; any other as it is."""
        bare = registered.partition("?")[0].rstrip("/")
        rest = bare.removeprefix(self.url)
        is_token = rest.startswith("/") and rest.count("/") == 1
        return self.url if bare != rest and (not rest or is_token) else registered


_INSTALL = "Run reqpool webhooks install {source}."
_MEND = (
    "Mend what its deliveries failed on, then run reqpool webhooks install {source}."
    " What was not delivered meanwhile is found by polling."
)


def check_webhooks(source: str, webhooks: Iterable[Webhook]) -> Iterator[Finding]:
    """What a check says of them."""
    for webhook in webhooks:
        yield from webhook.findings or (_sound(source, webhook.place),)


def _sound(source: str, place: str) -> Finding:
    message = "The webhook of {place} is there and enabled."
    return Finding.ok("webhook", f"{source}: {place}", message, place=place)
