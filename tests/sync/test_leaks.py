"""Canaries in everything internal: none leaves, and one that is put in the way stays."""

import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import generate_latest
from psycopg.sql import SQL, Identifier
from psycopg.types.json import Jsonb
from structlog.testing import capture_logs

from app.bootstrap import new_id
from app.telemetry import Telemetry
from connectors.http import read_all
from model.answers import Answer, AnswerCode
from model.canaries import Canary, CanaryKind
from model.changes import Change, SetLabels, SetRelease, Transition, UpsertComment
from model.client_text import ClientSafeFacts, ClientText
from model.decisions import Section
from model.errors import PermanentError
from model.issues import IssueRef
from model.projects import Language
from pool.database import Database
from pool.schema import metadata
from sync.overrule import overrule
from tests.sync.conftest import SECRET, TOKEN
from tests.sync.stages import MANAGER, Stage, open_stage
from tests.sync.world import activate, ruleset_text
from web.desk import desk_of
from web.site import build

OTHER = "Nordwind Trading"
THEIRS = "Nordwind pays ninety thousand for this report"
WISH = "WeChat mini program for approvals"

INTERNAL = (
    ("projects", "project_manager"),
    ("overrides", "reason"),
    ("overrides", "made_by"),
    ("history", "note"),
    ("history", "actor"),
    ("rulesets", "reason"),
    ("rulesets", "activated_by"),
    ("contract_versions", "made_by"),
    ("contract_versions", "file"),
    ("clauses", "module"),
    ("clauses", "text"),
    ("contracts", "name"),
    ("trains", "name"),
    ("requirements", "title"),
    ("requirements", "estimated_by"),
    ("opinions", "contract"),
    ("attention", "subject"),
)
"""Text that is nobody's at the tracker, or that it has no use for."""


def canary(table: str, column: str) -> str:
    return f"kanari {table} {column} 资金内部"


