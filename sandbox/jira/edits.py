"""What a caller wants changed, checked field by field before anything changes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sandbox.jira.catalog import FIELDS, FieldMeta
from sandbox.jira.errors import JiraError, bad_field, not_settable
from sandbox.jira.records import Change, Issue, Json, Named, User, Version
from sandbox.jira.site import Site, choose_named

Op = tuple[str, object]


@dataclass(frozen=True)
class Step:
    """One checked field: what the changelog will say, and how to do it."""

    changes: tuple[Change, ...]
    apply: Callable[[], None]


Writer = Callable[[Site, Issue, list[Op]], Step]


def plan_edit(site: Site, issue: Issue, fields: Json, update: Json) -> list[Step]:
    """Check everything first, so that a bad field leaves the issue untouched."""
    steps: list[Step] = []
    errors: dict[str, str] = {}
    for name, ops in _operations(fields, update).items():
        try:
            if name in site.off_screen:
                raise not_settable(name)
            steps.append(_writer(name)(site, issue, ops))
        except JiraError as wrong:
            errors.update(wrong.errors)
    if errors:
        raise JiraError(400, errors=errors)
    return steps


def _operations(fields: Json, update: Json) -> dict[str, list[Op]]:
    ops: dict[str, list[Op]] = {
        name: [("set", value)] for name, value in fields.items()
    }
    for name, verbs in update.items():
        for verb in verbs:
            ops.setdefault(name, []).extend(verb.items())
    return ops


def _writer(name: str) -> Writer:
    if name in WRITERS:
        return WRITERS[name]
    if name.startswith("customfield_") and any(meta.id == name for meta in FIELDS):
        return _custom(name)
    raise not_settable(name)


def _last(ops: list[Op], name: str) -> object:
    verb, value = ops[-1]
    if verb != "set":
        raise bad_field(name, f"The operation '{verb}' is not supported.")
    return value


def _setter(issue: Issue, attribute: str, value: object) -> Callable[[], None]:
    return lambda: setattr(issue, attribute, value)


def _step(issue: Issue, attribute: str, value: object, change: Change) -> Step:
    same = getattr(issue, attribute) == value
    return Step(() if same else (change,), _setter(issue, attribute, value))


def _text(attribute: str, *, required: bool = False) -> Writer:
    def write(_site: Site, issue: Issue, ops: list[Op]) -> Step:
        value = _last(ops, attribute)
        if value is not None and not isinstance(value, str):
            raise bad_field(attribute, "Operation value must be a string")
        if required and not (value or "").strip():
            raise bad_field(attribute, "You must specify a summary of the issue.")
        if required and len(value or "") > 255:
            raise bad_field(attribute, "Summary must be less than 255 characters.")
        old: str | None = getattr(issue, attribute)
        new = value or None if attribute != "summary" else value
        change = Change(attribute, attribute, None, old, None, new)
        return _step(issue, attribute, new, change)

    return write


def _due(_site: Site, issue: Issue, ops: list[Op]) -> Step:
    value = _last(ops, "duedate")
    day = str(value) if value else None
    change = Change("duedate", "duedate", issue.due_on, issue.due_on, day, day)
    return _step(issue, "due_on", day, change)


def _custom(name: str) -> Writer:
    meta = next(meta for meta in FIELDS if meta.id == name)
    shown = meta.name

    def write(_site: Site, issue: Issue, ops: list[Op]) -> Step:
        old, new = issue.custom.get(name), _typed(meta, _last(ops, name))
        texts = (None if old is None else str(old), None if new is None else str(new))
        change = Change(shown, name, None, texts[0], None, texts[1], "custom")
        changes = () if old == new else (change,)
        return Step(changes, lambda: issue.custom.update({name: new}))

    return write


def _typed(meta: FieldMeta, value: object) -> object:
    """A number is no text, and an option is one of the list."""
    match meta.type, value:
        case _, None:
            return None
        case "number", int() | float():
            return float(value)
        case "string", str():
            return value
        case "option", {"id": str(number)} if number in option_ids(meta):
            return option_ids(meta)[number]
        case "option", {"value": str(text)} if text in meta.options:
            return next(
                one for one in option_ids(meta).values() if one["value"] == text
            )
    wants = {"number": "a number", "string": "a string"}.get(meta.type, "valid")
    raise bad_field(meta.id, f"Operation value must be {wants}")


def option_ids(meta: FieldMeta) -> dict[str, Json]:
    """The options of a select field as REST shows them, by id."""
    return {
        str(number): {"id": str(number), "value": text}
        for number, text in enumerate(meta.options, 10400)
    }


def _choice(name: str, attribute: str, things: Callable[[Site], object]) -> Writer:
    def write(site: Site, issue: Issue, ops: list[Op]) -> Step:
        all_things = things(site)
        if not isinstance(all_things, tuple):
            raise not_settable(name)
        new = choose_named(all_things, _last(ops, name), name)
        old: Named | None = getattr(issue, attribute)
        change = named_change(name, name, old, new)
        return _step(issue, attribute, new, change)

    return write


def named_change(
    field: str, field_id: str, old: Named | None, new: Named | None
) -> Change:
    before = (old.id, old.name) if old else (None, None)
    after = (new.id, new.name) if new else (None, None)
    return Change(field, field_id, *before, *after)


def _person(name: str) -> Writer:
    def write(site: Site, issue: Issue, ops: list[Op]) -> Step:
        value = _last(ops, name)
        new = site.find_user(value)
        named = value.values() if isinstance(value, dict) else [value]
        if new is None and any(named):
            raise bad_field(name, f"User '{next(iter(named))}' does not exist.")
        if new is not None and "ASSIGNABLE_USER" in new.denied:
            raise bad_field(name, f"User '{new.id}' cannot be assigned issues.")
        old: User | None = getattr(issue, name)
        change = Change(name, name, *_whom(old), *_whom(new))
        return _step(issue, name, new, change)

    return write


def _whom(user: User | None) -> tuple[str | None, str | None]:
    return (user.id, user.name) if user else (None, None)


def _labels(_site: Site, issue: Issue, ops: list[Op]) -> Step:
    new = _folded(issue.labels, ops, "labels")
    for label in new:
        if not isinstance(label, str):
            raise bad_field("labels", "string expected at index 0")
        if any(letter.isspace() for letter in label):
            text = f"The label '{label}' contains spaces which is invalid."
            raise bad_field("labels", text)
        if len(label) > 255:
            raise bad_field("labels", f"The label '{label}' is too long.")
    labels = sorted({str(label) for label in new})
    before, after = " ".join(issue.labels), " ".join(labels)
    change = Change("labels", "labels", None, before, None, after)
    return _step(issue, "labels", labels, change)


def _folded(old: Iterable[object], ops: list[Op], name: str) -> list[object]:
    held = list(old)
    for verb, value in ops:
        if verb == "set":
            held = list(value) if isinstance(value, list) else []
        elif verb == "add":
            held = held if value in held else [*held, value]
        elif verb == "remove":
            held = [one for one in held if one != value]
        else:
            raise bad_field(name, f"The operation '{verb}' is not supported.")
    return held


def _versions(name: str, attribute: str, shown: str) -> Writer:
    def write(_site: Site, issue: Issue, ops: list[Op]) -> Step:
        old: list[Version] = getattr(issue, attribute)
        known = issue.project.versions
        new = _folded(old, _picked(known, ops, name), name)
        changes = _list_changes(shown, name, old, new)
        return Step(changes, _setter(issue, attribute, new))

    return write


def _components(_site: Site, issue: Issue, ops: list[Op]) -> Step:
    known = issue.project.components
    picked = _picked(known, ops, "components")
    new = _folded(issue.components, picked, "components")
    changes = _list_changes("Component", "components", issue.components, new)
    return Step(changes, _setter(issue, "components", new))


def _picked(known: Iterable[Version | Named], ops: list[Op], name: str) -> list[Op]:
    for verb, _ in ops:
        if verb not in {"set", "add", "remove"}:
            raise bad_field(name, f"The operation '{verb}' is not supported.")
    return [(verb, _pick(known, value, name)) for verb, value in ops]


def _pick(known: Iterable[Version | Named], value: object, name: str) -> object:
    if isinstance(value, list):
        return [_pick(known, one, name) for one in value]
    wanted: Json = value if isinstance(value, dict) else {}
    for one in known:
        if str(wanted.get("id", "")) == one.id or wanted.get("name") == one.name:
            return one
    noun = "Component" if name == "components" else "Version"
    which = wanted.get("name") or wanted.get("id")
    raise bad_field(name, f"{noun} name '{which}' is not valid")


def _list_changes(
    shown: str, field_id: str, old: Iterable[Version | Named], new: list[object]
) -> tuple[Change, ...]:
    held = list(old)
    gone = [
        Change(shown, field_id, one.id, one.name, None, None)
        for one in held
        if one not in new
    ]
    come = [
        Change(shown, field_id, None, None, one.id, one.name)
        for one in new
        if isinstance(one, Version | Named) and one not in held
    ]
    return (*gone, *come)


WRITERS: dict[str, Writer] = {
    "summary": _text("summary", required=True),
    "description": _text("description"),
    "environment": _text("environment"),
    "duedate": _due,
    "priority": _choice("priority", "priority", lambda site: site.priorities),
    "issuetype": _choice("issuetype", "type", lambda site: site.issue_types),
    "assignee": _person("assignee"),
    "reporter": _person("reporter"),
    "labels": _labels,
    "fixVersions": _versions("fixVersions", "fix_versions", "Fix Version"),
    "versions": _versions("versions", "affected_versions", "Version"),
    "components": _components,
}
RESOLUTION = _choice("resolution", "resolution", lambda site: site.resolutions)
