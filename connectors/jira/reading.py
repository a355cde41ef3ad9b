"""Direct reads: issues by id, and what an answer cut off."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from connectors.base import Fetched
from connectors.jira.config import JiraConfig
from connectors.jira.edits import find_log
from connectors.jira.lists import ask_for, fetch_rest, is_cut_off
from connectors.jira.mapping import fields_for, parse_issue
from connectors.jira.people import Json
from connectors.jira.site import QuietJira, Site, segment
from model.errors import PermanentError
from model.issues import IssueSnapshot

BULK = 100
_OUT_OF_REACH = frozenset({"not_found", "permission_missing"})


async def fetch_issues(
    source: str, site: Site, config: JiraConfig, tracker_ids: Sequence[str]
) -> Fetched:
    """Read issues directly, never through a search.

    Documentation: Cloud ``POST /rest/api/2/issue/bulkfetch`` (at most 100 ids), Data
    Center ``GET /rest/api/2/issue/{id}``; both with ``expand=changelog``. A moved issue
    keeps its id; of one in another project than ours its key is told, and nothing else.
    """
    read = _fetch_bulk if site.is_cloud else _fetch_each
    raws = await read(site, config, tracker_ids)
    ours = await _ours(site, config, raws)
    snapshots = await complete(source, site, config, list(ours.values()))
    missing = [one for one in tracker_ids if one not in raws]
    if missing:
        await check_reach(site, config)
    moved = {one: str(raw["key"]) for one, raw in raws.items() if one not in ours}
    logs = {one: log for one, raw in ours.items() if (log := find_log(raw))}
    return Fetched(snapshots, missing, moved, logs)


async def find_missing(
    site: Site, config: JiraConfig, tracker_ids: Sequence[str]
) -> list[str]:
    """Which issues do not answer: one request for 100 on Cloud, one each elsewhere.

    Where some do not, the projects are asked for: without one of them nothing can be
    said about an issue.

    Raises:
        PermanentError: ``project_unreachable``.
    """
    if site.is_cloud:
        answer = await site.ask(partial(_ask_bulk, ("project",), tracker_ids))
        raws = answer["issues"]
    else:
        asked = [
            site.ask(partial(_find_issue, ("project",), one)) for one in tracker_ids
        ]
        raws = [raw for raw in await asyncio.gather(*asked) if raw is not None]
    found = await _ours(site, config, {str(raw["id"]): raw for raw in raws})
    missing = [one for one in tracker_ids if one not in found]
    if missing:
        await check_reach(site, config)
    return missing


async def _ours(
    site: Site, config: JiraConfig, raws: Mapping[str, Json]
) -> dict[str, Json]:
    """Without what belongs to others: a token may read more than its client's projects.

    A project whose key was changed answers to the old one, too, so ids are compared.
    """
    projects = {issue_id: raw["fields"]["project"] for issue_id, raw in raws.items()}
    if all(one["key"] in config.project_keys for one in projects.values()):
        return dict(raws)
    asked = [site.ask(partial(_get_project, key)) for key in config.project_keys]
    ours = {str(project["id"]) for project in await asyncio.gather(*asked)}
    return {
        issue_id: raw
        for issue_id, raw in raws.items()
        if str(projects[issue_id]["id"]) in ours
    }


async def check_reach(site: Site, config: JiraConfig) -> None:
    """See that every configured project is there for us.

    Raises:
        PermanentError: ``project_unreachable``.
    """
    for key in config.project_keys:
        try:
            await site.ask(partial(_get_project, key))
        except PermanentError as error:
            if error.code not in _OUT_OF_REACH:
                raise
            params = {**error.params, "project": key}
            raise PermanentError("project_unreachable", params) from error


def _get_project(key: str, jira: QuietJira) -> Any:
    return jira.get(f"project/{segment(key)}")


async def complete(
    source: str, site: Site, config: JiraConfig, raws: Sequence[Json]
) -> list[IssueSnapshot]:
    """Make snapshots, with all comments and worklogs of each issue."""
    short = [place for place, raw in enumerate(raws) if is_cut_off(raw)]
    asked = [site.ask(partial(fetch_rest, raws[place])) for place in short]
    whole = dict(enumerate(raws)) | dict(
        zip(short, await asyncio.gather(*asked), strict=True)
    )
    return await site.ask(
        lambda _: [
            parse_issue(source, raw, config, site.names) for raw in whole.values()
        ]
    )


async def _fetch_bulk(
    site: Site, config: JiraConfig, tracker_ids: Sequence[str]
) -> dict[str, Json]:
    fields = fields_for(config, site.names)
    batches = [
        tracker_ids[start : start + BULK] for start in range(0, len(tracker_ids), BULK)
    ]
    answers = await asyncio.gather(
        *(site.ask(partial(_read_bulk, fields, batch)) for batch in batches)
    )
    return {str(raw["id"]): raw for answer in answers for raw in answer["issues"]}


def _read_bulk(fields: Sequence[str], batch: Sequence[str], jira: QuietJira) -> Any:
    return ask_for(fields, lambda names: _ask_bulk(names, batch, jira))


def _ask_bulk(fields: Sequence[str], batch: Sequence[str], jira: QuietJira) -> Any:
    body = {"issueIdsOrKeys": list(batch), "fields": list(fields)}
    return jira.send("POST", "issue/bulkfetch", body | {"expand": _extras(fields)})


def _extras(fields: Sequence[str]) -> list[str]:
    """The log comes with the comments; what is too large with them goes without both."""
    return ["changelog"] if "comment" in fields else []


async def _fetch_each(
    site: Site, config: JiraConfig, tracker_ids: Sequence[str]
) -> dict[str, Json]:
    fields = fields_for(config, site.names)
    asked = [site.ask(partial(_read_issue, fields, one)) for one in tracker_ids]
    raws = await asyncio.gather(*asked)
    return {
        one: raw for one, raw in zip(tracker_ids, raws, strict=True) if raw is not None
    }


def _read_issue(fields: Sequence[str], issue_id: str, jira: QuietJira) -> Any:
    return ask_for(fields, lambda names: _find_issue(names, issue_id, jira))


def _find_issue(fields: Sequence[str], issue_id: str, jira: QuietJira) -> Any:
    asked = {"fields": ",".join(fields), "expand": ",".join(_extras(fields))}
    try:
        return jira.get(f"issue/{segment(issue_id)}", **asked)
    except PermanentError as error:
        if error.code in _OUT_OF_REACH and "login_reason" not in error.params:
            return None
        raise
