"""Tokens: three ways to bring one, and what it is allowed to do."""

from collections.abc import Mapping

from sandbox.gitlab.errors import insufficient_scope, invalid_token, unauthorized
from sandbox.gitlab.instance import GitLab
from sandbox.gitlab.records import AccessToken

READ_SCOPES = ("api", "read_api")
WRITE_SCOPES = ("api",)
USER_SCOPES = ("api", "read_api", "read_user")
ANY_SCOPE: tuple[str, ...] = ()


def brought_token(headers: Mapping[str, str], query: Mapping[str, str]) -> str:
    bearer = headers.get("authorization", "")
    if bearer.lower().startswith("bearer "):
        return bearer[7:].strip()
    return headers.get("private-token") or query.get("private_token", "")


def authenticate(
    gitlab: GitLab, headers: Mapping[str, str], query: Mapping[str, str]
) -> AccessToken:
    token = gitlab.tokens.get(brought_token(headers, query))
    if token is None:
        raise unauthorized()
    if token.revoked:
        sentence = "Token was revoked. You have to re-authorize from the user."
        raise invalid_token(sentence)
    if token.expires_on and token.expires_on <= gitlab.now().date():
        sentence = (
            "Token is expired. You can either do re-authorization or token refresh."
        )
        raise invalid_token(sentence)
    token.last_used_at = gitlab.now()
    return token


def demand_scope(token: AccessToken, accepted: tuple[str, ...]) -> None:
    if accepted and not set(accepted) & set(token.scopes):
        raise insufficient_scope(*accepted)
