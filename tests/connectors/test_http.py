import asyncio
import gzip
import json
import logging
import socket
import threading
import weakref
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
import requests
import respx
from hypothesis import given
from hypothesis import strategies as st

from connectors.http import (
    Budget,
    Door,
    HttpxAdapter,
    LeakGuard,
    Level,
    Limits,
    Origin,
    Outgoing,
    Patience,
    open_async_client,
    open_client,
    redact,
    scan_nothing,
)
from connectors.http.budget import LONGEST_WAIT_SECONDS, parse_retry_after
from model.canaries import Canary, CanaryKind
from model.errors import Conflict, PermanentError, RetriableError, TrackerError

BASE = "https://jira.example.com"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@dataclass
class Time:
    """The door's clock; sleeping makes it pass."""

    at: datetime = NOON
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += timedelta(seconds=seconds)

    async def async_sleep(self, seconds: float) -> None:
        self.sleep(seconds)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def door(time: Time) -> Door:
    patience = Patience(
        sleep=time.sleep, async_sleep=time.async_sleep, jitter=lambda: 1.0
    )
    return Door(BASE, time, Budget(time), scan=scan_nothing, patience=patience)


@pytest.fixture
def client(door: Door) -> Iterator[httpx.Client]:
    with open_client(door) as opened:
        yield opened


@pytest.fixture
def web() -> Iterator[respx.MockRouter]:
    with respx.mock(assert_all_called=False) as router:
        yield router


@pytest.fixture
def session(client: httpx.Client) -> requests.Session:
    made = requests.Session()
    made.mount("https://", HttpxAdapter(client, ("/search",)))
    return made


# -- where bytes may go ------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "http://jira.example.com/x",
        "https://jira.example.com:8443/x",
        "https://jira.example.com.evil.com/x",
        "https://evil.com/x",
        "https://jira.example.com@evil.com/x",
        "https://user:pass@jira.example.com/x",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/x",
    ],
)
def test_f_nothing_leaves_for_another_origin(
    client: httpx.Client, web: respx.MockRouter, url: str
) -> None:
    web.route().respond(json={})
    with pytest.raises(PermanentError, match="foreign_origin"):
        client.get(url)
    assert not web.calls


def test_the_default_port_is_the_same_origin(
    client: httpx.Client, web: respx.MockRouter
) -> None:
    web.get(f"{BASE}/x").respond(json={})
    assert client.get("https://JIRA.example.com:443/x").status_code == 200


def test_f_a_redirect_is_not_followed_and_names_its_target(
    client: httpx.Client, web: respx.MockRouter
) -> None:
    target = "https://evil.com:8443/steal"
    web.get(f"{BASE}/x").respond(302, headers={"Location": target})
    with pytest.raises(PermanentError) as raised:
        client.get(f"{BASE}/x", follow_redirects=True)
    assert raised.value.code == "redirected"
    assert raised.value.params["origin"] == "https://evil.com:8443"
    assert raised.value.params["location"] == target


def test_a_relative_redirect_stays_at_the_origin_and_is_still_refused(
    client: httpx.Client, web: respx.MockRouter
) -> None:
    web.get(f"{BASE}/x").respond(301, headers={"Location": "/y"})
    with pytest.raises(PermanentError) as raised:
        client.get(f"{BASE}/x")
    assert raised.value.params["origin"] == BASE


def test_cookies_are_not_kept(client: httpx.Client, web: respx.MockRouter) -> None:
    web.get(f"{BASE}/x").respond(json={}, headers={"Set-Cookie": "JSESSIONID=1"})
    client.get(f"{BASE}/x")
    client.get(f"{BASE}/x")
    assert "cookie" not in web.calls.last.request.headers


def test_a_closed_source_sends_nothing(door: Door, web: respx.MockRouter) -> None:
    web.get(f"{BASE}/x").respond(json={})
    with open_client(door) as client:
        pass
    with pytest.raises(RuntimeError, match="closed"):
        client.get(f"{BASE}/x")
    assert not web.calls


