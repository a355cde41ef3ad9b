"""What the leak guard finds, however it is written, and what it lets pass."""

import html
import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.http import LeakGuard, Outgoing
from model.canaries import Canary, CanaryKind, names_of

TOKEN = "glpat-0123456789abcdef"
NAMES = ("华信控股", "Nordwind Trading")

ENCODERS: dict[str, Callable[[str], str]] = {
    "percent": lambda text: quote(text, safe=""),
    "percent every byte": lambda text: "".join(f"%{b:02x}" for b in text.encode()),
    "json": lambda text: json.dumps(text)[1:-1],
    "html decimal": lambda text: "".join(f"&#{ord(char)};" for char in text),
    "html hex": lambda text: "".join(f"&#x{ord(char):X};" for char in text),
    "html": html.escape,
    "base64": lambda text: b64encode(text.encode()).decode(),
    "base64 without padding": lambda text: b64encode(text.encode()).decode().strip("="),
    "base64 for URLs": lambda text: urlsafe_b64encode(text.encode()).decode(),
}


def outgoing(
    body: str = "",
    target: str = "/rest/api/2/issue/1",
    headers: Sequence[tuple[str, str]] = (),
    *,
    writes: bool = True,
) -> Outgoing:
    return Outgoing(writes, target.encode(), headers, body.encode())


def look(
    sent: Outgoing,
    *canaries: str,
    kind: CanaryKind = CanaryKind.CLIENT_NAME,
    guard: LeakGuard | None = None,
) -> str:
    guard = guard or LeakGuard(secrets=[TOKEN], credentials={"own": [TOKEN]})
    with guard.watching("own", [Canary(kind, text) for text in canaries]):
        return guard.scan_for("own")(sent)


@given(
    canary=st.sampled_from((*NAMES, TOKEN)),
    encoders=st.lists(st.sampled_from(sorted(ENCODERS)), max_size=3),
    before=st.text("资金 ab=&\"'/", max_size=7),
    where=st.sampled_from(["body", "query", "path", "header"]),
)
def test_a_canary_is_found_in_any_encoding_three_deep(
    canary: str, encoders: list[str], before: str, where: str
) -> None:
    text = f"{before} {canary}."
    for name in encoders:
        text = ENCODERS[name](text)
    sent = {
        "body": outgoing(json.dumps({"body": text}, ensure_ascii=False)),
        "query": outgoing(target=f"/x?q={text}"),
        "path": outgoing(target=f"/labels/{text}"),
        "header": outgoing(headers=[("X-Note", text)]),
    }[where]
    if where == "header" and canary != TOKEN:
        return
    assert look(sent, *NAMES) in {"secret", "client_name"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Acme", "acmeism is not a company"),
        ("Acme", "the unacme"),
        ("Acme", "release 2Acme"),
        ("Delta", "deltas"),
        ("华信控股", "中国华信"),
        ("信控", "华信控股"),
        ("SAP", "SAP export"),
    ],
)
def test_a_part_of_a_word_and_a_short_name_pass(name: str, text: str) -> None:
    assert look(outgoing(text), name) == ""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Acme", "as at ACME."),
        ("Acme", "与acme公司相同"),
        ("Nordwind Trading", "NORDWIND\n  trading"),
        ("华信控股", "参照华信控股的做法"),
        ("Ａｃｍｅ", "Acme"),
    ],
)
def test_a_name_is_found_in_any_case_width_and_spacing(name: str, text: str) -> None:
    assert look(outgoing(text), name) == "client_name"


def test_a_name_that_is_an_ordinary_word_is_not_looked_for() -> None:
    guard = LeakGuard(ordinary_words=["target"])
    assert look(outgoing("Target: 2026.12"), "Target", guard=guard) == ""


def test_a_client_is_also_known_without_its_legal_form() -> None:
    assert names_of("华信控股有限公司") == ("华信控股有限公司", "华信控股")
    assert names_of("Nordwind GmbH") == ("Nordwind GmbH", "Nordwind")
    assert names_of("Nordwind Pte. Ltd.")[-1] == "Nordwind"
    assert names_of("Acme") == ("Acme",)


