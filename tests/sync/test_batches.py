"""A batch of n is n batches of one; and one that fails does not hold up the others."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from itertools import count
from random import Random
from typing import Any
from uuid import UUID

import pytest

from model.issues import Comment, IssueSnapshot, Person, StatusCategory, Visibility
from pool.database import Database
from sync.redecide import redecide
from tests.builders import CLAUSES, Town, open_town
from tests.conftest import new_database
from tests.sync.test_allowances import DAILY, RULES, WISH, give
from tests.sync.world import activate

TITLES = (
    WISH,
    "按月结账时自动审核凭证",
    "移动端小程序审批",
    "怎么修改审批人?",
    "Broken",
)
SEEN = """
SELECT i.tracker_id, i.number, i.title, i.kind, i.scope, i.clause, i.priority, i.score,
    i.release_intent, r.name AS release, i.decided_on, i.base, i.estimate_days,
    q.number AS requirement, q.title AS common, q.state, q.state_origin,
    q.priority AS highest, i.decision_id IS NOT NULL AS decided,
    (SELECT count(*) FROM decisions d WHERE d.issue_id = i.id) AS decisions,
    (SELECT jsonb_agg(jsonb_build_array(d.facts, d.effective) ORDER BY d.id)
        FROM decisions d WHERE d.issue_id = i.id) AS stood_on,
    (SELECT jsonb_agg(jsonb_build_array(h.field, h.before, h.after, h.origin)
        ORDER BY h.id) FROM history h WHERE h.issue_id = i.id) AS history,
    (SELECT jsonb_agg(jsonb_build_array(o.field, o.state, o.change) ORDER BY o.seq)
        FROM outbox o WHERE o.issue_id = i.id) AS writes,
    (SELECT jsonb_agg(jsonb_build_array(c.tracker_id, c.body, c.deleted_at IS NULL)
        ORDER BY c.tracker_id) FROM comments c WHERE c.issue_id = i.id) AS comments
