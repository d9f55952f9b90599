"""The relay client against a server that does everything a relay can do wrong."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from bot.errors import (
    KEY_REFUSED,
    NO_QUOTA,
    CallFailed,
    NotOffered,
    Refused,
    Throttled,
    Unavailable,
    Unreadable,
)
from bot.relay import Relay, Seen
from bot.wire import Call
from tests.wire_server import WireServer, http, wire_server

KEY = "sk-secret-of-the-operator"
SUBMIT = Call("POST", "/luma/generations", json={"user_prompt": "ein Fuchs 狐狸 🦊"}, paid=True, timeout=5.0)
ASK = Call("GET", "/luma/generations/1", one=True, timeout=5.0)
HTML = b"<!doctype html><html><body>Just a moment</body></html>"


@pytest.fixture
async def wire() -> AsyncIterator[WireServer]:
    async with wire_server() as server:
        yield server


@asynccontextmanager
async def a_relay(base: str, **options: Any) -> AsyncIterator[Relay]:
    relay = Relay(base, KEY, **options)
    try:
        yield relay
    finally:
        await relay.close()


async def failure(wire: WireServer, call: Call = SUBMIT, **options: Any) -> CallFailed:
    """How ``call`` fails, which it must."""
    async with a_relay(wire.url, **options) as relay:
        with pytest.raises(CallFailed) as caught:
            await relay.call(call)
    return caught.value


def said(status: int, payload: Any, **headers: str) -> bytes:
    return http(status, json.dumps(payload).encode(), **headers)


# ---------------------------------------------------------------------------------------------------- what is sent


async def test_a_call_is_sent_under_the_route_with_the_key(wire: WireServer) -> None:
    wire.answer = said(200, {"id": "1", "state": "pending"})
    seen: list[Seen] = []
    async with a_relay(wire.url, observe=seen.append) as relay:
        assert await relay.call(SUBMIT, "/pro", of="luma") == {"id": "1", "state": "pending"}
        assert await relay.call(ASK) == {"id": "1", "state": "pending"}
    (line, headers, body), (asked, asked_headers, nothing) = wire.requests
    assert (line, asked) == ("POST /pro/luma/generations HTTP/1.1", "GET /luma/generations/1 HTTP/1.1")
    assert headers["authorization"] == asked_headers["authorization"] == f"Bearer {KEY}"
    assert headers["content-type"] == "application/json"
    assert body == '{"user_prompt": "ein Fuchs 狐狸 🦊"}'.encode()
    assert nothing == b""
    told = [(one.call, one.of, one.status, one.error) for one in seen]
    assert told == [(SUBMIT, "luma", 200, None), (ASK, "", 200, None)]
    assert all(one.seconds > 0 for one in seen)


async def test_a_key_that_was_pasted_with_its_line_end_works(wire: WireServer) -> None:
    wire.answer = said(200, {})
    relay = Relay(wire.url, f" {KEY}\n")
    await relay.call(ASK)
    await relay.close()
    assert wire.requests[0][1]["authorization"] == f"Bearer {KEY}"


async def test_half_a_character_in_a_prompt_is_sent_as_a_question_mark(wire: WireServer) -> None:
    wire.answer = said(200, {})
    async with a_relay(wire.url) as relay:
        await relay.call(Call("POST", "/x", json={"prompt": "cut \ud83d"}))
    assert json.loads(wire.requests[0][2]) == {"prompt": "cut ?"}


async def test_the_outcome_of_a_failure_is_observed(wire: WireServer) -> None:
    wire.answer = http(500)
    seen: list[Seen] = []
    error = await failure(wire, observe=seen.append)
    assert [(one.status, one.error) for one in seen] == [(500, error)]


async def test_a_relay_that_does_not_answer_has_no_status(unused_tcp_port: int) -> None:
    seen: list[Seen] = []
    async with a_relay(f"http://127.0.0.1:{unused_tcp_port}", observe=seen.append) as relay:
        with pytest.raises(Unavailable) as caught:
            await relay.call(ASK)
        assert relay.answered_at is None
    assert [(one.status, one.error) for one in seen] == [(0, caught.value)]


@pytest.mark.parametrize(("status", "answered"), [(200, True), (400, True), (404, True), (401, False), (502, False)])
async def test_whether_the_relay_is_known_to_answer(wire: WireServer, status: int, answered: bool) -> None:
    wire.answer = said(200, {})
    async with a_relay(wire.url) as relay:
        await relay.call(ASK)
        before = relay.answered_at
        assert before is not None
        wire.answer = said(status, {})
        with suppress(CallFailed):
            await relay.call(ASK)
        assert (relay.answered_at is not None) is answered


async def test_a_call_that_is_called_off_is_no_failure_of_the_relay(wire: WireServer) -> None:
    wire.answer = said(200, {})
    seen: list[Seen] = []
    async with a_relay(wire.url, observe=seen.append) as relay:
        await relay.call(ASK)
        asking = asyncio.create_task(relay.call(ASK))
        await asyncio.sleep(0)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        assert relay.answered_at is not None
    assert len(seen) == 1


# ---------------------------------------------------------------------------------------------------- answers


QUOTA = {"code": "quota_not_enough", "message": "user quota is not enough", "data": None}
SHAPE_A = {"error": {"message": "the relay's words", "type": "new_api_error", "param": "", "code": ""}}


@pytest.mark.parametrize(
    ("answer", "kind", "taken", "words"),
    [
        (said(401, SHAPE_A), Refused, False, str(KEY_REFUSED)),
        (http(401, HTML), Refused, False, str(KEY_REFUSED)),
        (said(403, QUOTA), Refused, False, str(NO_QUOTA)),
        (said(403, SHAPE_A), Refused, False, "the relay's words"),
        (said(400, SHAPE_A), Refused, False, "the relay's words"),
        (said(404, SHAPE_A), NotOffered, False, "does not offer"),
        (http(404, HTML), NotOffered, False, "does not offer"),
        (http(405), NotOffered, False, "does not offer"),
        (http(408), Unavailable, True, "broke before it answered"),
        (said(429, SHAPE_A), Throttled, False, "overloaded"),
        (http(429, HTML), Throttled, False, "overloaded"),
        (said(500, SHAPE_A), Unavailable, True, "internal error"),
        (http(500), Unavailable, True, "internal error"),
        (http(502, HTML), Unavailable, True, "internal error"),
        (said(503, SHAPE_A), Unavailable, False, "the relay's words"),
        (http(503, HTML), Unavailable, True, "internal error"),
        (http(504), Unavailable, True, "internal error"),
        (http(200, HTML, content_type="text/html"), NotOffered, False, "does not offer"),
        (http(200), Unreadable, True, "unexpected answer"),
        (http(200, b"OK"), Unreadable, True, "unexpected answer"),
        (http(200, b'{"id": "1"'), Unreadable, True, "unexpected answer"),
        (http(200, b"\xff\xfe{}"), Unreadable, True, "unexpected answer"),
        (http(200, b"[" * 100_000), Unreadable, True, "unexpected answer"),
        (said(200, SHAPE_A), Refused, False, "the relay's words"),
        (said(200, QUOTA), Refused, False, str(NO_QUOTA)),
        (http(302, location="/elsewhere"), NotOffered, False, "does not offer"),
        (http(307, location="/elsewhere"), NotOffered, False, "does not offer"),
        (http(303, location="/elsewhere"), Unreadable, True, "unexpected answer"),
    ],
)
async def test_answers(wire: WireServer, answer: bytes, kind: type[CallFailed], taken: bool, words: str) -> None:
    wire.answer = answer
    error = await failure(wire)
    assert (type(error), error.taken) == (kind, taken)
    assert words in str(error)
    assert len(wire.requests) == 1  # nothing is repeated, and no redirect followed


async def test_of_a_single_task_404_speaks_of_the_task(wire: WireServer) -> None:
    wire.answer = said(404, SHAPE_A)
    error = await failure(wire, ASK)
    assert isinstance(error, Refused)
    assert error.unknown_task


@pytest.mark.parametrize(
    ("header", "seconds"),
    [({}, None), ({"retry_after": "7"}, 7.0), ({"retry_after": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
     ({"retry_after": "-3"}, 0.0), ({"retry_after": "1e9"}, 3600.0), ({"retry_after": "nan"}, None)],
)  # fmt: skip
async def test_how_long_to_wait(wire: WireServer, header: dict[str, str], seconds: float | None) -> None:
    wire.answer = said(429, SHAPE_A, **header)
    error = await failure(wire)
    assert isinstance(error, Throttled)
    assert error.retry_after == seconds


# ---------------------------------------------------------------------------------------------------- broken wires


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"HTTP/1.1 200 O",
        http(200, b'{"id": ', content_length="1000"),
        b'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"id"\r\n',
        b"HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\n" + b"x: " + b"y" * 100_000 + b"\r\n\r\n{}",
        b"\x00\x01 this is not HTTP\r\n\r\n",
        http(200, b'{"id": "1"}', content_length="6"),
        http(200, b"this is not gzip", content_encoding="gzip"),
        http(200, gzip.compress(b'{"id": "1"}' * 1000)[:-40], content_encoding="gzip"),
    ],
)
async def test_an_answer_that_breaks_off_may_have_been_charged(wire: WireServer, start: bytes) -> None:
    wire.answer = start
    error = await failure(wire)
    assert (type(error), error.taken) in [(Unavailable, True), (Unreadable, True)]
    assert len(wire.requests) == 1


async def test_a_reset_connection_may_have_been_charged(wire: WireServer) -> None:
    async def reset(writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    wire.answer = reset
    error = await failure(wire)
    assert (type(error), error.taken) == (Unavailable, True)


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{"])
async def test_silence_ends_with_the_calls_own_time(wire: WireServer, start: bytes) -> None:
    async def silent(writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        await wire.hang(writer)

    wire.answer = silent
    error = await failure(wire, Call("POST", "/x", json={}, paid=True, timeout=0.2))
    assert (type(error), error.taken, error.detail) == (Unavailable, True, "no answer within 0.2 s")
