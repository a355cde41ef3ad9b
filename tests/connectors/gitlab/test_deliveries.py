"""What the stand-in really delivers is authentic, and hints at its issue."""

import base64

import pytest

from connectors.gitlab import GitLabConnector
from model.deliveries import Hint
from model.errors import DeliveryRejected
from sandbox.hooks import Delivery as Sent
from tests.connectors.gitlab.rig import GitLabRig, id_of
from tests.contracts.rig import delivery_of

SIGNING = "whsec_" + base64.b64encode(b"k" * 32).decode()
TOKEN = "hook-token-7c1d"
EVENTS = (
    "issues_events",
    "confidential_issues_events",
    "note_events",
    "confidential_note_events",
)


@pytest.fixture
def deliver(site: GitLabRig) -> GitLabRig:
    hook = site.bench.deliveries.add_hook(
        "http://127.0.0.1:9/", EVENTS, secret=TOKEN, scope=str(site.project.id)
    )
    hook.extra |= {"uuid": "the-hook", "signing_token": SIGNING}
    site.bench.deliveries.held = True  # nobody listens: four failures disable the hook
    return site


def sent(site: GitLabRig) -> list[Sent]:
    site.bench.deliveries.release()
    assert site.server.wait_idle()
    return site.bench.deliveries.kept


def headers_of(delivery: Sent) -> dict[str, str]:
    return {name.lower(): value for name, value in delivery.headers.items()}


@pytest.mark.parametrize("secret", [SIGNING, TOKEN])
def test_each_delivery_is_authentic_by_the_secret_that_is_configured(
    deliver: GitLabRig, secret: str
) -> None:
    connector = deliver.connect(secrets=(secret,), signs=False)
    deliver.open_issue("资金报表")
    [delivery] = sent(deliver)
    headers = headers_of(delivery)
    if secret == TOKEN:
        with pytest.raises(DeliveryRejected):
            connector.authenticate(headers, delivery.event.body)
        del headers["webhook-signature"]
    authentic = connector.authenticate(headers, delivery.event.body)
    assert authentic == (delivery.delivery_id, False)


def test_each_delivery_hints_at_its_issue(deliver: GitLabRig) -> None:
    issue = deliver.open_issue("资金报表", confidential=True)
    deliver.note(issue, "公开")
    deliver.note(issue, "内部", internal=True)
    deliver.edit(issue, labels=["紧急"])
    deliver.edit(issue, state_event="close")
    hints = [
        GitLabConnector.parse(delivery_of(one.event.body, headers_of(one)))
        for one in sent(deliver)
    ]
    assert [hint.event for hint in hints if isinstance(hint, Hint)] == [
        "confidential_issue.open",
        "confidential_note.create",
        "confidential_note.create",
        "confidential_issue.update",
        "confidential_issue.close",
    ]
    for hint in hints:
        assert isinstance(hint, Hint)
        assert hint.issue_id == id_of(issue)
        assert hint.key == f"kunlun/funds#{issue.iid}"
        assert hint.actor == "finance.user"
        assert hint.at
