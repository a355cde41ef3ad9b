"""As much of Jira's REST API as the real write code asks for, over a model tracker."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from model.changes import Change
from model.errors import PermanentError
from model.issues import Comment, IssueSnapshot, Visibility
from tests.simulation.faults import AFTER, Fault
from tests.simulation.tracker import BOT, CATEGORIES, WORKFLOWS, ModelTracker, is_ours

Answer = TypeVar("Answer")
Json = dict[str, Any]

_KEYS = {"to_do": "new", "in_progress": "indeterminate", "done": "done"}
_ME = {"name": "bot", "displayName": "reqpool"}


@dataclass
class ModelJira:
    """Answers like the library's client; each request may fail, each write is counted."""

    tracker: ModelTracker
    operation: str = ""
    change: Change | None = None
    sent: int = 0

    def begin(self, operation: str, change: Change) -> None:
        self.operation, self.change, self.sent = operation, change, 0

    def get(self, path: str, **params: str | int) -> Any:
        self.tracker.ask(f"GET {path}")
        for pattern, read in _READS.items():
            if found := re.fullmatch(pattern, path):
                return read(self, *found.groups(), **params)
        raise AssertionError(f"the model has no GET {path}")

    def get_ours(self, issue_id: str, *_: str) -> Any:
        """The town has one project."""
        return self.get(f"issue/{issue_id}")["fields"]

    def send(self, method: str, path: str, body: Json) -> Any:
        tracker = self.tracker
        tracker.ask(f"{method} {path}")
        tracker.weather.strike([Fault.CONFLICT], path)
        if self.sent:
            tracker.weather.strike([Fault.HALF_APPLIED], path)
        self.sent += 1
        for pattern, do in _WRITES.items():
            if found := re.fullmatch(pattern, f"{method} {path}"):
                answer = do(self, *found.groups(), body=body)
                tracker.step(f"{method} {path} done")
                tracker.weather.strike(AFTER, path)
                return answer
        raise AssertionError(f"the model has no {method} {path}")

    def issue(self, tracker_id: str) -> IssueSnapshot:
        if tracker_id not in self.tracker.living():
            raise PermanentError("not_found")
        return self.tracker.issues[tracker_id]

    def read_issue(self, tracker_id: str, **_: str | int) -> Json:
        issue = self.issue(tracker_id)
        fields = {
            "labels": sorted(issue.labels),
            "fixVersions": [{"name": one} for one in issue.releases],
            "status": _status(issue.status),
            "project": {"key": "FIN"},
            "issuetype": {"id": "1"},
            "comment": self.read_comments(tracker_id),
        }
        return {"id": tracker_id, "key": issue.key, "fields": fields}

    def read_transitions(self, tracker_id: str, **_: str | int) -> Json:
        here = self.issue(tracker_id).status
        offered = [
            {"id": status, "name": status, "to": _status(status)}
            for status in self.tracker.offers(here)
        ]
        return {"transitions": offered}

    def read_comments(self, tracker_id: str, **params: str | int) -> Json:
        rows = [_comment(one) for one in self.issue(tracker_id).comments or ()]
        return {"comments": rows[int(params.get("startAt", 0)) :], "total": len(rows)}

    def read_comment(self, tracker_id: str, comment: str) -> Json:
        for one in self.issue(tracker_id).comments or ():
            if one.tracker_id == comment:
                return _comment(one)
        raise PermanentError("not_found")

    def read_property(self, comment: str) -> Json:
        for tracker_id in self.tracker.living():
            for one in self.tracker.issues[tracker_id].comments or ():
                if one.tracker_id == comment and is_ours(one):
                    return {"key": "reqpool", "value": {"sticky": True}}
        raise PermanentError("not_found")

    def read_versions(self, _key: str) -> list[Json]:
        return [{"name": one} for one in self.tracker.versions]

    def read_statuses(self) -> list[Json]:
        return [_status(one) for one in WORKFLOWS["jira"]]

    def write_fields(self, tracker_id: str, body: Json) -> None:
        issue = self.issue(tracker_id)
        update, fields = body.get("update", {}), body.get("fields", {})
        labels = set(fields.get("labels", issue.labels))
        for verb in update.get("labels", ()):
            labels = (labels | {verb.get("add")}) - {None, verb.get("remove")}
        releases = list(issue.releases)
        for verb in update.get("fixVersions", ()):
            name = (verb.get("add") or verb.get("remove"))["name"]
            releases = [one for one in releases if one != name]
            releases += [name] if "add" in verb else []
        self._write(tracker_id, labels=frozenset(labels), releases=tuple(releases))

    def write_status(self, tracker_id: str, body: Json) -> None:
        status = body["transition"]["id"]
        if status not in self.tracker.offers(self.issue(tracker_id).status):
            raise PermanentError("bad_request")
        self._write(tracker_id, status=status, status_category=CATEGORIES[status])

    def write_version(self, body: Json) -> Json:
        self.tracker.versions.append(body["name"])
        self.tracker.touched.add(self.operation)
        return {"name": body["name"]}

    def make_comment(self, tracker_id: str, body: Json) -> Json:
        comments = self.issue(tracker_id).comments or ()
        made, now = str(self.tracker.number()), self.tracker.clock()
        new = Comment(made, BOT, body["body"], Visibility.PUBLIC, now, now, ours=True)
        self.tracker.made_comments[tracker_id] += 1
        self._write(tracker_id, comments=(*comments, new))
        return {"id": made}

    def write_comment(self, tracker_id: str, comment: str, body: Json) -> Json:
        comments = self.issue(tracker_id).comments or ()
        self._write(
            tracker_id,
            comments=tuple(
                replace(one, body=body["body"], ours=True)
                if one.tracker_id == comment
                else one
                for one in comments
            ),
        )
        return {"id": comment}

    def _write(self, tracker_id: str, **to: Any) -> None:
        assert self.change is not None
        self.tracker.write(tracker_id, self.operation, self.change, **to)


