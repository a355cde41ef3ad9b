"""Who is asking: how each deployment takes credentials, and hides their failure."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request

from sandbox.jira.errors import JiraError, unauthenticated
from sandbox.jira.records import User
from sandbox.jira.site import Site

ANONYMOUS = User("", "Anonymous", "", denied={"BROWSE_PROJECTS"}, roles=frozenset())
FAILED = "AUTHENTICATED_FAILED"
MALFORMED_BEARER = "Failed to parse Connect Session Auth Token"


@dataclass(frozen=True)
class Caller:
    user: User
    headers: dict[str, str]

    @property
    def known(self) -> bool:
        return self.user is not ANONYMOUS

    def signed_in(self) -> User:
        """For writes and /myself, which alone say 401 on Cloud."""
        if not self.known:
            raise JiraError(401, *unauthenticated().messages, headers=self.headers)
        return self.user


def identify(site: Site, headers: Mapping[str, str]) -> User | None:
    """Find the user of these credentials; None when they do not resolve."""
    scheme, _, rest = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return None if site.cloud else _by_token(site, rest)
    if scheme.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(rest).decode().partition(":")
    except (ValueError, binascii.Error):
        return None
    user = _by_token(site, secret)
    known = {user.email, user.id} if user else set()
    return user if name in known else None


def _by_token(site: Site, token: str) -> User | None:
    for user in site.users.values():
        if token and user.token == token and user.active:
            return user
    return None


def caller_of(site: Site, request: Request) -> Caller:
    """Cloud runs a request with bad credentials anonymously; Data Center says 401."""
    given = request.headers.get("authorization", "")
    user = identify(site, request.headers)
    if user:
        name = "X-AACCOUNTID" if site.cloud else "X-AUSERNAME"
        return Caller(user, {name: user.id})
    if site.cloud and given.lower().startswith("bearer"):
        raise JiraError(403, MALFORMED_BEARER)
    if not site.cloud and given:
        raise unauthenticated(
            X_Seraph_LoginReason=FAILED, WWW_Authenticate='OAuth realm="jira"'
        )
    failed = {"X-Seraph-LoginReason": FAILED} if given else {}
    return Caller(ANONYMOUS, failed)
