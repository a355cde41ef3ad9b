"""A person raises a requirement in another tracker: a new issue, linked to it.

So a regulatory change reaches every client whom it concerns, and what one team delivers
for many is an issue of its own. The words are the person's, for that client; nothing of
other clients' issues is taken over.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from connectors.base import RaisesIssues
from model.changes import RaiseIssue
from model.client_text import ClientSafeFacts, ClientText, placeholders_of
from pool import audit, projects, raisings, sources
from pool.audit import Entry
from pool.database import Connection
from pool.raisings import Raising
from pool.sources import SourceRow
from sync.engine import Engine

LONGEST_TITLE = 255

_UNNAMED = ""
"""The first place, in what was raised while its name was not kept."""


class RaisedAlready(ValueError):  # noqa: N818 - says what is wrong with the input
    """The requirement has an issue there, or is about to."""


@dataclass(frozen=True, slots=True)
class Errand:
    """What a person wants raised.

    Attributes:
        source: the configured name of where.
        title: one line for the client.
        text: Markdown for the client; may hold the comment's placeholders.
        place: a project key, path or repository of the source; empty for its first. A
            group has no first.
        issue_type: the tracker's name of it; empty for the first that there is.
    """

    source: str
    title: str
    text: str
    place: str = ""
    issue_type: str = ""


async def fan_out(
    engine: Engine, requirement: UUID, errand: Errand, reason: str, by: str
) -> None:
    """Keep the wish; the source's next delivery makes the issue, and reads it back.

    Raises:
        LookupError: there is no such requirement or source.
        RaisedAlready: it was raised there.
        ValueError: a title, a name or a reason is missing, or the text names what a
            client may not read.
    """
    _demand(errand, reason, by)
    known = engine.sources.get(errand.source)
    if known is None:
        raise LookupError(errand.source)
    if not isinstance(known.connector, RaisesIssues):
        message = f"{errand.source} takes no issues from here"
        raise ValueError(message)  # noqa: TRY004 - the input names the wrong source
    first = known.connector.first_place
    errand = replace(errand, place=errand.place or first)
    if not errand.place:
        message = f"{errand.source} is a group: name one of its projects"
        raise ValueError(message)
    async with engine.database.transaction() as connection:
        source = await sources.find(connection, errand.source)
        if source is None:
            raise LookupError(errand.source)
        raising = await _draft(engine, connection, source, requirement, errand, by)
        await _keep(engine, connection, source, raising, first, reason)
    await engine.wake("deliver", errand.source)


def _demand(errand: Errand, reason: str, by: str) -> None:
    if not (by.strip() and reason.strip()):
        raise ValueError("raising an issue needs a name and a reason")
    title = errand.title.strip()
    if not title or len(title) > LONGEST_TITLE or len(title.splitlines()) != 1:
        message = f"a title is one line of up to {LONGEST_TITLE} characters"
        raise ValueError(message)
    named = placeholders_of(errand.title) | placeholders_of(errand.text)
    odd = sorted(named - ClientSafeFacts.placeholders())
    if odd:
        message = f"a client may not read {', '.join(odd)}"
        raise ValueError(message)


async def _draft(
    engine: Engine,
    connection: Connection,
    source: SourceRow,
    requirement: UUID,
    errand: Errand,
    by: str,
) -> Raising:
    setting = await projects.get_setting(connection, source.project_id)
    language, identity = setting.client.language, engine.ids()
    draft = RaiseIssue(
        title=ClientText(errand.title.strip(), ClientSafeFacts(), language),
        text=ClientText(errand.text.strip(), ClientSafeFacts(), language),
        mark=f"reqpool-{identity.hex}",
        place=errand.place,
        issue_type=errand.issue_type,
    )
    return Raising(identity, source.client_id, requirement, draft, by)


async def _keep(
    engine: Engine,
    connection: Connection,
    source: SourceRow,
    raising: Raising,
    first: str,
    reason: str,
) -> None:
    place = raising.draft.place
    names = {place, _UNNAMED} if place == first else {place}
    twin = await raisings.has_twin(connection, raising, source.id, names)
    if twin is None:
        raise LookupError(raising.requirement_id)
    if twin:
        raise RaisedAlready(f"it was raised in {source.name} already")
    now = engine.clock()
    await raisings.add(connection, raising, source.id, reason, now)
    entry = Entry(
        at=now,
        actor=raising.made_by,
        action="raise issue",
        subject=source.name,
        cause=reason,
        client_id=raising.client_id,
        after={"title": raising.draft.title.text, "mark": raising.draft.mark},
    )
    await audit.append(connection, entry)