def _status(name: str) -> Json:
    return {
        "id": name,
        "name": name,
        "statusCategory": {"key": _KEYS[CATEGORIES[name].value]},
    }


def _comment(one: Comment) -> Json:
    author = one.author
    shown = {"name": author.tracker_id, "displayName": author.name} if author else None
    return {"id": one.tracker_id, "author": shown, "body": one.body}


_ISSUE, _COMMENT = r"issue/([^/]+)", r"issue/([^/]+)/comment/([^/]+)"

_READS: dict[str, Callable[..., Any]] = {
    _ISSUE: ModelJira.read_issue,
    rf"{_ISSUE}/transitions": ModelJira.read_transitions,
    rf"{_ISSUE}/comment": ModelJira.read_comments,
    _COMMENT: ModelJira.read_comment,
    r"comment/([^/]+)/properties/reqpool": ModelJira.read_property,
    r"project/([^/]+)/versions": ModelJira.read_versions,
    r"status": ModelJira.read_statuses,
}

_WRITES: dict[str, Callable[..., Any]] = {
    rf"PUT {_ISSUE}": ModelJira.write_fields,
    rf"POST {_ISSUE}/transitions": ModelJira.write_status,
    rf"POST {_ISSUE}/comment": ModelJira.make_comment,
    rf"PUT {_COMMENT}": ModelJira.write_comment,
    r"POST version": ModelJira.write_version,
}


@dataclass
class ModelSite:
    """Stands where the real connector talks to its site: no threads, no network."""

    jira: ModelJira
    is_cloud: bool = False

    async def learn_once(self) -> None:
        """Everything is known."""

    async def learn_own_id(self) -> str:
        return str(_ME["name"])

    async def ask(self, call: Callable[[ModelJira], Answer]) -> Answer:
        return call(self.jira)
