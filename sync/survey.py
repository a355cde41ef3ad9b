"""Read what some issues are decided by, each kind of thing with one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from model.answers import Answer
from model.decisions import Override, Section
from pool import commands, decisions, requirements
from pool.decisions import StoredDecision
from pool.issues import StoredIssue
from pool.projects import Setting
from pool.requirements import Link
from rules.matching.match import Match
from sync.charge import Charge
from sync.match import compare_by, find_calibration, find_leanings
from sync.sitting import Sitting

_MOST_ANSWERS = 5


@dataclass(frozen=True, slots=True)
class Matter:
    """An issue, and what it is decided by.

    Attributes:
        today: the day in the ruleset's time zone.
        match: the clauses that came nearest; None without a contract.
        links: the issues of its requirement, itself among them.
        last: the decision that holds so far.
        answers: to commands in its comments, oldest first.
    """

    issue: StoredIssue
    setting: Setting
    today: date
    match: Match | None
    overrides: Mapping[Section, Override]
    links: Sequence[Link]
    last: StoredDecision | None
    answers: Sequence[Answer]

    @property
    def charge(self) -> Charge:
        """Which clause it counts against."""
        return Charge(self.match, self.overrides)

    @property
    def client_count(self) -> int:
        """How many clients want the requirement."""
        return len({link.client for link in self.links})


async def survey(sitting: Sitting, issues: Sequence[StoredIssue]) -> Sequence[Matter]:
    """Look at issues that are held, before they are decided on; in their order."""
    connection = sitting.connection
    matches = await _find_matches(sitting, issues)
    ids = [issue.id for issue in issues]
    known = [issue.decision_id for issue in issues if issue.decision_id]
    commanded = [issue.id for issue in issues if issue.has_commands]
    overrides = await decisions.find_all_overrides(connection, ids)
    last = await decisions.find_all(connection, known)
    answers = await commands.find_answers(connection, commanded, _MOST_ANSWERS)
    links = await requirements.find_links(
        connection, [issue.requirement_id for issue in issues]
    )
    return [
        Matter(
            issue=issue,
            setting=await sitting.get_setting(issue.project_id),
            today=sitting.today_in(issue.project_id),
            match=matches[issue.id],
            overrides=overrides.get(issue.id, {}),
            links=links.get(issue.requirement_id, ()),
            last=last.get(issue.decision_id) if issue.decision_id else None,
            answers=answers.get(issue.id, ()),
        )
        for issue in issues
    ]


async def _find_matches(
    sitting: Sitting, issues: Sequence[StoredIssue]
) -> Mapping[UUID, Match | None]:
    engine, connection = sitting.engine, sitting.connection
    pairs = [(one, await sitting.get_setting(one.project_id)) for one in issues]
    calibration = await find_calibration(engine, connection)
    leanings = await find_leanings(connection, calibration, pairs)
    comparison = compare_by(engine, calibration)
    found: dict[UUID, Match | None] = {}
    for issue, setting in pairs:
        today, leaning = sitting.today_in(issue.project_id), leanings.get(issue.id, 0.0)
        found[issue.id] = await comparison.match(
            issue.snapshot, setting, today, leaning
        )
    return found
