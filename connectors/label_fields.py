"""Fields of trackers that have none: labels ``NAME::value``, one value a name."""

from collections.abc import Iterable, Mapping

from model.changes import SetFields, SetLabels

SCOPE = "::"
"""What a field's name ends with, to be held as a label."""


def check_names(names: Iterable[str]) -> None:
    """Refuse names that a tracker without fields has no place for.

    Raises:
        ValueError: one is not the beginning of labels.
    """
    odd = sorted(name for name in names if not is_label(name))
    if odd:
        message = f"a field is a label's beginning, NAME{SCOPE}, not {', '.join(odd)}"
        raise ValueError(message)


def is_label(name: str) -> bool:
    """Whether a field is held as a label."""
    return name.endswith(SCOPE) and name != SCOPE


def read_fields(names: Iterable[str], labels: Iterable[str]) -> Mapping[str, str]:
    """What the labels of an issue say of fields; several values are told together."""
    held = sorted(labels)
    values = {
        name: [one[len(name) :] for one in held if one.startswith(name)]
        for name in names
    }
    return {name: ", ".join(found) for name, found in values.items() if found}


def write_fields(change: SetFields) -> SetLabels:
    """The same change in labels: a new value takes the place of our last one."""
    named = {name: value for name, value in change.values.items() if is_label(name)}
    add = {f"{name}{value}" for name, value in named.items() if value}
    last = {f"{name}{change.previous[name]}" for name in named.keys() & change.previous}
    return SetLabels(frozenset(add), frozenset(last - add))
