"""Connectors, found through the entry point group ``reqpool.connectors``."""

from difflib import get_close_matches
from importlib.metadata import entry_points

from connectors.base import Connector
from model.errors import ConfigError, Problem
from model.phrase import Phrase
from model.trackers import Trackers

_GROUP = "reqpool.connectors"


def list_kinds() -> list[str]:
    """The kinds of tracker that are installed."""
    return sorted(entry_points(group=_GROUP).names)


def find_connector(kind: str) -> type[Connector] | None:
    """The connector of a kind of tracker, None when there is none.

    Raises:
        ConfigError: it is installed, but cannot be loaded.
    """
    for found in entry_points(group=_GROUP, name=kind):
        try:
            connector: type[Connector] = found.load()
        except (ImportError, AttributeError) as error:
            problem = Problem(
                "E_PLUGIN",
                Phrase(
                    "connector {kind} cannot be loaded: {error}", kind=kind, error=error
                ),
                hint=Phrase(
                    "install the package that provides {value} again", value=found.value
                ),
            )
            raise ConfigError([problem]) from error
        return connector
    return None


def get_connector(kind: str) -> type[Connector]:
    """The connector of a kind of tracker.

    Raises:
        ConfigError: there is none, or it cannot be loaded.
    """
    connector = find_connector(kind)
    if connector is None:
        raise ConfigError([unknown_kind(kind)])
    return connector


def load_capabilities() -> Trackers:
    """What the installed kinds of tracker can do.

    Raises:
        ConfigError: one of them cannot be loaded.
    """
    return {kind: get_connector(kind).capabilities for kind in list_kinds()}


def unknown_kind(kind: str) -> Problem:
    """Say that there is no such kind, and which there are."""
    known = list_kinds()
    close = get_close_matches(kind, known, 1)
    names = ", ".join(known)
    hint = (
        Phrase("did you mean {near}?", near=close[0])
        if close
        else Phrase("known are {names}", names=names)
    )
    said = Phrase("no connector for trackers of kind '{kind}'", kind=kind)
    return Problem("E_REF", said, hint=hint)
