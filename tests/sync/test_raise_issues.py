"""An issue that is raised: drafted, tried again once the search has caught up, made."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from model.changes import RaiseIssue
from model.client_text import ClientSafeFacts, ClientText
from model.errors import PermanentError, RetriableError
from model.projects import Language
from pool.attention import Concern
from pool.database import Database
from sync.fan_out import Errand, RaisedAlready, fan_out
from sync.raise_issues import raise_issues
from tests.builders import Town, open_town
from tests.sync.told import NAME, plug, source_of
from tests.sync.world import concerns

LONGEST = "x" * 255
ERRAND = Errand(NAME, LONGEST, " In force. ", issue_type="Task")


@pytest.fixture
async def town(database: Database) -> AsyncIterator[Town]:
    async with open_town(database) as town:
        await town.absorb(town.snapshot("Invoices"))
        town.woken.clear()
        yield town


async def raise_it(town: Town, **changes: str) -> UUID:
    """Answers the requirement."""
    [row] = await town.rows("SELECT id FROM requirements")
    errand = replace(ERRAND, **changes)
    await fan_out(town.engine, row["id"], errand, "law", "Mei")
    requirement: UUID = row["id"]
    return requirement


async def raising(town: Town) -> dict[str, Any]:
    """The newest."""
    found = await town.rows("SELECT * FROM raisings ORDER BY id DESC")
    return found[0]


async def test_what_is_raised_is_drafted_in_the_client_s_language_and_once(
    town: Town,
) -> None:
    connector = plug(town)
    for title in (LONGEST + "x", "two\nlines", " "):
        with pytest.raises(ValueError, match="one line"):
            await raise_it(town, title=title)
    await raise_it(town)
    assert town.woken == [("deliver", NAME)]
    with pytest.raises(RaisedAlready):
        await raise_it(town)
    assert await raise_issues(town.engine, NAME) == 1
    kept = await raising(town)
    heading, body = (
        ClientText(it, ClientSafeFacts(), Language.ZH) for it in (LONGEST, "In force.")
    )
    mark = f"reqpool-{kept['id'].hex}"
    assert connector.asked == [(RaiseIssue(heading, body, mark, "FIN", "Task"),)]
    [entry] = await town.rows("SELECT * FROM audit WHERE action = 'write issue'")
    source = await source_of(town)
    assert (entry["subject"], entry["after"], entry["client_id"]) == (
        *(f"{NAME}:10900", {"key": "FIN-900", "by": "Mei"}, source.client_id),
    )
    [wish] = await town.rows("SELECT tracker_id, cause FROM fetches")
    assert wish == {"tracker_id": "10900", "cause": "raised"}


async def test_whether_it_was_made_is_asked_once_the_search_has_caught_up(
    town: Town,
) -> None:
    connector, source = plug(town), await source_of(town)
    await raise_it(town)
    connector.error = RetriableError("unavailable", {"status": "503"})
    assert await raise_issues(town.engine, NAME) == 0
    kept = await raising(town)
    assert (kept["state"], kept["attempts"], kept["error"]) == (
        *("pending", 1, {"code": "unavailable", "status": "503"}),
    )
    town.clock.wind(seconds=119)
    assert await raise_issues(town.engine, NAME) == 0
    assert len(connector.asked) == 1
    town.clock.wind(seconds=1)
    connector.error = PermanentError("bad_request", {"path": "/issue"})
    assert await raise_issues(town.engine, NAME) == 0
    kept = await raising(town)
    assert (kept["state"], kept["error"], kept["settled_at"]) == (
        *("dead", {"code": "bad_request", "path": "/issue"}, town.clock()),
    )
    params = {"key": LONGEST, "path": "/issue"}
    subject = f"raising:{kept['id']}"
    told = Concern("bad_request", subject, params, source.client_id, source.id)
    assert await concerns(town) == [told]
