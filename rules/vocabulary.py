"""The facts that rules may ask about: names, types, and what they say.

The reference in ``docs/`` and the JSON Schema are generated from this table.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from model.decisions import Kind, PoolState, Priority, Scope, Section
from model.issues import Urgency
from model.projects import Phase


class FactType(StrEnum):
    """What a fact's value is, and so which conditions can be asked of it."""

    TEXT = "text"
    CHOICE = "choice"
    LIST = "list"
    NUMBER = "number"
    FLAG = "flag"
    DATE = "date"


class QuoteState(StrEnum):
    """The stages of a quote, as rules see them."""

    DRAFT = "draft"
    PRICED = "priced"
    SENT = "sent"
    APPROVED = "approved"
    DECLINED = "declined"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Fact:
    """One word of the vocabulary.

    Attributes:
        name: dotted, as rules write it.
        type: which conditions it answers.
        says: one line for the reference.
        choices: every value that a choice can have; empty for other types.
        known_after: the section that yields it; None for what is known from the
            start. ``release.*`` is known only when a comment is written.
    """

    name: str
    type: FactType
    says: str
    choices: tuple[str, ...] = ()
    known_after: Section | None = None


def _choice(
    name: str, choices: type[StrEnum], says: str, known_after: Section | None = None
) -> Fact:
    values = tuple(choice.value for choice in choices)
    return Fact(name, FactType.CHOICE, says, values, known_after)


def _facts(kind: FactType, says: Mapping[str, str]) -> Iterable[Fact]:
    return (Fact(name, kind, line) for name, line in says.items())


_TEXTS = {
    "issue.title": "The issue's title.",
    "issue.description": "Its description, without the tracker's markup.",
    "issue.text": "Title and description together.",
    "issue.type": "The tracker's own name of the issue type.",
    "issue.status": "The tracker's own name of the status.",
    "issue.priority": "The tracker's own word for the priority.",
    "issue.reporter": "The display name of whoever raised it.",
    "client.slug": "The client's short name in the pool.",
    "client.name": "The client's name.",
    "project.slug": "The project's short name in the pool.",
    "contract.match.clause": "The id of the clause that comes nearest.",
}
_LISTS = {
    "issue.labels": "The issue's labels, as the tracker spells them.",
    "issue.sprints": "The names of its sprints, or of its iteration.",
    "issue.fields": (
        "The custom fields that the source's configuration names, each as `name: value`."
    ),
    "issue.modules": "Its modules: components, or labels that stand for them.",
}
_NUMBERS = {
    "issue.comment_count": "How many comments the issue has.",
    "issue.spent_days": "The person-days that people logged on it.",
    "project.days_to_acceptance": "Days until the planned acceptance; negative after.",
    "contract.match.score": "How probably the nearest clause is the one that the "
    "issue is about, from 0 to 1.",
    "contract.match.in_probability": "How probably the issue is in the contract, from "
    "0 to 1; told from clauses, phase, type and what people decided.",
    "contract.match.allowance_left": (
        "Person-days that other approved work leaves of the allowance of the nearest"
        " clause that grants anything, or of the one that a person named."
    ),
    "requirement.client_count": "How many clients share the requirement.",
    "estimate.days": "The estimate in person-days.",
}
_FLAGS = {
    "issue.confidential": "The tracker hides the issue from most of its readers.",
    "contract.has_contract": "The project has a contract in the pool.",
    "contract.match.excluded": "The nearest clause excludes what it describes.",
}
_DATES = {
    "issue.created_at": "When the issue was created.",
    "issue.updated_at": "When the issue was last updated.",
    "issue.priority_raised_at": "When a person last raised its priority.",
    "today": "The day, in the ruleset's time zone.",
}
_CHOICES = (
    _choice("issue.urgency", Urgency, "The tracker's priority on one scale."),
    _choice("project.phase", Phase, "Where the project stands."),
    _choice("requirement.state", PoolState, "The state of development."),
    _choice("quote.state", QuoteState, "The stage of the issue's quote."),
)
_RESULTS = (
    _choice("kind", Kind, "What the kind section said.", Section.KIND),
    _choice("scope", Scope, "What the scope section said.", Section.SCOPE),
    _choice("priority", Priority, "What the levels said.", Section.PRIORITY),
    Fact(
        "release",
        FactType.TEXT,
        "`train:NAME` or `hold:NAME`, or the release that a person chose.",
        known_after=Section.RELEASE,
    ),
    Fact(
        "release.name",
        FactType.TEXT,
        "The release that the issue is planned for.",
        known_after=Section.RELEASE,
    ),
    Fact(
        "release.ship_on",
        FactType.DATE,
        "The day on which that release is delivered.",
        known_after=Section.RELEASE,
    ),
)

VOCABULARY: Mapping[str, Fact] = {
    fact.name: fact
    for facts in (
        _facts(FactType.TEXT, _TEXTS),
        _facts(FactType.LIST, _LISTS),
        _facts(FactType.NUMBER, _NUMBERS),
        _facts(FactType.FLAG, _FLAGS),
        _facts(FactType.DATE, _DATES),
        _CHOICES,
        _RESULTS,
    )
    for fact in facts
}
"""Every fact by name."""

CHOICES_OF: Mapping[Section, tuple[str, ...]] = {
    section: VOCABULARY[section.value].choices for section in Section
}
"""The values that a section can yield; empty for release, which names its own."""

DAILY = frozenset({"today", "project.days_to_acceptance"})
"""The facts that are others on another day, whatever else stays as it is."""
