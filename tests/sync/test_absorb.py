"""What becomes of observed issues: counted, told, and followed by the right verbs."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from model.changes import Base
from model.decisions import PoolState, Section
from model.signs import Decided, Observed, Sign
from pool import issues, sources
from pool.attention import Concern
from pool.database import Database
from pool.issues import Rebased
from sync import absorb as absorbing
from sync.absorb import Absorbed, Batch, Cause, absorb
from sync.activate import activate
from sync.advance import advance
from sync.overrule import overrule
from sync.pause import pause
from sync.redecide import redecide
from sync.resume import Resumed, resume
from sync.retire import retire
from sync.rollback import rollback
from tests.builders import Town, open_town
from tests.sync.world import concerns, load_rules, ruleset_text

NAME = "huaxin-jira"
WISH = "资金日报导出为 Excel"
STORED = (
    "SELECT i.id, i.client_id, i.source_id, q.id AS requirement FROM issues i"
    " JOIN requirement_issues l ON l.issue_id = i.id AND l.unlinked_at IS NULL"
    " JOIN requirements q ON q.id = l.requirement_id ORDER BY i.number"
)


@pytest.fixture
async def signs() -> list[Sign]:
    return []


@pytest.fixture
async def town(database: Database, signs: list[Sign]) -> AsyncIterator[Town]:
    async with open_town(database) as town:
        town.engine = replace(town.engine, tell=signs.append)
        yield town


async def take(town: Town, *snapshots: Any, direct: bool, read: int = 0) -> Absorbed:
    async with town.database.transaction() as connection:
        source = await sources.find(connection, NAME)
        drawn = await sources.draw_read(connection)
    assert source
    batch = Batch(snapshots, read or drawn, direct=direct, cause=Cause.WEBHOOK)
    return await absorb(town.engine, source, batch)


def woken(town: Town) -> list[tuple[str, str]]:
    """Since it was asked last."""
    found = list(town.woken)
    town.woken.clear()
    return found


async def test_what_becomes_of_a_batch_is_counted_told_and_gone_on_with(
    town: Town, signs: list[Sign]
) -> None:
    first, second = town.snapshot(WISH), town.snapshot("手机小程序审批")
    fetch, deliver = ("fetch", NAME), ("deliver", NAME)

    assert await take(town, direct=False) == Absorbed()
    done = await take(town, first, second, direct=False)
    assert done == Absorbed(new=2, writes=done.writes)
    assert done.writes > 2
    assert woken(town) == [deliver]
    town.clock.wind(minutes=1)
    edited = replace(first, title="资金月报导出为 PDF", updated_at=town.clock())
    strange = replace(second, description="?")
    assert await take(town, first, second, direct=False) == Absorbed(same=2)
    assert woken(town) == []
    done = await take(town, edited, strange, direct=False)
    assert done == Absorbed(changed=1, unsure=1, writes=done.writes)
    assert woken(town)[-1] == fetch
    assert await take(town, first, direct=False) == Absorbed(same=1), "it is older"

    one, other = first.ref.tracker_id, second.ref.tracker_id
    assert [it for it in signs if isinstance(it, Observed)] == [
        Observed(NAME, issue, outcome, "webhook")
        for issue, outcome in (
            *((one, "new"), (other, "new")),
            *((one, "changed"), (other, "unsure")),
        )
    ]
    decided = [it for it in signs if isinstance(it, Decided)]
    assert [(it.source, it.issue, it.cause) for it in decided] == [
        (NAME, issue, "webhook") for issue in (one, other, one)
    ]
    assert sum(it.writes for it in decided[:2]) > 2
    [wish] = await town.rows("SELECT tracker_id, cause FROM fetches")
    assert wish == {"tracker_id": other, "cause": "unsure"}


async def test_what_was_seen_before_a_receipt_is_decided_on_once_more_after_it(
    town: Town, signs: list[Sign]
) -> None:
    """A poll may come between a write and its receipt, which alone tells ours from theirs."""
    seen = town.snapshot(WISH)
    await take(town, seen, direct=True)
    [stored] = await town.rows(STORED)
    async with town.database.transaction() as connection:
        after = Rebased(stored["id"], Base(), await sources.draw_read(connection))
        await issues.keep_bases(connection, [after])
    signs.clear()
    assert await take(town, seen, direct=True, read=1) == Absorbed(same=1)
    assert [it for it in signs if isinstance(it, Decided)] == []
    for decided in (1, 0):
        assert await take(town, seen, direct=True) == Absorbed(same=1)
        assert len([it for it in signs if isinstance(it, Decided)]) == decided
        signs.clear()


async def test_what_cannot_be_absorbed_is_told_whole_and_read_again(
    town: Town, signs: list[Sign], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(absorbing, "find_origin", fail)
    seen = town.snapshot(WISH)
    assert await take(town, seen, direct=True) == Absorbed(failed=1)
    assert woken(town) == [("fetch", NAME)]
    async with town.database.transaction() as connection:
        source = await sources.find(connection, NAME)
    assert source
    error = "ZeroDivisionError: by zero"
    assert await concerns(town) == [
        Concern(
            "issue_not_absorbed",
            str(seen.ref),
            {"key": seen.key, "error": error},
            source.client_id,
            source.id,
        )
    ]
    failed = Observed(NAME, seen.ref.tracker_id, "failed", "webhook")
    assert [it for it in signs if isinstance(it, Observed)] == [failed]
    [wish] = await town.rows("SELECT tracker_id FROM fetches")
    assert wish["tracker_id"] == seen.ref.tracker_id


_REFUSE = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF EXISTS (SELECT FROM issues WHERE id = NEW.issue_id AND key = '%s') THEN
        RAISE 'refused';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refuse BEFORE INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION refuse();
"""


