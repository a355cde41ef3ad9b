"""What a connector's tests provide so that the contract suite can be run on it."""

import uuid
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Protocol

from connectors.base import Connector
from model.client_text import ClientSafeFacts, ClientText
from model.deliveries import Delivery
from model.issues import IssueRef
from model.projects import Language
from sandbox.bench import Bench

SECRET = "contract-suite-secret"
OLD_SECRET = "contract-suite-old-secret"
WRONG_TOKEN = "not-the-token"


@dataclass
class WoundClock:
    """A clock that tests wind forward; the stand-in and the connector share it."""

    at: datetime = datetime(2026, 11, 20, 8, 30, 15, 123000, UTC)

    def __call__(self) -> datetime:
        return self.at

    def wind(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass(frozen=True)
class Names:
    """Names that the stand-in's workflow has.

    ``far`` is two steps or more from where a new issue stands (for a tracker without a
    workflow: its other status), ``unknown`` is nowhere.
    """

    start: str
    near: str
    far: str
    unknown: str


class Rig(Protocol):
    """One source on a running stand-in, and people who work in the tracker.

    ``bench`` is the stand-in's: its faults and its journal.
    """

    @property
    def clock(self) -> WoundClock: ...

    @property
    def bench(self) -> Bench: ...

    @property
    def names(self) -> Names: ...

    @property
    def fields(self) -> Mapping[str, str]:
        """Fields that can be filled, by name, with a value each."""

    @property
    def accounts(self) -> tuple[str, str]:
        """Of two people that issues can be given to, as ``people`` names them."""

    def connect(
        self,
        *,
        secrets: tuple[str, ...] = (SECRET,),
        token: str = "",
        webhook_auth: str = "signature",
        **more: Any,
    ) -> Connector:
        """A fresh connector named ``acme``; ``token`` replaces the right one.

        ``more`` are other settings of the source.
        """

    def make_issue(self, title: str, description: str = "") -> str:
        """Answer its tracker id."""

    def retitle(self, tracker_id: str, title: str) -> None: ...

    def delete_issue(self, tracker_id: str) -> None: ...

    def write_comment(self, tracker_id: str, text: str) -> str:
        """As somebody of the client; answer the comment's id."""

    def delete_comment(self, tracker_id: str, comment_id: str) -> None: ...

    def stored_text(self, tracker_id: str, comment_id: str) -> str:
        """A comment as the tracker keeps it, our mark included."""

    def forbid_webhooks(self) -> None:
        """Take the right from us to look at webhooks."""

    @property
    def mention(self) -> str:
        """How somebody of the client is called in a text."""

    def find_called(self, tracker_id: str) -> list[str]:
        """Whom the texts of an issue call, as the tracker reads them."""

    def hook_body(self, tracker_id: str) -> bytes:
        """What the tracker sends when this issue is edited."""

    def sign(self, body: bytes, secret: str) -> Mapping[str, str]:
        """The headers of a signed delivery, in lower case."""


OpenRig = AbstractContextManager[Rig]


def ref_of(tracker_id: str) -> IssueRef:
    return IssueRef("acme", tracker_id)


def client_text(text: str) -> ClientText:
    return ClientText(text, ClientSafeFacts(), Language.EN)


def delivery_of(body: bytes, headers: Mapping[str, str]) -> Delivery:
    digest, at = sha256(body).hexdigest(), datetime(2026, 11, 20, tzinfo=UTC)
    return Delivery(uuid.UUID(int=1), "acme", "", headers, body, digest, at)
