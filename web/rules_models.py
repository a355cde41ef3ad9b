"""What the part of the JSON API about rulesets takes and answers."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from web.api_models import Answer, Plain, Who, Why

TEXT_LENGTH = 1_100_000
"""A little more than a ruleset may have, so that the answer says what is wrong."""

_Text = Annotated[str, Plain, Field(max_length=TEXT_LENGTH, description="YAML.")]
Slug = Annotated[
    str,
    Plain,
    Field(max_length=200, description="A project's slug; empty: the general one."),
]


class DraftBody(BaseModel):
    """A text that may become a ruleset."""

    model_config = ConfigDict(extra="forbid")

    text: _Text
    project: Slug = ""


class ActivateBody(DraftBody):
    """A text that is to run."""

    reason: Why
    by: Who
    based_on: int | None = Field(
        default=None,
        ge=0,
        description="The number that was active when the text was begun; refused with"
        " 409 if another one is active by now. 0: none was.",
    )


class SignedBody(BaseModel):
    """Who does it, and why."""

    model_config = ConfigDict(extra="forbid")

    reason: Why
    by: Who


class RetireBody(SignedBody):
    """Whose own ruleset ends."""

    project: Annotated[Slug, Field(min_length=1)]


class ActivationRow(Answer):
    """A line of the history."""

    number: int
    name: str
    project: str | None = Field(description="None: the general one.")
    fingerprint: str
    reason: str
    activated_at: datetime
    activated_by: str
    deactivated_at: datetime | None = Field(description="None while it runs.")
    before: int | None = Field(description="The number that it replaced.")


class ActivationView(Answer):
    """An activation with its texts."""

    number: int
    name: str
    main: str = Field(description="The name of its own file among `files`.")
    files: dict[str, str]
    fingerprint: str
    reason: str
    activated_at: datetime
    activated_by: str
    deactivated_at: datetime | None


class ProgressView(Answer):
    """How far the pool has been decided on again, in issues; all 0 when it has been."""

    total: int
    done: int
    left: int


class StopView(Answer):
    """A source whose mass change waits for a person."""

    source: str
    since: datetime
    changed: int = Field(description="Issues that would be written to.")
    written: int = Field(description="Of how many that are written to at all.")


class RulesView(Answer):
    """What runs, and how far it has come."""

    active: list[ActivationRow] = Field(description="The general one first.")
    progress: ProgressView
    stops: list[StopView]


class RuleEditView(Answer):
    """A rule that two rulesets treat differently."""

    part: str
    rule: str
    how: str
    place: str


class DiffLineView(Answer):
    """A line of a difference; `sign` is `+`, `-`, a space, or `@` for a gap."""

    sign: str
    text: str
    before: int
    after: int


class FileDiffView(Answer):
    """How one file differs; no lines: too long to compare."""

    file: str
    lines: list[DiffLineView]


class DiffView(Answer):
    """How two rulesets differ."""

    rules: list[RuleEditView]
    files: list[FileDiffView]


class RulesetProblem(Answer):
    """One thing wrong with a text; lines and columns count from 1, 0: not known."""

    code: str
    message: str
    file: str
    line: int
    column: int
    hint: str


class ExampleView(Answer):
    """How an example came out."""

    example: str
    place: str
    passed: bool
    why: str


class CheckView(Answer):
    """What stands against activating a text; nothing, when there are no problems."""

    name: str | None
    fingerprint: str | None
    rules: int
    problems: list[RulesetProblem]
    examples: list[ExampleView]
    followers: list[str] = Field(
        description="Names of projects' rulesets that extend it and change with it."
    )
    diff: DiffView | None = Field(description="From what is active to the text.")


class ShiftView(Answer):
    """How far a client, or the whole pool, is touched."""

    issues: int
    flipped: int
    days_in: float = Field(description="Person-days that come into the contract.")
    days_out: float = Field(description="Person-days that go out of it.")
    without_estimate: int


class FlipView(Answer):
    """Issues that flip in one way."""

    section: str
    before: str
    after: str
    rule: str
    issues: int
    samples: list[str] = Field(description="A few of them, by key.")


class AgreementView(Answer):
    """How many overrides of a section the rules agree with, before and after."""

    overrides: int
    before: int
    after: int


class UnmatchedView(Answer):
    """A rule that matches no issue of the pool."""

    section: str
    rule: str
    place: str


class OverlapView(Answer):
    """Issues that two rules want to decide differently; `first` does."""

    section: str
    first: str
    second: str
    issues: int


class LoadView(Answer):
    """What comes to a train of releases and leaves it."""

    issues_in: int
    issues_out: int
    days_in: float
    days_out: float
    beyond: int = Field(description="Issues that no open release has room for.")


class SimulationView(Answer):
    """What would happen to the pool."""

    ruleset: str
    fingerprint: str
    share: float = Field(description="Of issues of which anything flips, 0 to 1.")
    whole: ShiftView
    clients: dict[str, ShiftView]
    flips: list[FlipView]
    trains: dict[str, LoadView]
    agreement: dict[str, AgreementView]
    unmatched: list[UnmatchedView]
    overlaps: list[OverlapView]
    comments: int = Field(description="Comments that would be written or changed.")


class ActivatedView(Answer):
    """What became of an activation."""

    number: int = Field(description="0: this very ruleset runs already.")


class CheckedView(Answer):
    """One question of a condition, and how it came out."""

    depth: int
    asked: str
    value: str
    held: bool


class RuleTraceView(Answer):
    """One rule: `won`, `lost` or `not_reached`."""

    rule: str
    place: str
    outcome: str
    fate: str
    checks: list[CheckedView]


class SectionTraceView(Answer):
    """One section with all of its rules."""

    section: str
    verdict: str
    effective: str
    decided: bool
    rules: list[RuleTraceView]


class ExplainedDecision(Answer):
    """The decision that is explained."""

    id: str
    number: int = Field(description="Counts the issue's decisions from 1.")
    of: int
    decided_at: datetime
    cause: str
    facts: dict[str, Any]
    agrees: bool = Field(description="False: the engine of today says something else.")


class ExplainedRuleset(Answer):
    """The ruleset that explains it."""

    number: int
    name: str
    fingerprint: str


class ExplanationView(Answer):
    """Every rule of every section, as the decision was taken."""

    issue: str
    decision: ExplainedDecision
    ruleset: ExplainedRuleset
    sections: list[SectionTraceView]
