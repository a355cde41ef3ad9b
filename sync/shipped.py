"""The rulesets that come with reqpool."""

from importlib import resources


def find_shipped(name: str) -> str | None:
    """The text of a shipped ruleset; ``vendor-en`` is in ``vendor.en.yaml``."""
    file = f"{name.replace('-', '.')}.yaml"
    shipped = resources.files("rules") / "defaults" / file
    return shipped.read_text(encoding="utf-8") if shipped.is_file() else None
