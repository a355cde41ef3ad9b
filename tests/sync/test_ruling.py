"""From a decision to what a tracker should show: facts, charge, fields and target."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from model.answers import Answer, AnswerCode
from model.changes import Base
from model.client_text import ClientSafeFacts, ClientText
from model.contracts import Clause, Contract
from model.decisions import (
    Decided,
    Decision,
    Evidence,
    Override,
    PoolState,
    Scope,
    Section,
)
from model.issues import Person, StatusCategory, Urgency
from model.projects import Client, Language, Milestone, MilestoneName, Phase, Project
from model.releases import Release
from pool import issues
from pool.attention import Concern
from pool.database import Database
from pool.issues import StoredIssue
from pool.projects import Setting
from pool.states import StateOrigin
from rules.matching.match import Match
from sync.aim import aim
from sync.assign import Notice, assign
from sync.charge import Charge
from sync.facts import Occasion, gather_facts
from sync.fill import fill
from sync.plan import Target
from sync.ruling import Ruling
from sync.sitting import Sitting, open_sitting
from tests.builders import Town, open_town
from tests.sync.test_plan import snapshot, stored
from tests.sync.world import START, activate, concerns

TODAY = date(2026, 11, 20)
NEAR = (
    Evidence("9.1", "Mobile", "No apps.", 0.7, (), excluded=True),
    Evidence("2.3", "Reports", "Export.", 0.5, ()),
)
MATCH = Match(NEAR, 0.7, excluded=True, engine="words", inside=0.25)
SETTING = Setting(
    Client("acme", "Acme Holdings", Language.EN),
    Project(
        "acme-finance",
        "Finance",
        "acme",
        Phase.UAT,
        milestones={MilestoneName.ACCEPTANCE: Milestone(TODAY + timedelta(days=9))},
    ),
    None,
)
VERDICT = {
    Section.KIND: "requirement",
    Section.SCOPE: "in_contract",
    Section.PRIORITY: "P1",
    Section.RELEASE: "train:main",
}
DECISION = Decision(VERDICT, VERDICT, 35, (), NEAR, "", "", "rules/1")
RELEASE = Release("2026.12", "main", date(2026, 12, 10), date(2026, 12, 20))
RULES = """
name: written-back
timezone: Asia/Shanghai
kind: [{id: any, otherwise: requirement}]
scope: [{id: all, otherwise: in_contract}]
priority: {points: [{id: p, when: {kind: task}, add: 1}], levels: {P3: 0}}
release: [{id: main, otherwise: {train: main}}]
write_back:
  labels: {scope: {in_contract: "scope::in", daily_change: "scope::daily"}}
  status: {jira: {planned: Scheduled}}
  release: true
  comment: [{when: {kind: requirement}, text: {en: "Planned.", zh: "已排期。"}}]
  assignee: [{when: {kind: requirement}, to: project_manager}]
