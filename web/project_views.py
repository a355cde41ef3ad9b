"""What the API answers about a project."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from model.contracts import Clause
from model.projects import Milestone, MilestoneName
from pool.contract_detail import ClauseDetail, ContractDetail, Wording
from pool.project_detail import ProjectDetail

Days = Annotated[
    Decimal,
    PlainSerializer(float, return_type=float),
    Field(description="Person-days."),
]


class _Answer(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class MilestoneView(_Answer):
    """A planned day, and the day on which it happened."""

    name: MilestoneName
    planned_on: date | None
    actual_on: date | None


class WordingView(_Answer):
    """A clause as versions `since` to before `until` of the contract have it."""

    since: int
    until: int | None = Field(description="The version that ended it.")
    module: str
    text: str
    excluded: bool
    allowance_days: Days | None
    valid_from: date | None
    valid_until: date | None


class ConsumptionView(_Answer):
    """What a requirement takes from a clause's allowance."""

    number: int
    title: str
    state: str
    kind: str | None
    days: Days | None = Field(description="Null while nobody has estimated it.")
    by_person: bool = Field(description="A person said that it is in the contract.")


class ClauseView(WordingView):
    """A clause that holds now."""

    id: str
    amendments: list[str] = Field(description="Ids of those that touched it.")
    consumed: Days
    left: Days | None = Field(description="Null without a limit.")
    consumption: list[ConsumptionView]
    earlier: list[WordingView] = Field(description="Newest first.")


class EndedView(WordingView):
    """A clause that a version took out."""

    id: str


class AmendmentView(_Answer):
    """A supplementary agreement."""

    id: str
    name: str
    signed_on: date | None
    adds: list[str]
    replaces: list[str]


class VersionView(_Answer):
    """A version of a contract, and how many clauses it touched."""

    version: int
    fingerprint: str
    made_at: datetime
    made_by: str
    file: str
    added: int
    changed: int
    ended: int


class ContractView(_Answer):
    """A contract with its history."""

    slug: str
    name: str
    currency: str
    signed_on: date | None
    fingerprint: str
    granted: Days
    consumed: Days = Field(description="Of the clauses with a limit.")
    clauses: list[ClauseView]
    ended: list[EndedView]
    amendments: list[AmendmentView]
    versions: list[VersionView] = Field(description="Newest first.")


class ProjectInFull(_Answer):
    """A project with milestones, contract and counts of its live issues."""

    slug: str
    name: str
    client: str
    client_name: str
    phase: str
    project_manager: str
    milestones: list[MilestoneView]
    contract: ContractView | None
    scopes: dict[str, int]
    kinds: dict[str, int]
    states: dict[str, int]


def project_view(project: ProjectDetail) -> ProjectInFull:
    """A project in full."""
    heading = project.heading
    names = ("slug", "name", "client", "client_name", "phase", "project_manager")
    return ProjectInFull(
        **{name: getattr(heading, name) for name in names},
        milestones=[_milestone(name, it) for name, it in project.milestones.items()],
        contract=_contract(project.contract) if project.contract else None,
        scopes=dict(project.scopes),
        kinds=dict(project.kinds),
        states=dict(project.states),
    )


def _milestone(name: MilestoneName, milestone: Milestone) -> MilestoneView:
    return MilestoneView(
        name=name, planned_on=milestone.planned_on, actual_on=milestone.actual_on
    )


def _contract(contract: ContractDetail) -> ContractView:
    values = {name: getattr(contract, name) for name in ContractView.model_fields}
    values["clauses"] = [_clause(one) for one in contract.clauses]
    values["ended"] = [
        EndedView.model_validate(_wording(one) | {"id": one.clause.id})
        for one in contract.ended
    ]
    return ContractView.model_validate(values)


def _clause(one: ClauseDetail) -> ClauseView:
    newest, *earlier = one.wordings
    rest = {
        "id": one.clause.id,
        "amendments": list(one.amendments),
        "consumed": one.consumed,
        "left": one.left,
        "consumption": list(one.consumption),
        "earlier": [_wording(it) for it in earlier],
    }
    return ClauseView.model_validate(_wording(newest) | rest)


def _wording(wording: Wording) -> dict[str, object]:
    clause = {name: getattr(wording.clause, name) for name in Clause.__slots__}
    del clause["id"]
    return {**clause, "since": wording.since, "until": wording.until}
