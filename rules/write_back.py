"""What a tracker should show of a decision."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from model.client_text import ClientSafeFacts, ClientText
from model.decisions import Decision, Facts, PoolState
from model.projects import Language
from rules.case import Case
from rules.ruleset import (
    Assignment,
    CommentTemplate,
    Ruleset,
    WriteBack,
    owned_labels,
)

Entry = TypeVar("Entry", CommentTemplate, Assignment)

NO_FACTS: Facts = {}
NO_STATUSES: Mapping[PoolState, str] = {}


@dataclass(frozen=True, slots=True)
class Desired:
    """The state of an issue that we want; only the difference is ever written.

    Attributes:
        labels: those of ours that should be there.
        owned_labels: every label that the ruleset lists: ours to take away, besides
            those that our receipts added.
        status: the tracker's name of the status; None where the ruleset has none.
        release: fixVersion or milestone is ours to write.
        comment: the sticky comment; None for no comment.
        assignee: whom the issue is given to, as the ruleset names them; None for no
            opinion.
    """

    labels: frozenset[str]
    owned_labels: frozenset[str]
    status: str | None
    release: bool
    comment: ClientText | None
    assignee: str | None = None


def desire(  # noqa: PLR0913 - each is one independent fact about the issue's tracker
    ruleset: Ruleset,
    decision: Decision,
    facts: ClientSafeFacts,
    *,
    tracker: str,
    state: PoolState,
    language: Language,
    source_status: Mapping[PoolState, str] = NO_STATUSES,
    known: Facts = NO_FACTS,
) -> Desired:
    """Say what the tracker should show.

    Args:
        ruleset: the one that decided.
        decision: its effective values become labels and are seen by the comment's
            conditions.
        facts: what the comment may tell the client.
        tracker: the kind, such as ``gitlab``.
        state: the state of development.
        language: the client's.
        source_status: a source's own names of statuses; they go before the ruleset's.
        known: the facts that were decided on, for the comment's conditions.
    """
    shows = ruleset.write_back
    statuses = {**shows.statuses.get(tracker, {}), **source_status}
    results = _results(decision, facts, state)
    case = Case(known, ruleset.zone, results)
    template = _find_first(shows.comments, case)
    given = _find_first(shows.assignees, case)
    return Desired(
        labels=_labels(shows, decision),
        owned_labels=owned_labels(shows),
        status=statuses.get(state),
        release=shows.release,
        comment=_render(template, facts, language),
        assignee=given.to if given else None,
    )


def _labels(shows: WriteBack, decision: Decision) -> frozenset[str]:
    found = (
        shows.labels.get(section, {}).get(outcome)
        for section, outcome in decision.effective.items()
    )
    return frozenset(label for label in found if label is not None)


def _results(
    decision: Decision, facts: ClientSafeFacts, state: PoolState
) -> dict[str, object]:
    results: dict[str, object] = {
        section.value: outcome for section, outcome in decision.effective.items()
    }
    results["requirement.state"] = state.value
    results["release.name"] = facts.release_name
    results["release.ship_on"] = facts.release_ship_on
    return results


def _find_first(entries: Iterable[Entry], case: Case) -> Entry | None:
    return next((entry for entry in entries if entry.holds(case)), None)


def _render(
    template: CommentTemplate | None, facts: ClientSafeFacts, language: Language
) -> ClientText | None:
    if template is None:
        return None
    spoken = language if language in template.texts else next(iter(template.texts))
    return ClientText(template.texts[spoken], facts, spoken)
