"""What becomes of a delivery on its way, whoever's it is."""

import asyncio
import socket
from contextlib import suppress

from sandbox.hooks import Deliveries, Event
from sandbox.jira.delivery import JiraDelivery
from tests.sandbox.receiver import Receiver

EVENT = Event("told", "", b"{}")


async def deliver(url: str, timeout_seconds: float = 30) -> list[int]:
    """What was answered to one delivery."""
    deliveries = Deliveries(JiraDelivery("Server", timeout_seconds=timeout_seconds))
    sending = asyncio.create_task(deliveries.run())
    delivery = deliveries.deliver(deliveries.add_hook(url, {EVENT.name}), EVENT)
    assert await asyncio.to_thread(deliveries.wait_idle)
    sending.cancel()
    with suppress(asyncio.CancelledError):
        await sending
    return delivery.answers


async def test_silence_counts_as_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        assert await deliver(f"http://127.0.0.1:{port}/hook", 0.2) == [0]


async def test_an_address_that_is_none_counts_as_no_answer() -> None:
    assert await deliver("http://127.0.0.1:99999/hook") == [0]


async def test_nobody_is_sent_on_to_elsewhere(receiver: Receiver) -> None:
    receiver.status, receiver.location = 307, receiver.url
    assert await deliver(receiver.url) == [307]
    assert [arrival.body for arrival in receiver.arrivals] == [EVENT.body]
