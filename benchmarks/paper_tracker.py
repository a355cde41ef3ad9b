"""A tracker that answers at once from memory: what is measured beside it is ours."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar

import httpx

from connectors.base import Authentic, Cursor, Fetched, Page, SourceConfig, Wanted
from model.changes import Change, Receipt, SetLabels, SetRelease
from model.clock import Clock
from model.deliveries import Delivery, Hint, Ignored, Quarantined
from model.findings import Finding
from model.issues import IssueRef, IssueSnapshot, StatusCategory
from model.trackers import Capabilities

_TITLES = (
    "Export every fund report to Excel and PDF",
    "Approval flow: route payments over 50,000 to the board",
    "WeChat mini program for approvals",
    "资金日报导出时合计行丢失",
    "How do I change the approver of a payment?",
)


class PaperConnector:
    """Issues are made when asked for, and keep the labels and the release they get."""

    kind: ClassVar[str] = "paper"
    Config: ClassVar[type[SourceConfig]] = SourceConfig
    capabilities: ClassVar[Capabilities] = Capabilities("paper")

    def __init__(
        self, name: str, config: SourceConfig, http: httpx.Client | None, clock: Clock
    ) -> None:
        del config, http
        self._name = name
        self._clock = clock
        self._began_at = clock()
        self._labels: dict[str, frozenset[str]] = {}
        self._releases: dict[str, tuple[str, ...]] = {}
        self.writes = 0

    def authenticate(
        self, headers: Mapping[str, str], body: bytes, url_token: str = ""
    ) -> Authentic:
        del body, url_token
        return Authentic(headers["delivery"])

    @classmethod
    def parse(cls, delivery: Delivery) -> Hint | Ignored | Quarantined:
        return Hint("paper", str(json.loads(delivery.body)["issue"]), "updated")

    async def fetch_changed(self, cursor: Cursor | None) -> AsyncIterator[Page]:
        del cursor
        yield Page((), "")

    async def fetch(self, tracker_ids: Sequence[str]) -> Fetched:
        return Fetched([self._issue(each) for each in tracker_ids])

    async def apply(self, ref: IssueRef, change: Change, operation_id: str) -> Receipt:
        del operation_id
        self.writes += 1
        if isinstance(change, SetLabels):
            held = self._labels.get(ref.tracker_id, frozenset())
            self._labels[ref.tracker_id] = held - change.remove | change.add
        if isinstance(change, SetRelease):
            self._releases[ref.tracker_id] = (change.name,) if change.name else ()
        return Receipt(written=True, comment_id=ref.tracker_id)

    async def check(self, wanted: Wanted) -> list[Finding]:
        del wanted
        return []

    def _issue(self, number: str) -> IssueSnapshot:
        title = f"{_TITLES[int(number) % len(_TITLES)]} ({number})"
        return replace(
            self._blank(number, title, self._began_at - timedelta(days=1)),
            labels=self._labels.get(number, frozenset({"billing"})),
            releases=self._releases.get(number, ()),
        )

    def _blank(self, number: str, title: str, at: datetime) -> IssueSnapshot:
        return IssueSnapshot(
            ref=IssueRef(self._name, number),
            key=f"PAP-{number}",
            url=f"https://paper.example/{number}",
            title=title,
            description=f"{title}. " * 12,
            issue_type="Story",
            status="Open",
            status_category=StatusCategory.TO_DO,
            created_at=at,
            updated_at=at,
            comments=(),
        )
