"""Planted mistakes on the way in: deliveries, reads, what is news."""

from dataclasses import replace
from typing import Any

import pytest

from connectors.base import Authentic
from sync.accept import Acceptance
from tests.simulation.bugs import answering, bug, find, replacing
from tests.simulation.hooks import KEYS
from tests.simulation.tracker import BOT


@bug("a delivery is acknowledged before it is committed", 5)
def acknowledged_before_commit(patch: pytest.MonkeyPatch) -> None:
    keep, held = find("pool.inbox.keep"), []

    async def later(connection: Any, arrivals: Any) -> Any:
        held.extend(arrivals)
        if len(held) > 3:
            await keep(connection, held[:-1])
            del held[:-1]
        return frozenset(one.delivery.source for one in arrivals)

    patch.setattr("pool.inbox.keep", later)


@bug("deliveries are told apart by their id alone", 5)
def told_apart_by_id(patch: pytest.MonkeyPatch) -> None:
    known = "(SELECT FROM inbox i WHERE i.delivery = arrived.delivery)"
    replacing(
        patch,
        "pool.inbox._KEEP",
        "FROM arrived\n    ON CONFLICT",
        f"FROM arrived WHERE NOT EXISTS {known}\n    ON CONFLICT",
    )


@bug("a signature is never compared", 11)
def signature_not_compared(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("connectors.jira.signing._accept", lambda *_: Authentic(""))


@bug("an empty secret lets everybody in", 11)
def empty_secret_lets_in(patch: pytest.MonkeyPatch) -> None:
    keys = find("connectors.jira.signing._keys")
    patch.setattr(
        "connectors.jira.signing._keys", lambda secrets: [*keys(secrets), b""]
    )


@bug("any client's secret opens every source", 11)
def any_secret_opens(patch: pytest.MonkeyPatch) -> None:
    everybody = list(KEYS.values())
    patch.setattr("connectors.jira.signing._keys", lambda _secrets: everybody)


@bug("a delivery is settled without its issue being read", 1)
def settled_unread(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("sync.ingest._ask", answering(None))


@bug("a wish to read is dropped when the read fails", 1)
def wish_dropped_on_failure(patch: pytest.MonkeyPatch) -> None:
    ask = find("sync.fetch._ask")

    async def dropping(engine: Any, source: Any, wanted: Any) -> Any:
        answered = await ask(engine, source, wanted)
        if answered is None:
            async with engine.database.transaction() as connection:
                await connection.execute(
                    "DELETE FROM fetches WHERE source_id = %s", (source.id,)
                )
        return answered

    patch.setattr("sync.fetch._ask", dropping)


@bug("a wish that came during the read is taken for answered", 1)
def wish_during_read_dropped(patch: pytest.MonkeyPatch) -> None:
    replacing(patch, "pool.fetches._FINISH", "AND asked_at <= %s", "AND %s IS NOT NULL")


@bug("the cursor is kept before the page is stored", 8)
def cursor_before_page(patch: pytest.MonkeyPatch) -> None:
    trace = find("sync.poll.trace")

    async def cursor_first(engine: Any, source: Any, snapshots: Any) -> Any:
        if snapshots:
            at = snapshots[-1].updated_at.isoformat()
            async with engine.database.transaction() as connection:
                await find("pool.sources.keep_cursor")(
                    connection, source.id, at, engine.clock()
                )
        return await trace(engine, source, snapshots)

    patch.setattr("sync.poll.trace", cursor_first)


@bug("of two states with one time the later is not news", 1)
def equal_times_are_old(patch: pytest.MonkeyPatch) -> None:
    """``>`` where ``>=`` belongs."""
    accept = find("sync.accept.accept")

    def strict(stored: Any, seen: Any) -> Acceptance:
        found: Acceptance = accept(stored, seen)
        same_time = seen.updated_at == stored.snapshot.updated_at
        is_news = found is Acceptance.NEWER and same_time
        return Acceptance.OLDER if is_news else found

    patch.setattr("sync.absorb.accept", strict)


@bug("an older snapshot overwrites a newer one", 8)
def older_overwrites(patch: pytest.MonkeyPatch) -> None:
    def trusting(stored: Any, seen: Any) -> Acceptance:
        same = seen.content_hash == stored.content_hash
        return Acceptance.SAME if same else Acceptance.NEWER

    patch.setattr("sync.absorb.accept", trusting)


@bug("our own events are recognised by a display name", 1)
def own_by_display_name(patch: pytest.MonkeyPatch) -> None:
    look = find("sync.absorb._Taking._look")

    def skipping(self: Any, stored: Any, snapshot: Any) -> Any:
        sight = look(self, stored, snapshot)
        last = (snapshot.comments or (None,))[-1]
        is_own = last and last.author and last.author.name == BOT.name
        return replace(sight, outcome=Acceptance.OLDER) if stored and is_own else sight

    patch.setattr("sync.absorb._Taking._look", skipping)


@bug("a 404 is taken for a deletion at once", 15)
def first_404_deletes(patch: pytest.MonkeyPatch) -> None:
    async def all_of_them(_connection: Any, _source: Any, wanted: Any) -> Any:
        return frozenset(wanted)

    patch.setattr("pool.fetches.take_missed", all_of_them)


@bug("a restored issue keeps its tombstone", 15, 1)
def restored_stays_dead(patch: pytest.MonkeyPatch) -> None:
    accept = find("sync.accept.accept")
    patch.setattr(
        "sync.absorb.accept",
        lambda stored, seen: accept(replace(stored, deleted_at=None), seen),
    )


@bug("an issue that moved begins a life of its own", 15)
def moved_makes_twin(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("sync.absorb.find_origin", answering(None))
    patch.setattr("sync.follow._find_target", answering(None))


@bug("deletions are never looked for", 15)
def deletions_not_looked_for(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("sync.sweep._find_missing", answering(()))
    patch.setattr("sync.fetch._leave_tombstone", answering(None))


@bug("only wake-ups start anything: nobody looks at the rows", 1, 5)
def nobody_looks(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("sync.tick.find_due", answering([]))
    patch.setattr("sync.tick._due_polls", lambda *_: iter(()))


@bug("an edited command is carried out once more", 6)
def edited_command_again(patch: pytest.MonkeyPatch) -> None:
    async def hear(self: Any, asking: Any) -> None:
        known = self.known.get(asking.comment.tracker_id)
        if known is None or asking.differs_from(known):
            for place, one in enumerate(asking.asked):
                await self._do(asking, one, frozenset(find("model.commands.Verb")))
                if known is None:
                    answer = self._blank(
                        asking, find("model.answers.AnswerCode").EXPLAINED
                    )
                    await self._settle(asking, place, answer)

    patch.setattr("sync.obey._Hearing.hear", hear)


@bug("what people pinned is not asked for when rules decide", 2)
def pins_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("pool.decisions.find_all_overrides", answering({}))
