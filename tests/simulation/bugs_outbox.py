"""Planted mistakes on the way out: claims, retries, receipts, writes."""

from dataclasses import replace
from typing import Any

import pytest

from model.changes import Receipt, SetLabels
from model.errors import RetriableError
from tests.simulation.bugs import answering, bug, find, replacing

_POSTPONE = "sync.deliver.outbox.postpone"


@bug("a write is marked sent before it is sent", 6)
def sent_before_sending(patch: pytest.MonkeyPatch) -> None:
    deliver = find("sync.deliver._deliver_one")

    async def settle_first(going: Any, intent: Any) -> Any:
        async with going.engine.database.transaction() as connection:
            now = going.engine.clock()
            await find("pool.outbox.settle")(connection, intent, Receipt(True), now)
        return await deliver(going, intent)

    patch.setattr("sync.deliver._deliver_one", settle_first)
    patch.setattr("sync.deliver._still_holds", answering(value=True))


@bug("a write of a batch is sent although it was cancelled meanwhile", 6)
def cancelled_is_sent(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("sync.deliver._still_holds", answering(value=True))


@bug("a retry keeps the operation of the try before", 6)
def operation_kept(patch: pytest.MonkeyPatch) -> None:
    postpone = find("pool.outbox.postpone")

    async def same(c: Any, intent: Any, _new: Any, error: Any, until: Any) -> None:
        await postpone(c, intent, intent.id, error, until)

    patch.setattr("pool.outbox.postpone", same)


@bug("nobody is fenced off: whoever wakes late goes on under the old claim", 6, 14)
def fencing_ignored(patch: pytest.MonkeyPatch) -> None:
    operation_kept(patch)
    patch.setattr("sync.deliver._still_holds", answering(value=True))
    replacing(
        patch,
        "pool.outbox._CLAIM",
        "AND o.claimed_at IS NULL AND NOT EXISTS",
        "AND NOT EXISTS",
    )


@bug("Retry-After is ignored", 14)
def retry_after_ignored(patch: pytest.MonkeyPatch) -> None:
    def impatient(error: Any) -> Any:
        if isinstance(error, RetriableError):
            return RetriableError(error.code, error.params)
        return error

    for place in ("sync.deliver._retry", "sync.deliver.report_trouble"):
        patch.setattr(place, _with_error(find(place), impatient))
    patch.setattr("sync.deliver._asked_until", lambda *_: None)
    for module in ("sync.fetch", "sync.poll"):
        place = f"{module}.report_trouble"
        patch.setattr(place, _with_error(find(place), impatient))


def _with_error(inner: Any, change: Any) -> Any:
    async def call(*args: Any) -> Any:
        return await inner(*args[:-1], change(args[-1]))

    return call


@bug("a write is tried for ever", 14)
def tried_for_ever(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("sync.deliver._MOST_ATTEMPTS", 10**6)


@bug("dead letters are swept away", 14)
def dead_swept_away(patch: pytest.MonkeyPatch) -> None:
    orphans = find("pool.outbox.find_orphans")

    async def sweeping(connection: Any, source: Any, now: Any) -> Any:
        await connection.execute("DELETE FROM outbox WHERE state = 'dead'")
        return await orphans(connection, source, now)

    patch.setattr("pool.outbox.find_orphans", sweeping)


@bug("a failed write is taken for done", 1, 12)
def failure_is_done(patch: pytest.MonkeyPatch) -> None:
    async def settle(engine: Any, source: Any, intent: Any, _error: Any) -> None:
        await find("sync.deliver._settle")(engine, source, intent, Receipt(True))

    patch.setattr("sync.deliver._retry", settle)


@bug("a write leaves no line in the audit", 12)
def audit_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("sync.deliver.audit.append", answering(None))


@bug("what a receipt told is forgotten", 1, 16, 4)
def receipt_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("sync.deliver.learn", lambda base, *_: base)


@bug("a tombstone's writes are left to go out", 15)
def tombstone_written_to(patch: pytest.MonkeyPatch) -> None:
    want = find("pool.outbox.want")

    async def keep(c: Any, ids: Any, issue: Any, changes: Any, *rest: Any) -> Any:
        return await want(c, ids, issue, changes, *rest) if changes else 0

    patch.setattr("pool.outbox.want", keep)


@bug("a source's turn takes other sources' writes along", 11)
def foreign_writes_claimed(patch: pytest.MonkeyPatch) -> None:
    replacing(
        patch,
        "pool.outbox._CLAIM",
        "WHERE o.source_id = %(source)s AND",
        "WHERE %(source)s::uuid IS NOT NULL AND",
    )


@bug("one tracker's trouble keeps all sources quiet", 13)
def trouble_for_all(patch: pytest.MonkeyPatch) -> None:
    note = find("pool.sources.note_error")

    async def for_all(connection: Any, source: Any, error: Any, until: Any) -> None:
        await note(connection, source, error, until)
        await connection.execute("UPDATE sources SET broken_at = now()")

    patch.setattr("pool.sources.note_error", for_all)


@bug("labels are set as a whole", 3)
def labels_set_whole(patch: pytest.MonkeyPatch) -> None:
    def write(issue_id: str, change: Any, jira: Any) -> Receipt:
        fields = {"labels": sorted(change.add)}
        jira.send("PUT", f"issue/{issue_id}", {"fields": fields})
        return Receipt(written=True, calls=1)

    patch.setattr("connectors.jira.connector.apply_labels", write)


@bug("every label that no rule names is removed", 3)
def all_labels_owned(patch: pytest.MonkeyPatch) -> None:
    plan = find("sync.plan._plan_labels")

    def greedy(base: Any, theirs: Any, target: Any) -> Any:
        if target.labels is not None:
            target = replace(target, owned_labels=target.owned_labels | theirs.labels)
        return plan(base, theirs, target)

    patch.setattr("sync.plan._plan_labels", greedy)


@bug("a comment is posted again when its reply was lost", 7)
def comment_posted_again(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("connectors.jira.comments._find_ours", lambda *_: None)


@bug("every new text is a new comment", 7)
def comment_anew(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("connectors.jira.comments._find_ours", lambda *_: None)
    patch.setattr("connectors.jira.comments._find_known", lambda *_: None)


@bug("GitLab's note is looked for by its id alone", 7)
def note_by_id_alone(patch: pytest.MonkeyPatch) -> None:
    sticky = find("connectors.gitlab.writes.Writer._find_sticky")

    def by_id(self: Any, place: Any, comment_id: Any) -> Any:
        return sticky(self, place, comment_id) if comment_id else None

    patch.setattr("connectors.gitlab.writes.Writer._find_sticky", by_id)


@bug("a status that a person changed is moved back", 2)
def status_moved_back(patch: pytest.MonkeyPatch) -> None:
    plan = find("sync.plan._plan_status")
    patch.setattr(
        "sync.plan._plan_status",
        lambda base, theirs, target: plan(
            replace(base, status=None, status_id=""), theirs, target
        ),
    )


@bug("a way through the workflow may go in circles", 9)
def way_in_circles(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("connectors.jira.transitions._is_way", lambda *_: True)


@bug("the other client's name is in the comment", 10)
def other_name_told(patch: pytest.MonkeyPatch) -> None:
    safe = find("sync.aim._client_safe")

    def chatty(*args: Any) -> Any:
        facts = safe(*args)
        return replace(facts, scope=f"{facts.scope}, as for Globex Insurance")

    patch.setattr("sync.aim._client_safe", chatty)


@bug("labels that people took away are put back for ever", 4)
def labels_fought_over(patch: pytest.MonkeyPatch) -> None:
    plan = find("sync.plan._plan_labels")

    def stubborn(base: Any, theirs: Any, target: Any) -> Any:
        draft = plan(base, theirs, target)
        if draft.kept:
            ours = (target.owned_labels | base.labels) & theirs.labels
            change = SetLabels(add=target.labels - ours, remove=ours - target.labels)
            return replace(draft, change=(change,), kept={})
        return draft

    patch.setattr("sync.plan._plan_labels", stubborn)


@bug("a rule's outcome depends on when it is asked", 16)
def decisions_differ(patch: pytest.MonkeyPatch) -> None:
    same = find("pool.decisions.is_same")
    del same
    patch.setattr("pool.decisions.is_same", lambda *_: False)
