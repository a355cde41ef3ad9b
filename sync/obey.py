"""Deal with the commands in an issue's comments, each once for good.

A comment commands by the text that was seen first. Edited ones command nothing: a
tracker lets others edit a comment while its author stays.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta, tzinfo
from decimal import Decimal
from hashlib import sha256

from model.answers import Answer, AnswerCode
from model.commands import Command, Verb
from model.issues import Comment
from pool import commands, sources
from pool.commands import WHOLE, Settled
from pool.database import Connection
from pool.issues import StoredIssue
from rules.commands import Asked, Misread, parse_commands
from sync.carry_out import Order, carry_out
from sync.engine import Engine

_EDIT_GRACE = timedelta(seconds=1)
"""GitLab touches a new note a few milliseconds after it was made."""


async def obey(
    engine: Engine,
    connection: Connection,
    issue: StoredIssue,
    comments: Iterable[Comment],
    zone: tzinfo,
) -> tuple[StoredIssue, bool]:
    """Carry out what is new among the commands of an issue that is held.

    Comments that are older than the first look at the source, or ours, command
    nothing. What was dealt with is remembered in the same transaction, so replays,
    edits and backfills carry out nothing twice.

    Args:
        engine: the surroundings.
        connection: the transaction that absorbs the issue.
        issue: as it is now.
        comments: as the newest accepted answer showed them, oldest first.
        zone: of the day that an answer names.

    Returns:
        The issue as it is afterwards, and whether anything was carried out; the caller
        decides on it.
    """
    asking = [
        _Asking(comment, asked)
        for comment in comments
        if not _is_ours(issue, comment) and (asked := parse_commands(comment.body))
    ]
    if not asking:
        return issue, False
    since = await sources.find_first_read_at(connection, issue.source_id)
    new = [one for one in asking if since and one.comment.created_at > since]
    if not new:
        return issue, False
    known = await commands.find_hashes(connection, issue.id)
    hearing = _Hearing(engine, connection, issue, known, zone)
    for one in new:
        await hearing.hear(one)
    return replace(hearing.issue, has_commands=True), hearing.has_done


def _is_ours(issue: StoredIssue, comment: Comment) -> bool:
    return comment.ours or comment.tracker_id == issue.base.comment_id


@dataclass(frozen=True, slots=True)
class _Asking:
    """A comment with what it asks for."""

    comment: Comment
    asked: tuple[Asked, ...]

    @property
    def hashes(self) -> Mapping[int, str]:
        each = {place: _hash(one.line) for place, one in enumerate(self.asked)}
        return {**each, WHOLE: _hash("\n".join(one.line for one in self.asked))}

    def differs_from(self, known: Mapping[int, str]) -> bool:
        """Whether its commands are not those that were dealt with."""
        return {**known, WHOLE: ""} != {**self.hashes, WHOLE: ""}

    @property
    def is_edited(self) -> bool:
        return self.comment.updated_at - self.comment.created_at > _EDIT_GRACE


def _hash(text: str) -> str:
    return sha256(text.encode(errors="surrogatepass")).hexdigest()


@dataclass(slots=True)
class _Hearing:
    """Goes through the comments of one issue.

    Attributes:
        has_done: a command was carried out.
    """

    engine: Engine
    connection: Connection
    issue: StoredIssue
    known: Mapping[str, Mapping[int, str]]
    zone: tzinfo
    has_done: bool = False

    async def hear(self, asking: _Asking) -> None:
        known = self.known.get(asking.comment.tracker_id)
        if known is None:
            await self._hear_first(asking)
        elif WHOLE not in known and asking.differs_from(known):
            await self._settle(asking, WHOLE, self._blank(asking, AnswerCode.EDITED))

    async def _hear_first(self, asking: _Asking) -> None:
        config = self.engine.sources[self.issue.snapshot.ref.source].config
        rights = config.find_rights(asking.comment.author)
        objection = await self._find_objection(asking, rights)
        if objection is not None:
            await self._settle(asking, WHOLE, self._blank(asking, objection))
            return
        for place, one in enumerate(asking.asked):
            await self._settle(asking, place, await self._do(asking, one, rights))

    async def _find_objection(
        self, asking: _Asking, rights: frozenset[Verb]
    ) -> AnswerCode | None:
        """Why nothing of a comment is carried out; None when something may be."""
        if not rights:
            return AnswerCode.REFUSED
        if asking.is_edited:
            return AnswerCode.EDITED
        return AnswerCode.COPIED if await self._is_copy(asking) else None

    async def _is_copy(self, asking: _Asking) -> bool:
        return await commands.has_twin(
            self.connection,
            self.issue.client_id,
            _author_id(asking.comment),
            asking.comment.created_at,
            list(asking.hashes.values()),
        )

    async def _do(self, asking: _Asking, one: Asked, rights: frozenset[Verb]) -> Answer:
        match one:
            case Misread(_, code, verb):
                return replace(self._blank(asking, code), verb=verb)
            case Command(verb=verb) if verb not in rights:
                return self._blank(asking, AnswerCode.REFUSED)
            case Command():
                return await self._carry_out(asking, one)

    async def _carry_out(self, asking: _Asking, command: Command) -> Answer:
        order = Order(
            command=command,
            by=f"{_name(asking.comment)} ({self.issue.snapshot.ref.source})",
            at=asking.comment.created_at,
            blank=self._blank(asking, AnswerCode.EXPLAINED),
        )
        answer = await carry_out(self.engine, self.connection, self.issue, order)
        self.has_done |= answer.code.is_done
        if answer.code is AnswerCode.ESTIMATE_SET:
            self.issue = replace(self.issue, person_days=Decimal(command.value))
        return answer

    def _blank(self, asking: _Asking, code: AnswerCode) -> Answer:
        on = asking.comment.created_at.astimezone(self.zone).date()
        return Answer(code, on, _name(asking.comment))

    async def _settle(self, asking: _Asking, place: int, answer: Answer) -> None:
        settled = Settled(
            comment=asking.comment.tracker_id,
            position=place,
            text_hash=asking.hashes[place],
            author=_author_id(asking.comment),
            commented_at=asking.comment.created_at,
            settled_at=self.engine.clock(),
            answer=answer,
        )
        await commands.add(self.connection, self.engine.ids, self.issue, settled)


def _name(comment: Comment) -> str:
    author = comment.author
    return (author.name or author.tracker_id) if author else ""


def _author_id(comment: Comment) -> str:
    return comment.author.tracker_id if comment.author else ""
