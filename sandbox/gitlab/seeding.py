"""Fills an instance from seed data, with a history that lies in the past."""

from datetime import datetime, timedelta

from sandbox.gitlab.edits import IssueEdit
from sandbox.gitlab.instance import GitLab
from sandbox.gitlab.issues import open_issue, update_issue
from sandbox.gitlab.notes import Comment, write_note
from sandbox.gitlab.records import (
    MAINTAINER,
    REPORTER,
    Actor,
    Issue,
    Project,
    User,
)
from sandbox.seeds import SeedIssue, SeedPerson, SeedProject

# GitLab has no priorities and two states; its users say the rest with labels.
ENGLISH = {
    "highest": "priority::critical", "high": "priority::high",
    "low": "priority::low", "lowest": "priority::low",
    "in_progress": "status::in progress", "scheduled": "status::scheduled",
    "in_review": "status::in review", "module": "module::",
}  # fmt: skip
CHINESE = {
    "highest": "优先级::紧急", "high": "优先级::高", "low": "优先级::低",
    "lowest": "优先级::低", "in_progress": "状态::进行中",
    "scheduled": "状态::已排期", "in_review": "状态::评审中", "module": "模块::",
}  # fmt: skip


def seed_project(gitlab: GitLab, seed: SeedProject) -> Project:
    """Create the project, its people, milestones and issues."""
    oldest = max((issue.days_ago for issue in seed.issues), default=0)
    with gitlab.at(_days_before(gitlab.now(), oldest + 1)):
        project = gitlab.add_project(seed.key, seed.name)
        people = {one.username: _seat(gitlab, project, one) for one in seed.people}
        for version in seed.versions:
            gitlab.add_milestone(project, version)
    words = CHINESE if seed.language.startswith("zh") else ENGLISH
    for issue in sorted(seed.issues, key=lambda one: -one.days_ago):
        _seed_issue(gitlab, project, people, issue, words)
    return project


def _days_before(moment: datetime, days: float) -> datetime:
    return moment - timedelta(days=days)


def _seat(gitlab: GitLab, project: Project, person: SeedPerson) -> User:
    bot = person.role == "bot"
    user = gitlab.find_user(person.username) or gitlab.add_user(
        person.username, person.name, bot=bot
    )
    manages = person.role != "client"
    project.members[user.id] = MAINTAINER if manages else REPORTER
    if person.token and person.token not in gitlab.tokens:
        gitlab.add_token(person.token, user)
    return user


def _seed_issue(
    gitlab: GitLab,
    project: Project,
    people: dict[str, User],
    seed: SeedIssue,
    words: dict[str, str],
) -> None:
    created_at = _days_before(gitlab.now(), seed.days_ago)
    reporter = Actor(people[seed.reporter])
    edit: IssueEdit = {
        "title": seed.title,
        "description": seed.description,
        "labels": _labels(seed, words),
    }
    with gitlab.at(created_at):
        issue = open_issue(gitlab, project, reporter, edit)
    for comment in seed.comments:
        with gitlab.at(_later(gitlab, created_at, comment.days_after)):
            author = Actor(people[comment.author])
            write_note(gitlab, issue, author, Comment(comment.body))
    _finish(gitlab, issue, seed, _manager(people, reporter.user))


def _labels(seed: SeedIssue, words: dict[str, str]) -> list[str]:
    told = [words[word] for word in (seed.priority, seed.state) if word in words]
    module = [words["module"] + seed.module] if seed.module else []
    return [*seed.labels, *module, *told]


def _manager(people: dict[str, User], fallback: User) -> User:
    return next((user for user in people.values() if not user.bot), fallback)


def _finish(gitlab: GitLab, issue: Issue, seed: SeedIssue, closer: User) -> None:
    if seed.state == "done":
        with gitlab.at(_later(gitlab, issue.created_at, seed.done_after_days)):
            update_issue(gitlab, issue, Actor(closer), {"state_event": "close"})


def _later(gitlab: GitLab, moment: datetime, days: float) -> datetime:
    """Never in the future."""
    return min(moment + timedelta(days=days), gitlab.now())
