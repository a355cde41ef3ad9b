"""The judge's endpoint over real HTTP: what leaves, and what of an answer comes in."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr, ValidationError

from app.config import JudgeConfig
from app.judge import ChatJudge, open_judge
from connectors.http import LeakGuard
from model.errors import PermanentError, RetriableError
from rules.matching.match import Request
from rules.matching.question import ask_about
from tests.endpoint import Endpoint, serve_endpoint
from tests.rules.matching.demo import demo_contract

MESSAGES = ask_about(Request("Weekly report"), demo_contract("acme"))


def clock() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with serve_endpoint() as serving:
        yield serving


@pytest.fixture
async def judge(endpoint: Endpoint) -> AsyncIterator[ChatJudge]:
    async with opened(endpoint, timeout_seconds=30) as judge:
        yield judge


@asynccontextmanager
async def opened(
    endpoint: Endpoint, timeout_seconds: float
) -> AsyncIterator[ChatJudge]:
    config = JudgeConfig(
        url=endpoint.url,
        model="local-8b",
        token=SecretStr("key-1"),
        timeout_seconds=timeout_seconds,
    )
    async with AsyncExitStack() as stack:
        judge = await open_judge(stack, config, clock, LeakGuard())
        assert judge
        yield judge


async def test_without_an_address_there_is_nobody_to_ask() -> None:
    async with AsyncExitStack() as stack:
        assert await open_judge(stack, JudgeConfig(), clock, LeakGuard()) is None


def test_a_judge_without_a_name_cannot_be_configured() -> None:
    with pytest.raises(ValidationError, match="no model"):
        JudgeConfig(url="http://127.0.0.1:1/v1")


async def test_model_token_and_question_reach_the_endpoint(
    judge: ChatJudge, endpoint: Endpoint
) -> None:
    assert '"unsure"' in await judge.ask(MESSAGES)
    [asked] = endpoint.asked
    assert asked["model"] == "local-8b"
    assert asked["temperature"] == 0
    assert "Weekly report" in asked["messages"][1]["content"]
    assert endpoint.headers[0]["authorization"] == "Bearer key-1"


async def test_an_answer_that_never_comes_is_not_waited_for(
    endpoint: Endpoint,
) -> None:
    endpoint.wait_seconds = 1.5
    async with opened(endpoint, timeout_seconds=0.5) as judge:
        with pytest.raises(RetriableError):
            await judge.ask(MESSAGES)


@pytest.mark.parametrize(
    "raw",
    [b"", b"<html>", b"[]", b'{"choices": []}', b'{"choices": [{"message": {}}]}'],
)
async def test_what_is_no_completion_is_refused(
    judge: ChatJudge, endpoint: Endpoint, raw: bytes
) -> None:
    endpoint.raw = raw
    with pytest.raises((PermanentError, RetriableError)):
        await judge.ask(MESSAGES)


async def test_a_busy_endpoint_is_asked_later(
    judge: ChatJudge, endpoint: Endpoint
) -> None:
    endpoint.status = 503
    with pytest.raises(RetriableError):
        await judge.ask(MESSAGES)
    assert len(endpoint.asked) == 1


async def test_nothing_leaves_for_another_origin(judge: ChatJudge) -> None:
    with pytest.raises(PermanentError):
        await judge.client.post("http://127.0.0.1:9/v1", json={}, headers={})
