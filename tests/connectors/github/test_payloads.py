"""What each kind of webhook body turns out to be."""

import json
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

import connectors.github
from connectors.github import GitHubConnector
from connectors.github.payloads import EVENTS, Outcome
from model.deliveries import Delivery, Hint, Ignored, Quarantined

FIXTURES = Path(connectors.github.__file__).parent / "fixtures"
FILES = sorted(FIXTURES.glob("*.json"))
AT = datetime(2026, 3, 2, 1, 15, 30, tzinfo=UTC)
LATER = datetime(2026, 3, 2, 1, 20, tzinfo=UTC)
NOTED_AT = datetime(2026, 3, 2, 2, 1, 9, tzinfo=UTC)
CLOSED_AT = datetime(2026, 3, 5, 9, tzinfo=UTC)


def deliver(body: bytes, **headers: str) -> Delivery:
    digest = sha256(body).hexdigest()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Delivery(UUID(int=1), "acme", "", named, body, digest, AT)


def parse(body: object, event: str = "issues") -> Outcome:
    raw = json.dumps(body).encode()
    return GitHubConnector.parse(deliver(raw, x_github_event=event))


def hint(event: str, *changed: str, at: datetime = AT, deleted: bool = False) -> Hint:
    return Hint(
        "github",
        "4711#12",
        event,
        "finance/funds#12",
        changed,
        "finance-user",
        at,
        "finance/funds",
        deleted,
    )


EXPECTED: dict[str, Outcome] = {
    "issues__opened": hint("issues.opened"),
    "issues__edited_title": hint("issues.edited", "title", at=LATER),
    "issues__labeled": hint("issues.labeled", "labels", at=LATER),
    "issues__milestoned": hint("issues.milestoned", "milestone", at=LATER),
    "issues__closed_as_not_planned": hint("issues.closed", "state", at=CLOSED_AT),
    "issues__transferred": hint(
        "issues.transferred", "new_issue", "new_repository", deleted=True
    ),
    "issues__deleted": hint("issues.deleted", deleted=True),
    "issues__number_of_wrong_type": Quarantined("mistyped_field: number"),
    "issues__moment_of_wrong_type": Quarantined(
        "mistyped_field: updated_at", "4711#12"
    ),
    "issue_comment__created": hint("issue_comment.created", "comment", at=NOTED_AT),
    "issue_comment__edited": hint("issue_comment.edited", "comment", at=NOTED_AT),
    "issue_comment__on_pull_request": Ignored("pull_request"),
    "label__edited": Ignored("not_about_an_issue: label"),
    "milestone__edited": Ignored("not_about_an_issue: milestone"),
    "ping__new_hook": Ignored("not_about_an_issue: ping"),
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_fixture_is_what_its_name_says(path: Path) -> None:
    event = path.stem.partition("__")[0]
    delivery = deliver(path.read_bytes(), x_github_event=event)
    assert GitHubConnector.parse(delivery) == EXPECTED[path.stem]


def test_every_fixture_is_of_a_known_event() -> None:
    kinds = {path.stem.partition("__")[0] for path in FILES}
    assert kinds <= set(EVENTS)
    assert {path.stem for path in FILES} == set(EXPECTED)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_body_that_was_kept_without_its_headers_is_understood_too(path: Path) -> None:
    event, outcome = path.stem.partition("__")[0], EXPECTED[path.stem]
    guessed = event in {"issues", "issue_comment", "ping"}
    expected = outcome if guessed else Quarantined("no_event")
    assert GitHubConnector.parse(deliver(path.read_bytes())) == expected


def test_an_event_that_github_may_invent_is_ignored() -> None:
    assert parse({}, "quantum_issues") == Ignored("unknown_event: quantum_issues")


def test_a_form_is_kept_aside() -> None:
    body = b"payload=%7B%7D"
    form = deliver(body, content_type="application/x-www-form-urlencoded")
    assert GitHubConnector.parse(form) == Quarantined("content_type")


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "action",
                    "issue",
                    "comment",
                    "repository",
                    "sender",
                    "changes",
                    "number",
                    "id",
                    "login",
                    "full_name",
                    "updated_at",
                    "pull_request",
                    "zen",
                ]
            ),
            inner,
            max_size=8,
        )
    ),
    max_leaves=25,
)


@given(st.binary(max_size=300), st.text(max_size=20), st.text(max_size=30))
def test_no_bytes_and_no_headers_make_it_raise(
    body: bytes, event: str, media: str
) -> None:
    delivery = deliver(body, x_github_event=event, content_type=media)
    assert isinstance(GitHubConnector.parse(delivery), Quarantined | Ignored)


@given(st.sampled_from(sorted(EVENTS)), values)
def test_no_object_makes_it_raise(event: str, value: object) -> None:
    body = value if isinstance(value, dict) else {"issue": value}
    assert isinstance(parse(body, event), Hint | Ignored | Quarantined)


@given(st.data())
def test_one_spoilt_field_of_a_real_body_never_makes_it_raise(
    data: st.DataObject,
) -> None:
    path = data.draw(st.sampled_from(FILES))
    body = json.loads(path.read_bytes())
    inner = [value for value in body.values() if isinstance(value, dict)]
    part = data.draw(st.sampled_from([body, *inner]))
    part[data.draw(st.sampled_from(sorted(part)))] = data.draw(values)
    event = path.stem.partition("__")[0]
    assert isinstance(parse(body, event), Hint | Ignored | Quarantined)