FROM issues i
JOIN requirement_issues l ON l.issue_id = i.id AND l.unlinked_at IS NULL
JOIN requirements q ON q.id = l.requirement_id
LEFT JOIN releases r ON r.id = i.release_id
ORDER BY i.number
"""
MORE = (
    "UPDATE releases SET capacity_days = 9 RETURNING id",
    """
    INSERT INTO releases (id, train_id, name, freeze_on, ship_on, state, capacity_days)
    SELECT gen_random_uuid(), train_id, name || '-next', freeze_on + 20, ship_on + 20,
        state, 9 FROM releases RETURNING id
    """,
    "UPDATE sources SET first_read_at = '2020-01-01' RETURNING id",
)


@contextmanager
def another(server: str) -> Iterator[str]:
    yield from new_database(server, "migrated")


async def live(database_url: str, seed: int, size: int) -> Any:
    """Some days of a town in which allowances and releases are scarce."""
    database = Database(database_url)
    await database.open()
    try:
        async with open_town(database) as town:
            numbers = count(1)
            town.engine = replace(town.engine, ids=lambda: UUID(int=next(numbers)))
            await activate(town.engine, RULES)
            await give(town, DAILY, *CLAUSES[2:])
            for statement in MORE:
                await town.rows(statement)
            for number, day in enumerate(tell(town, Random(seed))):
                for start in range(0, len(day), size):
                    await town.absorb(*day[start : start + size])
                if not number:
                    await merge_two(town)
            town.clock.wind(days=1)
            await redecide(town.engine)
            return await town.rows(SEEN)
    finally:
        await database.close()


def tell(town: Town, random: Random) -> Iterator[Sequence[IssueSnapshot]]:
    known = [draw(town, random) for _ in range(14)]
    yield known
    for _ in range(2):
        town.clock.wind(hours=1)
        known = [change(town, random, one) for one in known]
        yield [*known, *(draw(town, random) for _ in range(3)), known[0]]


def draw(town: Town, random: Random) -> IssueSnapshot:
    return town.snapshot(
        random.choice(TITLES), estimate_days=random.choice((None, *map(Decimal, "123")))
    )


def change(town: Town, random: Random, one: IssueSnapshot) -> IssueSnapshot:
    happened: Sequence[Callable[[], IssueSnapshot]] = (
        lambda: one,
        lambda: replace(one, title=random.choice(TITLES)),
        lambda: replace(one, estimate_days=Decimal(random.randint(1, 4))),
        lambda: replace(one, status="Done", status_category=StatusCategory.DONE),
        lambda: replace(one, comments=(say(town, "/pool estimate 2"),)),
        lambda: replace(one, comments=(say(town, "Any news?"),)),
        lambda: replace(one, moved_to="FIN-3"),
    )
    return replace(random.choice(happened)(), updated_at=town.clock())


def say(town: Town, body: str) -> Comment:
    at, everyone = town.clock(), Visibility.PUBLIC
    return Comment("1", Person("9", "Wang Li"), body, everyone, at, at)


async def merge_two(town: Town) -> None:
    """Two issues of one requirement are decided on in one batch."""
    first, second = await town.rows("SELECT key FROM issues ORDER BY number LIMIT 2")
    await town.link(second["key"], await town.number_of(first["key"]))


async def test_one_that_cannot_be_kept_is_singled_out(database: Database) -> None:
    async with open_town(database) as town:
        good = [town.snapshot(title) for title in TITLES]
        bad = town.snapshot("No text holds \0")
        done = await town.absorb(*good[:2], bad, *good[2:])
        assert (done.new, done.failed) == (len(good), 1)
        kept = await town.rows("SELECT title, number FROM issues ORDER BY number")
        assert [row["title"] for row in kept] == list(TITLES)
        [concern] = await town.rows("SELECT code, subject FROM attention")
        assert concern == {"code": "issue_not_absorbed", "subject": str(bad.ref)}


@pytest.mark.parametrize("order", ["XAB", "ABX", "AXB"])
async def test_estimates_count_from_the_decision_on_their_own_issue_on(
    order: str, postgres_url: str, migrated_url: str
) -> None:
    """A and B are of one requirement; X may take what the two leave of the clause."""
    assert migrated_url
    with another(postgres_url) as one, another(postgres_url) as other:
        alone, together = (
            await re_estimate(one, order, 1),
            await re_estimate(other, order, 3),
        )
    assert together == alone


async def re_estimate(database_url: str, order: str, size: int) -> Any:
    database = Database(database_url)
    await database.open()
    try:
        async with open_town(database) as town:
            await activate(town.engine, RULES)
            await give(town, DAILY, *CLAUSES[2:])
            known = {
                name: town.snapshot(WISH, estimate_days=Decimal(days))
                for name, days in zip("ABX", (1, 2, 1), strict=True)
            }
            for snapshot in known.values():
                await town.absorb(snapshot)
            await town.link(known["B"].key, await town.number_of(known["A"].key))
            town.clock.wind(hours=1)
            later = {"A": Decimal(4), "B": Decimal(9), "X": Decimal(3)}
            news = [
                replace(known[name], estimate_days=later[name], updated_at=town.clock())
                for name in order
            ]
            for start in range(0, len(news), size):
                await town.absorb(*news[start : start + size])
            return await town.rows(
                "SELECT i.key, i.scope, i.clause, d.facts FROM issues i"
                " JOIN decisions d ON d.issue_id = i.id ORDER BY i.key, d.decided_at, d.id"
            )
    finally:
        await database.close()


@pytest.mark.parametrize("seed", range(4))
async def test_a_batch_of_n_is_n_batches_of_one(
    seed: int, postgres_url: str, migrated_url: str
) -> None:
    assert migrated_url
    with another(postgres_url) as one, another(postgres_url) as other:
        singly = await live(one, seed, 1)
        together = await live(other, seed, 100)
    for alone, among in zip(singly, together, strict=True):
        assert among == alone
