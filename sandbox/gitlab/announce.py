"""Tells the hooks that want to know, once for each chain of webhooks."""

import json

from sandbox.gitlab.delivery import CHAIN_HEADER
from sandbox.gitlab.hook_bodies import (
    issue_body,
    milestone_body,
    note_body,
)
from sandbox.gitlab.instance import GitLab
from sandbox.gitlab.records import Actor, Issue, Json, Milestone, Note, Project
from sandbox.hooks import Event, Hook

LONGEST_CHAIN = 100


def announce_issue(
    gitlab: GitLab, issue: Issue, actor: Actor, action: str, before: Json
) -> None:
    body = issue_body(gitlab, issue, actor, action, before)
    event = issue_event(issue, body)
    announce(gitlab, event, actor)


def issue_event(issue: Issue, body: Json) -> Event:
    if issue.confidential:
        trigger, title = "confidential_issues_events", "Confidential Issue Hook"
    else:
        trigger, title = "issues_events", "Issue Hook"
    return make_event(trigger, title, issue.project, body)


def announce_note(gitlab: GitLab, note: Note, actor: Actor, action: str) -> None:
    announce(gitlab, note_event(note, note_body(gitlab, note, actor, action)), actor)


def note_event(note: Note, body: Json) -> Event:
    if note.internal or note.issue.confidential:
        trigger, title = "confidential_note_events", "Confidential Note Hook"
    else:
        trigger, title = "note_events", "Note Hook"
    return make_event(trigger, title, note.issue.project, body)


def announce_milestone(
    gitlab: GitLab, project: Project, milestone: Milestone, actor: Actor, action: str
) -> None:
    body = milestone_body(gitlab, project, milestone, action)
    event = make_event("milestone_events", "Milestone Hook", project, body)
    announce(gitlab, event, actor)


def make_event(trigger: str, title: str, project: Project, body: Json) -> Event:
    raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return Event(trigger, _scope(project), raw, {"X-Gitlab-Event": title})


def _scope(project: Project) -> str:
    """Itself, and the groups that it lies in: their hooks fire, too."""
    namespaces = project.path_with_namespace.split("/")[:-1]
    paths = ["/".join(namespaces[: depth + 1]) for depth in range(len(namespaces))]
    return ",".join([str(project.id), *(f"group:{path}" for path in paths)])


def announce(gitlab: GitLab, event: Event, actor: Actor) -> None:
    if actor.event_uuid is None:
        gitlab.bench.deliveries.raise_event(event)
        return
    headers = {**event.headers, CHAIN_HEADER: actor.event_uuid}
    chained = Event(event.name, event.scope, event.body, headers)
    for hook in _hooks_not_in_chain(gitlab, chained, actor.event_uuid):
        gitlab.bench.deliveries.deliver(hook, chained)


def _hooks_not_in_chain(gitlab: GitLab, event: Event, chain: str) -> list[Hook]:
    """A request that carries a delivery's UUID does not fire that hook again."""
    moment, deliveries = gitlab.now(), gitlab.bench.deliveries
    past = [d for d in deliveries.kept if d.headers.get(CHAIN_HEADER) == chain]
    if len(past) >= LONGEST_CHAIN:
        return []
    fired = {delivery.hook.id for delivery in past}
    return [
        hook
        for hook in deliveries.hooks.values()
        if hook.id not in fired and hook.wants(event) and hook.open_at(moment)
    ]
