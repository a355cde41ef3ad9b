"""What a ``[sources.NAME]`` section of kind ``gitlab`` holds."""

from typing import Annotated, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from connectors.gitlab.signing import SIGNING_PREFIX, find_signing_key
from connectors.label_fields import is_label
from connectors.labels import LabelledConfig
from model.deliveries import Hint
from model.phrase import Phrase

NUMBER_FIELDS = ("weight", "time_estimate")
"""Fields of GitLab's own that can be filled; the weight is licensed."""


def is_custom(name: str) -> bool:
    """Whether a field of ours is neither a label nor one of GitLab's own numbers."""
    return name not in NUMBER_FIELDS and not is_label(name)


def _may_hold(group: int | str, project: str) -> bool:
    """By the paths; a number tells nothing, and then the direct read does."""
    told = isinstance(group, str) and "/" in project
    return not told or project.casefold().startswith(f"{group}/".casefold())


class GitLabConfig(LabelledConfig):
    """A GitLab instance, and the projects or the group of one client on it.

    Without a label that says it, the type that rules see is GitLab's own (``issue``,
    ``incident``, ``task`` …).

    Attributes:
        projects: paths (``group/project``) or numeric ids; ids survive renames.
        group: path or id of a group whose projects all count, those of its subgroups
            included, now and later; instead of ``projects``. Its webhook is the
            group's (GitLab Premium), unless ``webhook_group`` names another.
        token: a project, group or personal access token with the scope ``api``.
        page_size: issues that a page of a list holds; GitLab gives 100 at most.
        hours_per_day: how many hours of a time estimate make a person-day.
        webhook_group: path or id of a group that all the projects lie in and whose one
            webhook stands for theirs (GitLab Premium).
    """

    projects: tuple[int | str, ...] = ()
    group: int | str = ""
    token: SecretStr
    page_size: Annotated[int, Field(gt=0, le=100)] = 100
    hours_per_day: Annotated[float, Field(gt=0, le=24)] = 8
    webhook_group: int | str = ""

    @property
    def custom_fields(self) -> frozenset[str]:
        """Names of those that are ours to fill."""
        return frozenset(filter(is_custom, self.write_fields))

    @property
    def hook_group(self) -> int | str:
        """Whose webhook stands for those of the projects; empty when each has its own."""
        return self.webhook_group or self.group

    @model_validator(mode="after")
    def _places_are_named_one_way(self) -> Self:
        if bool(self.projects) == bool(self.group):
            message = "give either projects or group"
            raise ValueError(message)
        return self

    def covers(self, hint: Hint) -> bool:
        """Whether the issue's place is one of ours, as far as the hint tells."""
        if self.group:
            return _may_hold(self.group, hint.project)
        ours = {str(one).casefold() for one in self.projects}
        told = {hint.project.casefold(), hint.issue_id.partition("#")[0]}
        return not hint.project or bool(ours & told)

    @field_validator("group")
    @classmethod
    def _group_is_whole(cls, group: int | str) -> int | str:
        return group if isinstance(group, int) else group.strip("/")

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
                message = Phrase(
                    "a signing token is {prefix} followed by base64",
                    prefix=SIGNING_PREFIX,
                )
                raise ValueError(message)
        return secrets
