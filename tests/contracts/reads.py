"""What the contract's facts read from a connector."""

from connectors.base import Connector, Page
from model.issues import IssueSnapshot


async def snapshots_of(connector: Connector) -> dict[str, IssueSnapshot]:
    pages = await pages_of(connector, None)
    return {one.ref.tracker_id: one for page in pages for one in page.snapshots}


async def pages_of(connector: Connector, cursor: str | None) -> list[Page]:
    return [page async for page in connector.fetch_changed(cursor)]


def ids_of(pages: list[Page]) -> set[str]:
    return {one.ref.tracker_id for page in pages for one in page.snapshots}


async def state_of(connector: Connector, tracker_id: str) -> IssueSnapshot:
    fetched = await connector.fetch([tracker_id])
    return fetched.snapshots[0]
