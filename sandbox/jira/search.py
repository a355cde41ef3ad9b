"""Searching: pages by token on Cloud, by offset on Data Center."""

import base64
import binascii
import json
from collections.abc import Iterable
from dataclasses import dataclass

from sandbox.jira.errors import JiraError
from sandbox.jira.jql import Reading, ordered
from sandbox.jira.records import Issue, User
from sandbox.jira.site import Site

UNBOUNDED = (
    "Unbounded JQL queries are not allowed here. "
    "Please add a search restriction to your query."
)
REMOVED = (
    "The requested API has been removed. Please migrate to the /rest/api/3/search/jql "
    "API. A full migration guideline is available at "
    "https://developer.atlassian.com/changelog/#CHANGE-2046"
)


@dataclass(frozen=True)
class TokenPage:
    issues: list[Issue]
    next_token: str | None


def find(
    site: Site, reader: User, jql: str, fresh: Iterable[str] = (), *, bounded: bool
) -> list[Issue]:
    """Find and order; refuse what a Cloud site refuses when `bounded`."""
    reading = Reading(site, reader, epoch_literals=not site.cloud)
    test, query = reading.query(jql)
    if bounded and query.where is None:
        raise JiraError(400, UNBOUNDED)
    if len(query.order) > 7:
        msg = "The ORDER BY clause may name at most 7 fields."
        raise JiraError(400, msg)
    known = [] if "BROWSE_PROJECTS" in reader.denied else site.indexed(frozenset(fresh))
    return ordered([issue for issue in known if test(issue)], query.order)


def token_page(found: list[Issue], jql: str, token: str | None, size: int) -> TokenPage:
    start = _decode(token, jql) if token else 0
    rest = found[start + size :]
    following = _encode(start + size, jql) if rest else None
    return TokenPage(found[start : start + size], following)


def _encode(start: int, jql: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([start, jql]).encode()).decode()


def _decode(token: str, jql: str) -> int:
    try:
        start, of = json.loads(base64.urlsafe_b64decode(token.encode()))
    except (ValueError, binascii.Error):
        start, of = None, None
    if not isinstance(start, int) or of != jql:
        msg = "The provided next page token is invalid or expired."
        raise JiraError(400, msg)
    return start


def check_size(size: object) -> int:
    if size is None:
        return 50
    if not isinstance(size, int) or not 1 <= size <= 5000:
        msg = "The maxResults must be between 1 and 5000."
        raise JiraError(400, msg)
    return size
