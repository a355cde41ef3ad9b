"""What verbs make of a connector's answers, word by word: each answer is given here."""

from collections.abc import AsyncIterator
from dataclasses import replace
from hashlib import sha256
from uuid import UUID

import pytest

from connectors.base import (
    Wanted,
    Webhook,
)
from model.deliveries import Delivery
from model.errors import (
    DeliveryRejected,
    PermanentError,
    RetriableError,
)
from model.findings import Finding
from model.issues import Attachment
from pool import inbox
from pool.attention import Concern
from pool.database import Database
from pool.inbox import Arrival
from pool.states import InboxState
from sync.fetch import fetch
from sync.fetch_file import fetch_file
from sync.hook import Deed, Hooked, Outcome, hook
from sync.receive import LARGEST_KEPT_BYTES, Letter, admit
from sync.recheck import recheck
from sync.sweep import sweep
from sync.trace import trace
from tests.builders import Town, open_town
from tests.sync.told import FORM, NAME, SEEN, plug, source_of
from tests.sync.world import activate, concerns


@pytest.fixture
async def town(database: Database) -> AsyncIterator[Town]:
    async with open_town(database) as town:
        town.engine = replace(town.engine, public_url="https://pool.example")
        yield town


RULES = """
name: written-back
timezone: Asia/Shanghai
kind: [{id: any, otherwise: requirement}]
scope: [{id: all, otherwise: in_contract}]
priority: {points: [{id: p, when: {kind: task}, add: 1}], levels: {P3: 0}}
release: [{id: main, otherwise: {train: main}}]
write_back:
  labels: {scope: {in_contract: "scope::in"}}
  assignee: [{when: {kind: requirement}, to: Sales}]
"""


async def test_a_check_asks_for_what_rules_and_configuration_want(town: Town) -> None:
    """And tells what they lack without asking anybody."""
    connector = plug(town, status={"planned": "Scheduled"}, project="elsewhere")
    unmapped = Finding.error(
        "source_unmapped",
        NAME,
        "The project {project} is not in the pool, or is not the source's.",
        "Apply a catalogue with the project {project}, or mend sources.{source}.",
        project="elsewhere",
        source=NAME,
    )
    secretless = Finding.warning(
        "webhook_secret_missing",
        NAME,
        "There is no webhook secret: every delivery is refused, polling works.",
        "Set sources.{source}.webhook_secrets, then run reqpool webhooks install"
        " {source}.",
        source=NAME,
    )
    nobody = Finding.warning(
        "person_unmapped",
        NAME,
        "No account stands for {person}: issues are not given to them.",
        "Add {person} to sources.{source}.people.",
        person="Sales",
        source=NAME,
    )
    await activate(town.engine, RULES)
    assert await recheck(town.engine, NAME) == [unmapped, secretless, nobody, SEEN]
    [(wanted,)] = connector.asked
    assert wanted == Wanted(
        statuses=frozenset({"Scheduled"}),
        labels=frozenset({"scope::in"}),
        webhook_url=f"https://pool.example/webhooks/{NAME}",
        writes_releases=wanted.writes_releases,
        people=frozenset({"Sales"}),
    )
    [row] = await town.rows("SELECT findings FROM checks")
    assert [it["code"] for it in row["findings"]] == [
        *("source_unmapped", "webhook_secret_missing", "person_unmapped", "signed_in")
    ]

    connector.error = RetriableError("unavailable", {"status": "503"})
    silent = (await recheck(town.engine, NAME))[-1]
    assert silent == Finding.error(
        "tracker_silent",
        NAME,
        "The tracker does not answer right now ({error}).",
        "Look at the tracker, the network and base_url; try again later.",
        error="unavailable (status=503)",
    )
    connector.error = PermanentError("credentials_refused")
    assert (await recheck(town.engine, NAME))[-1] == Finding.error(
        "tracker_refused",
        NAME,
        "The tracker does not answer as it should ({error}).",
        "Check base_url, the network and the token.",
        error="credentials_refused",
    )
    await town.rows("UPDATE rulesets SET deactivated_at = now() RETURNING id")
    await recheck(town.engine, NAME)
    assert connector.asked[-1] == (
        Wanted(webhook_url=wanted.webhook_url, writes_releases=False),
    )


