"""Laws of the pure core: what is news, and what has to be written."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from model.changes import (
    Base,
    Change,
    Receipt,
    SetAssignee,
    SetFields,
    SetLabels,
    SetRelease,
    Transition,
    UpsertComment,
)
from model.client_text import ClientSafeFacts, ClientText
from model.decisions import PoolState
from model.issues import IssueRef, IssueSnapshot, Person, StatusCategory
from model.projects import Language
from pool.issues import StoredIssue, content_hash_of
from pool.states import StateOrigin
from sync.accept import Acceptance, Observation, accept
from sync.plan import Plan, Target, learn, plan
from tests.sync.world import START

OURS = frozenset({"pool::a", "pool::b", "pool::c"})
THEIRS = ["urgent", "ui", "客户"]
NO_ID = UUID(int=0)

labels = st.frozensets(st.sampled_from(sorted(OURS)))
some_labels = st.frozensets(st.sampled_from([*sorted(OURS), *THEIRS]))
releases = st.sampled_from(["", "2026.12", "2027.01"])
statuses = st.sampled_from(["Open", "Scheduled", "Done"])
texts = st.sampled_from(["Planned.", "Outside the contract.", "计划中"])


def snapshot(**changes: Any) -> IssueSnapshot:
    plain = IssueSnapshot(
        ref=IssueRef("acme", "10001"),
        key="FIN-1",
        url="http://tracker/FIN-1",
        title="Export",
        description="",
        issue_type="Story",
        status="Open",
        status_category=StatusCategory.TO_DO,
        created_at=START,
        updated_at=START,
        comments=(),
    )
    return replace(plain, **changes)


accounts = st.none() | st.sampled_from(["wang.li", "zhang.wei"])
values = st.sampled_from(["", "3", "3.0", "FIN-2"])
filled = st.dictionaries(st.sampled_from(["Clause", "Points"]), values)
snapshots = st.builds(
    lambda labels, status, names, account, filled: snapshot(
        labels=labels,
        status=status,
        releases=names,
        assignee=Person(account) if account else None,
        written_fields={name: value for name, value in filled.items() if value},
    ),
    some_labels,
    statuses,
    st.lists(st.sampled_from(["2026.12", "2027.01", "theirs"]), unique=True).map(tuple),
    accounts,
    filled,
)
targets = st.builds(
    lambda wanted, status, release, text, account, filled: Target(
        labels=wanted,
        owned_labels=OURS,
        status=status,
        release=release,
        comment=ClientText(text, ClientSafeFacts(), Language.EN),
        assignee=account,
        fields=filled,
    ),
    labels,
    st.none() | statuses,
    st.none() | releases,
    texts,
    accounts,
    filled,
)
bases = st.builds(
    Base,
    labels=labels,
    status=st.none() | statuses,
    release=st.none() | st.sampled_from(["2026.12", "2027.01"]),
    assignee=accounts,
    fields=filled,
)


def obey(theirs: IssueSnapshot, change: Change) -> IssueSnapshot:
    """A tracker that does what it is asked."""
    shown: dict[str, Any] = {}
    match change:
        case SetLabels(add, remove):
            shown = {"labels": (theirs.labels | add) - remove}
        case Transition(status):
            shown = {"status": status}
        case SetRelease(name, remove):
            kept = tuple(one for one in theirs.releases if one != remove)
            shown = {"releases": (*kept, name) if name else kept}
        case UpsertComment():
            pass
        case SetAssignee(account):
            shown = {"assignee": Person(account)}
        case SetFields(values):
            held = {**theirs.written_fields, **values}
            shown = {"written_fields": {name: it for name, it in held.items() if it}}
    return replace(theirs, **shown)


def carry_out(planned: Plan, theirs: IssueSnapshot) -> tuple[Base, IssueSnapshot]:
    base = planned.base
    for change in planned.changes:
        theirs = obey(theirs, change)
        base = learn(base, change, Receipt(written=True, comment_id="1"))
    return base, theirs


@given(bases, snapshots, targets)
def test_absorbing_after_delivering_yields_no_change(
    base: Base, theirs: IssueSnapshot, target: Target
) -> None:
    base, theirs = carry_out(plan(base, theirs, target), theirs)
    assert plan(base, theirs, target).changes == ()


@given(bases, snapshots, targets, st.lists(st.booleans(), max_size=8))
def test_whatever_replies_are_lost_it_ends_in_what_is_desired(
    base: Base, theirs: IssueSnapshot, target: Target, lost: list[bool]
) -> None:
    """After a lost reply the issue is read and planned for anew; nothing is learned."""
    replies = [*lost, *([False] * 12)]
    while changes := (planned := plan(base, theirs, target)).changes:
        theirs, base = obey(theirs, changes[0]), planned.base
        if not replies.pop(0):
            base = learn(base, changes[0], Receipt(written=True, comment_id="1"))
    assert target.labels == theirs.labels & OURS or "labels" in planned.kept


@given(bases, snapshots, targets)
def test_labels_of_others_are_never_touched(
    base: Base, theirs: IssueSnapshot, target: Target
) -> None:
    _, after = carry_out(plan(base, theirs, target), theirs)
    assert after.labels - OURS == theirs.labels - OURS


@given(bases, snapshots, targets)
def test_a_release_of_others_stays(
    base: Base, theirs: IssueSnapshot, target: Target
) -> None:
    _, after = carry_out(plan(base, theirs, target), theirs)
    assert ("theirs" in after.releases) == ("theirs" in theirs.releases)


@given(snapshots, targets)
def test_what_the_tracker_shows_after_a_first_plan_is_what_is_desired(
    theirs: IssueSnapshot, target: Target
) -> None:
    _, after = carry_out(plan(Base(), theirs, target), theirs)
    assert after.labels & OURS == target.labels
    assert target.status is None or after.status == target.status
    assert not target.release or target.release in after.releases


@given(bases, snapshots)
def test_no_opinion_writes_nothing(base: Base, theirs: IssueSnapshot) -> None:
    assert plan(base, theirs, Target()).changes == ()


@given(labels.filter(bool), targets)
def test_a_label_of_ours_is_put_back_once_and_then_a_person_has_to_look(
    wanted: frozenset[str], target: Target
) -> None:
    target = replace(target, labels=wanted, status=None, release=None, comment=None)
    base, theirs = carry_out(plan(Base(), snapshot(), target), snapshot())
    stripped = replace(theirs, labels=frozenset())
    once = plan(base, stripped, target)
    assert once.changes == (SetLabels(add=wanted, remove=frozenset()),)
    base, theirs = carry_out(once, stripped)
    again = plan(base, theirs, target)
    assert again.changes == ()
    twice = plan(again.base, stripped, target)
    assert twice.changes == ()
    assert "labels" in twice.kept


def test_a_status_that_a_person_changed_is_left_alone_and_told() -> None:
    target = Target(status="Scheduled")
    base, _ = carry_out(plan(Base(), snapshot(), target), snapshot())
    moved = plan(base, snapshot(status="In Review"), target)
    assert moved.changes == ()
    assert moved.kept == {"status": "In Review"}


def test_a_comment_that_a_person_deleted_is_not_written_again() -> None:
    text = ClientText("Planned.", ClientSafeFacts(), Language.EN)
    base, _ = carry_out(plan(Base(), snapshot(), Target(comment=text)), snapshot())
    assert plan(base, snapshot(), Target(comment=text)).changes == ()


def stored(seen: IssueSnapshot, read: int, write_read: int = 0) -> StoredIssue:
    return StoredIssue(
        id=NO_ID,
        number=1,
        client_id=NO_ID,
        project_id=NO_ID,
        source_id=NO_ID,
        snapshot=seen,
        content_hash=content_hash_of(seen),
        read=read,
        write_read=write_read,
        base=Base(),
        requirement_id=NO_ID,
        requirement_state=PoolState.NEW,
        state_origin=StateOrigin.RULES,
    )


def observe(seen: IssueSnapshot, read: int, *, direct: bool = True) -> Observation:
    return Observation(seen.updated_at, content_hash_of(seen), read, direct)


@given(st.permutations(range(5)), st.lists(st.booleans(), min_size=5, max_size=5))
def test_a4_any_order_of_arrival_ends_in_the_newest_state(
    order: list[int], direct: list[bool]
) -> None:
    states = [
        snapshot(title=f"v{n}", updated_at=START + timedelta(seconds=n))
        for n in range(5)
    ]
    now = stored(states[order[0]], read=order[0])
    for n in order[1:]:
        if accept(now, observe(states[n], n, direct=direct[n])) is Acceptance.NEWER:
            now = stored(states[n], read=n)
    assert now.snapshot.title == "v4"


@given(st.booleans(), st.integers(0, 9), st.integers(0, 9))
def test_seeing_the_same_again_is_the_same(direct: bool, read: int, seen: int) -> None:
    assert (
        accept(stored(snapshot(), read), observe(snapshot(), seen, direct=direct))
        is Acceptance.SAME
    )


def test_an_answer_asked_for_before_our_write_is_read_again() -> None:
    late = snapshot(title="new", updated_at=START + timedelta(seconds=1))
    known = stored(snapshot(), read=1, write_read=7)
    assert accept(known, observe(late, 6)) is Acceptance.UNSURE
    assert accept(known, observe(late, 8)) is Acceptance.NEWER


def test_of_two_answers_with_one_time_the_later_direct_read_wins() -> None:
    other = snapshot(title="other")
    known = stored(snapshot(), read=5)
    assert accept(known, observe(other, 6)) is Acceptance.NEWER
    assert accept(known, observe(other, 4)) is Acceptance.OLDER
    assert accept(known, observe(other, 6, direct=False)) is Acceptance.UNSURE


def test_an_older_state_is_believed_when_two_direct_reads_show_it() -> None:
    older = snapshot(title="restored", updated_at=START - timedelta(days=1))
    known = stored(snapshot(), read=1)
    first = observe(older, 2)
    assert accept(known, first) is Acceptance.UNSURE
    known = replace(known, regress=first.as_regress())
    assert accept(known, observe(older, 3)) is Acceptance.NEWER
    assert accept(known, observe(older, 3, direct=False)) is Acceptance.OLDER


def test_a_status_that_the_tracker_shows_in_another_language_is_not_a_person_s() -> (
    None
):
    theirs = snapshot(status="已排期", status_id="10102")
    target = Target(status="Scheduled")
    first = plan(Base(), theirs, target)
    assert first.changes == (Transition("Scheduled"),)
    receipt = Receipt(written=False, status_id="10102")
    base = learn(first.base, first.changes[0], receipt)
    assert plan(base, theirs, target) == Plan((), base, {})
    moved = replace(theirs, status="已完成", status_id="10104")
    assert plan(base, moved, target).kept == {"status": "已完成"}


@given(bases, snapshots, targets)
def test_an_issue_is_never_taken_from_everybody(
    base: Base, theirs: IssueSnapshot, target: Target
) -> None:
    _, after = carry_out(plan(base, theirs, target), theirs)
    assert after.assignees or not theirs.assignees


@given(bases, snapshots, targets)
def test_only_fields_that_are_declared_ours_are_written(
    base: Base, theirs: IssueSnapshot, target: Target
) -> None:
    changes = plan(base, theirs, target).changes
    written = [one.values for one in changes if isinstance(one, SetFields)]
    assert set().union(*written) <= target.fields.keys()


def test_what_a_person_put_into_a_field_stays_until_we_have_something_new() -> None:
    base, target = Base(fields={"Clause": "FIN-1"}), Target(fields={"Clause": "FIN-1"})
    theirs = snapshot(written_fields={"Clause": "by hand"})
    assert plan(base, theirs, target).kept == {"fields": "Clause: by hand"}
    nothing = Target(fields={"Clause": ""})
    assert not plan(base, theirs, nothing).changes
    again = plan(base, theirs, Target(fields={"Clause": "FIN-2"}))
    assert again.changes == (SetFields({"Clause": "FIN-2"}, {"Clause": "FIN-1"}),)


def test_a_field_of_ours_is_emptied_when_there_is_nothing_more_to_say() -> None:
    base, theirs = Base(fields={"P": "3"}), snapshot(written_fields={"P": "3.0"})
    assert plan(base, theirs, Target(fields={"P": ""})).changes == (
        SetFields({"P": ""}, {"P": "3"}),
    )


def test_what_stands_is_taken_into_the_base_and_what_a_person_put_is_kept() -> None:
    target = Target(
        labels=frozenset({"pool::a"}),
        owned_labels=OURS,
        status="Scheduled",
        release="2026.12",
        assignee="wang.li",
        fields={"Points": "3", "Clause": "FIN-1"},
    )
    shown = snapshot(
        labels=frozenset({"pool::a", "ui"}),
        status="scheduled",
        status_id="7",
        releases=("2026.12", "theirs"),
        assignee=Person("wang.li"),
        written_fields={"Points": "3.0", "Clause": "fin-1"},
    )
    base = Base(
        labels=frozenset({"pool::a"}),
        status="Scheduled",
        status_id="7",
        release="2026.12",
        assignee="wang.li",
        fields={"Points": "3", "Clause": "FIN-1"},
    )
    assert plan(Base(), shown, target) == Plan((), base, {})
    base = replace(base, reasserted=base.labels)
    theirs = snapshot(
        status="In Review",
        status_id="8",
        releases=("theirs", "other"),
        assignee=Person("zhang.wei"),
        written_fields={"Points": "8"},
    )
    kept = {
        "labels": "",
        "status": "In Review",
        "release": "theirs, other",
        "assignee": "zhang.wei",
        "fields": "Points: 8; Clause: –",
    }
    assert plan(base, theirs, target) == Plan((), replace(base, kept=kept), kept)


def test_a_release_of_ours_goes_when_there_is_none_or_another() -> None:
    base, theirs = Base(release="2026.12"), snapshot(releases=("2026.12", "theirs"))
    assert plan(base, theirs, Target(release="")).changes == (
        SetRelease(None, "2026.12"),
    )
    ship_on = START.date()
    other = Target(release="2027.01", ship_on=ship_on)
    assert plan(base, theirs, other).changes == (
        SetRelease("2027.01", "2026.12", ship_on),
    )
    moved = plan(base, snapshot(releases=("theirs",)), other)
    assert moved.changes == (SetRelease("2027.01", None, ship_on),)
    gone = plan(base, snapshot(), Target(release=""))
    assert (gone.changes, gone.base) == ((), Base())


def test_labels_that_are_to_be_others_may_be_put_back_once_more() -> None:
    held = frozenset({"pool::a"})
    base = Base(labels=held, reasserted=held)
    wanted = frozenset({"pool::b"})
    target = Target(labels=wanted, owned_labels=OURS)
    change = SetLabels(add=wanted, remove=held)
    assert plan(base, snapshot(labels=held), target) == Plan(
        (change,), Base(labels=held), {}
    )
    again = Base(labels=wanted)
    assert plan(again, snapshot(), target).changes == (SetLabels(wanted, frozenset()),)
    told_twice = replace(again, reasserted=wanted)
    seen = snapshot(labels=frozenset({"pool::c", "pool::a", "ui"}))
    kept = {"labels": "pool::a, pool::c"}
    assert plan(told_twice, seen, target) == Plan(
        (), replace(told_twice, kept=kept), kept
    )
