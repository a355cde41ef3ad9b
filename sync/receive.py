"""Take a webhook: authenticate it, keep its raw bytes, and only then say yes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from connectors.base import Authentic, Connector
from model.deliveries import Delivery
from model.errors import DeliveryRejected
from pool import inbox, sources
from pool.database import Connection
from pool.inbox import Arrival
from pool.states import InboxState
from sync.engine import Engine
from sync.report_quarantined import report_quarantined

_LONGEST_ID = 200
LARGEST_KEPT_BYTES = 5 * 1024 * 1024

_SECRET_HEADERS = frozenset({"authorization", "cookie"})


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


def admit(engine: Engine, letter: Letter) -> Arrival:
    """Authenticate what came in; nothing is kept yet.

    Raises:
        DeliveryRejected: unknown source, no secret, or not authentic.
    """
    known = engine.sources.get(letter.source)
    if known is None:
        raise DeliveryRejected("unknown source")
    authentic = known.connector.authenticate(
        letter.headers, letter.body, letter.url_token
    )
    reason = _refusal(letter, authentic)
    delivery = Delivery(
        id=engine.ids(),
        source=letter.source,
        delivery_id=_kept_id(authentic.delivery_id),
        headers=_kept_headers(letter.headers, known.connector),
        body=b"" if reason == "too_large" else letter.body,
        sha256=sha256(letter.body).hexdigest(),
        received_at=engine.clock(),
    )
    state = InboxState.QUARANTINED if reason else InboxState.PENDING
    return Arrival(delivery, inbox.pack(delivery.body), state, reason)


async def keep(engine: Engine, arrivals: Sequence[Arrival]) -> frozenset[str]:
    """Commit authentic deliveries to the inbox, all in one transaction.

    Returns:
        The sources that are in the pool; deliveries of any other were not kept,
        because the operator has not applied its project yet.
    """
    if any(arrival.reason for arrival in arrivals):
        return await _keep_and_alert(engine, arrivals)
    async with engine.database.single_statement() as connection:
        return await inbox.keep(connection, arrivals)


async def _keep_and_alert(
    engine: Engine, arrivals: Sequence[Arrival]
) -> frozenset[str]:
    async with engine.database.transaction() as connection:
        known = await inbox.keep(connection, arrivals)
        strange = [(one.delivery.source, one.reason) for one in arrivals if one.reason]
        for (name, reason), times in sorted(Counter(strange).items()):
            await _alert(engine, connection, name, reason, times)
    return known


async def ask_repoll(engine: Engine, name: str) -> None:
    """A delivery could not be taken: have the source read again, within 5 minutes."""
    async with engine.database.transaction() as connection:
        source = await sources.find(connection, name)
        if source is not None:
            await sources.ask_repoll(connection, source.id, engine.clock())


def _refusal(letter: Letter, authentic: Authentic) -> str:
    if authentic.stale:
        return "stale"
    return "too_large" if len(letter.body) > LARGEST_KEPT_BYTES else ""


def _kept_id(sent: str) -> str:
    """An id too long for an index is left out: the body's hash tells twins as well."""
    return sent if len(sent) <= _LONGEST_ID else ""


def _kept_headers(headers: Mapping[str, str], connector: Connector) -> dict[str, str]:
    secret = _SECRET_HEADERS | connector.capabilities.secret_headers
    return {name: value for name, value in headers.items() if name not in secret}


async def _alert(
    engine: Engine, connection: Connection, name: str, reason: str, times: int
) -> None:
    """What is not even parsed may be about any issue: have the source read again."""
    source = await sources.find(connection, name)
    if source is None:
        return
    await sources.ask_repoll(connection, source.id, engine.clock())
    await report_quarantined(engine, connection, source, reason, times)