def test_a_note_is_found_as_a_whole_and_a_phrase_is_not_a_note() -> None:
    note = "They would pay 90,000 for it"
    assert look(outgoing(f"x {note}!"), note, kind=CanaryKind.NOTE) == "note"
    assert look(outgoing("it is urgent"), "urgent", kind=CanaryKind.NOTE) == ""


def test_the_path_of_a_read_is_the_trackers_own() -> None:
    target = "/projects/acme%2Ferp/issues"
    assert look(outgoing(target=target, writes=False), "Acme") == ""
    asked = f"{target}?search=acme"
    assert look(outgoing(target=asked, writes=False), "Acme") == "client_name"
    assert look(outgoing(target=target), "Acme") == "client_name"


# -- secrets -----------------------------------------------------------------------

BASIC = b64encode(f"bot@vendor.example:{TOKEN}".encode()).decode()
SIGNED_IN = [
    [("Private-Token", TOKEN)],
    [("Authorization", f"Bearer {TOKEN}")],
    [("Authorization", f"Basic {BASIC}")],
]


@pytest.mark.parametrize("headers", SIGNED_IN)
def test_a_source_signs_in_with_its_own_credential_and_with_no_others(
    headers: list[tuple[str, str]],
) -> None:
    guard = LeakGuard(secrets=[TOKEN], credentials={"own": [TOKEN]})
    sent = outgoing(headers=headers, writes=False)
    assert guard.scan_for("own")(sent) == ""
    assert guard.scan_for("other")(sent) == "secret"


@pytest.mark.parametrize(
    "sent",
    [
        outgoing(TOKEN, writes=False),
        outgoing(target=f"/x?private_token={TOKEN}", writes=False),
        outgoing(headers=[("X-Token", TOKEN)], writes=False),
        outgoing(BASIC, writes=False),
    ],
)
def test_not_even_the_own_credential_stands_anywhere_else(sent: Outgoing) -> None:
    guard = LeakGuard(secrets=[TOKEN], credentials={"own": [TOKEN]})
    assert guard.scan_for("own")(sent) == "secret"


def test_a_write_that_nobody_armed_the_guard_for_stays_here() -> None:
    guard = LeakGuard()
    assert guard.scan_for("own")(outgoing("fine")) == "unwatched"
    with guard.watching("other", []):
        assert guard.scan_for("own")(outgoing("fine")) == "unwatched"
    with guard.watching("own", []):
        assert guard.scan_for("own")(outgoing("fine")) == ""
    assert guard.scan_for("own")(outgoing("fine")) == "unwatched"


def test_a_webhooks_secret_is_told_to_its_tracker_while_it_is_registered() -> None:
    secret = "the-secret-of-the-webhook"
    guard = LeakGuard(secrets=[TOKEN, secret], credentials={"own": [TOKEN]})
    scan = guard.scan_for("own")
    with guard.watching("own", revealed=[secret]):
        assert scan(outgoing(secret)) == ""
        assert scan(outgoing(TOKEN)) == "secret"
    with guard.watching("own"):
        assert scan(outgoing(secret)) == "secret"


def test_two_that_write_at_the_same_time_are_both_watched() -> None:
    guard = LeakGuard()
    scan = guard.scan_for("own")
    first = guard.watching("own", [Canary(CanaryKind.CLIENT_NAME, NAMES[0])])
    second = guard.watching("own", [Canary(CanaryKind.CLIENT_NAME, NAMES[1])])
    with second:
        with first:
            assert [scan(outgoing(name)) for name in NAMES] == ["client_name"] * 2
        assert [scan(outgoing(name)) for name in NAMES] == ["", "client_name"]


def test_neither_the_guard_nor_a_canary_shows_what_it_looks_for() -> None:
    guard = LeakGuard(secrets=[TOKEN], credentials={"own": [TOKEN]})
    with guard.watching("own", [Canary(CanaryKind.NOTE, TOKEN)]):
        assert TOKEN not in repr(guard)
    assert TOKEN not in repr(Canary(CanaryKind.SECRET, TOKEN))