def test_an_origin_reads_like_one() -> None:
    assert str(Origin.of("https://h/path")) == "https://h:443"


# -- what answers mean -------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "error", "code"),
    [
        (400, PermanentError, "bad_request"),
        (401, PermanentError, "credentials_refused"),
        (403, PermanentError, "permission_missing"),
        (404, PermanentError, "not_found"),
        (405, PermanentError, "method_not_allowed"),
        (409, Conflict, "conflict"),
        (410, PermanentError, "gone"),
        (413, PermanentError, "too_large"),
        (418, PermanentError, "refused"),
        (422, PermanentError, "unprocessable"),
        (408, RetriableError, "timed_out"),
        (429, RetriableError, "rate_limited"),
        (500, RetriableError, "server_error"),
        (502, RetriableError, "unavailable"),
        (503, RetriableError, "unavailable"),
        (504, RetriableError, "timed_out"),
        (521, RetriableError, "server_error"),
    ],
)
def test_each_status_says_who_must_act(
    client: httpx.Client,
    web: respx.MockRouter,
    status: int,
    error: type[TrackerError],
    code: str,
) -> None:
    web.post(f"{BASE}/x").respond(status, json={"errorMessages": ["为什么"]})
    with pytest.raises(error) as raised:
        client.post(f"{BASE}/x")
    assert raised.value.code == code
    assert raised.value.params["status"] == str(status)
    assert "为什么" in raised.value.params["detail"]


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (httpx.ConnectError("no"), "unreachable"),
        (httpx.ConnectTimeout("no"), "unreachable"),
        (httpx.ReadTimeout("no"), "timed_out"),
        (httpx.RemoteProtocolError("cut"), "truncated"),
        (httpx.ReadError("reset"), "cut_off"),
    ],
)
def test_a_missing_answer_may_come_later(
    client: httpx.Client, web: respx.MockRouter, fault: Exception, code: str
) -> None:
    web.post(f"{BASE}/x").mock(side_effect=fault)
    with pytest.raises(RetriableError) as raised:
        client.post(f"{BASE}/x")
    assert raised.value.code == code


def test_a_sign_in_page_with_status_200_is_not_an_answer(
    client: httpx.Client, web: respx.MockRouter
) -> None:
    web.post(f"{BASE}/x").respond(html="\n <!DOCTYPE html><html>Sign in</html>")
    with pytest.raises(RetriableError, match="not_json"):
        client.post(f"{BASE}/x")


def test_not_modified_and_no_content_are_answers(
    client: httpx.Client, web: respx.MockRouter
) -> None:
    web.get(f"{BASE}/x").respond(304)
    web.delete(f"{BASE}/x").respond(204)
    assert client.get(f"{BASE}/x").status_code == 304
    assert client.delete(f"{BASE}/x").status_code == 204


# -- what answers may cost ---------------------------------------------------------


def limited(door: Door, **limits: float) -> httpx.Client:
    narrow = Limits(**limits)  # type: ignore[arg-type] # numbers
    return open_client(replace(door, limits=narrow))


def test_the_doors_own_time_limits_hold(door: Door, web: respx.MockRouter) -> None:
    web.get(f"{BASE}/x").respond(json={})
    with limited(door, read_seconds=7, connect_seconds=3) as client:
        client.get(f"{BASE}/x", timeout=300)
    told = web.calls.last.request.extensions["timeout"]
    assert (told["read"], told["connect"]) == (7, 3)


def test_an_answer_is_gone_when_nobody_holds_it(
    client: httpx.Client, web: respx.MockRouter
) -> None:
    web.get(f"{BASE}/x").respond(json={})
    seen = weakref.ref(client.get(f"{BASE}/x"))
    assert seen() is None


