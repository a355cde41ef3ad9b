"""A first read of many issues: ours, python-gitlab, jira and perceval.

``python -m benchmarks.backfill [--quick] [--json]``; perceval comes with the dependency
group ``bench`` and is left out when it is not installed. All read the same quick
stand-ins (:mod:`benchmarks.backfill_standin`, processes of their own), with and without
50 ms of latency, in turns: where CPU is compared ours has its usual connections, eight
where latency is what counts. Ours is the real connector's backfill: it hands over whole
issues with comments and links, where the libraries' iteration makes objects of rows
and leaves them as they are. So both are told: ``reading`` is what ours needs for the
same pages alone, and what stands without that word includes

- for GitLab one GraphQL request more a page (links, moves, statuses, logged time), so
  that with *n* connections no more than *n* / 2 pages come in a round trip: with eight
  at 50 ms that is four times what one page after the other can be, whatever we do;
- for Jira the change of every text from wiki markup to Markdown.
"""

import argparse
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks.backfill_readers import Measured, has_perceval, load_all, measure
from benchmarks.report import middle, print_report
from connectors.base import SourceConfig

USUAL: int = SourceConfig.model_fields["max_concurrency"].default
CONCURRENCY = 8
LATENCY_SECONDS = 0.05
PACKAGES = ("python-gitlab", "jira", "httpx", "msgspec", "orjson")


@dataclass(frozen=True, slots=True)
class Size:
    """How much is read.

    Attributes:
        issues: that the stand-ins have.
        slow: how many the slow ones are asked for, one request after the other.
        noted: issues whose notes are read one by one.
        walked: how many perceval is given time for.
    """

    issues: int
    slow: int
    noted: int
    walked: int
    rounds: int


WHOLE = Size(issues=20_000, slow=5_000, noted=1_600, walked=60, rounds=3)
QUICK = Size(issues=3_000, slow=800, noted=640, walked=8, rounds=1)


