"""The ``[sources.NAME]`` section of a Jira site."""

from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, StringConstraints, model_validator

from connectors.base import SourceConfig
from model.deliveries import Hint
from model.issues import Urgency

ProjectKey = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]+$")]

URGENCIES: Mapping[str, Urgency] = MappingProxyType(
    {
        "blocker": Urgency.HIGHEST,
        "highest": Urgency.HIGHEST,
        "critical": Urgency.HIGHEST,
        "urgent": Urgency.HIGHEST,
        "紧急": Urgency.HIGHEST,
        "最高": Urgency.HIGHEST,
        "阻塞": Urgency.HIGHEST,
        "严重": Urgency.HIGHEST,
        "high": Urgency.HIGH,
        "major": Urgency.HIGH,
        "高": Urgency.HIGH,
        "重要": Urgency.HIGH,
        "主要": Urgency.HIGH,
        "medium": Urgency.MEDIUM,
        "normal": Urgency.MEDIUM,
        "中": Urgency.MEDIUM,
        "中等": Urgency.MEDIUM,
        "普通": Urgency.MEDIUM,
        "low": Urgency.LOW,
        "minor": Urgency.LOW,
        "低": Urgency.LOW,
        "次要": Urgency.LOW,
        "lowest": Urgency.LOWEST,
        "trivial": Urgency.LOWEST,
        "最低": Urgency.LOWEST,
        "无关紧要": Urgency.LOWEST,
    }
)
"""Names of priorities (lower case) that Jira ships, old and new, English and Chinese."""


class JiraConfig(SourceConfig):
    """Jira Cloud or Data Center; which of the two, the site itself tells.

    Attributes:
        project_keys: the projects whose issues are mirrored; one at least, because
            Jira Cloud refuses a search without bounds.
        email: of the Cloud account that ``api_token`` belongs to.
        api_token: Cloud, sent as Basic.
        token: Data Center's personal access token, or an OAuth token; sent as Bearer.
        site_url: where people open issues, when it is not ``base_url`` (tokens with
            scopes go to ``api.atlassian.com``).
        urgency: names of the site's priorities, added to those that Jira ships.
        estimate_field: id of the field with the estimate: ``timeoriginalestimate``
            (seconds), or a number field in person-days (``customfield_10042``).
        hours_per_day: of a person-day, for estimates and logged work in seconds.
        custom_fields: the site's name of a custom field, or its id, to the name under
            which the pool has it; no other custom field is read.
        resolution: preferred one, when a transition's screen requires it.
        screen_fields: by name or id, what to fill other required fields of such a
            screen with.
        page_size: issues in one answer.
    """

    kind: Literal["jira"] = "jira"
    project_keys: Annotated[tuple[ProjectKey, ...], Field(min_length=1)]
    email: str = ""
    api_token: SecretStr | None = None
    token: SecretStr | None = None
    site_url: str = ""
    urgency: Mapping[str, Urgency] = Field(default_factory=dict)
    estimate_field: str = ""
    hours_per_day: Annotated[float, Field(gt=0, le=24)] = 8
    custom_fields: Mapping[str, str] = Field(default_factory=dict)
    resolution: str = ""
    screen_fields: Mapping[str, str] = Field(default_factory=dict)
    page_size: Annotated[int, Field(gt=0, le=1000)] = 100

    @model_validator(mode="after")
    def _one_way_to_sign_in(self) -> Self:
        basic = bool(self.email and self.api_token)
        if basic == bool(self.token):
            message = "give either email and api_token (Cloud) or token (Data Center)"
            raise ValueError(message)
        return self

    @property
    def server(self) -> str:
        """``base_url`` without a slash at its end."""
        return self.base_url.rstrip("/")

    def covers(self, hint: Hint) -> bool:
        """Whether the issue's project is one of ours, as far as the hint tells."""
        return not hint.project or hint.project in self.project_keys

    def browse_url(self, key: str) -> str:
        """Where people open the issue."""
        return f"{(self.site_url or self.server).rstrip('/')}/browse/{key}"

    def find_urgency(self, priority: str | None) -> Urgency | None:
        """What a priority's name means; None when nobody said."""
        if priority is None:
            return None
        return self._urgencies.get(priority.strip().casefold())

    @cached_property
    def _urgencies(self) -> Mapping[str, Urgency]:
        own = {name.casefold(): urgency for name, urgency in self.urgency.items()}
        return {**URGENCIES, **own}