def test_gzip_is_inflated(client: httpx.Client, web: respx.MockRouter) -> None:
    body = gzip.compress(json.dumps({"text": "资金" * 10}).encode())
    web.get(f"{BASE}/x").respond(
        content=body, headers={"Content-Encoding": "gzip", "Content-Type": "text/json"}
    )
    assert client.get(f"{BASE}/x").json() == {"text": "资金" * 10}


def test_a_gzip_bomb_is_stopped_long_before_it_is_unpacked(
    client: httpx.Client, web: respx.MockRouter
) -> None:
    packer = zlib.compressobj(9, wbits=31)
    first, again = (
        packer.compress(b"0" * 3_000_000) + packer.flush(zlib.Z_FULL_FLUSH)
        for _ in range(2)
    )
    bomb = first + 99 * again
    web.get(f"{BASE}/x").respond(
        stream=httpx.ByteStream(bomb), headers={"Content-Encoding": "gzip"}
    )
    with pytest.raises(PermanentError, match="answer_too_large") as raised:
        client.get(f"{BASE}/x")
    assert int(raised.value.params["bytes"]) < 50_000_000


def test_a_large_answer_is_stopped(door: Door, web: respx.MockRouter) -> None:
    web.get(f"{BASE}/x").respond(content=b"1" * 2_000_001)
    with (
        limited(door, body_bytes=2_000_000) as client,
        pytest.raises(PermanentError, match="answer_too_large"),
    ):
        client.get(f"{BASE}/x")


@pytest.mark.parametrize("cut", [1, 5, 11])
def test_gzip_that_ends_early_is_truncated(
    client: httpx.Client, web: respx.MockRouter, cut: int
) -> None:
    body = gzip.compress(b'{"a": 1}')[:-cut]
    web.post(f"{BASE}/x").respond(content=body, headers={"Content-Encoding": "gzip"})
    with pytest.raises(RetriableError, match="truncated"):
        client.post(f"{BASE}/x")


def test_an_encoding_that_was_not_asked_for_is_refused(
    client: httpx.Client, web: respx.MockRouter
) -> None:
    web.get(f"{BASE}/x").respond(content=b"{}", headers={"Content-Encoding": "br"})
    with pytest.raises(PermanentError, match="unknown_encoding"):
        client.get(f"{BASE}/x")


@pytest.fixture
def plain_server() -> Iterator[Callable[[bytes], str]]:
    """Answers one connection after the other with the given bytes, and hangs up."""
    bound = socket.create_server(("127.0.0.1", 0))
    answers: list[bytes] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = bound.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                connection.sendall(answers[0])

    def start(answer: bytes) -> str:
        answers.append(answer)
        threading.Thread(target=serve, daemon=True).start()
        return f"http://127.0.0.1:{bound.getsockname()[1]}"

    yield start
    bound.shutdown(socket.SHUT_RDWR)
    bound.close()


