"""Fills the numbers that an issue has of GitLab's own: weight and time estimate.

https://docs.gitlab.com/api/issues/#update-an-issue and
https://docs.gitlab.com/api/issues/#set-a-time-estimate-for-an-issue
"""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from connectors.gitlab.mapping import IssuePlace
from connectors.gitlab.rest import Rest
from model.changes import Receipt, SetFields
from model.errors import PermanentError

_MINUTES = 60


class NumberFields:
    """Writes numbers of one source's issues."""

    def __init__(self, rest: Rest, hours_per_day: float) -> None:
        self._rest = rest
        self._minutes_per_day = Decimal(str(hours_per_day)) * _MINUTES

    def fill(self, place: IssuePlace, change: SetFields) -> Receipt:
        """Write what differs.

        Raises:
            PermanentError: ``field_not_editable``: the weight is not licensed;
                ``field_value_invalid``: no number.
        """
        calls, values = 0, change.values
        if "weight" in values:
            calls += self._set_weight(place, _number("weight", values["weight"]))
        if "time_estimate" in values:
            days = _number("time_estimate", values["time_estimate"])
            calls += self._set_estimate(place, days)
        return Receipt(written=calls > 0, calls=calls)

    def _set_weight(self, place: IssuePlace, wanted: Decimal | None) -> int:
        weight = None if wanted is None else int(wanted.quantize(0, ROUND_HALF_UP))
        row = self._rest.get_row(place.path)
        if "weight" not in row:
            raise PermanentError("field_not_editable", {"field": "weight"})
        if row["weight"] == weight:
            return 0
        self._rest.put(place.path, {"weight": weight})
        return 1

    def _set_estimate(self, place: IssuePlace, days: Decimal | None) -> int:
        minutes = int((days or 0) * self._minutes_per_day)
        held = self._rest.get_row(f"{place.path}/time_stats")["time_estimate"]
        if held == minutes * 60:
            return 0
        if minutes:
            body = {"duration": f"{minutes}m"}
            self._rest.post(f"{place.path}/time_estimate", body)
        else:
            self._rest.post(f"{place.path}/reset_time_estimate", {})
        return 1


def join(one: Receipt, other: Receipt) -> Receipt:
    """Both receipts of one change."""
    at = one.updated_at if not other.written else None
    written = one.written or other.written
    return Receipt(written, updated_at=at, calls=one.calls + other.calls)


def _number(name: str, value: str) -> Decimal | None:
    try:
        return Decimal(value) if value else None
    except InvalidOperation as error:
        params = {"field": name, "value": value, "offered": "number"}
        raise PermanentError("field_value_invalid", params) from error
