"""What everybody may know of a kind of tracker, without its connector."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a tracker can do, and what rulesets and the engine must know of it.

    Attributes:
        name: as people call it.
        statuses: those that every instance has; empty where each has its own.
        label_pattern: a label that does not match this RE2 cannot be held.
        label_limits: the same in words, to be read after the name.
        comment_edit: whether a comment can be changed after it was written.
        signs_webhooks: whether its hooks can be authenticated by more than the URL.
        secret_headers: of deliveries, in lower case: they are never stored.
    """

    name: str = ""
    statuses: tuple[str, ...] = ()
    label_pattern: str = ".+"
    label_limits: str = ""
    comment_edit: bool = True
    signs_webhooks: bool = True
    secret_headers: frozenset[str] = frozenset()


Trackers = Mapping[str, Capabilities]
"""Kinds of tracker, such as ``gitlab``, with what they can do."""
