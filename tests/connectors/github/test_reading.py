"""Reading from the stand-in: what the contract suite does not ask of every tracker."""

from datetime import UTC, datetime
from functools import partial

import pytest

from connectors.github import GitHubConnector
from connectors.http import Limits
from model.errors import PermanentError, RetriableError
from sandbox.faults import Fault
from sandbox.github.site import IssueEdit
from tests.connectors.github.rig import GitHubRig, id_of
from tests.contracts.reads import ids_of, pages_of, snapshots_of


async def test_pull_requests_are_not_issues(
    site: GitHubRig, connector: GitHubConnector
) -> None:
    issue = site.open_issue("an issue")
    change = site.open_issue("a change")
    change.is_pull_request = True
    assert set(await snapshots_of(connector)) == {id_of(issue)}
    fetched = await connector.fetch([id_of(issue), id_of(change)])
    assert list(fetched.missing) == [id_of(change)]


async def test_every_request_names_the_version_of_the_api(
    site: GitHubRig, connector: GitHubConnector
) -> None:
    await pages_of(connector, None)
    sent = [dict(outgoing.headers) for outgoing in site.sent]
    assert {headers["x-github-api-version"] for headers in sent} == {"2022-11-28"}
    assert {headers["authorization"].split()[0] for headers in sent} == {"Bearer"}


async def test_a_quiet_repository_costs_nothing_of_the_rate_limit(
    site: GitHubRig, connector: GitHubConnector
) -> None:
    site.make_issue("old")
    cursor = (await pages_of(connector, None))[-1].cursor
    for _ in range(3):
        site.clock.wind(400)
        cursor = (await pages_of(connector, cursor))[-1].cursor
    since = site.bench.journal.total
    await pages_of(connector, cursor)
    assert [entry.status for entry in site.bench.journal.since(since)] == [304, 304]
    new = site.make_issue("new")
    assert ids_of(await pages_of(connector, cursor)) == {new}


async def test_an_edited_comment_is_found_although_its_issue_is_as_it_was(
    site: GitHubRig, connector: GitHubConnector
) -> None:
    issue = site.get_issue(site.make_issue("asked"))
    site.write_comment(id_of(issue), "什么时候?")
    site.clock.wind(3600)
    cursor = (await pages_of(connector, None))[-1].cursor
    site.clock.wind(3600)
    site.server.call(
        lambda: site.store.edit_comment(issue.comments[0], site.person, "改为明天")
    )
    [page] = [one for one in await pages_of(connector, cursor) if one.snapshots]
    comments = page.snapshots[0].comments
    assert comments
    assert [one.body for one in comments] == ["改为明天"]


async def test_many_changes_of_one_second_are_all_read(
    site: GitHubRig, connector: GitHubConnector
) -> None:
    made = {site.make_issue(f"at once {number}") for number in range(10)}
    site.clock.wind(1)
    made |= {site.make_issue(f"a second later {number}") for number in range(4)}
    assert set(await snapshots_of(connector)) == made


async def test_an_issue_that_changes_while_its_list_is_read_hides_no_other(
    site: GitHubRig, connector: GitHubConnector
) -> None:
    made = []
    for number in range(7):
        made.append(site.make_issue(f"Issue {number}"))
        site.clock.wind(60)
    seen: set[str] = set()
    async for page in connector.fetch_changed(None):
        if not seen:
            site.retitle(made[0], "again")
        seen |= {one.ref.tracker_id for one in page.snapshots}
    assert seen == set(made)


async def test_a_renamed_repository_is_followed(site: GitHubRig) -> None:
    issue = site.make_issue("before the name changed")
    site.store.rename(site.repository, "kunlun/treasury")
    found = await snapshots_of(site.connect())
    assert found[issue].key == "kunlun/treasury#1"


async def test_a_repository_renamed_meanwhile_needs_no_name(
    site: GitHubRig, connector: GitHubConnector
) -> None:
    issue = site.make_issue("before the name changed")
    await pages_of(connector, None)
    site.store.rename(site.repository, "kunlun/treasury")
    fetched = await connector.fetch([issue])
    assert [one.key for one in fetched.snapshots] == ["kunlun/treasury#1"]


async def test_of_a_transferred_issue_is_told_where_it_went(
    site: GitHubRig, connector: GitHubConnector
) -> None:
    issue = site.open_issue("to be moved")
    archive = site.store.add_repository("kunlun/archive")
    site.server.call(lambda: site.store.transfer_issue(issue, archive, site.person))
    fetched = await connector.fetch([id_of(issue)])
    assert (list(fetched.snapshots), list(fetched.missing)) == ([], [])
    assert fetched.moved == {id_of(issue): f"{archive.id}#1"}
    archive.members[site.bot.id] = "read"
    fetched = await connector.fetch([id_of(issue)])
    assert fetched.moved == {id_of(issue): "kunlun/archive#1"}


