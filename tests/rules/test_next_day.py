"""Until the next day that matters to a ruleset it says the same of the same issue."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from model.client_text import ClientSafeFacts
from model.contracts import Clause, Contract
from model.decisions import Decision, PoolState, Section
from model.projects import Language
from rules.decide import decide
from rules.load_ruleset import load_ruleset
from rules.next_day import read_calendar
from rules.ruleset import Ruleset
from rules.write_back import Desired, desire
from tests.rules.defaults import DEFAULTS, load_default

TODAY = date(2026, 11, 20)
SHIPS = "release.ship_on"
LEFT = "project.days_to_acceptance"
AHEAD = 40

NEAR = st.integers(-30, 30)
DAYS = NEAR.map(lambda days: TODAY + timedelta(days=days))
MOMENTS = st.tuples(DAYS, st.integers(0, 23)).map(
    lambda at: datetime.combine(at[0], datetime.min.time(), UTC).replace(hour=at[1])
)
FACTS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"today": st.just(TODAY)},
    optional={
        LEFT: NEAR,
        "issue.created_at": MOMENTS,
        "issue.priority_raised_at": MOMENTS,
        "issue.type": st.sampled_from(["Bug", "Story"]),
        "contract.match.score": st.sampled_from([0.1, 0.9]),
        "estimate.days": st.sampled_from([1, 8]),
        SHIPS: DAYS,
    },
)
SPAN = st.integers(0, 30).map(lambda days: f"{days}d")
BOUND = st.integers(-30, 30) | st.floats(-30, 30).map(lambda n: round(n, 1))
COUNTED = st.one_of(
    *(
        st.tuples(st.just(it), BOUND).map(lambda it: {it[0]: it[1]})
        for it in ("gt", "gte", "lt", "lte")
    ),
    BOUND,
    st.lists(BOUND, min_size=1, max_size=2, unique=True),
    st.just({"exists": True}),
)


def asked_of(*dated: str) -> st.SearchStrategy[Any]:
    """One question; of the dated facts, of days, or of neither."""
    edge = st.sampled_from(["before", "after"])
    return st.one_of(
        st.tuples(st.sampled_from(dated), SPAN).map(
            lambda it: {it[0]: {"within": it[1]}}
        ),
        st.tuples(edge, DAYS).map(lambda it: {"today": {it[0]: it[1].isoformat()}}),
        COUNTED.map(lambda it: {LEFT: it}),
        st.just({"issue.type": "Bug"}),
        st.just({"contract.match.score": {"gte": 0.5}}),
    )


def conditions(*dated: str) -> st.SearchStrategy[Any]:
    return st.recursive(
        asked_of(*dated),
        lambda part: st.one_of(
            st.lists(part, min_size=1, max_size=3).map(lambda it: {"any": it}),
            st.lists(part, min_size=1, max_size=3).map(lambda it: {"all": it}),
            part.map(lambda it: {"not": it}),
        ),
        max_leaves=4,
    )


KNOWN = ("issue.created_at", "issue.priority_raised_at", "today")
OF_ISSUE, OF_COMMENT = conditions(*KNOWN), conditions(*KNOWN, SHIPS)


@st.composite
def rulesets(draw: st.DrawFn) -> Ruleset:
    """Day after day in every section, and in what is written back."""
    points = [{"id": f"p{n}", "when": draw(OF_ISSUE), "add": 30 + n} for n in range(2)]
    if draw(st.booleans()):
        points.append(
            {
                "id": "per",
                "per": draw(st.sampled_from([LEFT, "estimate.days"])),
                "add": 2,
                "at_most": 20,
            }
        )
    text = {
        "name": "r",
        "timezone": draw(st.sampled_from(["Asia/Shanghai", "America/Lima"])),
        "kind": [
            {"id": "k", "when": draw(OF_ISSUE), "set": "defect"},
            {"id": "k0", "otherwise": "requirement"},
        ],
        "scope": [
            {"id": "s", "when": draw(OF_ISSUE), "set": "in_contract"},
            {"id": "s0", "otherwise": "needs_review"},
        ],
        "priority": {
            "points": points,
            "levels": {"P0": 60, "P1": 40, "P2": 20, "P3": 0},
        },
        "release": [
            {"id": "r", "when": draw(OF_ISSUE), "hold": "contract"},
            {"id": "r0", "otherwise": {"train": "main"}},
        ],
        "write_back": {
            "comment": [{"when": draw(OF_COMMENT), "text": {"en": "{scope}"}}],
            "assignee": [{"when": draw(OF_COMMENT), "to": "lead"}],
        },
    }
    loaded, problems = load_ruleset(yaml.safe_dump(text), file="r.yaml")
    assume(loaded is not None)  # a rule that can never win is refused
    assert loaded, problems
    return loaded


def on(day: date, facts: dict[str, Any]) -> dict[str, Any]:
    moved = {**facts, "today": day}
    if LEFT in facts:
        moved[LEFT] = facts[LEFT] - (day - TODAY).days
    return moved


def say(ruleset: Ruleset, facts: dict[str, Any]) -> tuple[Any, ...]:
    """All that follows of a decision; not how many days were left by then."""
    made = decide(ruleset, facts)
    rules = [(one.rule, one.points) for one in made.reasons]
    return made.verdict, made.effective, made.score, rules, show(ruleset, made, facts)


def show(ruleset: Ruleset, made: Decision, facts: dict[str, Any]) -> Desired:
    ships = facts.get(SHIPS)
    safe = ClientSafeFacts(
        kind="",
        scope=made.effective.get(Section.SCOPE, ""),
        priority="",
        state=PoolState.NEW,
        release_name="1" if ships else "",
        release_ship_on=ships,
    )
    return desire(
        ruleset,
        made,
        safe,
        tracker="jira",
        state=PoolState.NEW,
        language=Language.EN,
        known=facts,
    )


@given(rulesets(), FACTS)
def test_nothing_turns_before_the_day_that_is_foretold(
    ruleset: Ruleset, facts: dict[str, Any]
) -> None:
    foretold = read_calendar(ruleset).find_next(facts)
    assert foretold is None or foretold > TODAY
    before = say(ruleset, facts)
    for ahead in range(1, AHEAD * 2):
        day = TODAY + timedelta(days=ahead)
        if foretold is not None and day >= foretold:
            break
        assert say(ruleset, on(day, facts)) == before


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("issue.created_at: {within: 3d}", date(2026, 11, 22)),
        ("today: {after: 2026-11-30}", date(2026, 12, 1)),
        ("today: {before: 2026-11-30}", date(2026, 11, 30)),
        (f"{LEFT}: {{gte: 0, lte: 14}}", date(2026, 11, 26)),
        (f"{LEFT}: {{exists: true}}", None),
        ("issue.type: Bug", None),
    ],
)
def test_the_day_is_foretold_exactly(asked: str, expected: date | None) -> None:
    text = (
        f"name: r\nkind:\n- {{id: a, when: {{{asked}}}, set: task}}\n"
        "- {id: b, otherwise: defect}\n"
    )
    ruleset, problems = load_ruleset(text, file="r.yaml")
    assert ruleset, problems
    facts = {
        "today": TODAY,
        LEFT: 20,
        "issue.type": "Bug",
        "issue.created_at": datetime(2026, 11, 18, tzinfo=UTC),
    }
    assert read_calendar(ruleset).find_next(facts) == expected


@pytest.mark.parametrize("name", DEFAULTS)
def test_an_issue_that_nobody_touches_soon_concerns_no_day(name: str) -> None:
    calendar = read_calendar(load_default(name))
    raised = datetime(2026, 11, 18, 3, tzinfo=UTC)
    facts: dict[str, Any] = {"today": TODAY, "issue.priority_raised_at": raised}
    turns = calendar.find_next(facts)
    assert turns == date(2026, 11, 22)
    assert calendar.find_next(on(turns, facts)) is None


@given(st.lists(st.tuples(st.none() | DAYS, st.none() | DAYS), max_size=3))
def test_the_same_clauses_hold_until_the_day_that_is_foretold(
    periods: list[tuple[date | None, date | None]],
) -> None:
    clauses = tuple(
        Clause(str(n), "", "", valid_from=begin, valid_until=end)
        for n, (begin, end) in enumerate(periods)
    )
    contract = Contract("c", "", "", clauses)
    foretold = contract.find_next_day(TODAY) or TODAY + timedelta(days=AHEAD * 2)
    held = [one.is_valid_on(TODAY) for one in clauses]
    for ahead in range(1, (foretold - TODAY).days):
        day = TODAY + timedelta(days=ahead)
        assert [one.is_valid_on(day) for one in clauses] == held
