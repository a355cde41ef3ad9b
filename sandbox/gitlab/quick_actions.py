r"""Commands in text: lines that start with /name act instead of being stored.

They run from the API exactly as from the browser, with the rights of the caller,
which is why text that somebody else wrote has to be neutralised before it is sent.
A code block protects its lines.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from sandbox.gitlab.edits import IssueEdit, combine
from sandbox.gitlab.instance import GitLab
from sandbox.gitlab.records import Actor, Project, User
from sandbox.gitlab.stamps import parse_duration

COMMAND = re.compile(r"^/(?P<name>[a-z_]+)(?:[ \t]+(?P<rest>.*?))?[ \t]*$")
LABEL = re.compile(r'~"(?P<quoted>[^"]+)"|~(?P<plain>\S+)')


@dataclass
class Reading:
    """Text without its commands, and what the commands ask for."""

    text: str
    edit: IssueEdit = field(default_factory=IssueEdit)
    summary: list[str] = field(default_factory=list)
    changes: dict[str, object] = field(default_factory=dict)
    move_to: str | None = None

    @property
    def only_commands(self) -> bool:
        return bool(self.summary) and not self.text.strip()


@dataclass(frozen=True)
class Setting:
    gitlab: GitLab
    project: Project
    actor: Actor


Command = Callable[[Setting, str, Reading], None]


def read_quick_actions(
    gitlab: GitLab, project: Project, actor: Actor, text: str
) -> Reading:
    setting, reading = Setting(gitlab, project, actor), Reading("")
    kept, fenced = [], False
    for line in text.split("\n"):
        fenced ^= line.lstrip().startswith(("```", "~~~"))
        command = None if fenced else _command(line)
        if command is None:
            kept.append(line)
        else:
            command(setting, reading)
    reading.text = "\n".join(kept).strip() if reading.summary else text
    return reading


def _command(line: str) -> Callable[[Setting, Reading], None] | None:
    match = COMMAND.match(line.rstrip("\r"))
    act = COMMANDS.get(match["name"]) if match else None
    if match is None or act is None:
        return None
    rest = match["rest"] or ""
    return lambda setting, reading: act(setting, rest, reading)


def _want(reading: Reading, edit: IssueEdit, sentence: str) -> None:
    reading.edit = combine(reading.edit, edit)
    reading.summary.append(sentence)
    reading.changes |= {name: _plain(value) for name, value in edit.items()}


def _plain(value: object) -> object:
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str | int | None) else getattr(value, "id", None)


def _close(setting: Setting, rest: str, reading: Reading) -> None:
    del setting, rest
    _want(reading, {"state_event": "close"}, "Closed this issue.")


def _reopen(setting: Setting, rest: str, reading: Reading) -> None:
    del setting, rest
    _want(reading, {"state_event": "reopen"}, "Reopened this issue.")


def label_names(rest: str) -> list[str]:
    found = [match["quoted"] or match["plain"] for match in LABEL.finditer(rest)]
    return found or rest.split()


def _known_labels(setting: Setting, rest: str) -> list[str]:
    """Unlike the API's parameters, a command does not create labels."""
    names = label_names(rest)
    return [n for n in names if setting.gitlab.find_label(setting.project, n)]


def _label(setting: Setting, rest: str, reading: Reading) -> None:
    names = _known_labels(setting, rest)
    marks = " ".join(f"~{name}" for name in names)
    _want(reading, {"add_labels": names}, f"Added {marks} label.")


def _unlabel(setting: Setting, rest: str, reading: Reading) -> None:
    names = _known_labels(setting, rest)
    if not rest:
        names = [row.name for row in setting.gitlab.labels_of(setting.project)]
    _want(reading, {"remove_labels": names}, "Removed labels.")


def _relabel(setting: Setting, rest: str, reading: Reading) -> None:
    names = _known_labels(setting, rest)
    _want(reading, {"labels": names}, "Replaced all labels.")


def _title(setting: Setting, rest: str, reading: Reading) -> None:
    del setting
    if rest:
        _want(reading, {"title": rest}, f'Changed the title to "{rest}".')


def _people(setting: Setting, rest: str) -> list[User]:
    words = [word for word in re.split(r"[\s,]+", rest) if word]
    own = setting.actor.user
    found = [own if w == "me" else setting.gitlab.find_user(w) for w in words]
    return [user for user in found if user]


def _assign(setting: Setting, rest: str, reading: Reading) -> None:
    people = _people(setting, rest)
    if people:
        marks = ", ".join(f"@{user.username}" for user in people)
        _want(reading, {"assignees": people}, f"Assigned {marks}.")


def _unassign(setting: Setting, rest: str, reading: Reading) -> None:
    del setting, rest
    _want(reading, {"assignees": []}, "Removed all assignees.")


def _milestone(setting: Setting, rest: str, reading: Reading) -> None:
    title = rest.removeprefix("%").strip('"')
    for milestone in setting.gitlab.milestones_of(setting.project):
        if milestone.title == title:
            _want(reading, {"milestone": milestone}, f"Set the milestone to %{title}.")


def _remove_milestone(setting: Setting, rest: str, reading: Reading) -> None:
    del setting, rest
    _want(reading, {"milestone": None}, "Removed milestone.")


def _due(setting: Setting, rest: str, reading: Reading) -> None:
    day = _day(setting, rest)
    if day:
        _want(reading, {"due_on": day}, f"Set the due date to {day:%b %d, %Y}.")


def _day(setting: Setting, rest: str) -> date | None:
    today = setting.gitlab.now().date()
    spoken = {"today": today, "tomorrow": today + timedelta(days=1)}
    try:
        return spoken.get(rest.strip()) or date.fromisoformat(rest.strip())
    except ValueError:
        return None


def _remove_due_date(setting: Setting, rest: str, reading: Reading) -> None:
    del setting, rest
    _want(reading, {"due_on": None}, "Removed the due date.")


def _confidential(setting: Setting, rest: str, reading: Reading) -> None:
    del setting, rest
    _want(reading, {"confidential": True}, "Made this issue confidential.")


def _estimate(setting: Setting, rest: str, reading: Reading) -> None:
    del setting
    seconds = parse_duration(rest)
    if seconds is not None:
        _want(reading, {"time_estimate": seconds}, f"Set time estimate to {rest}.")


def _spend(setting: Setting, rest: str, reading: Reading) -> None:
    del setting
    seconds = parse_duration(rest)
    if seconds is not None:
        _want(reading, {"spend": seconds}, f"Added {rest} spent time.")


def _weight(setting: Setting, rest: str, reading: Reading) -> None:
    if rest.isdecimal() and setting.gitlab.switches.premium:
        _want(reading, {"weight": int(rest)}, f"Set weight to {rest}.")


def _move(setting: Setting, rest: str, reading: Reading) -> None:
    if setting.gitlab.find_project(rest):
        reading.move_to = rest
        reading.summary.append(f"Moved this issue to {rest}.")


COMMANDS: dict[str, Command] = {
    "close": _close,
    "reopen": _reopen,
    "label": _label,
    "labels": _label,
    "unlabel": _unlabel,
    "remove_label": _unlabel,
    "relabel": _relabel,
    "title": _title,
    "assign": _assign,
    "reassign": _assign,
    "unassign": _unassign,
    "milestone": _milestone,
    "remove_milestone": _remove_milestone,
    "due": _due,
    "remove_due_date": _remove_due_date,
    "confidential": _confidential,
    "estimate": _estimate,
    "spend": _spend,
    "weight": _weight,
    "move": _move,
}
