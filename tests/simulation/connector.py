"""The connector contract over a model tracker: real code where bytes are judged or made.

Signatures, webhook bodies and writes go through the real Jira and GitLab connectors;
only their networks are models. Reads are the model's own: whole snapshots.
"""

from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx

from app.plugins import get_connector
from connectors.base import Authentic, Connector, Fetched, Page, SourceConfig
from model.changes import Change, Receipt
from model.deliveries import Delivery, Hint, Ignored, Quarantined
from model.edits import Edit
from model.issues import IssueRef, IssueSnapshot
from model.trackers import Capabilities
from tests.simulation.faults import AFTER, Fault
from tests.simulation.gitlab_rest import ModelGitLab
from tests.simulation.jira_rest import ModelJira, ModelSite
from tests.simulation.log import read_log
from tests.simulation.tracker import ModelTracker

PAGE = 3
_NEVER_ASKED = httpx.Client()

Witness = Callable[[str, IssueRef, Change, str], Awaitable[None]]
"""Looks at a write just before it leaves."""


async def at_once(blocking: Callable[..., Any], *args: Any) -> Any:
    """No threads: virtual time has one."""
    return blocking(*args)


@dataclass
class ModelConnector:
    """See :class:`connectors.base.Connector`."""

    tracker: ModelTracker
    real: Connector
    rest: ModelJira | ModelGitLab
    witness: Witness

    @property
    def kind(self) -> str:
        return self.real.kind

    @property
    def Config(self) -> type[SourceConfig]:  # noqa: N802 - the contract's name
        return self.real.Config

    @property
    def capabilities(self) -> Capabilities:
        return self.real.capabilities

    def authenticate(
        self, headers: dict[str, str], body: bytes, url_token: str = ""
    ) -> Authentic:
        return self.real.authenticate(headers, body, url_token)

    def parse(self, delivery: Delivery) -> Hint | Ignored | Quarantined:
        return self.real.parse(delivery)

    async def fetch_changed(self, cursor: str | None) -> AsyncIterator[Page]:
        """Pages by (updated, key), each read when it is asked for."""
        tracker = self.tracker
        self._read("GET search")
        began = tracker.clock()
        place = (datetime.fromisoformat(cursor) if cursor else None, "")
        while rows := list(self._following(place))[:PAGE]:
            place = (rows[-1].updated_at, rows[-1].key)
            yield Page(rows, _back(rows[-1].updated_at), None)
            await tracker.happen("page")
            self._read("GET search")
        yield Page((), _back(began))

    def _following(self, place: tuple[datetime | None, str]) -> Iterator[IssueSnapshot]:
        seen = [self.tracker.as_indexed(one) for one in self.tracker.living()]
        rows = [one for one in seen if one is not None]
        for row in sorted(rows, key=lambda one: (one.updated_at, one.key)):
            since, key = place
            if since is None or (row.updated_at, row.key) > (since, key):
                yield row

    async def fetch(self, tracker_ids: Sequence[str]) -> Fetched:
        tracker = self.tracker
        await tracker.happen("fetch")
        self._read(f"GET issues {' '.join(tracker_ids)}")
        there = set(tracker.living()) - tracker.hidden
        tracker.doubted -= there & set(tracker_ids)
        for hidden in tracker.hidden & set(tracker_ids):
            tracker.happened[Fault.HIDDEN] += 1
            tracker.answer_hidden(hidden)
            tracker.hidden.clear()
        found = [tracker.issues[one] for one in tracker_ids if one in there]
        await tracker.happen("fetched", tracker_ids[0])
        return Fetched(found, [one for one in tracker_ids if one not in there])

    async def fetch_edits(
        self, since: Mapping[str, datetime]
    ) -> Mapping[str, Sequence[Edit]]:
        self._read("GET log")
        past, kind = self.tracker.past, self.tracker.kind
        return {
            one: list(read_log(kind, [state for _, state in past[one]], at))
            for one, at in since.items()
        }

    def _read(self, path: str) -> None:
        self.tracker.ask(path)
        self.tracker.weather.strike(AFTER[1:], path)

    async def apply(self, ref: IssueRef, change: Change, operation_id: str) -> Receipt:
        await self.witness(self.tracker.source, ref, change, operation_id)
        await self.tracker.happen("apply", ref.tracker_id)
        self.rest.begin(operation_id, change)
        receipt = await self.real.apply(ref, change, operation_id)
        await self.tracker.happen("applied", ref.tracker_id)
        return receipt

    async def check(self, wanted: object) -> list[object]:
        del wanted
        return []


def build(
    tracker: ModelTracker, config: SourceConfig, witness: Witness
) -> ModelConnector:
    """The real connector of a tracker's kind, with the model in the network's place."""
    made = get_connector(tracker.kind)
    real = made(tracker.source, config, _NEVER_ASKED, tracker.now)
    parts = vars(real)
    rest: ModelJira | ModelGitLab
    if tracker.kind == "jira":
        rest = ModelJira(tracker)
        parts["_site"] = ModelSite(rest)
    else:
        rest = ModelGitLab(tracker)
        writer = vars(parts["_writer"])
        for part in (writer, *(vars(one) for one in writer.values() if _asks(one))):
            part["_rest"] = rest
        parts["_run"] = at_once
    return ModelConnector(tracker, real, rest, witness)


def _asks(part: object) -> bool:
    return "_rest" in getattr(part, "__dict__", ())


def _back(moment: datetime) -> str:
    return (moment - timedelta(minutes=5)).isoformat()
