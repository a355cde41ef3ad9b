"""Those who read the stand-in: ours, the libraries' own objects, and perceval.

Each runs in a forked process, so that CPU time and memory are its alone and imports are
nobody's.
"""

import asyncio
import gc
import multiprocessing
import re
import resource
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter
from typing import Any

import gitlab
from jira import JIRA

from app.plugins import get_connector
from connectors.base import Page
from connectors.http import Budget, Door, load_certificates, open_client, scan_nothing

TOKEN = "glpat-benchmark"  # noqa: S105 - opens nothing
JQL = 'project in ("BENCH") ORDER BY updated ASC, key ASC'
BY_CHANGE: dict[str, Any] = {
    "order_by": "updated_at",
    "sort": "asc",
    "scope": "all",
    "state": "all",
}
JIRA_FIELDS = (
    "summary,description,issuetype,status,labels,fixVersions,components,priority,comment,"
    "reporter,assignee,created,updated,duedate,security,project,timespent,attachment,"
    "issuelinks,parent,subtasks"
)
"""What ours asks for, so that all read the same."""

Reader = Callable[[str, int], Iterable[Any]]
"""From the stand-in's address and our concurrency to the issues, one by one."""


_get_connector = cache(get_connector)
"""A process looks through what is installed once."""


def _now() -> datetime:
    return datetime.now(UTC)


def _count_ours(kind: str, config: Mapping[str, Any], concurrency: int) -> int:
    """Issues that a backfill of the real connector hands over, page after page."""
    connector = _get_connector(kind)
    settings = connector.Config.model_validate(
        {**config, "kind": kind, "project": "bench", "max_concurrency": concurrency}
    )
    door = Door(
        settings.base_url,
        _now,
        Budget(_now),
        scan=scan_nothing,
        connections=concurrency,
    )

    async def read() -> int:
        with open_client(door) as client:
            source = connector("bench", settings, client, _now)
            return sum([len(_kept(page)) async for page in source.fetch_changed(None)])

    return asyncio.run(read())


def _kept(page: Page) -> Sequence[object]:
    return page.snapshots


def gitlab_ours(url: str, concurrency: int, project: int = 1) -> Iterable[Any]:
    config = {"base_url": url, "projects": [project], "token": TOKEN}
    return range(_count_ours("gitlab", config, concurrency))


async def _as_they_came(*given: Any) -> Any:
    """In place of making issues of rows, which both connectors give last."""
    return given[-1]


def gitlab_ours_rows(url: str, concurrency: int) -> Iterable[Any]:
    """Only the pages that ours takes, through the same door; in a process of its own."""
    import_module("connectors.gitlab.changes").WholeReads.fetch = _as_they_came
    return gitlab_ours(url, concurrency)


def gitlab_ours_notes(url: str, concurrency: int) -> Iterable[Any]:
    return gitlab_ours(url, concurrency, project=2)


def jira_ours(url: str, concurrency: int, path: str = "dc") -> Iterable[Any]:
    config = {
        "base_url": f"{url}/{path}",
        "project_keys": ["BENCH"],
        "token": TOKEN,
    }
    return range(_count_ours("jira", config, concurrency))


def jira_ours_rows(url: str, concurrency: int, path: str = "dc") -> Iterable[Any]:
    """The same for Jira."""
    vars(import_module("connectors.jira.changes")).update(complete=_as_they_came)
    return jira_ours(url, concurrency, path)


def jira_cloud_ours_rows(url: str, concurrency: int) -> Iterable[Any]:
    return jira_ours_rows(url, concurrency, "cloud")


def jira_cloud_ours(url: str, concurrency: int) -> Iterable[Any]:
    return jira_ours(url, concurrency, "cloud")


def _library(url: str) -> gitlab.Gitlab:
    return gitlab.Gitlab(url, private_token=TOKEN)


def gitlab_objects(url: str, _: int) -> Iterable[Any]:
    project = _library(url).projects.get(1, lazy=True)
    return project.issues.list(iterator=True, per_page=100, **BY_CHANGE)