async def test_more_missing_at_once_than_half_are_doubted_and_fewer_looked_for(
    town: Town,
) -> None:
    seen = [town.snapshot(f"Wish {number}") for number in range(12)]
    await town.absorb(*seen)
    ids = sorted(one.ref.tracker_id for one in seen)
    connector = plug(town)
    source = await source_of(town)
    assert await sweep(town.engine, NAME) == 0, "a round begins"
    connector.missing = ids[:7]
    assert await sweep(town.engine, NAME) == 7
    assert [sorted(*each) for each in connector.asked] == [ids]
    assert await town.rows("SELECT FROM fetches") == []
    assert await concerns(town) == [
        Concern(
            "many_issues_missing",
            NAME,
            {"missing": "7", "of": "12"},
            source.client_id,
            source.id,
        )
    ]
    connector.missing = ids[:6]
    assert await sweep(town.engine, NAME) == 6
    wishes = await town.rows("SELECT tracker_id, cause FROM fetches ORDER BY 1")
    assert [(it["tracker_id"], it["cause"]) for it in wishes] == [
        (one, "sweep") for one in ids[:6]
    ]
    connector.error = PermanentError("project_unreachable")
    assert await sweep(town.engine, NAME) == 0
    assert len(await concerns(town)) == 2


async def test_a_round_of_the_sweep_goes_on_where_the_last_batch_ended(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.sweep._BATCH", 2)
    seen = [town.snapshot(f"Wish {number}") for number in range(5)]
    await town.absorb(*seen)
    ids = sorted(one.ref.tracker_id for one in seen)
    connector = plug(town)
    for _ in range(5):
        await sweep(town.engine, NAME)
    asked = [list(each) for (each,) in connector.asked]
    assert asked == [ids[:2], ids[2:4], ids[4:], ids[:2]]


async def test_a_deletion_is_believed_at_the_second_look_a_minute_later(
    town: Town,
) -> None:
    seen = town.snapshot("Gone")
    await town.absorb(seen)
    connector = plug(town)
    await town.rows(
        "INSERT INTO fetches (source_id, tracker_id, asked_at, not_before, cause)"
        " VALUES (%s, %s, %s, %s, 'sweep') RETURNING 1",
        (await source_of(town)).id,
        seen.ref.tracker_id,
        town.clock(),
        town.clock(),
    )
    assert await fetch(town.engine, NAME) == 1
    [first] = await town.rows("SELECT first_read_at FROM sources WHERE name = %s", NAME)
    assert first["first_read_at"] == town.clock()
    town.clock.wind(seconds=59)
    assert await fetch(town.engine, NAME) == 0
    town.clock.wind(seconds=1)
    assert await fetch(town.engine, NAME) == 1
    assert [list(*each) for each in connector.asked] == [[seen.ref.tracker_id]] * 2
    [row] = await town.rows(
        "SELECT i.deleted_at, h.happened_at, h.origin, h.actor, h.before, h.after"
        " FROM issues i JOIN history h ON h.issue_id = i.id AND h.field = 'deleted'"
    )
    assert row == {
        "deleted_at": town.clock(),
        "happened_at": town.clock(),
        "origin": "tracker",
        "actor": "",
        "before": None,
        "after": town.clock().isoformat(),
    }
    assert await town.rows("SELECT FROM fetches") == []


async def test_the_log_is_asked_only_for_what_is_stored_in_an_older_state(
    town: Town,
) -> None:
    old, same = town.snapshot("Edited"), town.snapshot("As it was")
    await town.absorb(old, same)
    stored_at = town.clock()
    town.clock.wind(minutes=1)
    seen = [replace(old, updated_at=town.clock()), same, town.snapshot("New")]
    connector, source = plug(town), await source_of(town)
    found = await trace(town.engine, source, seen)
    assert found == {old.ref.tracker_id: ()}
    assert await trace(town.engine, source, seen[1:]) == {}
    assert connector.asked == [({old.ref.tracker_id: stored_at},)]
    connector.error = PermanentError("permission_missing")
    assert await trace(town.engine, source, seen) == {}


async def test_a_file_is_fetched_up_to_a_size_that_is_told_and_that_it_has(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.fetch_file.MOST_BYTES", 10)
    files = [Attachment(it, f"{it}.txt", size) for it, size in SIZES.items()]
    await town.absorb(town.snapshot("With files", attachments=tuple(files)))
    [row] = await town.rows("SELECT id FROM issues")
    connector = plug(town, {"content": b"x" * 10})
    for file in ("small", "unknown"):
        got = await fetch_file(town.engine, row["id"], file)
        assert got == (f"{file}.txt", connector.content)
    connector.content += b"x"
    for file in ("large", "unknown"):
        with pytest.raises(PermanentError) as caught:
            await fetch_file(town.engine, row["id"], file)
        assert caught.value == PermanentError(
            "file_too_large", {"name": f"{file}.txt", "bytes": "11", "most": "10"}
        )
    assert [file for _, file in connector.asked] == ["small", "unknown", "unknown"]
    for issue, file in ((row["id"], "none"), (UUID(int=0), "small")):
        with pytest.raises(LookupError):
            await fetch_file(town.engine, issue, file)


SIZES = {"small": 10, "large": 11, "unknown": None}


async def test_a_letter_is_kept_as_it_came_without_what_is_secret(town: Town) -> None:
    plug(town)
    town.engine = replace(town.engine, ids=lambda: UUID(int=7))
    secret = {"authorization": "a", "cookie": "b"}

    def arrival(name: str, body: bytes, **headers: str) -> Arrival:
        letter = Letter(NAME, "token", {"id": name, **headers}, body)
        return admit(town.engine, letter)

    def kept(name: str, body: bytes, full: bytes, **headers: str) -> Delivery:
        digest, shown = sha256(full).hexdigest(), {"id": headers.pop("sent", name)}
        return Delivery(
            UUID(int=7), NAME, name, {**shown, **headers}, body, digest, town.clock()
        )

    whole = kept("e-1", b"{}", b"{}", event="made")
    assert arrival("e-1", b"{}", event="made", **secret) == Arrival(
        whole, inbox.pack(b"{}"), InboxState.PENDING, ""
    )
    longest, longer = "x" * 200, "x" * 201
    assert arrival(longest, b"{}").delivery == kept(longest, b"{}", b"{}")
    assert arrival(longer, b"{}").delivery == kept("", b"{}", b"{}", sent=longer)
    stale = arrival("e-2", b"{}", stale="yes")
    assert (stale.state, stale.reason) == (InboxState.QUARANTINED, "stale")
    assert stale.delivery.body == b"{}"
    largest = b"x" * LARGEST_KEPT_BYTES
    assert arrival("e-3", largest).state is InboxState.PENDING
    assert arrival("e-4", largest + b"x") == Arrival(
        kept("e-4", b"", largest + b"x"),
        inbox.pack(b""),
        InboxState.QUARANTINED,
        "too_large",
    )
    with pytest.raises(DeliveryRejected):
        admit(town.engine, Letter("nobody", "", {"id": "e-5"}, b"{}"))


URL = f"https://pool.example/webhooks/{NAME}"
AMISS = Finding.warning("webhook_disabled", NAME, "off", "on")
UNSEEN = Finding.warning("webhook_unknown", NAME, "unseen", "look")
WELL = Webhook("site", "hooks", "1", URL)
ILL = replace(WELL, place="ill", id="2", findings=(AMISS,))
BARE = Webhook("bare", "bare", findings=(AMISS,))
CLOSED = Webhook("closed", "closed", findings=(UNSEEN,))
EACH = (WELL, ILL, BARE, CLOSED)


@pytest.mark.parametrize(
    ("deed", "outcomes", "asked"),
    [
        (Deed.LIST, ("present", "present", "absent"), []),
        (Deed.INSTALL, ("unchanged", "repaired", "installed"), ["ill", "bare"]),
        (Deed.REWRITE, ("repaired", "repaired", "installed"), ["site", "ill", "bare"]),
        (Deed.REMOVE, ("removed", "removed", "absent"), ["site", "ill"]),
    ],
)
async def test_each_deed_comes_to_a_row_a_place(
    town: Town, deed: Deed, outcomes: tuple[str, ...], asked: list[str]
) -> None:
    connector = plug(town, {"webhooks": EACH})
    rows = await hook(town.engine, deed, [NAME])
    assert rows == [
        *(
            Hooked(NAME, Outcome(outcome), webhook)
            for outcome, webhook in zip(outcomes, EACH, strict=False)
        ),
        Hooked(NAME, Outcome("by_hand"), CLOSED, replace(FORM, url=URL)),
    ]
    acts = [it for it in connector.asked if it[0] in {"install", "remove"}]
    assert [it[1] for it in acts] == asked
    assert {it[2:] for it in acts} <= {(URL,), ()}
    looks = 2 if deed in {Deed.INSTALL, Deed.REWRITE} else 1
    assert connector.asked.count((URL,)) == looks


async def test_what_an_administrator_has_to_do_is_told_and_what_failed(
    town: Town,
) -> None:
    connector = plug(town, {"webhooks": (ILL,)})
    by_hand = Hooked(NAME, Outcome("by_hand"), ILL, replace(FORM, url=URL))
    for code in ("permission_missing", "not_found"):
        connector.error = PermanentError(code)
        assert await hook(town.engine, Deed.INSTALL, [NAME]) == [by_hand]
    down = RetriableError("unavailable")
    connector.error = down
    assert await hook(town.engine, Deed.REMOVE, [NAME]) == [
        Hooked(NAME, Outcome("failed"), ILL, error=down)
    ]
