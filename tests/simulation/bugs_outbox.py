"""Planted mistakes on the way out: claims, retries, receipts, writes."""

from dataclasses import replace
from typing import Any

import pytest

from model.changes import Receipt
from pool.outbox import Settled
from tests.simulation.bugs import answering, bug, find, replacing


@bug("a write is marked sent before it is sent", 6)
def sent_before_sending(patch: pytest.MonkeyPatch) -> None:
    deliver = find("sync.deliver._deliver_one")

    async def settle_first(going: Any, intent: Any) -> Any:
        async with going.engine.database.transaction() as connection:
            now = going.engine.clock()
            sent = [Settled(intent, Receipt(True))]
            await find("pool.outbox.settle")(connection, sent, now)
        return await deliver(going, intent)

    patch.setattr("sync.deliver._deliver_one", settle_first)
    patch.setattr("sync.deliver._still_holds", answering(value=True))


@bug("a write of a batch is sent although it was cancelled meanwhile", 6)
def cancelled_is_sent(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("sync.deliver._still_holds", answering(value=True))


@bug("a retry keeps the operation of the try before", 6)
def operation_kept(patch: pytest.MonkeyPatch) -> None:
    postpone = find("pool.outbox.postpone")

    async def same(c: Any, intent: Any, _new: Any, *more: Any, **how: Any) -> None:
        await postpone(c, intent, intent.id, *more, **how)

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
    patch.setattr("sync.deliver.find_asked_until", lambda *_: None)
    patch.setattr("sync.trouble.find_asked_until", lambda *_: None)


@bug("a write is tried for ever", 14)
def tried_for_ever(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("sync.deliver.MOST_ATTEMPTS", 10**6)


@bug("dead letters are swept away", 14)
def dead_swept_away(patch: pytest.MonkeyPatch) -> None:
    orphans = find("pool.outbox.find_orphans")

    async def sweeping(connection: Any, source: Any, now: Any) -> Any:
        await connection.execute("DELETE FROM outbox WHERE state = 'dead'")
        return await orphans(connection, source, now)

    patch.setattr("pool.outbox.find_orphans", sweeping)


@bug("a failed write is taken for done", 6)
def failure_is_done(patch: pytest.MonkeyPatch) -> None:
    async def settle(engine: Any, source: Any, intent: Any, _error: Any) -> None:
        sent = [Settled(intent, Receipt(True))]
        await find("sync.deliver._settle")(engine, source, sent)

    patch.setattr("sync.deliver._retry", settle)


@bug("a write leaves no line in the audit", 12)
def audit_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("sync.deliver.note_writes", answering(None))


@bug("what a receipt told is forgotten", 1, 16, 4)
def receipt_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("sync.deliver.learn", lambda base, *_: base)


@bug("a tombstone's writes are left to go out", 15)
def tombstone_written_to(patch: pytest.MonkeyPatch) -> None:
    want = find("pool.outbox.want")

    async def keep(c: Any, ids: Any, wants: Any, now: Any) -> Any:
        new = iter(await want(c, ids, [one for one in wants if one.changes], now))
        return [next(new) if one.changes else 0 for one in wants]

    patch.setattr("pool.outbox.want", keep)


@bug("a source's turn takes other sources' writes along", 11)
def foreign_writes_claimed(patch: pytest.MonkeyPatch) -> None:
    replacing(
        patch,
        "pool.outbox._CLAIM",
        "WHERE o.source_id = %(source)s AND",
        "WHERE %(source)s::uuid IS NOT NULL AND",
    )


@bug("one tracker that is down keeps all sources waiting", 13)
def trouble_for_all(patch: pytest.MonkeyPatch) -> None:
    worst = "(SELECT max(broken_at) FROM sources) AS broken_at"
    replacing(patch, "pool.sources._SELECT", "s.broken_at", worst)


@bug("labels are set as a whole", 3)
def labels_set_whole(patch: pytest.MonkeyPatch) -> None:
    def write(issue_id: str, change: Any, jira: Any) -> Receipt:
        fields = {"labels": sorted(change.add)}
        jira.send("PUT", f"issue/{issue_id}", {"fields": fields})
        return Receipt(written=True, calls=1)

    patch.setattr("connectors.jira.connector.apply_labels", write)


@bug("every label that no rule names is removed", 3)
def all_labels_owned(patch: pytest.MonkeyPatch) -> None:
    plan = find("sync.plan.plan")

    def greedy(base: Any, theirs: Any, target: Any) -> Any:
        owned = target.owned_labels | theirs.labels
        return plan(base, theirs, replace(target, owned_labels=owned))

    patch.setattr("sync.decide.plan", greedy)


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
    plan = find("sync.plan.plan")

    def forgetful(base: Any, theirs: Any, target: Any) -> Any:
        planned = plan(replace(base, status=None, status_id=""), theirs, target)
        known = replace(planned.base, status=base.status, status_id=base.status_id)
        return replace(planned, base=known)

    patch.setattr("sync.decide.plan", forgetful)


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


@bug("a rule's outcome depends on when it is asked", 16)
def decisions_differ(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("pool.decisions.is_same", lambda *_: False)


@bug("a source that a person has rest is asked nevertheless", 14)
def pause_ignored(patch: pytest.MonkeyPatch) -> None:
    for verb in ("deliver", "fetch", "poll", "sweep", "tick"):
        quiet = find(f"sync.{verb}.is_quiet")

        def hurried(engine: Any, row: Any, quiet: Any = quiet) -> bool:
            return bool(quiet(engine, replace(row, paused_at=None)))

        patch.setattr(f"sync.{verb}.is_quiet", hurried)