async def test_what_its_last_statement_refuses_is_neither_counted_nor_told_before(
    town: Town, signs: list[Sign]
) -> None:
    good, bad = town.snapshot(WISH), town.snapshot("手机小程序审批")
    async with town.database.transaction() as connection:
        await connection.execute((_REFUSE % bad.key).encode())
    done = await take(town, good, bad, direct=True)
    assert done == Absorbed(new=1, failed=1, writes=done.writes)
    told = [(type(it), it.issue) for it in signs if isinstance(it, Observed | Decided)]
    kept, refused = good.ref.tracker_id, bad.ref.tracker_id
    assert told == [(Decided, kept), (Observed, kept), (Observed, refused)]
    [concern] = await concerns(town)
    assert "refused" in concern.params["error"]


async def test_without_a_ruleset_issues_are_kept_and_a_person_is_told(
    town: Town,
) -> None:
    await town.rows("UPDATE rulesets SET deactivated_at = now() RETURNING id")
    assert await take(town, town.snapshot(WISH), direct=True) == Absorbed(new=1)
    assert await concerns(town) == [Concern("no_ruleset", "ruleset", {})]
    assert woken(town) == []


async def test_where_an_issue_moved_to_is_told_once_a_place(town: Town) -> None:
    seen = town.snapshot(WISH)
    await take(town, seen, town.snapshot("按月结账"), direct=True)
    for moved_to in ("REP-1", "REP-1", "REP-2"):
        town.clock.wind(minutes=1)
        seen = replace(
            seen, title=seen.title + "!", moved_to=moved_to, updated_at=town.clock()
        )
        other = town.snapshot("按月结账")
        done = await take(town, seen, other, direct=True)
        assert (done.new, done.changed) == (1, 1), "the next one is not held up"
    told = await town.rows(
        "SELECT before, after FROM history WHERE field = 'moved_to' ORDER BY happened_at"
    )
    assert [(it["before"], it["after"]) for it in told] == [
        (seen.key, "REP-1"),
        (seen.key, "REP-2"),
    ]


async def test_where_an_issue_went_takes_over_though_it_was_taken_for_deleted_before(
    town: Town,
) -> None:
    old, new = town.snapshot(WISH), town.snapshot(WISH)
    await take(town, old, direct=True)
    [was] = await town.rows(STORED)
    pinned = (Section.SCOPE, "daily_change", "small", "Mei")
    await overrule(town.engine, was["requirement"], *pinned)
    await take(town, new, direct=True)
    await bury_last(town)
    town.clock.wind(minutes=1)
    moved = replace(old, moved_to=new.key, updated_at=town.clock())
    await take(town, moved, direct=True)
    await take(town, new, direct=True)
    [before, after] = await town.rows(STORED)
    assert before["requirement"] == after["requirement"]
    [row] = await town.rows("SELECT scope FROM issues WHERE deleted_at IS NULL")
    assert row["scope"] == "daily_change"


