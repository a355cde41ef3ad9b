"""Limits of single actions, which say nothing in RateLimit headers."""

from datetime import timedelta

from sandbox.gitlab.call import Call
from sandbox.gitlab.errors import ApiError

BUSY = "This endpoint has been requested too many times. Try again later."


def application_limit(call: Call, action: str, per_minute: int) -> None:
    """Refuse the call that is one too many within a minute; 0 is no limit."""
    if not per_minute:
        return
    moment, past = call.gitlab.now(), call.gitlab.actions
    since = moment - timedelta(minutes=1)
    key = (action, call.actor.user.id)
    recent = [at for at in past.get(key, []) if at > since]
    past[key] = [*recent, moment]
    if len(recent) >= per_minute:
        raise _too_many(call)


def _too_many(call: Call) -> ApiError:
    text = call.gitlab.switches.application_limit_text
    body = text or {"message": {"error": BUSY}}
    return ApiError(429, body, {"Retry-After": "60"})
