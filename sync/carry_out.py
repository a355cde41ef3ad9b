"""Carry out one command of a person who may use it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from model.answers import Answer, AnswerCode
from model.commands import Command, Verb
from model.contracts import Clause
from model.decisions import Override, Priority, Scope, Section
from pool import audit, commands, decisions, fetches, history, projects, requirements
from pool.attention import Concern, raise_concern
from pool.audit import Entry
from pool.database import Connection
from pool.history import Event, Origin
from pool.issues import StoredIssue
from sync.engine import Engine
from sync.pin import pin


@dataclass(frozen=True, slots=True)
class Order:
    """A command with who gave it and when.

    Attributes:
        by: the display name and the source.
        at: when it was written, on the tracker's clock.
        blank: the answer with nothing but the day and the person.
    """

    command: Command
    by: str
    at: datetime
    blank: Answer

    @property
    def reason(self) -> str:
        """In the person's own words; else the command itself."""
        return self.command.reason or self.command.line


async def carry_out(
    engine: Engine, connection: Connection, issue: StoredIssue, order: Order
) -> Answer:
    """Do what a command asks for, in the caller's transaction.

    It holds for this issue alone (an estimate for its requirement): other issues of
    the requirement may be other clients'. The caller decides on the issue.
    """
    return await _ACTS[order.command.verb](_Act(engine, connection, issue, order))


@dataclass(frozen=True, slots=True)
class _Act:
    engine: Engine
    connection: Connection
    issue: StoredIssue
    order: Order

    def say(self, code: AnswerCode, **values: str) -> Answer:
        blank = self.order.blank
        verb = self.order.command.verb
        return Answer(code, blank.on, blank.person, verb=verb, **values)

    async def explain(self) -> Answer:
        """The explanation itself is put in where the comment is made."""
        return self.say(AnswerCode.EXPLAINED)

    async def approve(self) -> Answer:
        return self.say(AnswerCode.NO_QUOTE)

    async def set_priority(self) -> Answer:
        done = AnswerCode.PRIORITY_SET
        return await self._pin(Section.PRIORITY, Priority.P0, done)

    async def set_kind(self) -> Answer:
        value = self.order.command.value
        return await self._pin(Section.KIND, value, AnswerCode.KIND_SET)

    async def _pin(
        self, section: Section, value: str, done: AnswerCode, clause: str = ""
    ) -> Answer:
        standing = await decisions.find_overrides(self.connection, self.issue.id)
        if section in standing and standing[section].made_at > self.order.at:
            return self.say(AnswerCode.OVERTAKEN)
        order = self.order
        made = Override(section, value, order.reason, order.by, order.at, clause)
        await pin(self.engine, self.connection, self.issue, made)
        return self.say(done, value=value, clause=clause)

    async def set_scope(self) -> Answer:
        asked = self.order.command
        if asked.value != Scope.IN_CONTRACT:
            return await self._pin(Section.SCOPE, asked.value, AnswerCode.SCOPE_SET)
        setting = await projects.get_setting(self.connection, self.issue.project_id)
        if setting.contract is None:
            return self.say(AnswerCode.NO_CONTRACT)
        clause = _find_clause(setting.contract.clauses, asked.clause)
        if clause is None:
            return self.say(AnswerCode.NO_CLAUSE)
        if clause.excluded:
            return self.say(AnswerCode.CLAUSE_EXCLUDED, clause=clause.id)
        done = AnswerCode.CLAUSE_SET
        return await self._pin(Section.SCOPE, asked.value, done, clause.id)

    async def estimate(self) -> Answer:
        days, order, issue = self.order.command.value, self.order, self.issue
        before = None if issue.estimate_days is None else str(issue.estimate_days)
        await requirements.estimate(
            self.connection,
            issue.requirement_id,
            Decimal(days),
            order.by,
            self.engine.clock(),
        )
        await self._note("estimate_days", before, days)
        return self.say(AnswerCode.ESTIMATE_SET, days=days)

    async def link(self) -> Answer:
        """A merge concerns several clients, so the product manager does it."""
        issue, named = self.issue, self.order.command.value
        key = await commands.find_linked(self.connection, issue, named)
        if key is None:
            return self.say(AnswerCode.NO_LINK)
        concern = Concern(
            code="link_asked",
            subject=f"{issue.id}:{key}",
            params={"key": issue.snapshot.key, "other": key, "person": self.order.by},
            client_id=issue.client_id,
            source_id=issue.source_id,
            issue_id=issue.id,
        )
        now = self.engine.clock()
        await raise_concern(self.connection, self.engine.ids, concern, now)
        await self._note("link", None, key)
        return self.say(AnswerCode.LINK_NOTED, key=key)

    async def resync(self) -> Answer:
        source, tracker_id = self.issue.source_id, self.issue.snapshot.ref.tracker_id
        now = self.engine.clock()
        await fetches.ask(self.connection, source, [tracker_id], now, "command")
        return self.say(AnswerCode.RESYNCED)

    async def _note(self, field: str, before: Any, after: Any) -> None:
        order, issue = self.order, self.issue
        event = Event(
            order.at, Origin.PERSON, order.by, field, before, after, order.reason
        )
        client = issue.client_id
        await history.add(self.connection, self.engine.ids, client, issue.id, [event])
        entry = Entry(
            at=order.at,
            actor=order.by,
            action=order.command.verb,
            subject=str(issue.snapshot.ref),
            cause=order.reason,
            client_id=client,
            before=before,
            after=after,
        )
        await audit.append(self.connection, entry)


def _find_clause(clauses: tuple[Clause, ...], named: str) -> Clause | None:
    wanted = named.casefold()
    return next((one for one in clauses if one.id.casefold() == wanted), None)


_ACTS: Mapping[Verb, Callable[[_Act], Awaitable[Answer]]] = {
    Verb.URGENT: _Act.set_priority,
    Verb.KIND: _Act.set_kind,
    Verb.SCOPE: _Act.set_scope,
    Verb.ESTIMATE: _Act.estimate,
    Verb.LINK: _Act.link,
    Verb.EXPLAIN: _Act.explain,
    Verb.APPROVE: _Act.approve,
    Verb.RESYNC: _Act.resync,
}