def test_a_body_shorter_than_announced_is_truncated(
    plain_server: Callable[[bytes], str], time: Time
) -> None:
    url = plain_server(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
    patience = Patience(tries=1)
    with (
        open_client(
            Door(url, time, Budget(time), scan=scan_nothing, patience=patience)
        ) as client,
        pytest.raises(RetriableError, match="truncated"),
    ):
        client.get(f"{url}/x")


def test_what_calls_itself_gzip_and_is_not_may_be_better_later(
    plain_server: Callable[[bytes], str], time: Time
) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Encoding: gzip\r\n\r\n"
    url = plain_server(head + b"{}")
    door = Door(url, time, Budget(time), scan=scan_nothing, patience=Patience(tries=1))
    with open_client(door) as client, pytest.raises(RetriableError, match="truncated"):
        client.get(f"{url}/x")


def test_an_answer_that_drips_is_given_up_by_the_clock(
    plain_server: Callable[[bytes], str],
) -> None:
    url = plain_server(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    ticks = iter(NOON + timedelta(seconds=200 * number) for number in range(99))

    def clock() -> datetime:
        return next(ticks)

    door = Door(
        url, clock, Budget(clock), scan=scan_nothing, patience=Patience(tries=1)
    )
    with open_client(door) as client, pytest.raises(RetriableError, match="timed_out"):
        client.get(f"{url}/x")


# -- waiting -----------------------------------------------------------------------


def test_a_read_is_repeated_with_growing_waits(
    client: httpx.Client, web: respx.MockRouter, time: Time
) -> None:
    route = web.get(f"{BASE}/x").respond(503)
    with pytest.raises(RetriableError):
        client.get(f"{BASE}/x")
    assert route.call_count == 4
    assert time.slept == [2, 4, 8]


def test_the_jitter_stays_within_its_bounds() -> None:
    draws = [Patience().jitter() for _ in range(200)]
    assert min(draws) >= 0.7
    assert max(draws) <= 1.3


def test_a_read_that_recovers_is_answered(
    client: httpx.Client, web: respx.MockRouter
) -> None:
    web.get(f"{BASE}/x").mock(
        side_effect=[httpx.ReadTimeout("slow"), httpx.Response(200, json={"a": 1})]
    )
    assert client.get(f"{BASE}/x").json() == {"a": 1}


def test_a_write_is_never_repeated(client: httpx.Client, web: respx.MockRouter) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        route = web.request(method, f"{BASE}/{method}").respond(503)
        with pytest.raises(RetriableError):
            client.request(method, f"{BASE}/{method}")
        assert route.call_count == 1


def test_a_search_by_post_is_repeated_when_it_is_marked(
    client: httpx.Client, web: respx.MockRouter
) -> None:
    route = web.post(f"{BASE}/search")
    route.side_effect = [httpx.Response(502), httpx.Response(200, json={})]
    client.post(f"{BASE}/search", json={}, extensions={"idempotent": True})
    assert route.call_count == 2


def test_a_permanent_refusal_is_not_repeated(
    client: httpx.Client, web: respx.MockRouter
) -> None:
    route = web.get(f"{BASE}/x").respond(404)
    with pytest.raises(PermanentError):
        client.get(f"{BASE}/x")
    assert route.call_count == 1


@pytest.mark.parametrize(
    "value", ["7", "7.0", format_datetime(NOON + timedelta(seconds=7), usegmt=True)]
)
def test_retry_after_is_honoured_in_every_dialect(
    client: httpx.Client, web: respx.MockRouter, time: Time, value: str
) -> None:
    waits = httpx.Response(429, headers={"Retry-After": value})
    web.get(f"{BASE}/x").mock(side_effect=[waits, httpx.Response(200, json={})])
    client.get(f"{BASE}/x")
    assert time.slept == [7]


def test_a_date_is_read_by_the_tracker_s_own_clock(
    client: httpx.Client, web: respx.MockRouter, time: Time
) -> None:
    theirs = NOON + timedelta(hours=3)
    headers = {
        "Date": format_datetime(theirs, usegmt=True),
        "Retry-After": format_datetime(theirs + timedelta(seconds=9), usegmt=True),
    }
    waits = httpx.Response(429, headers=headers)
    web.get(f"{BASE}/x").mock(side_effect=[waits, httpx.Response(200, json={})])
    client.get(f"{BASE}/x")
    assert time.slept == [9]


def test_a_long_wait_is_raised_instead_of_slept(
    client: httpx.Client, web: respx.MockRouter, time: Time, door: Door
) -> None:
    route = web.get(f"{BASE}/x").respond(429, headers={"Retry-After": "31"})
    with pytest.raises(RetriableError) as raised:
        client.get(f"{BASE}/x")
    assert raised.value.retry_after_seconds == 31
    assert (route.call_count, time.slept) == (1, [])
    assert door.budget.get_wait_seconds([""]) in {0, 31}


@pytest.mark.parametrize("value", ["", "soon", "nan", "-5", "1e999", "99999999999"])
def test_an_absurd_retry_after_is_taken_sensibly(value: str) -> None:
    seconds = parse_retry_after(value, NOON)
    assert seconds is None or 0 <= seconds <= LONGEST_WAIT_SECONDS


@given(st.text())
def test_any_retry_after_is_a_bounded_number_or_nothing(value: str) -> None:
    seconds = parse_retry_after(value, NOON)
    assert seconds is None or 0 <= seconds <= LONGEST_WAIT_SECONDS


# -- the budget --------------------------------------------------------------------


def test_nothing_is_sent_before_the_hold_ends(
    client: httpx.Client, web: respx.MockRouter, time: Time, door: Door
) -> None:
    route = web.get(f"{BASE}/x").respond(json={})
    door.budget.hold(600)
    with pytest.raises(RetriableError) as raised:
        client.get(f"{BASE}/x")
    assert raised.value.retry_after_seconds == 600
    assert route.call_count == 0
    time.at += timedelta(seconds=600)
    client.get(f"{BASE}/x")


def test_b15_a_quota_holds_the_whole_source(
    client: httpx.Client, web: respx.MockRouter, door: Door
) -> None:
    reason = "jira-quota-tenant-based"
    headers = {"Retry-After": "1800", "RateLimit-Reason": reason}
    web.put(f"{BASE}/issue/1").respond(429, headers=headers)
    web.get(f"{BASE}/other").respond(json={})
    with pytest.raises(RetriableError):
        client.put(f"{BASE}/issue/1")
    with pytest.raises(RetriableError):
        client.get(f"{BASE}/other")
    assert door.budget.not_before == NOON + timedelta(seconds=1800)


def test_b15_a_burst_holds_its_endpoint_alone(
    client: httpx.Client, web: respx.MockRouter
) -> None:
    headers = {"Retry-After": "60", "RateLimit-Reason": "jira-burst-based"}
    web.get(f"{BASE}/issue/1").respond(429, headers=headers)
    web.get(f"{BASE}/other").respond(json={})
    with pytest.raises(RetriableError):
        client.get(f"{BASE}/issue/1")
    with pytest.raises(RetriableError):
        client.get(f"{BASE}/issue/FIN-2")
    client.get(f"{BASE}/other")


def test_b15_a_limit_on_one_issue_s_writes_holds_that_issue_alone(
    client: httpx.Client, web: respx.MockRouter
) -> None:
    headers = {"Retry-After": "60", "RateLimit-Reason": "jira-per-issue-on-write"}
    web.put(f"{BASE}/issue/1").respond(429, headers=headers)
    web.post(f"{BASE}/issue/1/comment").respond(201, json={})
    web.put(f"{BASE}/issue/2").respond(204)
    web.get(f"{BASE}/issue/1").respond(json={})
    with pytest.raises(RetriableError):
        client.put(f"{BASE}/issue/1")
    with pytest.raises(RetriableError):
        client.post(f"{BASE}/issue/1/comment")
    client.put(f"{BASE}/issue/2")
    client.get(f"{BASE}/issue/1")


@pytest.mark.parametrize(
    ("headers", "level"),
    [
        (
            {
                "X-RateLimit-Limit": "350",
                "X-RateLimit-Remaining": "12",
                "X-RateLimit-Reset": "2026-11-22T12:30Z",
            },
            Level(350, 12, 1800),
        ),
        (
            {
                "RateLimit-Limit": "2000",
                "RateLimit-Remaining": "7",
                "RateLimit-Reset": str(int(NOON.timestamp()) + 40),
            },
            Level(2000, 7, 40),
        ),
        ({"RateLimit": '"jira-burst-based";r=349;t=1'}, Level(None, 349, 1)),
    ],
)
def test_the_level_is_read_in_every_dialect(
    client: httpx.Client,
    web: respx.MockRouter,
    door: Door,
    headers: dict[str, str],
    level: Level,
) -> None:
    web.get(f"{BASE}/x").respond(json={}, headers=headers)
    client.get(f"{BASE}/x")
    assert door.budget.level == level


def test_a_used_up_window_holds_until_it_starts_anew(
    client: httpx.Client, web: respx.MockRouter, door: Door
) -> None:
    reset = str(int(NOON.timestamp()) + 40)
    headers = {"RateLimit-Remaining": "0", "RateLimit-Reset": reset}
    web.get(f"{BASE}/x").respond(json={}, headers=headers)
    client.get(f"{BASE}/x")
    assert door.budget.not_before == NOON + timedelta(seconds=40)


def test_d10_a_limit_of_the_application_holds_though_the_rate_has_room(
    client: httpx.Client, web: respx.MockRouter, time: Time
) -> None:
    room = {"RateLimit-Limit": "2000", "RateLimit-Remaining": "1999"}
    web.get(f"{BASE}/x").respond(json={}, headers=room)
    notes = web.post(f"{BASE}/notes")
    notes.respond(429, text="Retry later", headers={"Retry-After": "60"})
    client.get(f"{BASE}/x")
    with pytest.raises(RetriableError, match="rate_limited"):
        client.post(f"{BASE}/notes")
    with pytest.raises(RetriableError, match="rate_limited"):
        client.post(f"{BASE}/notes")
    assert notes.call_count == 1
    time.sleep(61)
    notes.respond(201, json={})
    client.post(f"{BASE}/notes")


def test_several_limits_are_told_apart_and_shown(
    client: httpx.Client, web: respx.MockRouter, door: Door
) -> None:
    headers = {
        "RateLimit": '"jira-burst-based";r=0;t=1, "jira-quota-global-based";r=900;t=60',
        "RateLimit-Policy": '"jira-burst-based";q=100;w=1, '
        '"jira-quota-global-based";q=65000;w=3600',
        "X-RateLimit-NearLimit": "true",
    }
    web.get(f"{BASE}/x").respond(json={}, headers=headers)
    client.get(f"{BASE}/x")
    burst, quota = door.budget.get_standing().limits
    assert (burst.name, burst.limit, burst.remaining) == ("jira-burst-based", 100, 0)
    assert (quota.limit, quota.remaining, quota.near_limit) == (65_000, 900, True)
    assert quota.resets_at == NOON + timedelta(seconds=60)
    assert door.budget.not_before is None


def test_what_is_held_is_shown_with_its_scope_until_it_is_over(
    client: httpx.Client, web: respx.MockRouter, door: Door, time: Time
) -> None:
    headers = {"Retry-After": "60", "RateLimit-Reason": "jira-burst-based"}
    web.post(f"{BASE}/issue").respond(429, headers=headers)
    with pytest.raises(RetriableError):
        client.post(f"{BASE}/issue")
    (wait,) = door.budget.get_standing().waits
    assert (wait.scope, wait.until) == ("POST /issue", NOON + timedelta(seconds=60))
    time.sleep(61)
    assert door.budget.get_standing().waits == ()


def test_the_last_tenth_of_a_window_is_made_to_last(
    client: httpx.Client, web: respx.MockRouter, time: Time
) -> None:
    def answer(left: int) -> dict[str, str]:
        reset = str(int(NOON.timestamp()) + 60)
        return {
            "RateLimit-Limit": "600",
            "RateLimit-Remaining": str(left),
            "RateLimit-Reset": reset,
        }

    route = web.get(f"{BASE}/x")
    route.respond(json={}, headers=answer(300))
    for _ in range(3):
        client.get(f"{BASE}/x")
    assert time() == NOON
    route.respond(json={}, headers=answer(30))
    for _ in range(5):
        client.get(f"{BASE}/x")
    assert timedelta(seconds=4) < time() - NOON < timedelta(seconds=12)


# -- the leak scan -----------------------------------------------------------------


@pytest.mark.parametrize(
    "send",
    [
        lambda client: client.post(f"{BASE}/x", json={"body": "内部价 90000"}),
        lambda client: client.post(f"{BASE}/x", content="内部价".encode()),
        lambda client: client.get(f"{BASE}/x", params={"q": "内部价"}),
        lambda client: client.delete(f"{BASE}/labels/内部价"),
        lambda client: client.post(
            f"{BASE}/x", content=b'{"a": "\\u5185\\u90e8\\u4ef7"}'
        ),
    ],
)
def test_what_the_scan_finds_does_not_leave(
    time: Time, web: respx.MockRouter, send: Callable[[httpx.Client], object]
) -> None:
    guard = LeakGuard()
    door = Door(BASE, time, Budget(time), scan=guard.scan_for("acme"))
    web.route().respond(json={})
    with (
        open_client(door) as client,
        guard.watching("acme", [Canary(CanaryKind.CLIENT_NAME, "内部价")]),
        pytest.raises(PermanentError) as raised,
    ):
        send(client)
    assert raised.value.code == "leak_blocked"
    assert raised.value.params["what"] == "client_name"
    assert not web.calls


def test_a_scan_that_fails_lets_nothing_out(time: Time, web: respx.MockRouter) -> None:
    def scan(outgoing: Outgoing) -> str:
        raise ZeroDivisionError(outgoing.body)

    web.route().respond(json={})
    with (
        open_client(Door(BASE, time, Budget(time), scan=scan)) as client,
        pytest.raises(PermanentError, match="scan_failed: ZeroDivisionError") as raised,
    ):
        client.get(f"{BASE}/x")
    assert raised.value.code == "leak_blocked"
    assert not web.calls


# -- secrets -----------------------------------------------------------------------


def test_an_error_never_repeats_the_token(
    client: httpx.Client, web: respx.MockRouter
) -> None:
    token = "glpat-abcdefghijkl"
    web.get(f"{BASE}/x").respond(401, text=f"token {token} is revoked; got {token}")
    with pytest.raises(PermanentError) as raised:
        client.get(f"{BASE}/x?private_token={token}", headers={"Private-Token": token})
    assert token not in str(raised.value)
    assert token not in repr(raised.value)


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer s3cr3t-value",
        "private_token=s3cr3t-value&x=1",
        "https://user:s3cr3t-value@host/",
        '{"token": "s3cr3t-value"}',
        "Basic s3cr3t-value",
    ],
)
def test_redact_blanks_out_secrets(text: str) -> None:
    assert "s3cr3t-value" not in redact(text)


