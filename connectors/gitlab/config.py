"""What a ``[sources.NAME]`` section of kind ``gitlab`` holds."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, SecretStr, field_validator

from connectors.base import SourceConfig
from connectors.gitlab.signing import SIGNING_PREFIX, find_signing_key
from model.issues import Urgency

_URGENCY_LABELS = {
    "priority::1": Urgency.HIGHEST,
    "priority::2": Urgency.HIGH,
    "priority::3": Urgency.MEDIUM,
    "priority::4": Urgency.LOW,
    "priority::critical": Urgency.HIGHEST,
    "priority::high": Urgency.HIGH,
    "priority::medium": Urgency.MEDIUM,
    "priority::low": Urgency.LOW,
    "blocker": Urgency.HIGHEST,
    "urgent": Urgency.HIGHEST,
    "优先级::紧急": Urgency.HIGHEST,
    "优先级::高": Urgency.HIGH,
    "优先级::中": Urgency.MEDIUM,
    "优先级::低": Urgency.LOW,
    "特急": Urgency.HIGHEST,
    "紧急": Urgency.HIGHEST,
    "高优先级": Urgency.HIGH,
    "低优先级": Urgency.LOW,
}

_TYPE_LABELS = {
    "type::bug": "Bug",
    "type::feature": "Feature",
    "type::question": "Question",
    "type::training": "Training",
    "type::task": "Task",
    "bug": "Bug",
    "defect": "Bug",
    "feature": "Feature",
    "question": "Question",
    "training": "Training",
    "support": "Support",
    "类型::缺陷": "Bug",
    "类型::需求": "Feature",
    "类型::咨询": "Question",
    "类型::培训": "Training",
    "缺陷": "Bug",
    "需求": "Feature",
    "咨询": "Question",
    "问题咨询": "Question",
    "培训": "Training",
}

_IN_PROGRESS_LABELS = (
    "doing",
    "in progress",
    "in dev",
    "workflow::in dev",
    "status::in progress",
    "status::doing",
    "进行中",
    "处理中",
    "开发中",
    "状态::进行中",
)


class GitLabConfig(SourceConfig):
    """A GitLab instance and the projects of one client on it.

    Labels are compared without regard to case. GitLab has no priority, no kinds of
    its own that clients use and only two states; by custom its users say all three
    with labels, so the maps here read them. Giving a map replaces the default whole.

    Attributes:
        projects: paths (``group/project``) or numeric ids; ids survive renames.
        token: a project, group or personal access token with the scope ``api``.
        urgency_labels: label to urgency; of several the most urgent counts.
        module_prefixes: a label that begins so names a module by what follows.
        type_labels: label to the type that rules see; without one it is GitLab's own
            (``issue``, ``incident``, ``task`` …).
        in_progress_labels: an open issue with one of them is being worked on.
        page_size: issues that a page of a list holds; GitLab gives 100 at most.
        hours_per_day: how many hours of a time estimate make a person-day.
    """

    projects: Annotated[tuple[int | str, ...], Field(min_length=1)]
    token: SecretStr
    urgency_labels: Mapping[str, Urgency] = Field(
        default_factory=lambda: dict(_URGENCY_LABELS)
    )
    module_prefixes: tuple[str, ...] = ("module::", "模块::")
    type_labels: Mapping[str, str] = Field(default_factory=lambda: dict(_TYPE_LABELS))
    in_progress_labels: tuple[str, ...] = _IN_PROGRESS_LABELS
    page_size: Annotated[int, Field(gt=0, le=100)] = 100
    hours_per_day: Annotated[float, Field(gt=0, le=24)] = 8

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
