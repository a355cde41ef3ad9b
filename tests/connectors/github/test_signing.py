"""GitHub's own example of a signature, and what the stand-in really sends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.github import GitHubConnector
from connectors.github.payloads import authenticate_signature
from model.deliveries import Hint, Ignored
from model.errors import DeliveryRejected
from tests.connectors.github.rig import GitHubRig, id_of
from tests.contracts.rig import SECRET, delivery_of

# "Validating webhook deliveries", section "Testing the webhook payload validation".
EXAMPLE_SECRET = "It's a Secret to Everybody"
EXAMPLE_BODY = b"Hello, World!"
EXAMPLE = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"


def test_the_documented_example_is_authentic() -> None:
    headers = {"x-hub-signature-256": EXAMPLE, "x-github-delivery": "one"}
    authentic = authenticate_signature([EXAMPLE_SECRET], headers, EXAMPLE_BODY)
    assert authentic == ("one", False)


@given(st.text(), st.text())
def test_a_signature_of_another_secret_or_shape_is_rejected(
    secret: str, offered: str
) -> None:
    headers = {"x-hub-signature-256": offered}
    with pytest.raises(DeliveryRejected):
        authenticate_signature([secret], headers, EXAMPLE_BODY)


def test_the_older_signature_is_not_accepted() -> None:
    headers = {"x-hub-signature": "sha1=" + "0" * 40}
    with pytest.raises(DeliveryRejected):
        authenticate_signature([EXAMPLE_SECRET], headers, EXAMPLE_BODY)


def test_each_delivery_is_authentic_and_hints_at_its_issue(
    site: GitHubRig, connector: GitHubConnector
) -> None:
    hook = site.bench.deliveries.add_hook(
        "http://127.0.0.1:9/", ("issues", "issue_comment"), secret=SECRET
    )
    assert hook.enabled
    issue = site.open_issue("资金报表")
    site.write_comment(id_of(issue), "什么时候?")
    site.edit(issue, labels=["紧急"])
    site.edit(issue, state="closed")
    site.edit(issue, title="资金日报")
    assert site.server.wait_idle()
    found = []
    for sent in site.bench.deliveries.kept:
        headers = {name.lower(): value for name, value in sent.headers.items()}
        authentic = connector.authenticate(headers, sent.event.body)
        assert authentic == (sent.delivery_id, False)
        hint = connector.parse(delivery_of(sent.event.body, headers))
        assert isinstance(hint, Hint)
        assert hint.issue_id == id_of(issue)
        found.append(hint.event)
    assert found == [
        "issues.opened",
        "issue_comment.created",
        "issues.labeled",
        "issues.closed",
        "issues.edited",
    ]


def test_comments_on_pull_requests_are_ignored(
    site: GitHubRig, connector: GitHubConnector
) -> None:
    issue = site.open_issue("a change")
    issue.is_pull_request = True
    body = site.hook_body(id_of(issue))
    headers = {**site.sign(body, SECRET), "x-github-event": "issue_comment"}
    assert connector.parse(delivery_of(body, headers)) == Ignored("pull_request")
