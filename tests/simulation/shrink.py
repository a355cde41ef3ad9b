"""Makes a failing story short: leaves stimuli out as long as the same law breaks.

Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input" (2002):
complements of ever smaller parts.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from tests.simulation.life import Stimulus, Story

Fails = Callable[[Story], Awaitable[bool]]


async def shrink(story: Story, fails: Fails, most: int = 60) -> Story:
    """A story that still fails, none of whose stimuli could be left out.

    Args:
        story: fails.
        fails: plays one from the beginning, and says whether it breaks the same law.
        most: how many are played at most.
    """
    stimuli, parts, left = story.stimuli, 2, most
    while len(stimuli) > 1 and left > 0:
        for shorter in _complements(stimuli, parts):
            left -= 1
            if await fails(replace(story, stimuli=shorter)):
                stimuli, parts = shorter, max(parts - 1, 2)
                break
            if left <= 0:
                break
        else:
            if parts >= len(stimuli):
                break
            parts = min(parts * 2, len(stimuli))
    return replace(story, stimuli=stimuli)


def _complements(stimuli: Sequence[Stimulus], parts: int) -> list[tuple[Stimulus, ...]]:
    """Without each part in turn, the last first: what comes late explains less."""
    size = -(-len(stimuli) // parts)
    starts = reversed(range(0, len(stimuli), size))
    return [(*stimuli[:start], *stimuli[start + size :]) for start in starts]
