"""The stories that once failed: kept beside the tests, told before all others."""

from pathlib import Path

from tests.simulation.life import Story

_FILE = Path(__file__).with_name("seeds.txt")


def load_stories() -> list[Story]:
    """Those that were kept."""
    lines = _FILE.read_text(encoding="utf-8").splitlines()
    return [Story.parse(one) for one in lines if one and not one.startswith("#")]


def keep_story(story: Story, why: str) -> None:
    """Write a story down, to be committed with what mends it."""
    line = str(story)
    if line not in _FILE.read_text(encoding="utf-8"):
        with _FILE.open("a", encoding="utf-8") as kept:
            kept.write(f"# {why}\n{line}\n")
