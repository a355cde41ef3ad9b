"""What labels mean in a tracker that has no priority, types and columns of its own.

GitLab and GitHub have two states and labels; by custom their users say the rest with
labels. Labels are compared without regard to case.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from pydantic import Field

from connectors.base import SourceConfig
from model.issues import StatusCategory, Urgency

_Value = TypeVar("_Value")

_REMEMBERED = 10_000

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
    "enhancement": "Feature",
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


class LabelledConfig(SourceConfig):
    """The settings of a source whose labels say what its tracker has no field for.

    Giving a map replaces the default whole.

    Attributes:
        urgency_labels: label to urgency; of several the most urgent counts.
        module_prefixes: a label that begins so names a module by what follows.
        type_labels: label to the type that rules see.
        in_progress_labels: an open issue with one of them is being worked on.
    """

    urgency_labels: Mapping[str, Urgency] = Field(
        default_factory=lambda: dict(_URGENCY_LABELS)
    )
    module_prefixes: tuple[str, ...] = ("module::", "模块::")
    type_labels: Mapping[str, str] = Field(default_factory=lambda: dict(_TYPE_LABELS))
    in_progress_labels: tuple[str, ...] = _IN_PROGRESS_LABELS


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the labels of one issue say.

    Attributes:
        priority: the label that says how urgent it is; None when none does.
        urgency: the same on one scale.
        issue_type: None when no label says it.
        open_category: what the status comes down to while the issue is open.
        modules: sorted names.
    """

    priority: str | None
    urgency: Urgency | None
    issue_type: str | None
    open_category: StatusCategory
    modules: tuple[str, ...]


class LabelReader:
    """Reads labels as one source's configuration has them."""

    def __init__(self, config: LabelledConfig) -> None:
        self._module_prefixes = config.module_prefixes
        self._urgencies = _by_folded_label(config.urgency_labels)
        self._types = _by_folded_label(config.type_labels)
        self._in_progress = {name.casefold() for name in config.in_progress_labels}
        # A tracker has few sets of labels, and many issues.
        self._known = lru_cache(_REMEMBERED)(self._read)

    def read(self, labels: frozenset[str]) -> Meaning:
        """Say what they mean together."""
        return self._known(labels)

    def _read(self, labels: frozenset[str]) -> Meaning:
        folded = {label.casefold(): label for label in sorted(labels)}
        priority = self._find_priority(folded)
        types = (self._types[label] for label in folded if label in self._types)
        begun = not self._in_progress.isdisjoint(folded)
        return Meaning(
            priority=folded[priority] if priority else None,
            urgency=self._urgencies[priority] if priority else None,
            issue_type=next(types, None),
            open_category=StatusCategory.IN_PROGRESS if begun else StatusCategory.TO_DO,
            modules=self._modules(folded.values()),
        )

    def _find_priority(self, folded: Iterable[str]) -> str | None:
        known = [label for label in folded if label in self._urgencies]
        return min(known, key=lambda label: self._urgencies[label].rank, default=None)

    def _modules(self, labels: Iterable[str]) -> tuple[str, ...]:
        found = {
            label[len(prefix) :].strip()
            for label in labels
            for prefix in self._module_prefixes
            if label[: len(prefix)].casefold() == prefix.casefold()
        }
        return tuple(sorted(found - {""}))


def _by_folded_label(told: Mapping[str, _Value]) -> dict[str, _Value]:
    return {label.casefold(): value for label, value in told.items()}