@contextmanager
def standin(issues: int, *options: str) -> Iterator[str]:
    """The address of a stand-in of its own."""
    command = [sys.executable, "-m", "benchmarks.backfill_standin"]
    process = subprocess.Popen(  # noqa: S603 - our own module
        [*command, "--issues", str(issues), *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    assert process.stdout
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()
        process.wait(10)


@dataclass(frozen=True, slots=True)
class Contest:
    """One reader on one stand-in."""

    label: str
    reader: str
    url: str
    share: int

    @property
    def connections(self) -> int:
        """Of ours; the others have one."""
        return CONCURRENCY if self.label.startswith("slow") else USUAL


def line_up(stack: ExitStack, size: Size) -> list[Contest]:
    """Who reads what; baselines that walk slowly are given a share."""
    latency = ("--latency", str(LATENCY_SECONDS))
    fast = stack.enter_context(standin(size.issues))
    quarter = stack.enter_context(standin(size.issues // 4))
    slow = stack.enter_context(standin(size.issues, *latency))
    old = stack.enter_context(standin(size.noted, "--old", *latency))
    every = size.issues
    contests = [
        Contest("gitlab", "gitlab_ours", fast, every),
        Contest("gitlab_rows", "gitlab_ours_rows", fast, every),
        Contest("gitlab_objects", "gitlab_objects", fast, every),
        Contest("gitlab_notes", "gitlab_ours_notes", fast, every),
        Contest("gitlab_objects_notes", "gitlab_objects_notes", fast, size.noted),
        Contest("gitlab_notes_quarter", "gitlab_ours_notes", quarter, every),
        Contest("jira_dc", "jira_ours", fast, every),
        Contest("jira_cloud", "jira_cloud_ours", fast, every),
        Contest("jira_dc_rows", "jira_ours_rows", fast, every),
        Contest("jira_cloud_rows", "jira_cloud_ours_rows", fast, every),
        Contest("jira_objects", "jira_objects", fast, every),
        Contest("jira_dc_quarter", "jira_ours", quarter, every),
        Contest("slow_gitlab", "gitlab_ours", slow, every),
        Contest("slow_gitlab_rows", "gitlab_ours_rows", slow, every),
        Contest("slow_gitlab_http_list", "gitlab_http_list", slow, size.slow),
        Contest("slow_gitlab_notes", "gitlab_ours_notes", slow, every),
        Contest("slow_gitlab_notes_one_by_one", "gitlab_ours_notes", old, every),
        Contest("slow_jira_dc", "jira_ours", slow, every),
        Contest("slow_jira_cloud", "jira_cloud_ours", slow, every),
        Contest("slow_jira_objects", "jira_objects", slow, size.slow),
    ]
    walkers = [
        Contest("slow_gitlab_perceval", "gitlab_perceval", slow, size.walked),
        Contest("slow_jira_perceval", "jira_perceval", slow, size.walked),
    ]
    return contests + (walkers if has_perceval() else [])


class Results:
    """What was measured, by the contests' labels."""

    def __init__(self) -> None:
        self._found: dict[str, list[Measured]] = defaultdict(list)

    def run(self, contest: Contest) -> None:
        found = measure(contest.reader, contest.url, contest.share, contest.connections)
        assert found.issues, contest.label
        self._found[contest.label].append(found)

    def find(self, label: str, tell: Callable[[Measured], float]) -> float | None:
        found = self._found.get(label)
        return middle([tell(one) for one in found]) if found else None

    def describe(self, *, ours: bool) -> Mapping[str, Any]:
        """Medians of our readers, or of the others."""
        return {
            label: {
                "issues": found[0].issues,
                "issues_per_second": middle([one.rate for one in found]),
                "cpu_seconds_per_10000": middle([one.cpu for one in found]),
                "grew_mb": middle([one.grew_mb for one in found]),
            }
            for label, found in self._found.items()
            if ours == is_ours(label)
        }

    def ratios(self) -> Mapping[str, float]:
        """Above 1 ours is better."""
        found = {
            "ours_reading_vs_python-gitlab_objects_cpu": self._less(
                "gitlab_rows", "gitlab_objects", lambda one: one.cpu
            ),
            "ours_dc_reading_vs_jira_objects_cpu": self._less(
                "jira_dc_rows", "jira_objects", lambda one: one.cpu
            ),
            "ours_cloud_reading_vs_jira_objects_cpu": self._less(
                "jira_cloud_rows", "jira_objects", lambda one: one.cpu
            ),
            "ours_reading_vs_python-gitlab_http_list_at_50ms": self._faster(
                "slow_gitlab_rows", "slow_gitlab_http_list"
            ),
            "ours_vs_python-gitlab_objects_cpu": self._less(
                "gitlab", "gitlab_objects", lambda one: one.cpu
            ),
            "ours_vs_python-gitlab_objects_with_notes_cpu": self._less(
                "gitlab_notes", "gitlab_objects_notes", lambda one: one.cpu
            ),
            "ours_dc_vs_jira_objects_cpu": self._less(
                "jira_dc", "jira_objects", lambda one: one.cpu
            ),
            "ours_cloud_vs_jira_objects_cpu": self._less(
                "jira_cloud", "jira_objects", lambda one: one.cpu
            ),
            "ours_vs_python-gitlab_http_list_at_50ms": self._faster(
                "slow_gitlab", "slow_gitlab_http_list"
            ),
            "ours_dc_vs_jira_objects_at_50ms": self._faster(
                "slow_jira_dc", "slow_jira_objects"
            ),
            "ours_cloud_vs_jira_objects_at_50ms": self._faster(
                "slow_jira_cloud", "slow_jira_objects"
            ),
            "ours_notes_one_by_one_vs_concurrency_over_latency": self._share(
                "slow_gitlab_notes_one_by_one"
            ),
            "ours_notes_vs_concurrency_over_latency": self._share("slow_gitlab_notes"),
            "ours_vs_perceval_gitlab_at_50ms": self._faster(
                "slow_gitlab_notes", "slow_gitlab_perceval"
            ),
            "ours_vs_perceval_jira_at_50ms": self._faster(
                "slow_jira_dc", "slow_jira_perceval"
            ),
        }
        return {name: value for name, value in found.items() if value is not None}

    def _less(
        self, ours: str, theirs: str, tell: Callable[[Measured], float]
    ) -> float | None:
        mine, others = self.find(ours, tell), self.find(theirs, tell)
        return others / mine if mine and others else None

    def _faster(self, ours: str, theirs: str) -> float | None:
        return self._less(theirs, ours, lambda one: one.rate)

    def _share(self, label: str) -> float | None:
        """Of the issues whose notes could come if nothing but latency counted."""
        rate = self.find(label, lambda one: one.rate)
        return rate / (CONCURRENCY / LATENCY_SECONDS) if rate else None


def is_ours(label: str) -> bool:
    """Whether our connector read."""
    return not label.endswith(("objects", "objects_notes", "http_list", "perceval"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="within 50 seconds")
    parser.add_argument("--json", action="store_true", help="the last line alone")
    asked = parser.parse_args()
    size = QUICK if asked.quick else WHOLE
    load_all()
    results = Results()
    with ExitStack() as stack:
        contests = line_up(stack, size)
        for _ in range(size.rounds):
            for contest in contests:
                results.run(contest)
    ratios = results.ratios()
    ours, baselines = results.describe(ours=True), results.describe(ours=False)
    if not has_perceval():
        baselines = {**baselines, "perceval": "left out: it is not installed"}
    if not asked.json:
        for name, value in {**ours, **baselines, **ratios}.items():
            print(f"{name:50} {value}")
    packages = (*PACKAGES, "perceval") if has_perceval() else PACKAGES
    print_report("backfill", ours, baselines, ratios, packages)


if __name__ == "__main__":
    main()
