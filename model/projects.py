"""Clients, their projects, and the phase each is in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Language(StrEnum):
    """The languages that pages and comments are written in."""

    ZH = "zh"
    EN = "en"


class Phase(StrEnum):
    """Where a project stands, in the order in which it goes through them."""

    PRESALES = "presales"
    REQUIREMENTS = "requirements"
    DELIVERY = "delivery"
    UAT = "uat"
    TRIAL_RUN = "trial_run"
    ACCEPTED = "accepted"
    AFTER_SALES = "after_sales"


class MilestoneName(StrEnum):
    """The dates that every project has."""

    MINIMUM_VERSION = "minimum_version"
    UAT_START = "uat_start"
    GO_LIVE = "go_live"
    ACCEPTANCE = "acceptance"


@dataclass(frozen=True, slots=True)
class Milestone:
    """A planned day, and the day on which it really happened."""

    planned_on: date | None = None
    actual_on: date | None = None


@dataclass(frozen=True, slots=True)
class Client:
    """A company."""

    slug: str
    name: str
    language: Language = Language.ZH


@dataclass(frozen=True, slots=True)
class Project:
    """One contract being delivered to a client.

    ``contract`` is the slug of the contract, empty while there is none.
    """

    slug: str
    name: str
    client: str
    phase: Phase
    project_manager: str = ""
    contract: str = ""
    milestones: Mapping[MilestoneName, Milestone] = field(default_factory=dict)
