"""Take a webhook: authenticate it, keep its raw bytes, and only then say yes."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from connectors.base import Authentic
from model.deliveries import Delivery
from model.errors import DeliveryRejected, ReqpoolError
from pool import inbox, sources
from pool.attention import Concern, raise_concern
from pool.database import Connection
from pool.inbox import Arrival
from pool.schema import InboxState
from pool.sources import SourceRow
from sync.engine import Engine

LARGEST_KEPT_BYTES = 5 * 1024 * 1024

_SECRET_HEADERS = frozenset({"x-gitlab-token", "authorization", "cookie"})


class NotReadyError(ReqpoolError):
    """The operator has not applied the source's project yet: the sender tries later."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What came in at the door.

    Attributes:
        source: the name in the path.
        url_token: the path's last segment, for hooks that cannot sign.
        headers: lower-case names.
    """

    source: str
    url_token: str
    headers: Mapping[str, str]
    body: bytes


async def receive(engine: Engine, letter: Letter) -> None:
    """Commit an authentic delivery to the inbox; one that came before is absorbed.

    Raises:
        DeliveryRejected: unknown source, no secret, or not authentic. Nothing is kept.
        NotReadyError: authentic, but the source's project is not in the pool yet.
    """
    known = engine.sources.get(letter.source)
    if known is None:
        raise DeliveryRejected("unknown source")
    authentic = known.connector.authenticate(
        letter.headers, letter.body, letter.url_token
    )
    async with engine.database.transaction() as connection:
        source = await sources.find(connection, letter.source)
        if source is None:
            raise NotReadyError(letter.source)
        arrival = _arrive(engine, source, letter, authentic)
        await inbox.keep(connection, [arrival])
        await sources.note_webhook(connection, source.id, engine.clock())
        if arrival.reason:
            await _alert(engine, connection, source, arrival.reason)
    await engine.wake("ingest", letter.source)


async def ask_repoll(engine: Engine, name: str) -> None:
    """A delivery could not be taken: have the source read again, within 5 minutes."""
    async with engine.database.transaction() as connection:
        source = await sources.find(connection, name)
        if source is not None:
            await sources.ask_repoll(connection, source.id, engine.clock())


def _arrive(
    engine: Engine, source: SourceRow, letter: Letter, authentic: Authentic
) -> Arrival:
    reason = _refusal(letter, authentic)
    delivery = Delivery(
        id=engine.ids(),
        source=letter.source,
        delivery_id=authentic.delivery_id,
        headers=_kept_headers(letter.headers),
        body=b"" if reason == "too_large" else letter.body,
        sha256=sha256(letter.body).hexdigest(),
        received_at=engine.clock(),
    )
    state = InboxState.QUARANTINED if reason else InboxState.PENDING
    return Arrival(source.id, delivery, state, reason)


def _refusal(letter: Letter, authentic: Authentic) -> str:
    if authentic.stale:
        return "stale"
    return "too_large" if len(letter.body) > LARGEST_KEPT_BYTES else ""


def _kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value for name, value in headers.items() if name not in _SECRET_HEADERS
    }


async def _alert(
    engine: Engine, connection: Connection, source: SourceRow, reason: str
) -> None:
    """What is not even parsed may be about any issue: have the source read again."""
    now = engine.clock()
    await sources.ask_repoll(connection, source.id, now)
    concern = Concern(
        code="quarantined",
        subject=f"{source.name}:{reason}",
        params={"reason": reason},
        client_id=source.client_id,
        source_id=source.id,
    )
    await raise_concern(connection, engine.ids, concern, now)
