"""What a ``[sources.NAME]`` section of kind ``gitlab`` holds."""

from typing import Annotated

from pydantic import Field, SecretStr, field_validator

from connectors.gitlab.signing import SIGNING_PREFIX, find_signing_key
from connectors.label_fields import is_label
from connectors.labels import LabelledConfig
from model.deliveries import Hint

NUMBER_FIELDS = ("weight", "time_estimate")
"""Fields of GitLab's own that can be filled; the weight is licensed."""


def is_custom(name: str) -> bool:
    """Whether a field of ours is neither a label nor one of GitLab's own numbers."""
    return name not in NUMBER_FIELDS and not is_label(name)


class GitLabConfig(LabelledConfig):
    """A GitLab instance and the projects of one client on it.

    Without a label that says it, the type that rules see is GitLab's own (``issue``,
    ``incident``, ``task`` …).

    Attributes:
        projects: paths (``group/project``) or numeric ids; ids survive renames.
        token: a project, group or personal access token with the scope ``api``.
        page_size: issues that a page of a list holds; GitLab gives 100 at most.
        hours_per_day: how many hours of a time estimate make a person-day.
        webhook_group: path or id of a group that all the projects lie in and whose one
            webhook stands for theirs (GitLab Premium).
    """

    projects: Annotated[tuple[int | str, ...], Field(min_length=1)]
    token: SecretStr
    page_size: Annotated[int, Field(gt=0, le=100)] = 100
    hours_per_day: Annotated[float, Field(gt=0, le=24)] = 8
    webhook_group: int | str = ""

    @property
    def custom_fields(self) -> frozenset[str]:
        """Names of those that are ours to fill."""
        return frozenset(filter(is_custom, self.write_fields))

    def covers(self, hint: Hint) -> bool:
        """Whether the issue's place is one of ours, as far as the hint tells."""
        ours = {str(one).casefold() for one in self.projects}
        told = {hint.project.casefold(), hint.issue_id.partition("#")[0]}
        return not hint.project or bool(ours & told)

    @field_validator("projects")
    @classmethod
    def _paths_are_whole(cls, projects: tuple[int | str, ...]) -> tuple[int | str, ...]:
        for project in projects:
            if isinstance(project, str) and not project.strip("/"):
                message = "a project is a path such as group/project, or a numeric id"
                raise ValueError(message)
        return tuple(
            project if isinstance(project, int) else project.strip("/")
            for project in projects
        )

    @field_validator("webhook_secrets")
    @classmethod
    def _signing_tokens_are_readable(
        cls, secrets: tuple[SecretStr, ...]
    ) -> tuple[SecretStr, ...]:
        for secret in secrets:
            value = secret.get_secret_value()
            if value.startswith(SIGNING_PREFIX) and find_signing_key(value) is None:
                message = f"a signing token is {SIGNING_PREFIX} followed by base64"
                raise ValueError(message)
        return secrets
