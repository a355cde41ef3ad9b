"""As much of GitLab's REST API as the real write code asks for, over a model tracker."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from model.changes import Change
from model.errors import PermanentError
from model.issues import Comment, IssueSnapshot, Visibility
from tests.simulation.faults import AFTER, Fault
from tests.simulation.tracker import BOT, CATEGORIES, ModelTracker

Json = dict[str, Any]

_ME = 1
_STATES = {"close": "closed", "reopen": "opened"}


@dataclass
class ModelGitLab:
    """Answers like the connector's ``Rest``; may fail, and each write is counted."""

    tracker: ModelTracker
    operation: str = ""
    change: Change | None = None
    sent: int = 0

    def begin(self, operation: str, change: Change) -> None:
        self.operation, self.change, self.sent = operation, change, 0

    def get_row(self, path: str) -> Json:
        row: Json = self._read(path, {})
        return row

    def get_all(self, path: str, query: Mapping[str, Any] = {}) -> list[Json]:
        rows: list[Json] = self._read(path, query)
        return rows

    def ask_graphql(self, query: str, variables: Mapping[str, Any]) -> Json:
        """An edition without statuses of its own."""
        del query, variables
        self.tracker.ask("POST graphql")
        return {"data": {}}

    def put(self, path: str, body: Json) -> Json:
        return self._send("PUT", path, body)

    def post(self, path: str, body: Json) -> Json:
        return self._send("POST", path, body)

    def _read(self, path: str, query: Mapping[str, Any]) -> Any:
        self.tracker.ask(f"GET {path}")
        for pattern, read in _READS.items():
            if found := re.fullmatch(pattern, path):
                return read(self, *found.groups(), query=query)
        raise AssertionError(f"the model has no GET {path}")

    def _send(self, method: str, path: str, body: Json) -> Json:
        tracker = self.tracker
        tracker.ask(f"{method} {path}")
        tracker.weather.strike([Fault.CONFLICT], path)
        if self.sent:
            tracker.weather.strike([Fault.HALF_APPLIED], path)
        self.sent += 1
        for pattern, do in _WRITES.items():
            if found := re.fullmatch(pattern, f"{method} {path}"):
                answer: Json = do(self, *found.groups(), body=body)
                tracker.step(f"{method} {path} done")
                tracker.weather.strike(AFTER, path)
                return answer
        raise AssertionError(f"the model has no {method} {path}")

    def issue(self, project: str, iid: str) -> IssueSnapshot:
        tracker_id = f"{project}#{iid}"
        if tracker_id not in self.tracker.living():
            raise PermanentError("not_found", {"detail": "404 Not found"})
        return self.tracker.issues[tracker_id]

    def read_me(self, query: object) -> Json:
        del query
        return {"id": _ME}

    def read_issue(self, project: str, iid: str, query: object) -> Json:
        del query
        return _row(self.issue(project, iid))

    def read_labels(self, _project: str, query: Mapping[str, Any]) -> list[Json]:
        wanted = str(query.get("search", ""))
        held = {name for one in self.tracker.issues.values() for name in one.labels}
        return [{"name": name} for name in sorted(held) if wanted in name]

    def read_milestones(self, _project: str, query: Mapping[str, Any]) -> list[Json]:
        known = enumerate(self.tracker.versions, start=1)
        rows = [{"id": number, "title": name} for number, name in known]
        return [row for row in rows if row["title"] == query.get("title")]

    def read_notes(self, project: str, iid: str, query: object) -> list[Json]:
        del query
        return [_note(one) for one in self.issue(project, iid).comments or ()]

    def read_note(self, project: str, iid: str, note: str, query: object) -> Json:
        del query
        for one in self.issue(project, iid).comments or ():
            if one.tracker_id == note:
                return _note(one)
        raise PermanentError("not_found", {"detail": "404 Note Not Found"})

    def write_issue(self, project: str, iid: str, body: Json) -> Json:
        issue = self.issue(project, iid)
        to: Json = {}
        if {"add_labels", "remove_labels", "labels"} & body.keys():
            held = _names(body["labels"]) if "labels" in body else issue.labels
            added, gone = (
                _names(body.get("add_labels")),
                _names(body.get("remove_labels")),
            )
            to["labels"] = frozenset((held | added) - gone)
        if event := body.get("state_event"):
            status = _STATES[event]
            if status not in self.tracker.offers(issue.status):
                raise PermanentError("bad_request")
            to |= {"status": status, "status_category": CATEGORIES[status]}
        if "milestone_id" in body:
            number = body["milestone_id"]
            to["releases"] = (self.tracker.versions[number - 1],) if number else ()
        self._write(issue, **to)
        return _row(self.issue(project, iid))

    def make_milestone(self, _project: str, body: Json) -> Json:
        self.tracker.versions.append(body["title"])
        self.tracker.touched.add(self.operation)
        return {"id": len(self.tracker.versions)}

    def make_note(self, project: str, iid: str, body: Json) -> Json:
        issue = self.issue(project, iid)
        made, now = str(self.tracker.number()), self.tracker.clock()
        new = Comment(made, BOT, body["body"], Visibility.PUBLIC, now, now, ours=True)
        self.tracker.made_comments[issue.ref.tracker_id] += 1
        self._write(issue, comments=(*(issue.comments or ()), new))
        return _note(new)

    def write_note(self, project: str, iid: str, note: str, body: Json) -> Json:
        issue = self.issue(project, iid)
        changed = tuple(
            replace(one, body=body["body"], ours=True)
            if one.tracker_id == note
            else one
            for one in issue.comments or ()
        )
        self._write(issue, comments=changed)
        return {"id": int(note), "body": body["body"]}

    def _write(self, issue: IssueSnapshot, **to: Any) -> None:
        assert self.change is not None
        self.tracker.write(issue.ref.tracker_id, self.operation, self.change, **to)


def _names(listed: object) -> frozenset[str]:
    names = listed.split(",") if isinstance(listed, str) else list(listed or ())  # type: ignore[call-overload]
    return frozenset(filter(None, names))


def _row(issue: IssueSnapshot) -> Json:
    milestone = {"title": issue.releases[0]} if issue.releases else None
    return {
        "id": int(issue.ref.tracker_id.partition("#")[2]),
        "labels": sorted(issue.labels),
        "state": issue.status,
        "milestone": milestone,
        "updated_at": issue.updated_at.isoformat(),
    }


def _note(one: Comment) -> Json:
    author = _ME if one.author == BOT else 2
    return {"id": int(one.tracker_id), "author": {"id": author}, "body": one.body}


_ISSUE, _NOTE = (
    r"/projects/(\d+)/issues/(\d+)",
    r"/projects/(\d+)/issues/(\d+)/notes/(\d+)",
)

_READS: dict[str, Callable[..., Any]] = {
    _ISSUE: ModelGitLab.read_issue,
    rf"{_ISSUE}/notes": ModelGitLab.read_notes,
    _NOTE: ModelGitLab.read_note,
    r"/projects/(\d+)/labels": ModelGitLab.read_labels,
    r"/projects/(\d+)/milestones": ModelGitLab.read_milestones,
    r"/user": ModelGitLab.read_me,
}

_WRITES: dict[str, Callable[..., Any]] = {
    rf"PUT {_ISSUE}": ModelGitLab.write_issue,
    rf"POST {_ISSUE}/notes": ModelGitLab.make_note,
    rf"PUT {_NOTE}": ModelGitLab.write_note,
    r"POST /projects/(\d+)/milestones": ModelGitLab.make_milestone,
}
