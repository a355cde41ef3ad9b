"""The contract of :class:`connectors.base.Connector`, one fact per test."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base import Connector, Page, RaisesIssues, Wanted
from model.changes import (
    RaiseIssue,
    SetAssignee,
    SetFields,
    SetLabels,
    SetRelease,
    Transition,
    UpsertComment,
)
from model.deliveries import Hint, Ignored, Quarantined
from model.errors import DeliveryRejected, PermanentError, RetriableError
from model.findings import Severity
from model.issues import IssueSnapshot, Visibility
from sandbox.faults import Fault
from tests.contracts.rig import (
    OLD_SECRET,
    SECRET,
    WRONG_TOKEN,
    OpenRig,
    Rig,
    client_text,
    delivery_of,
    ref_of,
)
from tests.contracts.webhook_facts import WebhookFacts

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


QUICK = settings(deadline=None, max_examples=150)


async def snapshots_of(connector: Connector) -> dict[str, IssueSnapshot]:
    pages = await pages_of(connector, None)
    return {one.ref.tracker_id: one for page in pages for one in page.snapshots}


async def pages_of(connector: Connector, cursor: str | None) -> list[Page]:
    return [page async for page in connector.fetch_changed(cursor)]


def ids_of(pages: list[Page]) -> set[str]:
    return {one.ref.tracker_id for page in pages for one in page.snapshots}


async def state_of(connector: Connector, tracker_id: str) -> IssueSnapshot:
    fetched = await connector.fetch([tracker_id])
    return fetched.snapshots[0]


class ConnectorContract(WebhookFacts):
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

    # -- labels ----------------------------------------------------------------

    async def test_labels_are_added_beside_those_of_others(
        self, connector: Connector, issue: str
    ) -> None:
        await connector.apply(ref_of(issue), _labels("客户自己的"), "op-1")
        receipt = await connector.apply(ref_of(issue), _labels("reqpool-计划"), "op-2")
        assert receipt.written
        held = (await state_of(connector, issue)).labels
        assert held >= {"客户自己的", "reqpool-计划"}

    async def test_only_the_named_label_is_removed(
        self, connector: Connector, issue: str
    ) -> None:
        await connector.apply(ref_of(issue), _labels("a", "b"), "op-1")
        removal = SetLabels(frozenset(), frozenset({"a"}))
        await connector.apply(ref_of(issue), removal, "op-2")
        held = (await state_of(connector, issue)).labels
        assert "a" not in held
        assert "b" in held

    async def test_labels_that_are_there_are_not_written_again(
        self, bench: Rig, connector: Connector, issue: str
    ) -> None:
        await connector.apply(ref_of(issue), _labels("a"), "op-1")
        before = bench.bench.journal.writes
        receipt = await connector.apply(ref_of(issue), _labels("a"), "op-1")
        assert not receipt.written
        assert bench.bench.journal.writes == before

    # -- status ----------------------------------------------------------------

    @pytest.mark.parametrize("way", ["near", "far"])
    async def test_the_issue_is_brought_to_the_status(
        self, bench: Rig, connector: Connector, issue: str, way: str
    ) -> None:
        status = getattr(bench.names, way)
        receipt = await connector.apply(ref_of(issue), Transition(status), "op-1")
        assert receipt.written
        assert receipt.calls >= 1
        found = await state_of(connector, issue)
        assert (found.status, found.status_id) == (status, receipt.status_id)

    async def test_a_status_that_is_already_there_is_not_written(
        self, bench: Rig, connector: Connector, issue: str
    ) -> None:
        before = bench.bench.journal.writes
        change = Transition(bench.names.start)
        receipt = await connector.apply(ref_of(issue), change, "op-1")
        assert not receipt.written
        assert bench.bench.journal.writes == before

    async def test_a_status_out_of_reach_is_a_person_s_matter(
        self, bench: Rig, connector: Connector, issue: str
    ) -> None:
        with pytest.raises(PermanentError) as raised:
            await connector.apply(ref_of(issue), Transition(bench.names.unknown), "op")
        assert raised.value.code == "transition_unavailable"
        assert raised.value.params["offered"]

    # -- people and fields -----------------------------------------------------

    async def test_an_issue_is_given_to_a_person_and_to_the_next(
        self, bench: Rig, connector: Connector, issue: str
    ) -> None:
        first, second = bench.accounts
        await connector.apply(ref_of(issue), SetAssignee(first), "op-1")
        held = await state_of(connector, issue)
        assert [one.goes_by(first) for one in held.assignees] == [True]
        before = bench.bench.journal.writes
        again = await connector.apply(ref_of(issue), SetAssignee(first), "op-1")
        assert (again.written, bench.bench.journal.writes) == (False, before)
        await connector.apply(ref_of(issue), SetAssignee(second, first), "op-2")
        held = await state_of(connector, issue)
        assert [one.goes_by(second) for one in held.assignees] == [True]

    async def test_b13_who_cannot_be_assigned_takes_the_issue_from_nobody(
        self, bench: Rig, connector: Connector, issue: str
    ) -> None:
        first, _ = bench.accounts
        await connector.apply(ref_of(issue), SetAssignee(first), "op-1")
        change = SetAssignee("nobody-of-theirs", first)
        with pytest.raises(PermanentError, match="person_not_assignable"):
            await connector.apply(ref_of(issue), change, "op-2")
        held = await state_of(connector, issue)
        assert [one.goes_by(first) for one in held.assignees] == [True]

    async def test_fields_of_ours_are_filled_and_emptied_again(
        self, bench: Rig, issue: str
    ) -> None:
        filled = bench.fields
        connector = bench.connect(write_fields=dict.fromkeys(filled, "clause"))
        await connector.fetch([issue])
        receipt = await connector.apply(ref_of(issue), SetFields(filled), "op-1")
        assert receipt.written
        shown = (await state_of(connector, issue)).written_fields
        assert shown.keys() == filled.keys()
        assert all(shown[name].startswith(filled[name]) for name in filled)
        before = bench.bench.journal.writes
        again = await connector.apply(ref_of(issue), SetFields(filled, filled), "op-1")
        assert (again.written, bench.bench.journal.writes) == (False, before)
        nothing = SetFields(dict.fromkeys(filled, ""), filled)
        await connector.apply(ref_of(issue), nothing, "op-2")
        assert (await state_of(connector, issue)).written_fields == {}

    # -- new issues ------------------------------------------------------------

    async def test_an_issue_is_raised_once_however_often_it_is_asked_for(
        self, connector: Connector
    ) -> None:
        raiser = _raiser(connector)
        draft = _draft("新的发票格式", "自 **2027** 年起执行。")
        raised = await raiser.raise_issue(draft)
        assert raised.created
        found = await state_of(connector, raised.tracker_id)
        assert (found.title, found.key) == ("新的发票格式", raised.key)
        assert "自 **2027** 年起执行。" in found.description
        assert draft.mark in {*found.labels} | {found.description.split()[-2]}
        again = await raiser.raise_issue(draft)
        assert (again.tracker_id, again.created) == (raised.tracker_id, False)
        other = await raiser.raise_issue(_draft("另一个", "", "reqpool-other"))
        assert other.tracker_id != raised.tracker_id

    async def test_an_issue_whose_answer_was_lost_has_no_twin(
        self, bench: Rig, connector: Connector
    ) -> None:
        raiser = _raiser(connector)
        lost = Fault(method="POST", path_contains="/issue", status=502)
        lost.apply_first = True
        await raiser.raise_issue(_draft("first", "", "reqpool-first"))
        bench.bench.faults.fail_next.append(lost)
        with pytest.raises(RetriableError):
            await raiser.raise_issue(_draft("once", ""))
        bench.clock.wind(120)
        assert not (await raiser.raise_issue(_draft("once", ""))).created
        titles = [one.title for one in (await snapshots_of(connector)).values()]
        assert sorted(titles) == ["first", "once"]

    async def test_an_issue_is_raised_only_where_the_source_is(
        self, connector: Connector
    ) -> None:
        raiser = _raiser(connector)
        draft = replace(_draft("x", ""), place="elsewhere")
        with pytest.raises(PermanentError, match="place_not_configured"):
            await raiser.raise_issue(draft)

    # -- releases --------------------------------------------------------------

    async def test_a_release_is_created_when_missing(
        self, connector: Connector, issue: str
    ) -> None:
        change = SetRelease("2026.12 计划", ship_on=date(2026, 12, 31))
        receipt = await connector.apply(ref_of(issue), change, "op-1")
        assert receipt.written
        assert "2026.12 计划" in (await state_of(connector, issue)).releases

    async def test_a_release_follows_the_plan_and_can_be_taken_away(
        self, connector: Connector, issue: str
    ) -> None:
        await connector.apply(ref_of(issue), SetRelease("R1"), "op-1")
        await connector.apply(ref_of(issue), SetRelease("R2", remove="R1"), "op-2")
        assert (await state_of(connector, issue)).releases == ("R2",)
        await connector.apply(ref_of(issue), SetRelease(None, remove="R2"), "op-3")
        assert (await state_of(connector, issue)).releases == ()

    async def test_the_same_release_is_not_written_again(
        self, bench: Rig, connector: Connector, issue: str
    ) -> None:
        await connector.apply(ref_of(issue), SetRelease("R1"), "op-1")
        before = bench.bench.journal.writes
        receipt = await connector.apply(ref_of(issue), SetRelease("R1"), "op-1")
        assert not receipt.written
        assert bench.bench.journal.writes == before

    # -- the comment -----------------------------------------------------------

    async def test_the_comment_is_written_once_and_brought_up_to_date(
        self, connector: Connector, issue: str
    ) -> None:
        first = await connector.apply(ref_of(issue), _comment("已计划"), "op-1")
        second = await connector.apply(
            ref_of(issue), _comment("改到下个版本", first.comment_id), "op-2"
        )
        assert second.comment_id == first.comment_id
        comments = (await state_of(connector, issue)).comments or ()
        assert [one.tracker_id for one in comments] == [first.comment_id]
        assert comments[0].body.startswith("改到下个版本")
        assert comments[0].ours

    async def test_a_comment_whose_answer_was_lost_is_not_repeated(
        self, bench: Rig, connector: Connector, issue: str
    ) -> None:
        lost = Fault(method="POST", path_contains=issue.rpartition("#")[2], status=502)
        lost.apply_first = True
        bench.bench.faults.fail_next.append(lost)
        with pytest.raises(RetriableError):
            await connector.apply(ref_of(issue), _comment("已计划"), "op-1")
        again = await connector.apply(ref_of(issue), _comment("已计划"), "op-1")
        assert not again.written
        assert again.comment_id
        assert len((await state_of(connector, issue)).comments or ()) == 1

    async def test_a_deleted_comment_is_written_anew(
        self, bench: Rig, connector: Connector, issue: str
    ) -> None:
        first = await connector.apply(ref_of(issue), _comment("one"), "op-1")
        assert first.comment_id
        bench.delete_comment(issue, first.comment_id)
        second = await connector.apply(
            ref_of(issue), _comment("two", first.comment_id), "op-2"
        )
        assert second.comment_id not in {None, first.comment_id}
        assert len((await state_of(connector, issue)).comments or ()) == 1

    @pytest.mark.parametrize("deleted", [False, True])
    async def test_a_quote_of_ours_by_a_person_is_left_alone(
        self, bench: Rig, connector: Connector, issue: str, deleted: bool
    ) -> None:
        first = await connector.apply(ref_of(issue), _comment("one"), "op-1")
        assert first.comment_id
        ours = bench.stored_text(issue, first.comment_id)
        quote = bench.write_comment(issue, f"> {ours}")
        if deleted:
            bench.delete_comment(issue, first.comment_id)
        again = await connector.apply(ref_of(issue), _comment("two"), "op-2")
        assert again.comment_id != quote
        assert (again.comment_id == first.comment_id) is not deleted

    async def test_nobody_is_called_by_what_we_write(
        self, bench: Rig, connector: Connector, issue: str
    ) -> None:
        calls = f"{bench.mention} &#64;all\n@all, &commat;root\n\n/close"
        bench.write_comment(issue, bench.mention)
        assert len(bench.find_called(issue)) == 1
        await connector.apply(ref_of(issue), _comment(calls), "op-1")
        assert len(bench.find_called(issue)) == 1
        if isinstance(connector, RaisesIssues):
            raised = await connector.raise_issue(
                _draft(calls.split("\n", maxsplit=1)[0], calls)
            )
            assert bench.find_called(raised.tracker_id) == []
        assert (await state_of(connector, issue)).status == bench.names.start

    async def test_writes_are_never_repeated_in_here(
        self, bench: Rig, connector: Connector, issue: str
    ) -> None:
        bench.bench.faults.fail_next.append(Fault(method="POST", status=503, times=9))
        with pytest.raises(RetriableError):
            await connector.apply(ref_of(issue), _comment("one"), "op-1")
        assert sum(fault.times for fault in bench.bench.faults.fail_next) == 8

    async def test_an_issue_that_is_gone_is_a_person_s_matter(
        self, bench: Rig, connector: Connector, issue: str
    ) -> None:
        bench.delete_issue(issue)
        with pytest.raises(PermanentError, match="not_found"):
            await connector.apply(ref_of(issue), _labels("a"), "op-1")

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


def _labels(*names: str) -> SetLabels:
    return SetLabels(frozenset(names), frozenset())


def _raiser(connector: Connector) -> RaisesIssues:
    if not isinstance(connector, RaisesIssues):
        pytest.skip("this tracker takes no issues from us")
    return connector


def _draft(title: str, text: str, mark: str = "reqpool-0001") -> RaiseIssue:
    return RaiseIssue(client_text(title), client_text(text), mark)


def _comment(text: str, comment_id: str | None = None) -> UpsertComment:
    return UpsertComment(client_text(text), comment_id)
