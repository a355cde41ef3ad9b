"""A pool with something in it, made by the product's own verbs."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from random import Random
from typing import Any

from app.bootstrap import new_id
from app.plugins import get_connector
from connectors.base import SourceConfig
from connectors.http import Budget, Door, open_client, scan_nothing
from model.catalogue import Catalogue
from model.contracts import Clause, Contract
from model.decisions import Scope
from model.issues import IssueRef, IssueSnapshot, StatusCategory
from model.projects import Client, Language, Milestone, MilestoneName, Phase, Project
from model.releases import Release, Train
from pool import catalogue, issues, opinions, sources
from pool.contracts import Making
from pool.database import Database, query
from pool.opinions import Asked, Opinion
from rules.matching.word_matcher import WordMatcher
from sync.absorb import Absorbed, Batch, Cause, absorb
from sync.engine import Engine, Source
from sync.register import register
from tests.sync.world import START, Wound, activate, ruleset_text

CLAUSES = (
    Clause("2.1", "总账", "支持凭证录入、审核、记账与反记账，按月结账。"),
    Clause(
        "3.2",
        "资金报表",
        "资金日报、资金周报与资金月报可按公司汇总查询，并导出为 Excel 与 PDF。",
    ),
    Clause("4.1", "审批流程", "付款申请按金额分级审批，审批人可转办与退回。"),
    Clause(
        "9.1", "移动端", "手机 App 与微信小程序不在本合同交付范围内。", excluded=True
    ),
)

SOURCES: dict[str, dict[str, Any]] = {
    "huaxin-jira": {
        "kind": "jira",
        "project": "huaxin-finance",
        "base_url": "https://huaxin.atlassian.example",
        "project_keys": ("FIN",),
        "token": "token-of-a-test",
    },
    "nordwind-gitlab": {
        "kind": "gitlab",
        "project": "nordwind-erp",
        "base_url": "https://gitlab.nordwind.example",
        "projects": ("delivery/erp",),
        "token": "token-of-a-test",
    },
}


def _catalogue(fingerprint: str) -> Catalogue:
    acceptance = {MilestoneName.ACCEPTANCE: Milestone(START.date() + timedelta(10))}
    return Catalogue(
        clients={
            "huaxin": Client("huaxin", "华信控股"),
            "nordwind": Client("nordwind", "Nordwind Trading", Language.EN),
        },
        contracts={
            "huaxin-2026": Contract(
                "huaxin-2026",
                "财务管理系统合同",
                "huaxin",
                CLAUSES,
                fingerprint=fingerprint,
            )
        },
        projects={
            "huaxin-finance": Project(
                slug="huaxin-finance",
                name="财务管理系统",
                client="huaxin",
                phase=Phase.TRIAL_RUN,
                contract="huaxin-2026",
                milestones=acceptance,
            ),
            "nordwind-erp": Project(
                "nordwind-erp", "ERP roll-out", "nordwind", Phase.DELIVERY
            ),
        },
        trains={
            slug: Train(slug, slug) for slug in ("main", "hotfix", "after-acceptance")
        },
        releases={
            name: Release(name, train, START.date() + timedelta(days), ship_on)
            for name, train, days, ship_on in (
                ("2026.12", "main", 20, date(2026, 12, 20)),
                ("2026.11.1", "hotfix", 5, date(2026, 11, 27)),
                ("2027.02", "after-acceptance", 80, date(2027, 2, 20)),
            )
        },
    )


@dataclass
class Town:
    """Two clients, one on Jira with a contract, one on GitLab without."""

    engine: Engine
    clock: Wound
    woken: list[tuple[str, str]] = field(default_factory=list)
    numbers: Any = field(default_factory=lambda: count(1))

    @property
    def database(self) -> Database:
        return self.engine.database

    def snapshot(
        self, title: str, source: str = "huaxin-jira", **fields: Any
    ) -> IssueSnapshot:
        number = next(self.numbers)
        is_jira = source == "huaxin-jira"
        key = f"FIN-{number}" if is_jira else f"delivery/erp#{number}"
        values: dict[str, Any] = {
            "ref": IssueRef(source, str(10_000 + number) if is_jira else f"7#{number}"),
            "key": key,
            "url": f"https://tracker.example/{number}",
            "title": title,
            "description": "",
            "issue_type": "Story",
            "status": "Open",
            "status_category": StatusCategory.TO_DO,
            "created_at": self.clock(),
            "updated_at": self.clock(),
        }
        return IssueSnapshot(**values | fields)

    async def absorb(self, *snapshots: IssueSnapshot) -> Absorbed:
        """Take issues of one source in, as a poll does, and decide on them."""
        name = snapshots[0].ref.source
        async with self.database.transaction() as connection:
            source = await sources.find(connection, name)
            read = await sources.draw_read(connection)
        assert source is not None
        batch = Batch(snapshots, read, direct=True, cause=Cause.POLL)
        return await absorb(self.engine, source, batch)

    async def raise_issue(self, title: str, **fields: Any) -> int:
        """An issue in the pool; answers the number of its requirement."""
        snapshot = self.snapshot(title, **fields)
        await self.absorb(snapshot)
        return await self.number_of(snapshot.key)

    async def number_of(self, key: str) -> int:
        found = await self.rows(
            "SELECT q.number FROM requirements q"
            " JOIN requirement_issues l ON l.requirement_id = q.id"
            " JOIN issues i ON i.id = l.issue_id WHERE i.key = %s",
            key,
        )
        return int(found[0]["number"])

    async def judge_says(
        self, number: int, scope: Scope | None, reason: str, *clauses: str
    ) -> None:
        """An opinion of the operator's judge on a requirement's issues."""
        found = await self.rows(
            "SELECT i.id, i.client_id FROM issues i"
            " JOIN requirement_issues l ON l.issue_id = i.id"
            " JOIN requirements q ON q.id = l.requirement_id WHERE q.number = %s",
            number,
        )
        said = Opinion(scope, clauses, reason, "local", "1", self.clock())
        async with self.database.transaction() as connection:
            for row in found:
                asked = Asked(row["client_id"], row["id"], "", "")
                await opinions.add(connection, new_id, asked, said)

    async def link(self, key: str, number: int) -> None:
        """Move an issue to another requirement, as a merge does."""
        await self.rows(
            "WITH target AS (SELECT id FROM requirements WHERE number = %s),"
            " issue AS (SELECT id FROM issues WHERE key = %s),"
            " old AS (SELECT requirement_id AS id FROM requirement_issues, issue"
            "   WHERE issue_id = issue.id),"
            " merged AS (UPDATE requirements SET merged_into = (SELECT id FROM target)"
            "   WHERE id = (SELECT id FROM old))"
            " UPDATE requirement_issues SET requirement_id = (SELECT id FROM target)"
            " WHERE issue_id = (SELECT id FROM issue) RETURNING id",
            number,
            key,
        )

    async def delete_issue(self, key: str) -> None:
        [row] = await self.rows("SELECT id FROM issues WHERE key = %s", key)
        async with self.database.transaction() as connection:
            await issues.mark_deleted(connection, row["id"], self.clock())

    async def rows(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        async with self.database.transaction() as connection:
            return await query(connection, statement, values)


@asynccontextmanager
async def open_town(database: Database) -> AsyncIterator[Town]:
    """A town on a migrated database, with the Chinese default ruleset active."""
    clock, woken = Wound(), list[tuple[str, str]]()

    async def wake(verb: str, source: str) -> None:
        woken.append((verb, source))

    with ExitStack() as stack:
        engine = Engine(
            database=database,
            sources={
                name: _open(stack, name, section, clock)
                for name, section in SOURCES.items()
            },
            clock=clock,
            ids=new_id,
            random=Random(7),
            matcher=WordMatcher(),
            wake=wake,
        )
        await _found(engine)
        yield Town(engine, clock, woken)


async def _found(engine: Engine) -> None:
    text = "\n".join(clause.text for clause in CLAUSES)
    fingerprint = hashlib.sha256(text.encode()).hexdigest()
    async with engine.database.transaction() as connection:
        made = Making(engine.clock(), "operator", "contract.yaml")
        wanted = _catalogue(fingerprint)
        await catalogue.keep(connection, engine.ids, wanted, {fingerprint: text}, made)
    assert await register(engine) == ()
    await activate(engine, ruleset_text("zh"))


def _open(stack: ExitStack, name: str, section: dict[str, Any], clock: Wound) -> Source:
    kind = get_connector(section["kind"])
    config: SourceConfig = kind.Config.model_validate(section)
    door = Door(
        base_url=config.base_url, clock=clock, budget=Budget(clock), scan=scan_nothing
    )
    client = stack.enter_context(open_client(door))
    connector: Any = _Unlogged(kind(name, config, client, clock))
    return Source(name, config, connector, door.budget)


class _Unlogged:
    """A connector whose tracker, which is not there, tells nothing of edits."""

    def __init__(self, connector: Any) -> None:
        self._connector = connector

    def __getattr__(self, name: str) -> Any:
        if name == "fetch_edits":
            raise AttributeError(name)
        return getattr(self._connector, name)
