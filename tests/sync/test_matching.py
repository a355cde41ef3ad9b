"""What issues are compared with, and what is compared of them."""

from collections.abc import Sequence
from dataclasses import replace

from app.encoder import build_matcher
from pool.due import Due
from rules.matching.meaning import Meanings
from sync.reindex import reindex
from sync.tick import tick
from tests.sync.conftest import JiraDesk
from tests.sync.world import World


class Letters:
    """An encoder that hears lengths, and remembers what it was asked."""

    name = "letters"

    def __init__(self) -> None:
        self.heard: list[str] = []

    def encode(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        self.heard += texts
        return [[float(len(text)), 1.0] for text in texts]


def listen(world: World) -> Letters:
    encoder = Letters()
    meanings = Meanings(encoder)
    world.engine = replace(
        world.engine, meanings=meanings, matcher=build_matcher(meanings)
    )
    return encoder


async def test_markdown_is_not_compared(world: World, desk: JiraDesk) -> None:
    encoder = listen(world)
    desk.raise_issue(
        "Export", description="h2. Report\n\n*Print* [it|https://x.example]"
    )
    await world.settle(polls=True)
    [asked] = [text for text in encoder.heard if text.startswith("Export\n")]
    assert asked == "Export\nReport\nPrint it"


async def test_clauses_are_encoded_in_the_background_whoever_changed_them(
    world: World,
) -> None:
    encoder = listen(world)
    assert Due("reindex", "") in await tick(world.engine)
    assert await reindex(world.engine) > 0
    assert Due("reindex", "") not in await tick(world.engine)
    await world.rows(
        "UPDATE clauses SET text = 'Print the board book' WHERE id IN"
        " (SELECT id FROM clauses LIMIT 1) RETURNING id"
    )
    assert Due("reindex", "") in await tick(world.engine)
    assert await reindex(world.engine) == 1
    assert encoder.heard[-1] == "Print the board book"


async def test_what_a_match_encoded_in_passing_is_kept_for_others(
    world: World,
) -> None:
    encoder = listen(world)
    await reindex(world.engine)
    await world.rows("DELETE FROM embeddings RETURNING hash")
    heard = len(encoder.heard)
    assert await reindex(world.engine) == heard
    assert len(encoder.heard) == heard
    assert Due("reindex", "") not in await tick(world.engine)