def gitlab_objects_notes(url: str, _: int) -> Iterable[Any]:
    project = _library(url).projects.get(2, lazy=True)
    for issue in project.issues.list(iterator=True, per_page=100, **BY_CHANGE):
        assert isinstance(issue, gitlab.base.RESTObject)
        yield issue, issue.notes.list(get_all=True, per_page=100)


def gitlab_http_list(url: str, _: int) -> Iterable[Any]:
    path = "/projects/1/issues"
    return _library(url).http_list(path, iterator=True, per_page=100, **BY_CHANGE)


def jira_objects(url: str, _: int) -> Iterable[Any]:
    library = JIRA(f"{url}/dc", token_auth=TOKEN)
    start = 0
    while True:
        found = library.search_issues(
            JQL, startAt=start, maxResults=100, fields=JIRA_FIELDS
        )
        yield from found
        start += len(found)
        if start >= found.total:
            return


def gitlab_perceval(url: str, _: int) -> Iterable[Any]:
    backend = import_module("perceval.backends.core.gitlab")
    found: Iterable[Any] = backend.GitLab(
        "bench", "noted", api_token=TOKEN, base_url=url
    ).fetch()
    return found


def jira_perceval(url: str, _: int) -> Iterable[Any]:
    backend = import_module("perceval.backends.core.jira")
    found: Iterable[Any] = backend.Jira(
        f"{url}/dc", project="BENCH", api_token=TOKEN
    ).fetch()
    return found


READERS: Mapping[str, Reader] = {
    reader.__name__: reader
    for reader in (
        gitlab_ours,
        gitlab_ours_rows,
        gitlab_ours_notes,
        gitlab_objects,
        gitlab_objects_notes,
        gitlab_http_list,
        gitlab_perceval,
        jira_ours,
        jira_ours_rows,
        jira_cloud_ours,
        jira_cloud_ours_rows,
        jira_objects,
        jira_perceval,
    )
}


@dataclass(frozen=True, slots=True)
class Measured:
    """What reading took.

    Attributes:
        grew_mb: the most by which resident memory grew.
    """

    issues: int
    seconds: float
    cpu_seconds: float
    grew_mb: float

    @property
    def rate(self) -> float:
        """Issues a second."""
        return self.issues / self.seconds

    @property
    def cpu(self) -> float:
        """CPU seconds for 10,000 issues."""
        return 10_000 * self.cpu_seconds / self.issues


def measure(name: str, url: str, share: int, concurrency: int) -> Measured:
    """Read up to ``share`` issues in a process of its own."""
    fork = multiprocessing.get_context("fork")
    receiving, sending = fork.Pipe(duplex=False)
    arguments = (sending, READERS[name], url, share, concurrency)
    process = fork.Process(target=_measure_into, args=arguments)
    process.start()
    sending.close()
    measured: Measured = receiving.recv()
    process.join()
    return measured


def _measure_into(
    sending: Connection, reader: Reader, url: str, share: int, concurrency: int
) -> None:
    before_bytes, before_cpu = _memory("VmRSS"), _cpu_seconds()
    started = perf_counter()
    count = sum(1 for _ in islice(reader(url, concurrency), share))
    sending.send(
        Measured(
            issues=count,
            seconds=perf_counter() - started,
            cpu_seconds=_cpu_seconds() - before_cpu,
            grew_mb=(_memory("VmHWM") - before_bytes) / 1024,
        )
    )


def load_all() -> None:
    """Do what a process does once; import what is installed."""
    for late in ("gitlab.v4.objects", "httpcore"):
        import_module(late)
    for kind in ("gitlab", "jira"):
        _get_connector(kind)
        if has_perceval():
            import_module(f"perceval.backends.core.{kind}")
    load_certificates()
    # What a fork inherits is not walked through again, and so not copied.
    gc.collect()
    gc.freeze()


def has_perceval() -> bool:
    """Whether it is installed; it is no part of the lock."""
    return find_spec("perceval") is not None


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _memory(name: str) -> int:
    """In KiB, of this process."""
    text = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(rf"{name}:\s+(\d+)", text)
    return int(found[1]) if found else 0
