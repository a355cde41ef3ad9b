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

    def look(
        self,
        place: str,
        get_path: Callable[[], str],
        fetch: Callable[[str], Iterable[Registered]],
    ) -> Iterator[Webhook]:
        """Ours at a place, or what stands for one that is missing or out of sight.

        Args:
            place: as people call it.
            get_path: of the place's list of webhooks.
            fetch: reads that list.
        """
        path = ""
        try:
            path = get_path()
            registered = list(fetch(path))
        except PermanentError as error:
            if error.code == "credentials_refused":
                raise
            yield self.unknown(place, path, error)
            return
        ours = [found for found in registered if self.is_ours(found.url)]
        for found in ours:
            yield self.judge(place, path, found)
        if not ours:
            yield self.missing(place, path)

    def missing(self, place: str, path: str) -> Webhook:
        """A place that has none of ours."""
        finding = Finding.warning(
            "webhook_missing",
            f"{self.source}: {place}",
            "No webhook of {place} delivers to {url}: changes come by polling alone.",
            "Run reqpool webhooks install {source}; where only an administrator may,"
            " it says what to enter.",
            place=place,
            source=self.source,
            url=self.url,
        )
        return Webhook(place, path, findings=(finding,))

    def unknown(self, place: str, path: str, error: PermanentError) -> Webhook:
        """A place whose webhooks we may not look at."""
        finding = Finding.warning(
            "webhook_unknown",
            f"{self.source}: {place}",
            "The webhooks of {place} cannot be looked at ({error}).",
            "Let an administrator look on {page} for one that delivers to {url};"
            " reqpool webhooks install {source} says what to enter.",
            place=place,
            source=self.source,
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
        known = {"place": place, "source": self.source, "page": self.page}
        for flaw in FLAWS:
            if told := flaw.find(self, found):
                params = {**known, flaw.param: told} if flaw.param else known
                yield flaw.say(
                    flaw.code,
                    f"{self.source}: {place}",
                    flaw.message,
                    flaw.hint,
                    **params,
                )

    def find_missing_events(self, found: Registered) -> str:
        """Those that it does not send, as the tracker's page calls them."""
        return ", ".join(
            word for name, word in self.events.items() if name not in found.events
        )

    def is_secret_missing(self, found: Registered) -> bool:
        """Whether its deliveries carry nothing that we could believe them by."""
        return found.is_signed is False and not self._by_token

    def is_address_wrong(self, found: Registered) -> bool:
        """Whether the secret at the end of its address is none of ours."""
        secrets = (one.get_secret_value() for one in self.config.webhook_secrets)
        known = {f"{self.url}/{secret}" for secret in secrets if secret}
        return self._by_token and found.url not in known

    @property
    def _by_token(self) -> bool:
        return self.config.webhook_auth == "url_token"

    def _hide(self, registered: str) -> str:
        """An address of ours without what may follow; any other as it is."""
        bare = registered.partition("?")[0].rstrip("/")
        rest = bare.removeprefix(self.url)
        is_token = rest.startswith("/") and rest.count("/") == 1
        return self.url if bare != rest and (not rest or is_token) else registered


class Flaw(NamedTuple):
    """Something that can be amiss with a webhook.

    Attributes:
        say: how bad it is.
        find: whether it is so, or the text that fills ``param``.
        param: of the sentences; empty where nothing is to be filled in.
    """

    say: Callable[..., Finding]
    code: str
    message: str
    hint: str
    find: Callable[[Standard, Registered], str | bool]
    param: str = ""


_INSTALL = "Run reqpool webhooks install {source}."
_MEND = (
    "Mend what its deliveries failed on, then run reqpool webhooks install {source}."
    " What was not delivered meanwhile is found by polling."
)

FLAWS = (
    Flaw(
        Finding.error,
        "webhook_paused",
        "The tracker has switched the webhook of {place} off after failures,"
        " until {until}.",
        _MEND,
        lambda _, found: found.paused_until,
        "until",
    ),
    Flaw(
        Finding.error,
        "webhook_disabled",
        "The webhook of {place} is switched off.",
        _MEND,
        lambda _, found: not (found.is_enabled or found.paused_until),
    ),
    Flaw(
        Finding.error,
        "webhook_unsigned",
        "The webhook of {place} has no secret: its deliveries are refused.",
        _INSTALL,
        Standard.is_secret_missing,
    ),
    Flaw(
        Finding.error,
        "webhook_address",
        "The address of the webhook of {place} does not end in a secret of ours: its"
        " deliveries are refused.",
        _INSTALL,
        Standard.is_address_wrong,
    ),
    Flaw(
        Finding.error,
        "webhook_unreadable",
        "The webhook of {place} sends what reqpool cannot read: {setting}.",
        _INSTALL,
        lambda _, found: found.unreadable,
        "setting",
    ),
    Flaw(
        Finding.warning,
        "webhook_events",
        "The webhook of {place} does not send: {events}.",
        _INSTALL,
        Standard.find_missing_events,
        "events",
    ),
    Flaw(
        Finding.warning,
        "webhook_filter",
        "The webhook of {place} leaves out issues of ours: {filter}.",
        _INSTALL,
        lambda _, found: found.selects,
        "filter",
    ),
    Flaw(
        Finding.warning,
        "webhook_failing",
        "The latest delivery of the webhook of {place} was answered {status}.",
        "Compare secret and address, and repeat the delivery on {page}. If they differ:"
        " reqpool webhooks install --new-secret {source}",
        lambda _, found: found.failed_with,
        "status",
    ),
)
"""All that a check looks at in a webhook, the worst first."""


def check_webhooks(source: str, webhooks: Iterable[Webhook]) -> Iterator[Finding]:
    """What a check says of them."""
    for webhook in webhooks:
        yield from webhook.findings or (_sound(source, webhook.place),)


def _sound(source: str, place: str) -> Finding:
    message = "The webhook of {place} is there and enabled."
    return Finding.ok("webhook", f"{source}: {place}", message, place=place)