async def bury_last(town: Town) -> None:
    """The issue that was added last is taken for deleted."""
    [*_, gone] = await town.rows(STORED)
    async with town.database.transaction() as connection:
        await issues.mark_deleted(connection, gone["id"], town.clock())


async def test_a_key_that_another_had_before_leads_to_the_issue_that_stands(
    town: Town,
) -> None:
    other, new = town.snapshot("按月结账"), town.snapshot(WISH)
    await take(town, other, direct=True)
    await bury_last(town)
    await take(town, replace(new, key=other.key), direct=True)
    moved = replace(town.snapshot(WISH), moved_to=other.key)
    await take(town, moved, direct=True)
    gone, there, here = [row["requirement"] for row in await town.rows(STORED)]
    assert here == there != gone


async def test_an_issue_that_cannot_be_decided_on_again_is_told_whole(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = town.snapshot(WISH)
    await take(town, seen, direct=True)
    await town.rows("UPDATE issues SET due_on = decided_on RETURNING id")

    async def fail(*_: object) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr("sync.redecide.decide", fail)
    told = list[tuple[int, int | None]]()
    town.clock.wind(days=1)
    count = await redecide(town.engine, NAME, lambda *it: told.append(it))
    assert (count, told) == (1, [(1, None)])
    [row] = await town.rows(STORED)
    params = {"key": seen.key, "error": "ZeroDivisionError: by zero"}
    assert await concerns(town) == [
        Concern(
            "issue_not_decided",
            str(seen.ref),
            params,
            row["client_id"],
            row["source_id"],
            row["id"],
        )
    ]


async def test_a_run_tells_how_far_it_is_after_each_batch(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.redecide._BATCH", 2)
    await take(town, *(town.snapshot(f"Wish {n}") for n in range(3)), direct=True)
    await town.rows("UPDATE issues SET due_on = decided_on RETURNING id")
    town.clock.wind(days=1)
    told = list[tuple[int, int | None]]()
    assert await redecide(town.engine, NAME, lambda *it: told.append(it)) == 3
    assert told == [(2, None), (3, None)]


async def test_who_acts_wakes_what_follows_at_once(town: Town) -> None:
    await take(town, town.snapshot(WISH), direct=True)
    [row] = await town.rows(STORED)
    engine, requirement = town.engine, row["requirement"]
    deliver, tick = ("deliver", NAME), ("tick", "")
    woken(town)
    await overrule(engine, requirement, Section.SCOPE, "daily_change", "small", "Mei")
    assert woken(town) == [deliver]
    await advance(engine, requirement, PoolState.PLANNED, "next", "Mei")
    assert woken(town) == [deliver]
    assert await activate(engine, load_rules(ruleset_text("en")), "Mei") > 0
    assert woken(town) == [tick]
    assert await activate(engine, load_rules(ruleset_text("en")), "Mei") == 0
    assert await rollback(engine, "Mei") > 0
    assert woken(town) == [tick]
    assert await retire(engine, "huaxin-finance", "Mei") is False
    await pause(engine, NAME, "Mei", "upgrade")
    assert woken(town) == []
    assert await resume(engine, NAME, "Mei") == Resumed(was_paused=True)
    catch_up = ("ingest", "fetch", "poll", "deliver")
    assert woken(town) == [(verb, NAME) for verb in catch_up]


async def test_a_projects_own_ruleset_that_is_retired_is_written_down(
    town: Town,
) -> None:
    own = load_rules(ruleset_text("en"))
    project = "huaxin-finance"
    await activate(town.engine, own, "Mei", project=project, reason="theirs")
    woken(town)
    town.clock.wind(minutes=1)
    assert await retire(town.engine, project, "Li", "as all others")
    assert woken(town) == [("tick", "")]
    [entry] = await town.rows(
        "SELECT at, actor, subject, cause, before, after FROM audit"
        " WHERE action = 'retire'"
    )
    assert entry == {
        "at": town.clock(),
        "actor": "Li",
        "subject": f"ruleset {own.name}",
        "cause": "as all others",
        "before": own.fingerprint,
        "after": None,
    }
