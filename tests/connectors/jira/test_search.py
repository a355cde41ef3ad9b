"""Listings that go wrong without an error."""

from collections.abc import Callable
from datetime import UTC
from typing import Any, cast

import pytest

from connectors.jira import JiraConfig
from connectors.jira.content import NO_FIELDS
from connectors.jira.people import Json
from connectors.jira.search import Sweep
from connectors.jira.site import Site
from model.errors import PermanentError

CONFIG = JiraConfig.model_validate(
    {
        "project": "finance",
        "base_url": "https://jira.kunlun.example",
        "project_keys": ["FIN"],
        "token": "pat-of-the-test",
    }
)
ISSUE: Json = {"id": "1", "fields": {"updated": "2026-11-20T08:30:15.123+0800"}}


class Circling:
    """A Cloud site whose last page leads to a page again."""

    is_cloud: bool = True
    names = NO_FIELDS

    def __init__(self, *pages: Json) -> None:
        self.pages, self.asked = pages, 0

    async def ask(self, question: Callable[[Any], Any]) -> Any:
        return question(self)

    def get_as(self, *_: Any, **__: str | int) -> Json:
        self.asked += 1
        return self.pages[min(self.asked, len(self.pages)) - 1]


@pytest.mark.parametrize(
    "pages",
    [
        [
            {"issues": [ISSUE], "nextPageToken": "a"},
            {"issues": [], "nextPageToken": "b"},
        ],
        [{"issues": [], "nextPageToken": "again"}],
    ],
    ids=["an empty page", "nothing at all"],
)
async def test_b3_an_empty_page_ends_a_listing(pages: list[Json]) -> None:
    site = Circling(*pages)
    sweep = Sweep(cast("Site", site), CONFIG, UTC, None)
    read = [raw["id"] async for page in sweep.fetch_pages() for raw in page]
    assert read == [one["id"] for one in pages[0]["issues"]]
    assert site.asked <= 4


class Endless(Circling):
    """A site that always has another page of old rows, whichever way it is asked."""

    def __init__(self, *, is_cloud: bool) -> None:
        super().__init__()
        self.is_cloud = is_cloud

    def get_as(self, *_: Any, **__: str | int) -> Json:
        self.asked += 1
        return {"issues": [ISSUE], "nextPageToken": f"{self.asked}", "total": 10**9}


@pytest.mark.parametrize(
    "site",
    [
        Circling({"issues": [ISSUE], "nextPageToken": "again"}),
        Endless(is_cloud=True),
        Endless(is_cloud=False),
    ],
    ids=["the same token", "old rows on Cloud", "old rows on Data Center"],
)
async def test_b3_a_listing_that_never_ends_is_told(site: Circling) -> None:
    sweep = Sweep(cast("Site", site), CONFIG, UTC, None)
    with pytest.raises(PermanentError, match="list_without_end"):
        _ = [page async for page in sweep.fetch_pages()]
    assert site.asked <= 25
