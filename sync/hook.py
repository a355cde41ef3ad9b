"""Look at our webhooks in the trackers, install them, or remove them."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import assert_never

from connectors.base import HasWebhooks, Webhook, WebhookForm
from model.errors import TrackerError
from sync.engine import Engine, Source


class Deed(StrEnum):
    """What is asked for; to rewrite is to install what is well, too."""

    LIST = "list"
    INSTALL = "install"
    REWRITE = "rewrite"
    REMOVE = "remove"


class Outcome(StrEnum):
    """How it went at one place."""

    PRESENT = "present"
    ABSENT = "absent"
    INSTALLED = "installed"
    REPAIRED = "repaired"
    UNCHANGED = "unchanged"
    REMOVED = "removed"
    BY_HAND = "by_hand"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Hooked:
    """One place of a source.

    Attributes:
        webhook: as it is afterwards; None when the tracker could not be asked.
        form: what an administrator has to enter, when only they may.
        error: why it failed.
    """

    source: str
    outcome: Outcome
    webhook: Webhook | None = None
    form: WebhookForm | None = None
    error: TrackerError | None = None


async def hook(engine: Engine, deed: Deed, names: Collection[str]) -> list[Hooked]:
    """Do it at every place of the named sources, all at the same time.

    Args:
        engine: the surroundings; its ``public_url`` is where trackers deliver to.
        deed: what to do.
        names: of configured sources.

    Returns:
        A row for each place; one whose tracker could not be asked is a single row.
    """
    rows = await asyncio.gather(
        *(_hook(engine, engine.sources[name], deed) for name in names)
    )
    return [row for found in rows for row in found]


async def _hook(engine: Engine, source: Source, deed: Deed) -> list[Hooked]:
    connector = source.connector
    if not isinstance(connector, HasWebhooks):
        return []
    look = _Look(source.name, connector, engine.webhook_url(source.name))
    secrets = [one.get_secret_value() for one in source.config.webhook_secrets]
    try:
        webhooks = await connector.fetch_webhooks(look.url)
        with engine.guard.watching(source.name, revealed=secrets):
            rows = [await look.do(deed, one) for one in webhooks]
        if not {row.outcome for row in rows} & {Outcome.INSTALLED, Outcome.REPAIRED}:
            return rows
        return look.compare(rows, await connector.fetch_webhooks(look.url))
    except TrackerError as error:
        return [Hooked(source.name, Outcome.FAILED, error=error)]


@dataclass(frozen=True, slots=True)
class _Look:
    source: str
    connector: HasWebhooks
    url: str

    async def do(self, deed: Deed, webhook: Webhook) -> Hooked:
        """Do it at one place; a refusal is a row with what to do by hand."""
        if {one.code for one in webhook.findings} & {"webhook_unknown"}:
            return self._by_hand(webhook)
        try:
            outcome = await self._act(deed, webhook)
        except TrackerError as error:
            if error.code in {"permission_missing", "not_found"}:
                return self._by_hand(webhook)
            return Hooked(self.source, Outcome.FAILED, webhook, error=error)
        return Hooked(self.source, outcome, webhook)

    def compare(self, rows: Sequence[Hooked], after: Sequence[Webhook]) -> list[Hooked]:
        """The same rows with what is there now: what was not mended is shown."""
        told = {(row.webhook.path, row.webhook.id): row for row in rows if row.webhook}
        found = Hooked(self.source, Outcome.PRESENT)
        return [
            replace(
                told.get((one.path, one.id)) or told.get((one.path, ""), found),
                webhook=one,
            )
            for one in after
        ]

    def _by_hand(self, webhook: Webhook) -> Hooked:
        form = self.connector.describe_webhook(self.url)
        return Hooked(self.source, Outcome.BY_HAND, webhook, form)

    async def _act(self, deed: Deed, webhook: Webhook) -> Outcome:
        match deed:
            case Deed.LIST:
                return Outcome.PRESENT if webhook.id else Outcome.ABSENT
            case Deed.INSTALL if not webhook.is_installable:
                return Outcome.UNCHANGED
            case Deed.INSTALL | Deed.REWRITE:
                await self.connector.install_webhook(webhook, self.url)
                return Outcome.REPAIRED if webhook.id else Outcome.INSTALLED
            case Deed.REMOVE if not webhook.id:
                return Outcome.ABSENT
            case Deed.REMOVE:
                await self.connector.remove_webhook(webhook)
                return Outcome.REMOVED
            case _:
                assert_never(deed)
