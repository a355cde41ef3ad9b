"""Neutral seed data: what the demo's clients wrote, whatever tracker they use."""

from dataclasses import dataclass, field
from typing import Literal

Priority = Literal["highest", "high", "medium", "low", "lowest"]
State = Literal["open", "in_progress", "scheduled", "in_review", "done"]
Kind = Literal["requirement", "defect", "question", "training", "task"]
Role = Literal["project_manager", "client", "bot"]


@dataclass(frozen=True)
class SeedPerson:
    """`username` is also the page's name for the person; `token` only for the bot."""

    username: str
    name: str
    email: str
    role: Role
    token: str = ""
    time_zone: str = "Asia/Shanghai"


@dataclass(frozen=True)
class SeedComment:
    author: str
    body: str
    days_after: float


@dataclass(frozen=True)
class SeedIssue:
    """One issue. `kind` and `covered` are the author's truth, not shown in trackers.

    `covered`: "yes" the contract covers it, "no" it clearly does not, "small" a daily
    change, "" when that is not asked (questions). `twin` names a wish that other
    clients raise too.
    """

    title: str
    description: str
    kind: Kind
    module: str
    reporter: str
    days_ago: float
    priority: Priority = "medium"
    state: State = "open"
    labels: tuple[str, ...] = ()
    comments: tuple[SeedComment, ...] = ()
    covered: str = ""
    twin: str = ""
    done_after_days: float = 3.0


@dataclass(frozen=True)
class SeedProject:
    """One client's tracker project with everything in it.

    `key` is the Jira project key, or the GitLab full path ("group/project").
    """

    client: str
    key: str
    name: str
    language: str
    people: tuple[SeedPerson, ...]
    modules: tuple[str, ...]
    versions: tuple[str, ...] = ()
    issues: tuple[SeedIssue, ...] = field(default=(), repr=False)
