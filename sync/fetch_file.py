"""Fetch the content of an issue's attachment from its tracker, when a person asks."""

from uuid import UUID

from connectors.base import GivesFiles
from model.errors import PermanentError
from model.issues import Attachment
from pool import issues
from sync.engine import Engine

MOST_BYTES = 20 * 2**20
TOO_LARGE = "file_too_large"


async def fetch_file(engine: Engine, issue: UUID, file: str) -> tuple[str, bytes]:
    """The name and the content of a file that the issue is known to have.

    Args:
        engine: whose sources are asked.
        issue: of the pool.
        file: the attachment's tracker id.

    Raises:
        LookupError: the issue has no such file, or its source gives none.
        PermanentError: ``file_too_large``, or the tracker refuses.
        RetriableError: the tracker is not there for now.
    """
    async with engine.database.transaction() as connection:
        snapshot = await issues.find_snapshot(connection, issue)
    if snapshot is None or snapshot.ref.source not in engine.sources:
        raise LookupError(str(issue))
    found = next((one for one in snapshot.attachments if one.tracker_id == file), None)
    connector = engine.sources[snapshot.ref.source].connector
    if found is None or not isinstance(connector, GivesFiles):
        raise LookupError(file)
    _check(found, found.size_bytes or 0)
    content = await connector.fetch_file(snapshot.ref, file)
    _check(found, len(content))
    return found.name, content


def _check(file: Attachment, size: int) -> None:
    if size > MOST_BYTES:
        params = {"name": file.name, "bytes": str(size), "most": str(MOST_BYTES)}
        raise PermanentError(TOO_LARGE, params)
