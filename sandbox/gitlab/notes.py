"""Comments on issues, and the commands inside them."""

from dataclasses import dataclass

from sandbox.gitlab.announce import announce_note
from sandbox.gitlab.errors import refused
from sandbox.gitlab.instance import GitLab
from sandbox.gitlab.issues import move_issue, update_issue
from sandbox.gitlab.quick_actions import Reading, read_quick_actions
from sandbox.gitlab.records import Actor, Issue, Note

LONGEST_BODY = 1_048_576


@dataclass(frozen=True)
class Comment:
    body: str
    internal: bool = False
    thread: str | None = None


def write_note(
    gitlab: GitLab, issue: Issue, actor: Actor, comment: Comment
) -> tuple[Note | None, Reading]:
    """No note comes back when the text was nothing but commands."""
    _check_body(comment.body)
    reading = read_quick_actions(gitlab, issue.project, actor, comment.body)
    note = None
    if not reading.only_commands:
        note = _store(gitlab, issue, actor, reading.text, comment)
        announce_note(gitlab, note, actor, "create")
    run_commands(gitlab, issue, actor, reading)
    return note, reading


def run_commands(gitlab: GitLab, issue: Issue, actor: Actor, reading: Reading) -> None:
    if reading.edit:
        update_issue(gitlab, issue, actor, reading.edit)
    target = gitlab.find_project(reading.move_to) if reading.move_to else None
    if target:
        move_issue(gitlab, issue, target, actor)


def edit_note(gitlab: GitLab, note: Note, actor: Actor, body: str) -> Note | None:
    """An edit down to nothing but commands deletes the note."""
    _check_body(body)
    reading = read_quick_actions(gitlab, note.issue.project, actor, body)
    run_commands(gitlab, note.issue, actor, reading)
    if reading.only_commands:
        delete_note(gitlab, note)
        return None
    note.body, note.updated_by = reading.text, actor.user
    note.updated_at = note.issue.updated_at = gitlab.now()
    announce_note(gitlab, note, actor, "update")
    return note


def delete_note(gitlab: GitLab, note: Note) -> None:
    """Nobody is told, but the issue counts as updated."""
    note.issue.notes.remove(note)
    note.issue.updated_at = gitlab.now()


def _store(
    gitlab: GitLab, issue: Issue, actor: Actor, body: str, comment: Comment
) -> Note:
    note = gitlab.new_note(issue, actor.user, body)
    note.internal = comment.internal
    if comment.thread:
        note.discussion_id, note.type = comment.thread, "DiscussionNote"
    issue.updated_at = note.created_at
    return note


def _check_body(body: str) -> None:
    if not body.strip():
        raise refused(400, '400 Bad request - Note {:note=>["can\'t be blank"]}')
    if len(body.encode()) > LONGEST_BODY:
        sentence = "is too long (maximum is 1 MiB)"
        raise refused(400, f'400 Bad request - Note {{:note=>["{sentence}"]}}')
