"""What a person can do with sources, writes and deliveries."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from sync.discard_delivery import discard_delivery
from sync.discard_write import discard_write
from sync.engine import Engine
from sync.pause import pause
from sync.replay_delivery import replay_delivery
from sync.replay_write import replay_write
from sync.resume import Resumed, resume

OnSource = Callable[[str, str, str], Awaitable[None]]
"""The source's name, by whom, why."""

OnWrite = Callable[[int, str, str], Awaitable[None]]
"""The write's number, by whom, why."""

OnDelivery = Callable[[UUID, str, str], Awaitable[None]]
"""The delivery's id, by whom, why."""


@dataclass(frozen=True, slots=True)
class OperateDesk:
    """The acts, each bound to the engine.

    They raise LookupError for what is not there (any more), ValueError for what cannot
    be done with it (any more).
    """

    pause: OnSource
    resume: Callable[[str, str, str], Awaitable[Resumed]]
    replay_write: OnWrite
    discard_write: OnWrite
    replay_delivery: OnDelivery
    discard_delivery: OnDelivery


def operate_desk_of(engine: Engine) -> OperateDesk:
    """The acts through an engine."""
    return OperateDesk(
        pause=partial(pause, engine),
        resume=partial(resume, engine),
        replay_write=partial(replay_write, engine),
        discard_write=partial(discard_write, engine),
        replay_delivery=partial(replay_delivery, engine),
        discard_delivery=partial(discard_delivery, engine),
    )
