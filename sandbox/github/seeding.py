"""Fills a GitHub from seed data, with a history that lies in the past."""

from datetime import datetime, timedelta

from sandbox.github.records import Issue, Repository, User
from sandbox.github.site import GitHub, IssueEdit
from sandbox.seeds import SeedIssue, SeedPerson, SeedProject

ROLES = {"project_manager": "admin", "bot": "admin", "client": "read"}
WORDS = {
    "highest": "priority::critical",
    "high": "priority::high",
    "low": "priority::low",
    "lowest": "priority::low",
    "in_progress": "in progress",
    "in_review": "in review",
    "scheduled": "scheduled",
}


def seed_repository(github: GitHub, seed: SeedProject) -> Repository:
    """Create the repository, its people, milestones and issues."""
    owner_and_name = seed.key if "/" in seed.key else f"{seed.key}/{seed.key}".lower()
    row = github.add_repository(owner_and_name)
    people = {one.username: _seat(github, row, one) for one in seed.people}
    manager = next(user for user in people.values() if not user.bot)
    for version in seed.versions:
        github.add_milestone(row, manager, version)
    for issue in sorted(seed.issues, key=lambda one: -one.days_ago):
        _seed_issue(github, row, people, issue)
    return row


def _seat(github: GitHub, row: Repository, person: SeedPerson) -> User:
    user = github.add_user(person.username, person.name, bot=person.role == "bot")
    row.members[user.id] = ROLES[person.role]
    if person.token:
        github.add_token(person.token, user)
    return user


def _seed_issue(
    github: GitHub, row: Repository, people: dict[str, User], seed: SeedIssue
) -> None:
    created_at = github.now() - timedelta(days=seed.days_ago)
    edit: IssueEdit = {
        "title": seed.title,
        "body": seed.description,
        "labels": _labels(seed),
    }
    with github.at(created_at):
        issue = github.open_issue(row, people[seed.reporter], edit)
    for comment in seed.comments:
        with github.at(_later(github, created_at, comment.days_after)):
            github.write_comment(issue, people[comment.author], comment.body)
    _finish(github, issue, seed, people[seed.reporter])


def _labels(seed: SeedIssue) -> list[str]:
    told = [WORDS[word] for word in (seed.priority, seed.state) if word in WORDS]
    module = [f"module::{seed.module}"[:50]] if seed.module else []
    return [*seed.labels, *module, *told]


def _finish(github: GitHub, issue: Issue, seed: SeedIssue, closer: User) -> None:
    if seed.state == "done":
        with github.at(_later(github, issue.created_at, seed.done_after_days)):
            github.edit_issue(issue, closer, {"state": "closed"})


def _later(github: GitHub, moment: datetime, days: float) -> datetime:
    """Never in the future."""
    return min(moment + timedelta(days=days), github.now())
