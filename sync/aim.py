"""What a tracker should show of a decision."""

from collections.abc import Sequence
from dataclasses import replace

from model.answers import Answer, AnswerCode
from model.changes import Base
from model.client_text import ClientSafeFacts, ClientText
from model.decisions import Section
from model.issues import StatusCategory
from pool.issues import StoredIssue
from pool.states import StateOrigin
from rules.ruleset import PROJECT_MANAGER
from rules.write_back import desire
from sync.fill import fill
from sync.plan import Target
from sync.ruling import Ruling
from sync.sitting import Sitting


def aim(sitting: Sitting, issue: StoredIssue, ruling: Ruling) -> Target:
    """The state that the issue's tracker should show; no opinion where none is due."""
    if not _is_written_to(issue, ruling.answers):
        return Target()
    release = ruling.release
    source = sitting.engine.sources[issue.snapshot.ref.source]
    safe, language = _client_safe(issue, ruling), ruling.setting.client.language
    desired = desire(
        sitting.ruleset_of(issue.project_id),
        ruling.decision,
        safe,
        tracker=source.connector.kind,
        state=issue.requirement_state,
        language=language,
        source_status=source.config.status,
        known=ruling.facts,
    )
    by_person = issue.state_origin is StateOrigin.PERSON
    return Target(
        labels=desired.labels,
        owned_labels=desired.owned_labels,
        status=desired.status if by_person else None,
        release=(release.name if release else "") if desired.release else None,
        ship_on=release.ship_on if release else None,
        comment=_answering(desired.comment, issue, ruling),
        person=_find_person(desired.assignee, ruling),
        fields=fill(source.config.write_fields, issue, ruling, safe, language),
    )


def _find_person(named: str | None, ruling: Ruling) -> str | None:
    if named != PROJECT_MANAGER:
        return named
    return ruling.setting.project.project_manager or None


def _answering(
    comment: ClientText | None, issue: StoredIssue, ruling: Ruling
) -> ClientText | None:
    """The sticky comment with the answers; they are there without a comment, too."""
    if not ruling.answers:
        return comment
    language = ruling.setting.client.language
    bare = ClientText("", _client_safe(issue, ruling), language)
    answers = tuple(_in_full(answer, ruling) for answer in ruling.answers)
    return replace(comment or bare, answers=answers)


def _in_full(answer: Answer, ruling: Ruling) -> Answer:
    """An explanation tells what holds now."""
    if answer.code is not AnswerCode.EXPLAINED:
        return answer
    nearest = ", ".join(evidence.clause for evidence in ruling.decision.evidence)
    return replace(answer, clause=nearest)


def _client_safe(issue: StoredIssue, ruling: Ruling) -> ClientSafeFacts:
    effective, release = ruling.decision.effective, ruling.release
    return ClientSafeFacts(
        kind=effective.get(Section.KIND, ""),
        scope=effective.get(Section.SCOPE, ""),
        priority=effective.get(Section.PRIORITY, ""),
        state=issue.requirement_state,
        release_name=release.name if release else "",
        release_ship_on=release.ship_on if release else None,
    )


def _is_written_to(issue: StoredIssue, answers: Sequence[Answer]) -> bool:
    """Neither a tombstone, nor an old issue that was closed before we came.

    One that a person commands is not left alone, as one that a person moves.
    """
    is_history = (
        issue.snapshot.status_category is StatusCategory.DONE
        and issue.base == Base()
        and not any(answer.code.is_done for answer in answers)
        and issue.state_origin is not StateOrigin.PERSON
    )
    return issue.deleted_at is None and not is_history
