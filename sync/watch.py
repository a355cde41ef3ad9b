"""Arm the leak guard for what is about to be written."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager

from connectors.http import fold
from model.answers import SENTENCES
from model.canaries import Canary, CanaryKind
from model.changes import UpsertComment
from model.client_text import WORDS
from pool.canaries import find_canaries, find_own_words
from pool.outbox import Intent
from pool.sources import SourceRow
from sync.engine import Engine

_EVERYDAY = "\n".join(
    said for told in (*WORDS.values(), *SENTENCES.values()) for said in told.values()
)
"""What every client is told anyway."""


@asynccontextmanager
async def watch(
    engine: Engine, source: SourceRow, intents: Sequence[Intent]
) -> AsyncIterator[None]:
    """Let these writes out, and with them nothing that is internal to others.

    A word is not internal to others where the client itself has it: in its own names
    and titles, in the name of a person who commanded. A note is not internal where the
    ruleset publishes the same sentence.
    """
    issues = {intent.issue_id for intent in intents}
    async with engine.database.transaction() as connection:
        found = await find_canaries(connection, source.client_id, issues)
        own = await find_own_words(connection, source.client_id, issues)
    config = engine.sources[source.name].config
    known = [*own, *_people(intents), _EVERYDAY, config.model_dump_json()]
    with engine.guard.watching(source.name, _unknown(found, known, _told(intents))):
        yield


def _people(intents: Sequence[Intent]) -> Iterator[str]:
    """As the client's own tracker shows them."""
    for intent in intents:
        if isinstance(intent.change, UpsertComment):
            yield from (answer.person for answer in intent.change.text.answers)


def _told(intents: Sequence[Intent]) -> Iterator[str]:
    for intent in intents:
        if isinstance(intent.change, UpsertComment):
            yield intent.change.text.template


def _unknown(
    found: Sequence[Canary], known: Sequence[str], told: Iterator[str]
) -> list[Canary]:
    own = fold("\n".join(known))
    published = fold("\n".join(told))
    return [
        one
        for one in found
        if fold(one.text) not in own
        and (one.kind is CanaryKind.CLIENT_NAME or fold(one.text) not in published)
    ]
