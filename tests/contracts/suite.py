"""The contract of :class:`connectors.base.Connector`, one fact per test."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base import Connector, Seeks, Wanted
from model.deliveries import Hint, Ignored, Quarantined
from model.errors import (
    DeliveryRejected,
    PermanentError,
    RetriableError,
    TrackerError,
)
from model.findings import Severity
from model.issues import Visibility
from sandbox.faults import Fault
from tests.contracts.reads import ids_of, pages_of, snapshots_of, state_of
from tests.contracts.rig import (
    OLD_SECRET,
    SECRET,
    WRONG_TOKEN,
    OpenRig,
    Rig,
    delivery_of,
    ref_of,
)
from tests.contracts.webhook_facts import WebhookFacts
from tests.contracts.write_facts import WriteFacts

ODD_BODIES: Mapping[str, bytes] = {
    "empty": b"",
    "not JSON": b"{",
    "not an object": b"[]",
    "a number": b"1",
    "invalid UTF-8": b'{"a": "\xe9"}',
    "byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "NUL": b'{"a": "\\u0000"}',
    "lone surrogate": b'{"a": "\\ud800"}',
    "too deep": b'{"a":' * 70 + b"1" + b"}" * 70,
    "far too deep": b"[" * 100_000,
    "integer too large": b'{"a": 9223372036854775808}',
    "NaN": b'{"a": NaN}',
    "overflow": b'{"a": 1e999}',
    "duplicate keys": b'{"a": 1, "a": 2}',
    "no known field": b'{"hello": "world"}',
}

TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


QUICK = settings(max_examples=150)


class ConnectorContract(WriteFacts, WebhookFacts):
    """Subclass it with ``rig``; see :mod:`tests.contracts`."""

    rig: ClassVar[Callable[[], OpenRig]]

    @pytest.fixture
    def bench(self) -> Iterator[Rig]:
        with type(self).rig() as opened:
            yield opened

    @pytest.fixture
    def connector(self, bench: Rig) -> Connector:
        return bench.connect()

    @pytest.fixture
    def issue(self, bench: Rig) -> str:
        return bench.make_issue("资金报表导出", "我们要打印。")

    # -- the letterbox ---------------------------------------------------------

    def test_a_signed_delivery_is_authentic(self, bench: Rig, issue: str) -> None:
        body = bench.hook_body(issue)
        assert not bench.connect().authenticate(bench.sign(body, SECRET), body).stale

    @pytest.mark.parametrize("secret", [SECRET, OLD_SECRET])
    def test_both_secrets_hold_during_rotation(
        self, bench: Rig, issue: str, secret: str
    ) -> None:
        body = bench.hook_body(issue)
        rotating = bench.connect(secrets=(SECRET, OLD_SECRET))
        rotating.authenticate(bench.sign(body, secret), body)

    def test_the_same_delivery_has_the_same_id(self, bench: Rig, issue: str) -> None:
        body = bench.hook_body(issue)
        headers = bench.sign(body, SECRET)
        seen = {bench.connect().authenticate(headers, body).delivery_id for _ in "ab"}
        assert len(seen) == 1

    @pytest.mark.parametrize("secrets", [(), ("",), ("another",)])
    def test_without_the_secret_nothing_is_authentic(
        self, bench: Rig, issue: str, secrets: tuple[str, ...]
    ) -> None:
        body = bench.hook_body(issue)
        for key in (SECRET, ""):
            with pytest.raises(DeliveryRejected):
                bench.connect(secrets=secrets).authenticate(bench.sign(body, key), body)

    def test_an_unsigned_delivery_is_rejected(self, connector: Connector) -> None:
        with pytest.raises(DeliveryRejected):
            connector.authenticate({}, b"{}")

    def test_malformed_headers_are_rejected_and_never_crash(self, bench: Rig) -> None:
        connector = bench.connect()
        unsigned = bench.sign(b"{}", "wrong")

        @QUICK
        @given(name=st.sampled_from(sorted(unsigned)), value=st.text())
        def rejects(name: str, value: str) -> None:
            with pytest.raises(DeliveryRejected):
                connector.authenticate({**unsigned, name: value}, b"{}")

        rejects()

    def test_a_secret_that_travels_in_a_header_is_named_as_one(
        self, bench: Rig, connector: Connector
    ) -> None:
        sent = bench.sign(b"{}", SECRET)
        plain = {name for name, value in sent.items() if SECRET in value}
        assert plain <= connector.capabilities.secret_headers

    def test_url_token_opens_and_a_wrong_one_does_not(self, bench: Rig) -> None:
        connector = bench.connect(webhook_auth="url_token")
        connector.authenticate({}, b"{}", SECRET)
        for wrong in ("", "x", SECRET + "x", "密"):
            with pytest.raises(DeliveryRejected):
                connector.authenticate({}, b"{}", wrong)

    # -- parsing ---------------------------------------------------------------

    def test_a_real_body_hints_at_its_issue(
        self, bench: Rig, connector: Connector, issue: str
    ) -> None:
        body = bench.hook_body(issue)
        hint = connector.parse(delivery_of(body, bench.sign(body, SECRET)))
        assert isinstance(hint, Hint)
        assert (hint.issue_id, hint.tracker) == (issue, connector.kind)

    @pytest.mark.parametrize("body", ODD_BODIES.values(), ids=list(ODD_BODIES))
    def test_what_is_not_understood_is_quarantined(
        self, bench: Rig, connector: Connector, body: bytes
    ) -> None:
        delivery = delivery_of(body, bench.sign(body, SECRET))
        assert isinstance(connector.parse(delivery), Quarantined)

    def test_parse_survives_any_change_to_a_real_body(
        self, bench: Rig, connector: Connector, issue: str
    ) -> None:
        real = bench.hook_body(issue)
        headers = bench.sign(real, SECRET)

        @QUICK
        @given(data=st.data())
        def survives(data: st.DataObject) -> None:
            body = json.dumps(_spoilt(json.loads(real), data)).encode()
            result = connector.parse(delivery_of(body, headers))
            assert isinstance(result, Hint | Ignored | Quarantined)

        survives()

    # -- reading ---------------------------------------------------------------

    async def test_the_first_fetch_brings_everything(
        self, bench: Rig, connector: Connector
    ) -> None:
        made = {bench.make_issue(f"Issue {number}") for number in range(7)}
        assert set(await snapshots_of(connector)) == made

    async def test_a_snapshot_is_whole(
        self, bench: Rig, connector: Connector, issue: str
    ) -> None:
        bench.write_comment(issue, "什么时候可以?")
        found = (await snapshots_of(connector))[issue]
        assert (found.title, found.description) == ("资金报表导出", "我们要打印。")
        assert found.ref == ref_of(issue)
        assert found.url.endswith(found.key) or found.key.split("#")[-1] in found.url
        assert found.comments is not None
        assert [one.body for one in found.comments] == ["什么时候可以?"]
        assert found.comments[0].visibility is Visibility.PUBLIC
        assert found.comments[0].author is not None
        assert found.comments[0].author.tracker_id
        assert not found.comments[0].ours
        assert found.status == bench.names.start

    async def test_b9_comments_beyond_one_answer_are_all_read(
        self, bench: Rig, connector: Connector, issue: str
    ) -> None:
        written = [str(number) for number in range(205)]
        for text in written:
            bench.write_comment(issue, text)
        for found in (
            (await snapshots_of(connector))[issue],
            await state_of(connector, issue),
        ):
            assert [one.body for one in found.comments or ()] == written

    async def test_search_and_direct_read_agree(
        self, bench: Rig, connector: Connector, issue: str
    ) -> None:
        bench.write_comment(issue, "one")
        assert (await snapshots_of(connector))[issue] == await state_of(
            connector, issue
        )

    async def test_pages_come_oldest_change_first(
        self, bench: Rig, connector: Connector
    ) -> None:
        made = [bench.make_issue(f"Issue {number}") for number in range(4)]
        bench.clock.wind(90)
        bench.retitle(made[0], "later")
        pages = await pages_of(connector, None)
        times = [one.updated_at for page in pages for one in page.snapshots]
        assert times == sorted(times)

    async def test_the_cursor_brings_only_what_changed_since(
        self, bench: Rig, connector: Connector
    ) -> None:
        old = bench.make_issue("old")
        bench.clock.wind(3600)
        cursor = (await pages_of(connector, None))[-1].cursor
        bench.clock.wind(600)
        new = bench.make_issue("new")
        changed = ids_of(await pages_of(connector, cursor))
        assert new in changed
        assert old not in changed

    async def test_a_look_can_begin_at_any_moment(
        self, bench: Rig, connector: Connector
    ) -> None:
        bench.make_issue("old")
        bench.clock.wind(3600)
        since, new = bench.clock(), bench.make_issue("new")
        assert isinstance(connector, Seeks)
        found = await pages_of(connector, await connector.seek(since))
        assert ids_of(found) == {new}

    async def test_every_page_cursor_skips_nothing(
        self, bench: Rig, connector: Connector
    ) -> None:
        made = []
        for number in range(9):
            made.append(bench.make_issue(f"Issue {number}"))
            bench.clock.wind(0 if number % 3 else 40)
        pages = await pages_of(connector, None)
        for number, page in enumerate(pages):
            seen = ids_of(pages[: number + 1])
            rest = ids_of(await pages_of(connector, page.cursor))
            assert seen | rest == set(made)

    async def test_a_late_write_within_the_overlap_is_found(
        self, bench: Rig, connector: Connector
    ) -> None:
        bench.make_issue("early")
        cursor = (await pages_of(connector, None))[-1].cursor
        late = bench.make_issue("same moment, indexed after we looked")
        assert late in ids_of(await pages_of(connector, cursor))

    async def test_missing_issues_are_reported(
        self, bench: Rig, connector: Connector, issue: str
    ) -> None:
        gone = bench.make_issue("gone")
        bench.delete_issue(gone)
        fetched = await connector.fetch([issue, gone])
        assert [one.ref.tracker_id for one in fetched.snapshots] == [issue]
        assert set(fetched.missing) == {gone}

    async def test_fetch_reads_a_hundred_at_once(
        self, bench: Rig, connector: Connector
    ) -> None:
        made = [bench.make_issue(f"Issue {number}") for number in range(100)]
        fetched = await connector.fetch(made)
        assert {one.ref.tracker_id for one in fetched.snapshots} == set(made)

    async def test_a_wrong_token_is_never_taken_for_an_empty_tracker(
        self, bench: Rig, issue: str
    ) -> None:
        stranger = bench.connect(token=WRONG_TOKEN)
        with pytest.raises(PermanentError, match="credentials_refused"):
            await pages_of(stranger, None)
        with pytest.raises(PermanentError):
            await stranger.fetch([issue])

    async def test_a_read_that_fails_for_now_is_repeated(
        self, bench: Rig, connector: Connector, issue: str
    ) -> None:
        bench.bench.faults.fail_next.append(Fault(method="GET", status=503, times=2))
        assert issue in await snapshots_of(connector)

    async def test_an_answer_of_absurd_depth_is_a_named_error(
        self, bench: Rig, connector: Connector, issue: str
    ) -> None:
        pit = Fault(method="GET", status=200, times=10_000, body="[" * 100_000)
        bench.bench.faults.fail_next.append(pit)
        for ask in (connector.fetch([issue]), pages_of(connector, None)):
            with pytest.raises(TrackerError, match="not_json"):
                await ask

    async def test_a_long_wait_is_left_to_the_engine(
        self, bench: Rig, connector: Connector, issue: str
    ) -> None:
        wait = Fault(status=429, times=1, headers={"Retry-After": "300"})
        bench.bench.faults.fail_next.append(wait)
        with pytest.raises(RetriableError) as raised:
            await connector.fetch([issue])
        assert raised.value.retry_after_seconds == 300

    async def test_reading_writes_nothing(
        self, bench: Rig, connector: Connector, issue: str
    ) -> None:
        before = bench.bench.journal.writes
        await snapshots_of(connector)
        await connector.fetch([issue])
        await connector.check(Wanted())
        assert bench.bench.journal.writes == before

    # -- the check -------------------------------------------------------------

    async def test_a_good_configuration_has_no_errors(
        self, bench: Rig, connector: Connector
    ) -> None:
        names = bench.names
        wanted = Wanted(frozenset({names.start, names.near}), frozenset({"reqpool"}))
        findings = await connector.check(wanted)
        errors = [one for one in findings if one.severity is Severity.ERROR]
        assert not errors
        assert findings

    async def test_what_is_missing_is_found_with_a_hint(
        self, bench: Rig, connector: Connector
    ) -> None:
        findings = await connector.check(Wanted(frozenset({bench.names.unknown})))
        errors = [one for one in findings if one.severity is Severity.ERROR]
        assert [one.code for one in errors] == ["status_unknown"]
        assert errors[0].hint

    async def test_b13_an_account_that_cannot_have_issues_is_found(
        self, bench: Rig
    ) -> None:
        people = {"Li Lei": bench.accounts[0], "Sales": "nobody-of-theirs"}
        wanted = Wanted(people=frozenset({*people, "Unmapped"}))
        findings = await bench.connect(people=people).check(wanted)
        errors = [one for one in findings if one.severity is Severity.ERROR]
        assert [one.code for one in errors] == ["person_not_assignable"]
        assert errors[0].params["person"] == "Sales"

    async def test_a_wrong_token_is_found(self, bench: Rig) -> None:
        findings = await bench.connect(token=WRONG_TOKEN).check(Wanted())
        assert "credentials_refused" in {one.code for one in findings}


def _spoilt(body: dict[str, Any], data: st.DataObject) -> dict[str, Any]:
    """Put anything in the place of one value, however deep it lies."""
    holder = body
    while True:
        name = data.draw(st.sampled_from(sorted(holder)))
        inner = holder[name]
        if not (isinstance(inner, dict) and inner and data.draw(st.booleans())):
            holder[name] = data.draw(TREES)
            return body
        holder = inner