"""


def test_what_rules_may_ask_about_is_gathered_and_what_is_not_known_left_out() -> None:
    full = snapshot(
        description="By **company**.",
        priority="Major",
        urgency=Urgency.HIGH,
        labels=frozenset({"ui", "board"}),
        modules=("Reports",),
        reporter=Person("7", "Wang Li"),
        confidential=True,
        sprints=("Sprint 4",),
        fields={"Region": ("North", "East"), "Area": ("A",)},
        spent_days=Decimal("0.5"),
        estimate_days=Decimal(3),
    )
    issue = replace(stored(full, read=1), comment_count=2, priority_raised_at=START)
    contract = Contract("c", "C", "acme", ())
    told = gather_facts(
        Occasion(
            issue, replace(SETTING, contract=contract), TODAY, MATCH, 3, Decimal(7)
        )
    )
    common = {
        "issue.title": "Export",
        "issue.type": "Story",
        "issue.status": "Open",
        "issue.created_at": START,
        "issue.updated_at": START,
        "client.slug": "acme",
        "client.name": "Acme Holdings",
        "project.slug": "acme-finance",
        "project.phase": "uat",
        "project.days_to_acceptance": 9,
        "requirement.state": "new",
        "today": TODAY,
    }
    assert told == common | {
        "issue.description": "By company.",
        "issue.text": "Export\nBy company.",
        "issue.priority": "Major",
        "issue.urgency": "High",
        "issue.labels": ("board", "ui"),
        "issue.modules": ("Reports",),
        "issue.reporter": "Wang Li",
        "issue.confidential": True,
        "issue.sprints": ("Sprint 4",),
        "issue.fields": ("Area: A", "Region: North", "Region: East"),
        "issue.spent_days": Decimal("0.5"),
        "issue.comment_count": 2,
        "issue.priority_raised_at": START,
        "estimate.days": 3,
        "contract.match.score": 0.7,
        "contract.match.in_probability": 0.25,
        "contract.match.excluded": True,
        "contract.match.clause": "9.1",
        "contract.match.allowance_left": 7,
        "contract.has_contract": True,
        "requirement.client_count": 3,
    }
    bare = gather_facts(Occasion(stored(snapshot(), 1), SETTING, TODAY, None, 1))
    assert bare == common | {
        "issue.text": "Export\n",
        "issue.labels": (),
        "issue.modules": (),
        "issue.confidential": False,
        "issue.sprints": (),
        "issue.fields": (),
        "issue.comment_count": 0,
        "contract.has_contract": False,
        "requirement.client_count": 1,
    }
    unplanned = replace(SETTING.project, milestones={})
    later = replace(SETTING, project=unplanned)
    none = replace(MATCH, clauses=(), score=0.0, excluded=False)
    told = gather_facts(Occasion(stored(snapshot(), 1), later, TODAY, none, 1))
    assert "project.days_to_acceptance" not in told
    assert "contract.match.clause" not in told


def test_an_issue_counts_against_the_clause_that_a_person_named_or_the_nearest() -> (
    None
):
    def pinned(clause: str) -> dict[Section, Override]:
        scope = Section.SCOPE
        return {scope: Override(scope, "in_contract", "", "Mei", START, clause)}

    def settled(charge: Charge, scope: Scope) -> str | None:
        effective = {**VERDICT, Section.SCOPE: str(scope)}
        return charge.settle(replace(DECISION, effective=effective))

    nearest, named = Charge(MATCH, pinned("")), Charge(MATCH, pinned("9.1"))
    assert [one.clause for one in (nearest, named, Charge(None, {}))] == [
        "2.3",
        "9.1",
        "",
    ]
    assert settled(nearest, Scope.IN_CONTRACT) == "2.3"
    assert settled(named, Scope.IN_CONTRACT) == "9.1"
    assert settled(nearest, Scope.DAILY_CHANGE) is None
    assert settled(Charge(None, {}), Scope.IN_CONTRACT) is None
    clauses = (Clause("2.1", "", ""), Clause("2.3", "", ""))
    assert nearest.find_clause(Contract("c", "C", "acme", clauses)) == clauses[1]
    assert named.find_clause(Contract("c", "C", "acme", clauses)) is None


def test_each_field_of_ours_is_filled_with_what_it_was_configured_for() -> None:
    wanted = {one.value.title(): one for one in Decided}
    ruling = Ruling(DECISION, {}, SETTING, RELEASE, (), "2.3")
    facts = ClientSafeFacts("requirement", "in_contract", "P1", "planned", "2026.12")
    issue = stored(snapshot(estimate_days=Decimal("20.0")), 1)
    assert fill(wanted, issue, ruling, facts, Language.EN) == {
        "Kind": "requirement",
        "Scope": "in contract",
        "Priority": "P1",
        "Score": "35",
        "Clause": "2.3",
        "Estimate": "20",
        "Release": "2026.12",
        "State": "planned",
    }
    bare = fill(wanted, stored(snapshot(), 1), ruling, facts, Language.EN)
    assert bare["Estimate"] == ""
    assert fill({}, issue, ruling, facts, Language.EN) == {}


@pytest.fixture
async def town(database: Database) -> AsyncIterator[Town]:
    async with open_town(database) as town:
        await activate(town.engine, RULES)
        yield town


async def sit(town: Town) -> tuple[Sitting, StoredIssue, Setting]:
    """Over the only issue."""
    [row] = await town.rows("SELECT id FROM issues")
    async with town.database.transaction() as connection:
        sitting = await open_sitting(town.engine, connection)
        [issue] = await issues.lock(connection, [row["id"]])
        assert sitting
        return sitting, issue, await sitting.get_setting(issue.project_id)


async def test_what_a_tracker_should_show_is_told_whole(town: Town) -> None:
    """And nothing of a tombstone, or of what was closed before we came."""
    await town.absorb(town.snapshot("资金日报"))
    sitting, issue, setting = await sit(town)
    managed = replace(setting.project, project_manager="Li Lei")
    ruling = Ruling(DECISION, {}, replace(setting, project=managed), RELEASE, (), "2.3")
    moved = replace(
        issue,
        base=Base(),
        requirement_state=PoolState.PLANNED,
        state_origin=StateOrigin.PERSON,
    )
    check_target(sitting, moved, ruling)
    check_answers(sitting, moved, ruling)
    check_untouched(sitting, replace(moved, state_origin=StateOrigin.RULES), ruling)


SAFE = ClientSafeFacts(
    "requirement", "in_contract", "P1", "planned", "2026.12", date(2026, 12, 20)
)
WHOLE = Target(
    labels=frozenset({"scope::in"}),
    owned_labels=frozenset({"scope::in", "scope::daily"}),
    status="Scheduled",
    release="2026.12",
    ship_on=date(2026, 12, 20),
    comment=ClientText("已排期。", SAFE, Language.ZH),
    person="Li Lei",
)
DONE = Answer(AnswerCode.KIND_SET, TODAY, "Li Lei", value="requirement")
REFUSED = Answer(AnswerCode.REFUSED, TODAY, "Wang Li")


def check_target(sitting: Sitting, moved: StoredIssue, ruling: Ruling) -> None:
    assert aim(sitting, moved, ruling) == WHOLE
    by_rules = replace(moved, state_origin=StateOrigin.RULES)
    assert aim(sitting, by_rules, ruling) == replace(WHOLE, status=None)
    unplaced = aim(sitting, moved, replace(ruling, release=None))
    assert (unplaced.release, unplaced.ship_on) == ("", None)


def check_answers(sitting: Sitting, issue: StoredIssue, ruling: Ruling) -> None:
    """An explanation names the clauses that hold now; no comment is needed for them."""
    explained = Answer(AnswerCode.EXPLAINED, TODAY, "Li Lei")
    answers = (DONE, replace(explained, clause="9.1, 2.3"))
    asked = replace(ruling, answers=(DONE, explained))
    answered = ClientText("已排期。", SAFE, Language.ZH, answers)
    assert aim(sitting, issue, asked).comment == answered
    question = {**VERDICT, Section.KIND: "question"}
    silent = replace(asked, decision=replace(DECISION, effective=question))
    bare = ClientText("", replace(SAFE, kind="question"), Language.ZH, answers)
    assert aim(sitting, issue, silent).comment == bare


def check_untouched(sitting: Sitting, planned: StoredIssue, ruling: Ruling) -> None:
    done = replace(planned.snapshot, status_category=StatusCategory.DONE)
    closed = replace(planned, snapshot=done)
    labelled, said = Base(labels=frozenset({"scope::in"})), Base(comment_hash="x")
    untouched: list[tuple[StoredIssue, tuple[Answer, ...]]] = [
        (closed, ()),
        (closed, (REFUSED,)),
        (replace(planned, deleted_at=START), (DONE,)),
    ]
    ours: list[tuple[StoredIssue, tuple[Answer, ...]]] = [
        (replace(closed, base=labelled), ()),
        (replace(closed, base=said), ()),
        (replace(closed, base=Base(reasserted=frozenset())), ()),
        (replace(closed, state_origin=StateOrigin.PERSON), ()),
        (closed, (REFUSED, DONE)),
    ]
    for one, answers in untouched:
        assert aim(sitting, one, replace(ruling, answers=answers)) == Target()
    for one, answers in ours:
        target = aim(sitting, one, replace(ruling, answers=answers))
        assert target.labels == WHOLE.labels


async def test_who_has_no_account_is_told_with_the_source_and_nobody_is_unassigned(
    town: Town,
) -> None:
    source = town.engine.sources["huaxin-jira"]
    config = source.config.model_copy(update={"people": {"Li Lei": "li.lei"}})
    sources = {source.name: replace(source, config=config)}
    engine = replace(town.engine, sources=sources)
    issue = stored(town.snapshot("x"), 1)
    for_nobody, for_li = Target(release="2026.12"), Target(person="Li Lei")
    assert assign(engine, issue, for_nobody) == (for_nobody, None)
    assert assign(engine, issue, for_li) == (
        replace(for_li, assignee="li.lei"),
        Notice("huaxin-jira:Li Lei", None),
    )
    for_mei = Target(person="Mei")
    concern = Concern(
        "person_unmapped",
        "huaxin-jira:Mei",
        {"person": "Mei", "source": "huaxin-jira"},
        issue.client_id,
        issue.source_id,
    )
    assert assign(engine, issue, for_mei) == (
        for_mei,
        Notice("huaxin-jira:Mei", concern),
    )


async def test_who_gets_an_account_is_no_concern_any_more(town: Town) -> None:
    await activate(town.engine, RULES.replace("project_manager", "Mei"))
    seen = town.snapshot("资金日报")
    await town.absorb(seen, town.snapshot("资金周报"))
    [told] = await concerns(town)
    assert (told.code, told.subject) == ("person_unmapped", "huaxin-jira:Mei")
    [row] = await town.rows("SELECT count FROM attention")
    assert row["count"] == 2
    source = town.engine.sources["huaxin-jira"]
    config = source.config.model_copy(update={"people": {"Mei": "mei"}})
    plugged = {source.name: replace(source, config=config)}
    town.engine = replace(town.engine, sources=plugged)
    town.clock.wind(minutes=1)
    await town.absorb(replace(seen, title="资金月报", updated_at=town.clock()))
    assert await concerns(town) == []
