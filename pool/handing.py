"""The pool, read by one process and handed to others, a block at a time."""

from collections.abc import Iterator, Sequence
from multiprocessing.queues import SimpleQueue

from pool.standing import Block, BlockParser, Reading, read_blocks

Blocks = SimpleQueue[bytes | None]
"""A block is taken before the next one is put, so memory does not grow; None ends."""

_joined: list[Blocks] = []
"""This process's queue; it can be no argument of a task, only of its process."""


def join(blocks: Blocks) -> None:
    """Share a queue with the other processes."""
    _joined.append(blocks)


def hand_out(reading: Reading, takers: int) -> None:
    """Read the pool and put it into the queue; blocks."""
    (blocks,) = _joined
    try:
        for block in read_blocks(reading):
            blocks.put(block)
    finally:
        for _ in range(takers):
            blocks.put(None)


def take(facts: Sequence[str]) -> Iterator[Block]:
    """Whatever this process gets hold of, until nothing is left; blocks.

    What is left is thrown away when the taker fails, so that :func:`hand_out` does not
    wait for ever.
    """
    (blocks,) = _joined
    parser = BlockParser(facts)
    left = iter(blocks.get, None)
    try:
        for block in left:
            yield parser.parse(block)
    finally:
        for _block in left:
            pass
