"""Files of issues: given out by us, as downloads, and only those of an issue."""

from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID

import httpx
import pytest

from model.errors import PermanentError, RetriableError
from model.issues import Attachment, Comment, Link, LinkKind, Visibility
from pool.database import Database
from sync.fetch_file import MOST_BYTES
from tests.builders import Town, open_town
from web.desk import desk_of
from web.site import build

SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture
async def town(database: Database) -> AsyncIterator[Town]:
    async with open_town(database) as town:
        yield town


class Files:
    """A connector that knows one file, and what to answer for it."""

    def __init__(self, answer: bytes | Exception) -> None:
        self.answer = answer

    async def fetch_file(self, ref: object, file: str) -> bytes:
        del ref, file
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def site(town: Town, answer: bytes | Exception) -> httpx.AsyncClient:
    engine = town.engine
    sources = {
        name: replace(source, connector=Files(answer))  # type: ignore[arg-type] # a part of it
        for name, source in engine.sources.items()
    }
    transport = httpx.ASGITransport(build(desk_of(replace(engine, sources=sources))))
    return httpx.AsyncClient(transport=transport, base_url="http://localhost:8080")


async def with_file(town: Town, file: Attachment, **more: object) -> UUID:
    await town.raise_issue("报表", attachments=(file,), **more)
    [row] = await town.rows("SELECT id FROM issues")
    return UUID(str(row["id"]))


async def test_a_file_is_a_download_and_nothing_else(town: Town) -> None:
    issue = await with_file(
        town, Attachment("10", "报表 <1>.html", mime_type="text/html")
    )
    async with site(town, b"<script>") as client:
        answer = await client.get(f"/attachments/{issue}/10")
    assert (answer.status_code, answer.content) == (200, b"<script>")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert "<" not in answer.headers["content-disposition"]
    assert "no-store" in answer.headers["cache-control"]


@pytest.mark.parametrize("path", ["11", "10/..", "%2e%2e/10", "x"])
async def test_only_what_the_issue_names_is_fetched(town: Town, path: str) -> None:
    issue = await with_file(town, Attachment("10", "a"))
    async with site(town, b"secret") as client:
        answer = await client.get(f"/attachments/{issue}/{path}")
        other = await client.get(f"/attachments/{UUID(int=1)}/10")
    assert answer.status_code in {404, 422}
    assert other.status_code == 404


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (PermanentError("not_found"), 404),
        (PermanentError("foreign_origin"), 502),
        (RetriableError("unreachable"), 502),
        (PermanentError("answer_too_large"), 413),
    ],
)
async def test_what_the_tracker_refuses_is_said(
    town: Town, answer: Exception, status: int
) -> None:
    issue = await with_file(town, Attachment("10", "a"))
    async with site(town, answer) as client:
        assert (await client.get(f"/attachments/{issue}/10")).status_code == status


async def test_a_large_file_is_not_even_asked_for(town: Town) -> None:
    issue = await with_file(town, Attachment("10", "a", size_bytes=MOST_BYTES + 1))
    async with site(town, AssertionError("asked")) as client:
        assert (await client.get(f"/attachments/{issue}/10")).status_code == 413


async def test_the_page_shows_files_links_time_and_marks(town: Town) -> None:
    moment = town.clock()
    note = Comment("5", None, "价格底线", Visibility.INTERNAL, moment, moment)
    await with_file(
        town,
        Attachment(f"{SECRET}/a b.png", "a b.png", 12),
        description="| h |\n| --- |\n| ![a](</uploads/" + SECRET + "/a b.png>) |",
        links=(
            Link(LinkKind.BLOCKED_BY, "is blocked by", "FIN-9", "9", "https://t.x/9"),
        ),
        sprints=("Sprint <3>",),
        fields={"customer": ("Acme",)},
        comments=(note,),
    )
    async with site(town, b"") as client:
        number = await town.number_of("FIN-1")
        page = (await client.get(f"/requirements/{number}")).text
    assert page.count(f"/{SECRET}/a%20b.png") == 2
    assert "<table>" in page
    assert "is blocked by" in page
    assert "https://t.x/9" in page
    assert "Sprint &lt;3&gt;" in page
    assert "customer" in page
    assert "价格底线" in page
