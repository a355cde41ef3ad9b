"""Have a person look at places of a source that cannot be seen any more."""

from collections.abc import Mapping

from pool.attention import Concern, raise_concern, resolve_rest
from pool.database import Connection
from pool.sources import SourceRow
from sync.engine import Engine

HIDDEN = "place_hidden"


async def note_hidden(
    engine: Engine, connection: Connection, source: SourceRow, hidden: Mapping[str, str]
) -> None:
    """A concern for each; those that are seen again are over.

    Whether a permission was lost, or the place moved or was deleted, a tracker does not
    tell: their issues stay as they are.
    """
    now = engine.clock()
    for place, name in hidden.items():
        concern = Concern(
            code=HIDDEN,
            subject=_subject(source, place),
            params={"place": name, "source": source.name},
            client_id=source.client_id,
            source_id=source.id,
        )
        await raise_concern(connection, engine.ids, concern, now)
    subjects = [_subject(source, place) for place in hidden]
    await resolve_rest(connection, HIDDEN, source.id, subjects, now)


def _subject(source: SourceRow, place: str) -> str:
    return f"{source.name}:place:{place}"
