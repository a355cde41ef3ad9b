"""The judge's endpoint: chat completions as OpenAI's API has them.

The operator hosts it, or trusts who does. Nothing is asked, and nothing leaves, unless
``[judge]`` names it.
"""

import json
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, Protocol

from app.config import JudgeConfig
from connectors.http import Budget, Door, LeakGuard, Limits, open_async_client
from model.clock import Clock
from model.errors import PermanentError
from rules.matching.question import Message

_ANSWER_BYTES = 2**20
_MOST_TOKENS = 400


class _Answer(Protocol):
    @property
    def content(self) -> bytes: ...


class _Client(Protocol):
    async def post(
        self, url: str, *, json: Any, headers: dict[str, str]
    ) -> _Answer: ...


@dataclass(frozen=True, slots=True)
class ChatJudge:
    """Asks one model; every request goes through the guarded door to one origin."""

    config: JudgeConfig
    client: _Client

    @property
    def model(self) -> str:
        """As the endpoint calls it."""
        return self.config.model

    async def ask(self, messages: Sequence[Message]) -> str:
        """The text of the first choice.

        Raises:
            RetriableError: not now: too slow, too busy, gone.
            PermanentError: it refused, or ``not_a_completion``.
        """
        token = self.config.token
        headers = (
            {"authorization": f"Bearer {token.get_secret_value()}"} if token else {}
        )
        body = {
            "model": self.model,
            "messages": list(messages),
            "temperature": 0,
            "max_tokens": _MOST_TOKENS,
            "response_format": {"type": "json_object"},
        }
        url = f"{self.config.url}/chat/completions"
        answer = await self.client.post(url, json=body, headers=headers)
        return _read_choice(answer.content)


def _read_choice(body: bytes) -> str:
    try:
        content = json.loads(body)["choices"][0]["message"]["content"]
    except (ValueError, LookupError, TypeError, RecursionError):
        raise PermanentError("not_a_completion") from None
    if not isinstance(content, str):
        raise PermanentError("not_a_completion")
    return content


async def open_judge(
    stack: AsyncExitStack, config: JudgeConfig, clock: Clock, guard: LeakGuard
) -> ChatJudge | None:
    """The configured judge; None when there is none."""
    if not config.url:
        return None
    own = {config.token.get_secret_value()} if config.token else set[str]()
    door = Door(
        base_url=config.url,
        clock=clock,
        budget=Budget(clock),
        scan=guard.scan_for_secrets(own),
        limits=Limits(
            body_bytes=_ANSWER_BYTES,
            read_seconds=config.timeout_seconds,
            total_seconds=config.timeout_seconds,
        ),
        connections=1,
    )
    client = await stack.enter_async_context(open_async_client(door))
    return ChatJudge(config, client)
