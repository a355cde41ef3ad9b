"""What a connector that registers webhooks must do; part of the contract suite."""

import asyncio
from collections.abc import Iterator

import pytest

from connectors.base import Connector, HasWebhooks, Wanted, Webhook
from model.deliveries import Hint
from model.errors import PermanentError
from model.findings import Severity
from sandbox.hooks import Hook
from tests.contracts.rig import SECRET, WRONG_TOKEN, Rig, delivery_of
from tests.sandbox.receiver import Receiver

URL = "http://127.0.0.1:9/webhooks/acme"
OTHER = f"{URL}-2"


async def install(connector: Connector, url: str = URL) -> list[Webhook]:
    """Install wherever it would mend something; what is there afterwards."""
    assert isinstance(connector, HasWebhooks)
    for webhook in await connector.fetch_webhooks(url):
        if webhook.is_installable:
            await connector.install_webhook(webhook, url)
    return list(await connector.fetch_webhooks(url))


def codes_of(webhooks: list[Webhook]) -> set[str]:
    return {finding.code for one in webhooks for finding in one.findings}


def only_hook(rig: Rig) -> Hook:
    [hook] = rig.bench.deliveries.hooks.values()
    return hook


class WebhookFacts:
    """A part of :class:`tests.contracts.suite.ConnectorContract`."""

    @pytest.fixture
    def receiver(self) -> Iterator[Receiver]:
        with Receiver() as opened:
            yield opened

    async def test_what_it_installs_delivers_what_it_believes(
        self, bench: Rig, connector: Connector, receiver: Receiver
    ) -> None:
        assert codes_of(await install(connector, receiver.url)) == set()
        issue = bench.make_issue("资金报表导出")
        await asyncio.to_thread(bench.bench.deliveries.wait_idle)
        arrival = receiver.arrivals[0]
        connector.authenticate(arrival.headers, arrival.body)
        hint = connector.parse(delivery_of(arrival.body, arrival.headers))
        assert isinstance(hint, Hint)
        assert hint.issue_id == issue

    async def test_installing_again_changes_nothing(
        self, bench: Rig, connector: Connector
    ) -> None:
        await install(connector)
        before = bench.bench.journal.writes
        assert codes_of(await install(connector)) == set()
        assert bench.bench.journal.writes == before

    async def test_a_changed_list_of_events_is_repaired_and_the_secret_stays(
        self, bench: Rig, connector: Connector
    ) -> None:
        await install(connector)
        hook = only_hook(bench)
        kept = hook.secret, hook.extra.get("signing_token")
        assert any(kept)
        whole, hook.events = hook.events, frozenset(list(hook.events)[:1])
        assert isinstance(connector, HasWebhooks)
        found = list(await connector.fetch_webhooks(URL))
        assert codes_of(found) == {"webhook_events"}
        assert codes_of(await install(connector)) == set()
        assert whole <= only_hook(bench).events
        assert (hook.secret, hook.extra.get("signing_token")) == kept

    async def test_one_that_is_switched_off_is_found_and_switched_on(
        self, bench: Rig, connector: Connector, receiver: Receiver
    ) -> None:
        bench.make_issue("what a test is made of")
        await install(connector, receiver.url)
        only_hook(bench).enabled = False
        findings = await connector.check(Wanted(webhook_url=receiver.url))
        [off] = [one for one in findings if one.code == "webhook_disabled"]
        assert off.severity is Severity.ERROR
        assert "reqpool webhooks install acme" in off.hint
        assert codes_of(await install(connector, receiver.url)) == set()
        assert only_hook(bench).enabled

    async def test_it_removes_its_own_and_touches_no_other(
        self, bench: Rig, connector: Connector
    ) -> None:
        assert isinstance(connector, HasWebhooks)
        await install(connector, OTHER)
        other = only_hook(bench)
        looks = repr(other)
        [ours] = await install(connector)
        await connector.remove_webhook(ours)
        await connector.remove_webhook(ours)
        assert (only_hook(bench), repr(other)) == (other, looks)
        assert codes_of(list(await connector.fetch_webhooks(URL))) == {
            "webhook_missing"
        }

    async def test_an_address_can_hold_the_secret_and_is_never_shown_with_it(
        self, bench: Rig
    ) -> None:
        connector = bench.connect(webhook_auth="url_token")
        [webhook] = await install(connector)
        assert only_hook(bench).url == f"{URL}/{SECRET}"
        assert (webhook.url, webhook.findings) == (URL, ())
        only_hook(bench).url = f"{URL}/an-older-secret"
        assert isinstance(connector, HasWebhooks)
        found = list(await connector.fetch_webhooks(URL))
        assert codes_of(found) == {"webhook_address"}
        assert codes_of(await install(connector)) == set()

    @pytest.mark.parametrize("auth", ["signature", "url_token"])
    def test_the_form_names_what_to_enter_and_no_secret(
        self, bench: Rig, auth: str
    ) -> None:
        connector = bench.connect(webhook_auth=auth)
        assert isinstance(connector, HasWebhooks)
        form = connector.describe_webhook(URL)
        assert form.url.startswith(URL)
        assert form.page
        assert form.events
        assert "sources.acme.webhook_secrets[0]" in repr(form)
        assert SECRET not in repr(form)

    async def test_who_may_not_look_is_told_whom_to_ask(
        self, bench: Rig, connector: Connector
    ) -> None:
        bench.forbid_webhooks()
        [found] = await install(connector)
        assert [one.code for one in found.findings] == ["webhook_unknown"]
        assert URL in found.findings[0].hint

    async def test_without_a_secret_nothing_is_installed(self, bench: Rig) -> None:
        with pytest.raises(PermanentError, match="webhook_secret_missing"):
            await install(bench.connect(secrets=()))
        assert not bench.bench.deliveries.hooks

    async def test_a_wrong_token_is_not_taken_for_no_webhooks(self, bench: Rig) -> None:
        with pytest.raises(PermanentError, match="credentials_refused"):
            await install(bench.connect(token=WRONG_TOKEN))