def test_no_log_line_holds_the_token(
    client: httpx.Client, web: respx.MockRouter, caplog: pytest.LogCaptureFixture
) -> None:
    web.get(f"{BASE}/x").respond(json={})
    with caplog.at_level(logging.DEBUG):
        client.get(f"{BASE}/x", headers={"Private-Token": "glpat-abcdefghijkl"})
    assert "glpat-abcdefghijkl" not in caplog.text


# -- requests through the door -----------------------------------------------------


def test_requests_gets_what_requests_would_have_made(
    session: requests.Session, web: respx.MockRouter
) -> None:
    web.get(f"{BASE}/x").mock(
        return_value=httpx.Response(
            200,
            content=json.dumps({"text": "资金"}, ensure_ascii=False).encode(),
            headers=[
                ("Content-Type", "application/json; charset=utf-8"),
                ("Link", '<a>; rel="next"'),
                ("Link", '<b>; rel="last"'),
            ],
        )
    )
    answer = session.get(f"{BASE}/x", params={"q": "字"})
    assert answer.json() == {"text": "资金"}
    assert answer.text == '{"text": "资金"}'
    assert (answer.status_code, answer.reason, answer.ok) == (200, "OK", True)
    assert answer.headers["LINK"] == '<a>; rel="next", <b>; rel="last"'
    assert answer.links["next"]["url"] == "a"
    assert answer.encoding == "utf-8"
    assert answer.url == f"{BASE}/x?q=%E5%AD%97"
    assert answer.elapsed > timedelta()
    assert answer.request.method == "GET"
    assert list(answer.iter_content(5))


