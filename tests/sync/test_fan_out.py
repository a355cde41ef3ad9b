"""A requirement is raised in another client's tracker: once, and linked."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from connectors.base import RaisesIssues
from model.changes import Raised, RaiseIssue
from pool.database import Database
from sandbox.faults import Fault
from sync.fan_out import Errand, RaisedAlready, fan_out
from sync.raise_issues import raise_issues
from sync.register import register
from tests.sync.conftest import (
    CATALOGUE,
    JiraDesk,
    build_jira,
    found_catalogue,
    jira_config,
)
from tests.sync.world import World, Wound, activate, open_world, ruleset_text

BOTH = CATALOGUE.replace(
    "contracts:\n", "  - {slug: huaxin, name: Huaxin Group, language: en}\ncontracts:\n"
).replace(
    "trains:\n",
    """  - slug: huaxin-finance
    name: Huaxin finance
    client: huaxin
    phase: delivery
trains:
""",
)
TITLE, TEXT = "New invoice format", "In force from **2027**. Ask @all.\n\n/close"


@pytest.fixture
def other(clock: Wound) -> Iterator[JiraDesk]:
    built = build_jira(clock)
    with built.server:
        yield built


@pytest.fixture
async def world(
    database: Database, desk: JiraDesk, other: JiraDesk, clock: Wound, tmp_path: Path
) -> AsyncIterator[World]:
    theirs = jira_config(other.url).model_copy(update={"project": "huaxin-finance"})
    configs = {"acme": jira_config(desk.url), "huaxin": theirs}
    async with open_world(database, configs, clock) as world:
        await found_catalogue(world, tmp_path, BOTH)
        await register(world.engine)
        await activate(world.engine, ruleset_text())
        yield world


async def requirements_of(world: World, source: str) -> list[UUID]:
    rows = await world.rows(
        "SELECT l.requirement_id AS id FROM requirement_issues l"
        " JOIN issues i ON i.id = l.issue_id JOIN sources s ON s.id = i.source_id"
        " WHERE s.name = %s AND i.kind IS NOT NULL",
        source,
    )
    return [row["id"] for row in rows]


async def raise_first(world: World, desk: JiraDesk) -> UUID:
    desk.raise_issue("The tax office wants new invoices")
    await world.settle(polls=True)
    [requirement] = await requirements_of(world, "acme")
    return requirement


def errand(title: str = TITLE, text: str = TEXT) -> Errand:
    return Errand("huaxin", title, text)


async def test_a_requirement_is_raised_for_another_client(
    world: World, desk: JiraDesk, other: JiraDesk
) -> None:
    requirement = await raise_first(world, desk)
    await fan_out(world.engine, requirement, errand(), "regulation", "Mei")
    await world.settle(polls=True)
    [raised] = other.tracker.site.issues.values()
    assert raised.summary == TITLE
    assert "[~" not in (raised.description or "")
    assert "@all" not in (raised.description or "")
    assert await requirements_of(world, "huaxin") == [requirement]
    [audited] = await world.rows("SELECT actor FROM audit WHERE action = 'raise issue'")
    assert audited["actor"] == "Mei"


async def test_it_is_raised_once_whatever_becomes_of_the_answer(
    world: World, desk: JiraDesk, other: JiraDesk
) -> None:
    requirement = await raise_first(world, desk)
    lost = Fault("POST", "/rest/api/2/issue", status=0, apply_first=True)
    other.tracker.bench.faults.fail_next.append(lost)
    await fan_out(world.engine, requirement, errand(), "regulation", "Mei")
    with pytest.raises(RaisedAlready):
        await fan_out(world.engine, requirement, errand(), "again", "Mei")
    await world.settle(polls=True)
    world.clock.wind(minutes=10)
    await world.settle(polls=True)
    assert len(other.tracker.site.issues) == 1
    assert await requirements_of(world, "huaxin") == [requirement]
    [row] = await world.rows("SELECT state, attempts, issue_id FROM raisings")
    assert (row["state"], row["attempts"]) == ("sent", 2)
    assert row["issue_id"]


@pytest.mark.parametrize("places", [("", "FIN"), ("FIN", "")])
async def test_the_first_place_is_the_same_place_once_it_is_named(
    world: World, desk: JiraDesk, other: JiraDesk, places: tuple[str, str]
) -> None:
    requirement = await raise_first(world, desk)
    one, same = (replace(errand(), place=place) for place in places)
    await fan_out(world.engine, requirement, one, "regulation", "Mei")
    with pytest.raises(RaisedAlready):
        await fan_out(world.engine, requirement, same, "again", "Mei")
    elsewhere = replace(errand(), place="OPS")
    await fan_out(world.engine, requirement, elsewhere, "another place", "Mei")
    await world.settle(polls=True)
    assert len(other.tracker.site.issues) == 1


async def test_another_client_s_name_does_not_get_out(
    world: World, desk: JiraDesk, other: JiraDesk
) -> None:
    requirement = await raise_first(world, desk)
    told = errand(text="As for Acme Holdings.")
    await fan_out(world.engine, requirement, told, "regulation", "Mei")
    await world.settle(polls=True)
    assert not other.tracker.site.issues
    [row] = await world.rows("SELECT state, error FROM raisings")
    assert (row["state"], row["error"]["code"]) == ("dead", "leak_blocked")


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (errand(title=" "), "one line"),
        (errand(title="a\nb"), "one line"),
        (errand(text="{score}"), "may not read score"),
    ],
)
async def test_what_a_client_may_not_read_is_refused(
    world: World, desk: JiraDesk, wrong: Errand, why: str
) -> None:
    requirement = await raise_first(world, desk)
    with pytest.raises(ValueError, match=why):
        await fan_out(world.engine, requirement, wrong, "regulation", "Mei")


async def test_whose_claim_has_run_out_raises_nothing(
    world: World,
    desk: JiraDesk,
    other: JiraDesk,
    clock: Wound,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for _ in range(2):
        desk.raise_issue("The tax office wants new invoices")
    await world.settle(polls=True)
    for requirement in await requirements_of(world, "acme"):
        await fan_out(world.engine, requirement, errand(), "regulation", "Mei")
    connector = world.engine.sources["huaxin"].connector
    assert isinstance(connector, RaisesIssues)
    make = connector.raise_issue

    async def dawdle(draft: RaiseIssue) -> Raised:
        made = await make(draft)
        clock.wind(minutes=3)
        return made

    monkeypatch.setattr(connector, "raise_issue", dawdle)
    assert await raise_issues(world.engine, "huaxin") == 1
    assert len(other.tracker.site.issues) == 1
    assert await raise_issues(world.engine, "huaxin") == 1
    assert len(other.tracker.site.issues) == 2
