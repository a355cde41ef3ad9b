"""Request parameters as Grape reads them: strict on values, blind to unknown names."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from starlette.datastructures import QueryParams

from sandbox.gitlab.errors import bad_parameter, invalid

TRUE = {"true", "1", "t", "yes", "on"}
FALSE = {"false", "0", "f", "no", "off"}


def merge_query(query: QueryParams) -> dict[str, Any]:
    """`a[]=1&a[]=2` is a list, `not[a]=1` a nested name that keeps its brackets."""
    merged: dict[str, Any] = {}
    for name, value in query.multi_items():
        if name.endswith("[]"):
            merged.setdefault(name[:-2], []).append(value)
        else:
            merged[name] = value
    return merged


class Params(Mapping[str, Any]):
    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = given

    def __getitem__(self, name: str) -> Any:
        return self._given[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._given)

    def __len__(self) -> int:
        return len(self._given)

    def require(self, *names: str) -> None:
        missing = [f"{name} is missing" for name in names if name not in self]
        if missing:
            raise invalid(", ".join(missing))

    def require_one_of(self, *names: str) -> None:
        if not any(name in self for name in names):
            listed = ", ".join(names)
            sentence = "are missing, at least one parameter must be provided"
            raise bad_parameter(listed, sentence)

    def text(self, name: str, default: str | None = None) -> str | None:
        value = self.get(name, default)
        return None if value is None else str(value)

    def choice(self, name: str, allowed: tuple[str, ...], default: str = "") -> str:
        value = self.get(name, default)
        if name in self and value not in allowed:
            raise bad_parameter(name, "does not have a valid value")
        return str(value)

    def integer(self, name: str, default: int | None = None) -> int | None:
        value = self.get(name, default)
        if value is None or value == "":
            return None
        try:
            return int(value)
        except (TypeError, ValueError) as error:
            raise bad_parameter(name) from error

    def count(self, name: str, default: int) -> int:
        value = self.integer(name, default)
        return default if value is None else value

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = str(self.get(name, default)).lower()
        if value not in TRUE | FALSE:
            raise bad_parameter(name)
        return value in TRUE

    def moment(self, name: str) -> datetime | None:
        value = self.get(name)
        if value is None:
            return None
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError as error:
            raise bad_parameter(name) from error
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    def day(self, name: str) -> date | None:
        value = self.get(name)
        if value in {None, ""}:
            return None
        try:
            return date.fromisoformat(str(value)[:10])
        except ValueError as error:
            raise bad_parameter(name) from error

    def names(self, name: str) -> list[str]:
        """A list, or names joined with commas."""
        value = self.get(name)
        if value is None:
            return []
        raw = value if isinstance(value, list) else str(value).split(",")
        return [str(item).strip() for item in raw if str(item).strip()]

    def integers(self, name: str) -> list[int]:
        try:
            return [int(item) for item in self.names(name)]
        except ValueError as error:
            raise bad_parameter(name) from error
