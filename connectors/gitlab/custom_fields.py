"""Custom fields of work items, where an instance has them (17.11 or newer, licensed).

https://docs.gitlab.com/user/work_items/custom_fields/ and
https://docs.gitlab.com/api/graphql/reference/ (``WorkItemWidgetCustomFields``,
``WorkItemWidgetCustomFieldValueInputType``).
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from connectors.gitlab.mapping import read_custom_fields
from connectors.gitlab.rest import Json, Rest
from model.changes import Receipt
from model.errors import PermanentError

VALUES = """... on WorkItemWidgetCustomFields {
  customFieldValues {
    customField { id name fieldType selectOptions { id value } }
    ... on WorkItemNumberFieldValue { number: value }
    ... on WorkItemTextFieldValue { text: value }
    ... on WorkItemSelectFieldValue { selectedOptions { id value } }
  }
}"""
_ITEM = f"""
query Fields($id: WorkItemID!) {{
  workItem(id: $id) {{ id widgets(onlyTypes: [CUSTOM_FIELDS]) {{ {VALUES} }} }}
}}
"""
_UPDATE = """
mutation Fill($id: WorkItemID!, $fields: [WorkItemWidgetCustomFieldValueInputType!]) {
  workItemUpdate(input: {id: $id, customFieldsWidget: $fields}) {
    errors
    workItem { id }
  }
}
"""


class CustomFields:
    """Writes custom fields of one source's issues."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest

    def fill(self, issue: Json, values: Mapping[str, str]) -> Receipt:
        """Write what differs.

        Raises:
            PermanentError: ``field_not_editable``: the issue has no such field;
                ``field_value_invalid``: it has no place for the value.
        """
        if not values:
            return Receipt(written=False)
        item_id = f"gid://gitlab/WorkItem/{issue['id']}"
        item = self._ask(_ITEM, {"id": item_id}).get("workItem") or {}
        widgets = item.get("widgets") or ()
        known = {_fold(one): one for one in _iterate_fields(widgets)}
        shown = {
            name.casefold(): it for name, it in read_custom_fields(widgets).items()
        }
        due = {
            name: value
            for name, value in values.items()
            if shown.get(name.casefold(), "").casefold() != value.casefold()
        }
        fields = [_encode(name, value, known) for name, value in due.items()]
        if fields:
            self._update(item_id, fields)
        return Receipt(written=bool(fields), calls=bool(fields))

    def _update(self, item_id: str, fields: list[Json]) -> None:
        told = self._ask(_UPDATE, {"id": item_id, "fields": fields})
        answer = told.get("workItemUpdate") or {}
        if not answer.get("workItem"):
            said = "; ".join(answer.get("errors") or ())
            raise PermanentError("refused", {"detail": said[:200]})

    def _ask(self, query: str, variables: Json) -> Json:
        data: Json = self._rest.ask_graphql(query, variables).get("data") or {}
        return data


def _iterate_fields(widgets: Any) -> Any:
    for widget in widgets:
        for value in widget.get("customFieldValues") or ():
            yield value["customField"]


def _fold(field: Json) -> str:
    return str(field["name"]).casefold()


def _encode(name: str, value: str, known: Mapping[str, Json]) -> Json:
    field = known.get(name.casefold())
    if field is None:
        raise PermanentError("field_not_editable", {"field": name})
    listed = field.get("selectOptions") or ()
    options = {str(one["value"]).casefold(): one["id"] for one in listed}
    try:
        told = _encode_as(str(field["fieldType"]), value, options)
    except (ValueError, InvalidOperation, KeyError) as error:
        values = [str(one["value"]) for one in listed]
        offered = ", ".join(values) or str(field["fieldType"]).lower()
        params = {"field": name, "value": value, "offered": offered}
        raise PermanentError("field_value_invalid", params) from error
    return {"customFieldId": field["id"], **told}


def _encode_as(kind: str, value: str, options: Mapping[str, str]) -> Json:
    match kind:
        case "NUMBER":
            return {"numberValue": float(Decimal(value)) if value else None}
        case "TEXT":
            return {"textValue": value or None}
        case "SINGLE_SELECT" | "MULTI_SELECT":
            return {"selectedOptionIds": [options[value.casefold()]] if value else []}
        case _:
            raise ValueError(kind)
