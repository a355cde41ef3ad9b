"""What every answer tells of the caller's rate while a throttle is on."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.bench import Bench
from sandbox.limits import Refusal, gitlab_headers

Identify = Callable[[Mapping[str, str]], str]


class ToldRate:
    """Adds RateLimit headers to answers that were not refused."""

    def __init__(self, app: ASGIApp, bench: Bench, identify: Identify) -> None:
        self._app, self._bench, self._identify = app, bench, identify

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        told = self._told(scope)

        async def add(message: Message) -> None:
            if message["type"] == "http.response.start" and told:
                headers = MutableHeaders(scope=message)
                if message["status"] != 429:
                    headers.update(told)
            await send(message)

        await self._app(scope, receive, add)

    def _told(self, scope: Scope) -> dict[str, str]:
        limits = self._bench.limits
        if scope["type"] != "http" or limits.per_second <= 0:
            return {}
        left = limits.remaining(self._identify(Headers(scope=scope)))
        reset_at = self._bench.now() + timedelta(seconds=1 / limits.per_second)
        told = gitlab_headers(Refusal(limits.burst, 0, reset_at))
        del told["Retry-After"]
        observed = {"RateLimit-Observed": str(limits.burst - left)}
        return {**told, **observed, "RateLimit-Remaining": str(left)}
