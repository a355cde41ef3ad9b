import re

import httpx

from model.issues import Urgency
from model.projects import Language
from tests.builders import Town
from web.words.translate import Words


def titles(page: httpx.Response) -> list[str]:
    assert page.status_code == 200
    return re.findall(r'href="/requirements/\d+" title="([^"]*)"', page.text)


async def test_the_first_page_is_the_pool(site: httpx.AsyncClient) -> None:
    answer = await site.get("/")
    assert answer.headers["location"] == "/pool"


async def test_an_empty_pool_says_what_to_do(site: httpx.AsyncClient) -> None:
    assert "Connect a client" in (await site.get("/pool")).text


async def test_the_most_urgent_comes_first(site: httpx.AsyncClient, town: Town) -> None:
    await town.raise_issue("希望增加一个字段", urgency=Urgency.LOW)
    await town.raise_issue("月结报错", issue_type="Bug", urgency=Urgency.HIGHEST)
    assert titles(await site.get("/pool")) == ["月结报错", "希望增加一个字段"]


async def test_filters_narrow_each_other_and_values_are_alternatives(
    site: httpx.AsyncClient, town: Town
) -> None:
    await town.raise_issue("导出报错", issue_type="Bug")
    await town.raise_issue("怎么导出?", issue_type="Question")
    await town.raise_issue("Export fails", issue_type="Bug", source="nordwind-gitlab")
    both = await site.get("/pool?kind=defect&kind=question&client=huaxin")
    assert set(titles(both)) == {"导出报错", "怎么导出?"}
    assert titles(await site.get("/pool?kind=defect&tracker=gitlab")) == [
        "Export fails"
    ]


async def test_a_chinese_word_of_two_characters_is_found(
    site: httpx.AsyncClient, town: Town
) -> None:
    await town.raise_issue("资金报表导出")
    await town.raise_issue("审批流程")
    assert titles(await site.get("/pool?q=报表")) == ["资金报表导出"]


async def test_words_without_a_letter_find_nothing(
    site: httpx.AsyncClient, town: Town
) -> None:
    await town.raise_issue("资金报表导出")
    assert "Nothing matches" in (await site.get("/pool?q=!!!")).text


async def test_no_release_is_a_value_to_filter_by(
    site: httpx.AsyncClient, town: Town
) -> None:
    await town.raise_issue("怎么导出?", issue_type="Question")
    await town.raise_issue("导出报错", issue_type="Bug")
    assert titles(await site.get("/pool?release=none")) == ["怎么导出?"]
    assert titles(await site.get("/pool?release=2026.12")) == ["导出报错"]


async def test_a_deleted_issue_leaves_the_list(
    site: httpx.AsyncClient, town: Town
) -> None:
    await town.raise_issue("导出报错")
    await town.delete_issue("FIN-1")
    assert titles(await site.get("/pool")) == []


async def test_a_merged_requirement_is_one_row_led_by_the_matching_issue(
    site: httpx.AsyncClient, town: Town
) -> None:
    number = await town.raise_issue("导出报错")
    await town.raise_issue("Export fails", source="nordwind-gitlab")
    await town.link("delivery/erp#2", number)
    everything = await site.get("/pool")
    assert len(titles(everything)) == 1
    assert ">FIN-1</a>" in everything.text
    assert "+1" in everything.text
    assert ">delivery/erp#2</a>" in (await site.get("/pool?client=nordwind")).text


async def test_filters_live_in_the_address_of_the_next_page(
    site: httpx.AsyncClient, town: Town
) -> None:
    await town.absorb(*(town.snapshot(f"导出报错 {n}") for n in range(60)))
    first = await site.get("/pool?q=报错&sort=number")
    [address] = re.findall(r'rel="next" href="([^"]+)"', first.text)
    second = await site.get(address.replace("&amp;", "&"))
    assert (len(titles(first)), len(titles(second))) == (50, 10)
    assert not set(titles(first)) & set(titles(second))
    assert 'rel="prev"' in second.text


async def test_strange_addresses_show_the_pool(
    site: httpx.AsyncClient, town: Town
) -> None:
    await town.raise_issue("导出报错")
    for query in ("sort=nonsense", "cursor=%00", "cursor=AAAA", "q=%00%F0", "page=3"):
        assert (await site.get(f"/pool?{query}")).status_code == 200


async def test_one_switch_changes_the_language_and_stays(
    site: httpx.AsyncClient,
) -> None:
    switched = await site.get("/pool?kind=defect&lang=zh")
    assert switched.status_code == 303
    assert switched.headers["location"] == "/pool?kind=defect"
    page = await site.get(switched.headers["location"])
    assert Words(Language.ZH).text("pool.title") in page.text
    assert '<html lang="zh-CN"' in page.text


async def test_the_dark_sheet_is_there_when_it_was_chosen(
    site: httpx.AsyncClient,
) -> None:
    await site.get("/pool?theme=dark")
    assert 'media="all"' in (await site.get("/pool")).text
    await site.get("/pool?theme=light")
    assert "dark.css" not in (await site.get("/pool")).text