@pytest.mark.parametrize(
    "kwargs",
    [
        {"json": {"a": "资金"}},
        {"data": {"a": "b"}},
        {"data": "资金"},
        {"data": b"\x00\xff"},
        {"data": iter([b"one", b"two"])},
        {"files": {"file": ("报表.txt", b"content")}},
    ],
)
def test_requests_bodies_arrive_whole(
    session: requests.Session, web: respx.MockRouter, kwargs: dict[str, object]
) -> None:
    plain = requests.Request("POST", f"{BASE}/x", **kwargs).prepare()
    expected = b"onetwo" if "iter" in repr(plain.body) else plain.body
    expected = expected.encode() if isinstance(expected, str) else expected
    web.post(f"{BASE}/x").respond(json={})
    if "iter" in repr(plain.body):
        plain.body = iter([b"one", b"two"])  # type: ignore[assignment] # a stream
    session.send(plain)
    sent = web.calls.last.request
    assert sent.content == expected
    assert sent.headers.get("content-type") == plain.headers.get("content-type")


def test_f_errors_of_the_door_pass_through_requests(
    session: requests.Session, web: respx.MockRouter
) -> None:
    web.get(f"{BASE}/x").respond(404)
    with pytest.raises(PermanentError, match="not_found"):
        session.get(f"{BASE}/x")
    with pytest.raises(PermanentError, match="foreign_origin"):
        session.get("https://evil.com/x")


