"""Fills custom fields by their names, as the issue's edit screen has them.

Documentation: ``GET /rest/api/2/issue/{id}/editmeta`` (names, types and allowed values
of what can be edited) and ``PUT /rest/api/2/issue/{id}``.
"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from connectors.jira.people import Json
from connectors.jira.site import QuietJira, segment
from model.changes import Receipt, SetFields
from model.errors import PermanentError


def apply_fields(issue_id: str, change: SetFields, jira: QuietJira) -> Receipt:
    """Write what differs, with one request.

    Raises:
        PermanentError: ``field_not_editable``: none of that name is on the screen;
            ``field_value_invalid``: its type or its list of values has no place for it.
    """
    path = f"issue/{segment(issue_id)}"
    screen: Mapping[str, Json] = jira.get(f"{path}/editmeta")["fields"]
    found = {name: _find_field(name, screen) for name in change.values}
    held = jira.get_ours(issue_id, *found.values())
    wanted = {
        found[name]: _encode(name, value, screen[found[name]])
        for name, value in change.values.items()
    }
    due = {
        one: value for one, value in wanted.items() if _differs(held.get(one), value)
    }
    if not due:
        return Receipt(written=False)
    jira.send("PUT", path, {"fields": due})
    return Receipt(written=True, calls=1)


def find_value(name: str, value: str, spec: Json) -> Any:
    """A text as the field's type takes it; None when it has no place there."""
    try:
        return _encode(name, value, spec)
    except PermanentError:
        return None


def _find_field(name: str, screen: Mapping[str, Json]) -> str:
    """Its id; the name may be the id itself."""
    word = name.strip().casefold()
    for one, spec in screen.items():
        if word in {one.casefold(), str(spec.get("name") or "").strip().casefold()}:
            return one
    raise PermanentError("field_not_editable", {"field": name})


def _encode(name: str, value: str, spec: Json) -> Any:
    if not value:
        return None
    schema = spec.get("schema") or {}
    kind = f"{schema.get('type')} {schema.get('items') or ''}".strip()
    encode = _ENCODERS.get(kind, _refuse)
    try:
        return encode(value, spec)
    except (ValueError, InvalidOperation) as error:
        params = {"field": name, "value": value, "offered": _offered(spec)}
        raise PermanentError("field_value_invalid", params) from error


def _refuse(value: str, _spec: Json) -> Any:
    raise ValueError(value)


def _choose(value: str, spec: Json) -> Json:
    for one in spec.get("allowedValues") or ():
        if str(one.get("value") or "").strip().casefold() == value.casefold():
            return {"id": str(one["id"])}
    raise ValueError(value)


_ENCODERS: Mapping[str, Callable[[str, Json], Any]] = {
    "number": lambda value, _: float(Decimal(value)),
    "option": _choose,
    "array option": lambda value, spec: [_choose(value, spec)],
    "array string": lambda value, _: ["_".join(value.split())],
    "date": lambda value, _: date.fromisoformat(value).isoformat(),
    "string": lambda value, _: value,
    "any": lambda value, _: value,
}
"""By the type of a field, and of its items."""


def _offered(spec: Json) -> str:
    values = [str(one.get("value")) for one in spec.get("allowedValues") or ()]
    return ", ".join(values) or str((spec.get("schema") or {}).get("type"))


def _differs(held: Any, wanted: Any) -> bool:
    if isinstance(wanted, list) and isinstance(held, list):
        return [_key(one) for one in held] != [_key(one) for one in wanted]
    return bool(_key(held) != _key(wanted))


def _key(value: Any) -> Any:
    return str(value["id"]) if isinstance(value, dict) and "id" in value else value
