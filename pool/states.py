"""The states that rows go through; apart from the schema, which few processes need."""

from enum import StrEnum


class InboxState(StrEnum):
    """What became of a delivery."""

    PENDING = "pending"
    APPLIED = "applied"
    SUPERSEDED = "superseded"
    IGNORED = "ignored"
    QUARANTINED = "quarantined"


class OutboxState(StrEnum):
    """What became of an intended write."""

    PENDING = "pending"
    HELD = "held"
    SENT = "sent"
    CANCELLED = "cancelled"
    DEAD = "dead"
    DISCARDED = "discarded"


class StateOrigin(StrEnum):
    """Who moved a requirement to its state."""

    RULES = "rules"
    PERSON = "person"
    TRACKER = "tracker"
