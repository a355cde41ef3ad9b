"""The rulesets that come with the product, for tests."""

from importlib.resources import files

from rules.load_ruleset import load_ruleset
from rules.ruleset import Ruleset

DEFAULTS = ("vendor.en.yaml", "vendor.zh.yaml")


def default_text(name: str) -> str:
    return (files("rules") / "defaults" / name).read_text("utf-8")


def load_default(name: str) -> Ruleset:
    ruleset, problems = load_ruleset(default_text(name), file=name)
    assert ruleset is not None, problems
    return ruleset