def test_named_posts_of_requests_are_repeated(
    session: requests.Session, web: respx.MockRouter
) -> None:
    search = web.post(f"{BASE}/rest/search")
    search.side_effect = [httpx.Response(503), httpx.Response(200, json={})]
    write = web.post(f"{BASE}/rest/comment").respond(503)
    session.post(f"{BASE}/rest/search")
    with pytest.raises(RetriableError):
        session.post(f"{BASE}/rest/comment")
    assert (search.call_count, write.call_count) == (2, 1)


def test_a_session_s_cookies_are_not_kept(
    session: requests.Session, web: respx.MockRouter
) -> None:
    web.get(f"{BASE}/x").respond(json={}, headers={"Set-Cookie": "a=1"})
    session.get(f"{BASE}/x")
    assert not session.cookies


# -- coroutines --------------------------------------------------------------------


async def test_the_async_client_keeps_the_same_rules(
    door: Door, web: respx.MockRouter, time: Time
) -> None:
    web.get(f"{BASE}/x").mock(
        side_effect=[httpx.Response(503), httpx.Response(200, json={"a": 1})]
    )
    web.post(f"{BASE}/graphql").respond(503)
    async with open_async_client(door) as client:
        assert (await client.get(f"{BASE}/x")).json() == {"a": 1}
        with pytest.raises(PermanentError, match="foreign_origin"):
            await client.get("https://evil.com/x")
        with pytest.raises(RetriableError):
            await client.post(f"{BASE}/graphql", json={})
    assert time.slept == [2]


async def test_waiting_does_not_stop_the_loop(
    time: Time, web: respx.MockRouter
) -> None:
    patience = Patience(start_seconds=0.05, jitter=lambda: 1.0)
    turns, seen = 0, list[int]()

    async def turn() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    def answer(_: httpx.Request) -> httpx.Response:
        seen.append(turns)
        return httpx.Response(503 if len(seen) == 1 else 200, json={})

    web.get(f"{BASE}/x").mock(side_effect=answer)
    turning = asyncio.create_task(turn())
    async with open_async_client(
        Door(BASE, time, Budget(time), scan=scan_nothing, patience=patience)
    ) as client:
        await client.get(f"{BASE}/x")
    turning.cancel()
    first, second = seen
    assert second > first


def test_no_door_opens_without_a_scan(time: Time) -> None:
    with pytest.raises(TypeError, match="scan"):
        Door(BASE, time, Budget(time))  # type: ignore[call-arg] # what is shown