async def test_a_lost_permission_is_never_taken_for_deletion(
    site: GitHubRig, connector: GitHubConnector
) -> None:
    issue = site.make_issue("still there")
    cursor = (await pages_of(connector, None))[-1].cursor
    del site.repository.members[site.bot.id]
    with pytest.raises(PermanentError, match="project_unreachable"):
        await connector.fetch([issue])
    with pytest.raises(PermanentError, match="project_unreachable"):
        await pages_of(connector, cursor)


async def test_issues_of_other_repositories_are_not_asked_for(
    site: GitHubRig, connector: GitHubConnector
) -> None:
    other = site.store.add_repository("kunlun/secret")
    other.members |= site.repository.members
    foreign = id_of(site.open_issue("not ours", repository=other))
    fetched = await connector.fetch([foreign, "no id at all"])
    assert set(fetched.missing) == {foreign, "no id at all"}
    assert not any(f"/{other.id}" in path for path in site.asked("GET"))


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({"Retry-After": "90"}, "secondary rate limit", 90),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "{epoch}"}, "", 1200),
        ({"X-RateLimit-Remaining": "99"}, "exceeded a secondary rate limit", 60),
    ],
)
async def test_a_limited_rate_is_waited_for_and_is_no_missing_permission(
    site: GitHubRig,
    connector: GitHubConnector,
    headers: dict[str, str],
    body: str,
    seconds: float,
) -> None:
    issue = site.make_issue("limited")
    epoch = int(datetime.now(UTC).timestamp()) + 1200  # by the server's own Date
    told = {name: value.format(epoch=epoch) for name, value in headers.items()}
    limit = Fault(method="GET", status=403, times=9, headers=told, body=body)
    site.bench.faults.fail_next.append(limit)
    with pytest.raises(RetriableError) as raised:
        await connector.fetch([issue])
    assert raised.value.code == "rate_limited"
    assert raised.value.retry_after_seconds == pytest.approx(seconds, rel=0.05)


async def test_a_plain_403_is_a_missing_permission(
    site: GitHubRig, connector: GitHubConnector
) -> None:
    issue = site.make_issue("forbidden")
    site.bench.faults.fail_next.append(Fault(method="GET", status=403))
    with pytest.raises(PermanentError, match="permission_missing"):
        await connector.fetch([issue])


@pytest.mark.parametrize("cursor", ["", "{", "[]", '{"a": 1}', '{"1": ["x", "", ""]}'])
async def test_a_cursor_that_cannot_be_read_starts_from_the_beginning(
    site: GitHubRig, connector: GitHubConnector, cursor: str
) -> None:
    issue = site.make_issue("there")
    assert ids_of(await pages_of(connector, cursor)) == {issue}


async def test_the_log_tells_who_changed_title_labels_state_and_milestone(
    site: GitHubRig, connector: GitHubConnector
) -> None:
    issue = site.open_issue("导出")
    other = site.store.add_milestone(site.repository, site.person, "2026.12")
    site.clock.wind(60)
    since = site.clock().replace(microsecond=0)
    for edit in (
        IssueEdit(title="导出 Excel"),
        IssueEdit(labels=["urgent"]),
        IssueEdit(labels=[], milestone=other),
        IssueEdit(state="closed", state_reason="not_planned"),
        IssueEdit(state="open"),
    ):
        change = partial(site.store.edit_issue, issue, site.person, edit)
        site.server.call(change)
        site.clock.wind(5)
    gone = f"{site.repository.id}#99"
    edits = (await connector.fetch_edits({id_of(issue): since, gone: since}))[
        id_of(issue)
    ]
    assert [(one.field, one.before, one.after) for one in edits] == [
        ("title", ("导出",), ("导出 Excel",)),
        ("labels", (), ("urgent",)),
        ("labels", ("urgent",), ()),
        ("releases", (), ("2026.12",)),
        ("status", (), ("not planned",)),
        ("status", (), ("open",)),
    ]
    assert {one.author.username for one in edits if one.author} == {site.person.login}
    assert len({one.entry for one in edits}) == len(edits)
    later = edits[-1].made_at
    again = await connector.fetch_edits({id_of(issue): later})
    assert again[id_of(issue)] == edits[-1:]


async def test_an_answer_of_absurd_size_is_a_named_error(
    site: GitHubRig, connector: GitHubConnector
) -> None:
    issue = site.make_issue("x")
    blank = Fault(method="GET", status=200, body="[" + " " * Limits().body_bytes)
    site.bench.faults.fail_next.append(blank)
    with pytest.raises(PermanentError, match="answer_too_large"):
        await connector.fetch([issue])