@dataclass
class Wire:
    """Every request that truly left, and every line that was logged."""

    sent: list[httpx.Request] = field(default_factory=list)

    def texts(self) -> list[str]:
        parts = [(one.url.raw_path, one.content) for one in self.sent]
        return [text for each in parts for part in each for text in read_all(part)]

    def writes(self) -> list[httpx.Request]:
        kinds = {"POST", "PUT", "PATCH", "DELETE"}
        asking = ("/graphql", "/search/jql", "/search", "/bulkfetch")
        return [
            one
            for one in self.sent
            if one.method in kinds and not one.url.path.endswith(asking)
        ]


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    wire, really = Wire(), httpx.HTTPTransport.handle_request

    def send(transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        if request.headers.get("authorization") or "private-token" in request.headers:
            request.read()
            wire.sent.append(request)
        return really(transport, request)

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", send)
    return wire


@pytest.fixture(params=["jira-dc", "jira-cloud", "gitlab"])
async def stage(
    request: pytest.FixtureRequest, database: Database, tmp_path: Path
) -> AsyncIterator[Stage]:
    async with open_stage(request.param, database, tmp_path) as opened:
        yield opened


async def plant(stage: Stage, issue: Any) -> None:
    """Another client with an issue of the same requirement, and canaries everywhere."""
    columns = SQL(", ").join(
        Identifier(column.name)
        for column in metadata.tables["issues"].columns
        if column.name not in {"id", "number", "client_id", "tracker_id", "title"}
    )
    other, client = new_id(), new_id()
    async with stage.world.engine.database.transaction() as connection:
        await connection.execute(
            "INSERT INTO clients (id, slug, name, language) VALUES (%s, %s, %s, 'en')",
            (client, "nordwind", f"{OTHER} GmbH"),
        )
        copy = SQL(
            "INSERT INTO issues (id, client_id, tracker_id, title, {0})"
            " SELECT %s, %s, 'theirs', %s, {0} FROM issues WHERE id = %s"
        )
        values = (other, client, THEIRS, issue["id"])
        await connection.execute(copy.format(columns), values)
        await connection.execute(
            "INSERT INTO requirement_issues (id, client_id, requirement_id, issue_id,"
            " linked_at) SELECT %s, %s, requirement_id, %s, now()"
            " FROM requirement_issues WHERE issue_id = %s",
            (new_id(), client, other, issue["id"]),
        )
        await connection.execute(
            "INSERT INTO opinions (id, client_id, issue_id, content_hash, contract,"
            " model, prompt, opinion, made_at)"
            " VALUES (%s, %s, %s, '', '', '', '', %s, now())",
            (
                new_id(),
                issue["client_id"],
                issue["id"],
                Jsonb(
                    {
                        "scope": "in_contract",
                        "clauses": [],
                        "reason": canary("opinions", "opinion"),
                    }
                ),
            ),
        )
        for table, column in INTERNAL:
            update = SQL("UPDATE {} SET {} = %s")
            await connection.execute(
                update.format(Identifier(table), Identifier(column)),
                (canary(table, column),),
            )


async def test_nothing_internal_leaves_in_the_whole_life_of_an_issue(
    stage: Stage, wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    telemetry, spans = Telemetry(), InMemorySpanExporter()
    stage.world.engine = replace(stage.world.engine, tell=telemetry.tell)
    stage.place.hook(f"{stage.world.url}/webhooks/acme")
    wire.sent.clear()
    with (
        caplog.at_level(logging.DEBUG),
        capture_logs() as lines,
        recording(spans),
    ):
        key = await live(stage)
    assert "Explained for Li Lei" in stage.sticky(key)
    assert len(wire.writes()) >= 3
    dead = await stage.rows("SELECT error FROM outbox WHERE state = 'dead'")
    assert dead == []
    leaked = "\n".join(wire.texts()).casefold()
    for internal in ("kanari", OTHER.casefold(), THEIRS.casefold(), SECRET):
        assert internal not in leaked
    assert TOKEN not in leaked
    shown = [span.to_json() for span in spans.get_finished_spans()]
    counted = generate_latest(telemetry.registry).decode()
    assert {line["event"] for line in lines} >= {"observed", "decided", "written"}
    assert "reqpool_writes_total" in counted
    assert any("written" in text for text in shown)
    assert_nothing_internal(caplog.text, str(lines), counted, *shown)
    await assert_no_page_shows_a_secret(stage)


async def live(stage: Stage) -> str:
    """An issue's whole life: mirrored, overruled, commanded, written to; its key."""
    key = await stage.mirror(WISH)
    issue = await stage.world.issue(key)
    requirement = await requirement_of(stage, key)
    engine = stage.world.engine
    await overrule(engine, requirement, Section.KIND, "defect", "reason", "operator")
    await plant(stage, issue)
    stage.say(key, "/pool explain\n/pool scope in 2.3 same report")
    await stage.settle()
    await stage.quiet()
    await stage.settle()
    return key


def assert_nothing_internal(*texts: str) -> None:
    """Nor what the client wrote: who operates the service need not be told that."""
    for text in texts:
        for internal in ("kanari", OTHER, THEIRS, WISH, TOKEN, SECRET):
            assert internal.casefold() not in text.casefold()


@contextmanager
def recording(spans: InMemorySpanExporter) -> Iterator[None]:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    with provider.get_tracer("tests").start_as_current_span("the whole life"):
        yield


async def requirement_of(stage: Stage, key: str) -> Any:
    [row] = await stage.rows(
        "SELECT l.requirement_id FROM requirement_issues l"
        " JOIN issues i ON i.id = l.issue_id WHERE i.key = %s",
        key,
    )
    return row["requirement_id"]


async def assert_no_page_shows_a_secret(stage: Stage) -> None:
    number = await stage.rows("SELECT min(number) AS number FROM requirements")
    paths = (
        "/pool",
        "/projects",
        "/projects/acme-finance",
        f"/requirements/{number[0]['number']}",
        f"/requirements/{number[0]['number']}/why",
        "/rules",
        "/health",
        "/api/v1/requirements",
        f"/api/v1/requirements/{number[0]['number']}",
        "/api/v1/status",
        "/api/v1/openapi.json",
    )
    transport = httpx.ASGITransport(build(desk_of(stage.world.engine)))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://localhost"
    ) as site:
        for path in paths:
            page = await site.get(path)
            assert page.status_code == 200, path
            assert TOKEN not in page.text, path
            assert SECRET not in page.text, path


def changes(leak: str) -> Sequence[Change]:
    """The leak in each path that leads to a tracker."""
    bare = ClientSafeFacts()
    answer = Answer(AnswerCode.REFUSED, on=date(2026, 11, 20), person=leak)
    return (
        SetLabels(frozenset({leak.replace(" ", "_")}), frozenset()),
        SetRelease(f"2026.12 {leak}"),
        UpsertComment(ClientText(f"As at {leak}.", bare, Language.EN)),
        UpsertComment(
            ClientText(
                "{release.name}", ClientSafeFacts(release_name=leak), Language.EN
            )
        ),
        UpsertComment(ClientText("", bare, Language.EN, (answer,))),
    )


@pytest.mark.parametrize(
    ("kind", "leak"),
    [
        (CanaryKind.CLIENT_NAME, "Nordwind"),
        (CanaryKind.NOTE, "they-would-pay-90000-for-it"),
        (CanaryKind.SECRET, TOKEN),
        (CanaryKind.SECRET, SECRET),
    ],
)
async def test_a_leak_is_caught_on_each_path_to_a_tracker(
    stage: Stage, wire: Wire, kind: CanaryKind, leak: str
) -> None:
    key = await stage.mirror(WISH)
    issue = await stage.world.issue(key)
    ref = IssueRef("acme", issue["tracker_id"])
    engine = stage.world.engine
    connector = engine.sources["acme"].connector
    wire.sent.clear()
    with engine.guard.watching("acme", [Canary(kind, leak.replace(" ", "_"))]):
        for change in changes(leak):
            with pytest.raises(PermanentError) as raised:
                await connector.apply(ref, change, str(new_id()))
            assert raised.value.code == "leak_blocked", change
            assert raised.value.params["what"] == kind
            assert leak not in str(raised.value)
    assert wire.writes() == []


async def test_a_status_is_no_way_out_either(stage: Stage, wire: Wire) -> None:
    key = await stage.mirror(WISH)
    issue = await stage.world.issue(key)
    ref = IssueRef("acme", issue["tracker_id"])
    wire.sent.clear()
    connector = stage.world.engine.sources["acme"].connector
    with stage.world.engine.guard.watching("acme"), pytest.raises(PermanentError):
        await connector.apply(ref, Transition(f"Done {TOKEN}"), str(new_id()))
    assert wire.writes() == []


async def test_a_template_that_names_another_client_is_blocked_and_told_for_good(
    stage: Stage, wire: Wire
) -> None:
    await stage.rows(
        "INSERT INTO clients (id, slug, name, language)"
        " VALUES (%s, 'nordwind', %s, 'en') RETURNING id",
        new_id(),
        f"{OTHER} GmbH",
    )
    text = ruleset_text().replace("we will send a quote", f"{OTHER} has it already")
    await activate(stage.world.engine, text)
    key = await stage.mirror(WISH)
    await stage.settle()
    assert OTHER.casefold() not in "\n".join(wire.texts()).casefold()
    assert stage.place.labels(key) != set()
    [concern] = await stage.rows(
        "SELECT code, params, subject, resolved_at FROM attention"
        " WHERE code = 'leak_blocked'"
    )
    assert concern["params"]["what"] == "client_name"
    assert concern["resolved_at"] is None
    [entry] = await stage.rows("SELECT after FROM audit WHERE action = 'leak_blocked'")
    [dead] = await stage.rows("SELECT field, error FROM outbox WHERE state = 'dead'")
    assert dead["field"] == "comment"
    assert OTHER.casefold() not in f"{concern}{entry}{dead}".casefold()


async def test_what_a_client_calls_itself_may_leave(stage: Stage) -> None:
    await stage.rows(
        "INSERT INTO clients (id, slug, name, language)"
        " VALUES (%s, 'lilei', %s, 'en'), (%s, 'holdings', 'Acme', 'en') RETURNING id",
        new_id(),
        MANAGER,
        new_id(),
    )
    key = await stage.mirror(f"{WISH} at Acme")
    stage.say(key, "/pool explain")
    await stage.settle()
    assert f"Explained for {MANAGER}" in stage.sticky(key)
