"""The rulesets that come with the product, for tests."""

from importlib.resources import files

from model.trackers import Capabilities, Trackers
from rules.load_ruleset import load_ruleset
from rules.ruleset import Ruleset

TRACKERS: Trackers = {
    "jira": Capabilities("Jira", (), r"\S{1,255}", "refuses white space"),
    "gitlab": Capabilities("GitLab", ("opened", "closed"), "[^,]+", "splits at commas"),
    "github": Capabilities(
        "GitHub", ("open", "closed", "not planned"), ".{1,50}", "refuses long labels"
    ),
}
DEFAULTS = ("vendor.en.yaml", "vendor.zh.yaml")


def default_text(name: str) -> str:
    return (files("rules") / "defaults" / name).read_text("utf-8")


def load_default(name: str) -> Ruleset:
    ruleset, problems = load_ruleset(default_text(name), file=name, trackers=TRACKERS)
    assert ruleset is not None, problems
    return ruleset
