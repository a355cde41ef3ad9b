"""Custom fields of work items, read and written through GraphQL."""

from collections.abc import Sequence

from graphql import GraphQLError

from sandbox.gitlab.graphql_types import gid
from sandbox.gitlab.records import CustomField, Issue, Json

TYPES = {
    "TEXT": "WorkItemTextFieldValue",
    "NUMBER": "WorkItemNumberFieldValue",
    "SINGLE_SELECT": "WorkItemSelectFieldValue",
}


def fields_widget(issue: Issue, fields: Sequence[CustomField]) -> Json:
    """All fields of the type, with a value or without."""
    return {"customFieldValues": [_value(issue, one) for one in fields]}


def _value(issue: Issue, one: CustomField) -> Json:
    options = [{"id": one.option_id(it), "value": it} for it in one.options]
    held = issue.custom.get(one.id)
    chosen = [it for it in options if it["value"] == held]
    field = {
        "id": gid("Issuables::CustomField", one.id),
        "name": one.name,
        "fieldType": one.kind,
        "selectOptions": options,
    }
    told = {"selectedOptions": chosen} if one.options else {"value": held}
    return {"__typename": TYPES[one.kind], "customField": field, **told}


def write_fields(
    issue: Issue, fields: Sequence[CustomField], given: Sequence[Json]
) -> bool:
    """Whether anything changed."""
    known = {gid("Issuables::CustomField", one.id): one for one in fields}
    before = dict(issue.custom)
    for value in given:
        one = known.get(value["customFieldId"])
        if one is None:
            message = "The custom field does not exist"
            raise GraphQLError(message)
        issue.custom[one.id] = _read(one, value)
    return issue.custom != before


def _read(one: CustomField, value: Json) -> object:
    if not one.options:
        return value.get("textValue" if one.kind == "TEXT" else "numberValue")
    ids = {one.option_id(it): it for it in one.options}
    chosen = value.get("selectedOptionIds") or []
    return ids[chosen[0]] if chosen else None
