"""Notes and discussions of issues."""

from starlette.responses import Response

from sandbox.gitlab.api.limits import application_limit
from sandbox.gitlab.api.spec import Spec
from sandbox.gitlab.call import Call, no_content
from sandbox.gitlab.entities import note_entity
from sandbox.gitlab.errors import forbidden, not_found
from sandbox.gitlab.notes import Comment, delete_note, edit_note, write_note
from sandbox.gitlab.quick_actions import Reading
from sandbox.gitlab.records import MAINTAINER, PLANNER, Issue, Json, Note

FILTERS = ("all_notes", "only_comments", "only_activity")


def _visible_notes(call: Call, issue: Issue) -> list[Note]:
    """Guests do not see internal notes of others."""
    level = call.gitlab.access_level(call.actor.user, issue.project)
    return [
        note
        for note in issue.notes
        if not note.internal or level >= PLANNER or note.author is call.actor.user
    ]


def list_notes(call: Call) -> Response:
    wanted = call.params.choice("activity_filter", FILTERS, "all_notes")
    order = call.params.choice("order_by", ("created_at", "updated_at"), "created_at")
    down = call.params.choice("sort", ("asc", "desc"), "desc") == "desc"
    system = {"all_notes": {True, False}, "only_comments": {False}}.get(wanted, {True})
    rows = [
        note for note in _visible_notes(call, call.issue()) if note.system in system
    ]
    rows.sort(key=lambda note: (getattr(note, order), note.id), reverse=down)
    return call.page(rows, lambda note: note_entity(call.gitlab, note))


def _note(call: Call) -> Note:
    wanted = call.number("note_id")
    for note in _visible_notes(call, call.issue()):
        if note.id == wanted:
            return note
    raise not_found()


def show_note(call: Call) -> Response:
    return call.answer(note_entity(call.gitlab, _note(call)))


def create_note(call: Call) -> Response:
    return _write(call, None)


def reply(call: Call) -> Response:
    threads = {note.discussion_id for note in call.issue().notes}
    thread = call.path["discussion_id"]
    if thread not in threads:
        raise not_found(what="Discussion")
    return _write(call, thread)


def _write(call: Call, thread: str | None) -> Response:
    issue = call.issue()
    call.params.require("body")
    application_limit(call, "notes_create", call.gitlab.switches.notes_per_minute)
    internal = call.params.flag("internal") or call.params.flag("confidential")
    if internal:
        call.demand(issue.project, PLANNER)
    comment = Comment(call.params.text("body") or "", internal, thread)
    note, reading = write_note(call.gitlab, issue, call.actor, comment)
    if note is None:
        return call.answer(_commands(reading), 202)
    entity = note_entity(call.gitlab, note)
    return call.answer({**entity, "commands_changes": reading.changes}, 201)


def _commands(reading: Reading) -> Json:
    return {"commands_changes": reading.changes, "summary": reading.summary}


def _own_note(call: Call) -> Note:
    note = _note(call)
    if note.system:
        raise forbidden()
    if note.author is not call.actor.user:
        call.demand(note.issue.project, MAINTAINER)
    return note


def change_note(call: Call) -> Response:
    note = _own_note(call)
    call.params.require("body")
    edited = edit_note(call.gitlab, note, call.actor, call.params.text("body") or "")
    if edited is None:
        return call.answer({"commands_changes": {}}, 202)
    return call.answer(note_entity(call.gitlab, edited))


def remove_note(call: Call) -> Response:
    delete_note(call.gitlab, _own_note(call))
    return no_content()


def list_discussions(call: Call) -> Response:
    threads: dict[str, list[Note]] = {}
    for note in _visible_notes(call, call.issue()):
        threads.setdefault(note.discussion_id, []).append(note)
    return call.page(list(threads.values()), lambda row: _discussion(call, row))


def show_discussion(call: Call) -> Response:
    wanted = call.path["discussion_id"]
    every = _visible_notes(call, call.issue())
    notes = [note for note in every if note.discussion_id == wanted]
    if not notes:
        raise not_found(what="Discussion")
    return call.answer(_discussion(call, notes))


def start_discussion(call: Call) -> Response:
    issue = call.issue()
    call.params.require("body")
    comment = Comment(call.params.text("body") or "")
    note, reading = write_note(call.gitlab, issue, call.actor, comment)
    if note is None:
        return call.answer(_commands(reading), 202)
    note.type = "DiscussionNote"
    return call.answer(_discussion(call, [note]), 201)


def _discussion(call: Call, notes: list[Note]) -> Json:
    return {
        "id": notes[0].discussion_id,
        "individual_note": notes[0].type is None,
        "notes": [note_entity(call.gitlab, note) for note in notes],
    }


ISSUE = "/projects/{id}/issues/{iid}"
ROUTES = (
    Spec("GET", f"{ISSUE}/notes", list_notes),
    Spec("POST", f"{ISSUE}/notes", create_note),
    Spec("GET", f"{ISSUE}/notes/{{note_id}}", show_note),
    Spec("PUT", f"{ISSUE}/notes/{{note_id}}", change_note),
    Spec("DELETE", f"{ISSUE}/notes/{{note_id}}", remove_note),
    Spec("GET", f"{ISSUE}/discussions", list_discussions),
    Spec("POST", f"{ISSUE}/discussions", start_discussion),
    Spec("GET", f"{ISSUE}/discussions/{{discussion_id}}", show_discussion),
    Spec("POST", f"{ISSUE}/discussions/{{discussion_id}}/notes", reply),
)
