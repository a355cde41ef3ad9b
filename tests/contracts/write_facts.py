"""What a connector writes, and what it never does; part of the contract suite."""

from dataclasses import replace
from datetime import date

import pytest

from connectors.base import Connector, RaisesIssues
from model.changes import (
    RaiseIssue,
    SetAssignee,
    SetFields,
    SetLabels,
    SetRelease,
    Transition,
    UpsertComment,
)
from model.errors import PermanentError, RetriableError
from sandbox.faults import Fault
from tests.contracts.reads import snapshots_of, state_of
from tests.contracts.rig import Rig, client_text, ref_of


class WriteFacts:
    """A part of :class:`tests.contracts.suite.ConnectorContract`."""

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
