"""The pool, read by one process and handed to others, a block at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.queues import SimpleQueue
from multiprocessing.sharedctypes import Synchronized

from pool.standing import Block, BlockParser, Reading, read_blocks

Blocks = SimpleQueue[bytes | None]
"""A block is taken before the next one is put, so memory does not grow; None ends."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What the processes share.

    Attributes:
        blocks: those to be taken.
        taken: how many issues were.
    """

    blocks: Blocks
    taken: "Synchronized[int]"


_joined: list[Shared] = []
"""This process's share; it can be no argument of a task, only of its process."""


def join(shared: Shared) -> None:
    """Share a queue with the other processes."""
    _joined.append(shared)


def hand_out(reading: Reading, takers: int) -> None:
    """Read the pool and put it into the queue; blocks."""
    (shared,) = _joined
    try:
        for block in read_blocks(reading):
            shared.blocks.put(block)
    finally:
        for _ in range(takers):
            shared.blocks.put(None)


def take(facts: Sequence[str]) -> Iterator[Block]:
    """Whatever this process gets hold of, until nothing is left; blocks.

    What is left is thrown away when the taker fails, so that :func:`hand_out` does not
    wait for ever.
    """
    (shared,) = _joined
    parser = BlockParser(facts)
    left = iter(shared.blocks.get, None)
    try:
        for packed in left:
            block = parser.parse(packed)
            yield block
            with shared.taken:
                shared.taken.value += len(block.keys)
    finally:
        for _block in left:
            pass
