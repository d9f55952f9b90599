"""The relay client where there is no connection or too much answer, and what it never says."""

import asyncio
import gzip
import json
import logging
import socket
import sys
import threading
import traceback
import tracemalloc
import zlib
from contextlib import closing
from typing import Any

import pytest

from bot.errors import Unavailable, Unreadable, decipher
from bot.providers.openai.pictures import Image
from bot.wire import MAX_ANSWER
from tests.test_relay import ASK, KEY, SUBMIT, a_relay, failure, said, wire
from tests.wire_server import WireServer, http

__all__ = ["wire"]


# ---------------------------------------------------------------------------------------------------- no connection


async def test_where_nobody_listens_nothing_was_taken() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    async with a_relay(f"http://127.0.0.1:{port}") as relay:
        with pytest.raises(Unavailable, match="could not be reached") as caught:
            await relay.call(SUBMIT)
    assert caught.value.taken is False


async def test_a_base_that_is_no_address_takes_nothing() -> None:
    async with a_relay("http://") as relay:
        with pytest.raises(Unavailable, match="could not be reached") as caught:
            await relay.call(SUBMIT)
    assert (caught.value.taken, caught.value.detail) == (False, "RELAY_URL is no usable address")


async def test_a_server_without_tls_takes_nothing(wire: WireServer) -> None:
    async with a_relay(wire.url.replace("http:", "https:"), connect=0.3) as relay:
        with pytest.raises(Unavailable, match="could not be reached") as caught:
            await relay.call(SUBMIT)
    assert caught.value.taken is False


async def test_nobody_waits_for_calls_that_take_long(wire: WireServer) -> None:
    wire.answer = wire.hang
    async with a_relay(wire.url) as relay:
        busy = [asyncio.create_task(relay.call(ASK)) for _ in range(70)]
        await wire.count(70)
        busy.append(asyncio.create_task(relay.call(SUBMIT)))
        await wire.count(71)
        for task in busy:
            task.cancel()
        await asyncio.gather(*busy, return_exceptions=True)
    assert sum(line.startswith("POST") for line, _headers, _body in wire.requests) == 1


async def test_a_cancelled_call_is_cancelled(wire: WireServer) -> None:
    wire.answer = wire.hang
    async with a_relay(wire.url) as relay:
        task = asyncio.create_task(relay.call(SUBMIT))
        await wire.count(1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


# ---------------------------------------------------------------------------------------------------- size


async def test_an_endless_answer_is_cut(wire: WireServer) -> None:
    sent = 0

    async def endless(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n[")
        while sent < 4 * MAX_ANSWER:
            writer.write(b" " * 2**20)
            await writer.drain()
            sent += 2**20

    wire.answer = endless
    error = await failure(wire)
    assert (type(error), error.taken) == (Unreadable, True)
    assert error.detail == f"answer larger than {MAX_ANSWER} bytes"
    assert MAX_ANSWER / 2 < sent < 2 * MAX_ANSWER


async def test_a_gzip_bomb_is_cut_before_it_fills_the_memory(wire: WireServer) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    head = packer.compress(b" " * 2**20) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(b" " * 2**20) + packer.flush(zlib.Z_FULL_FLUSH)
    bomb = head + again * 1023  # one GiB in one MiB
    wire.answer = http(200, bomb, content_encoding="gzip")
    tracemalloc.start()
    try:
        error = await failure(wire)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert isinstance(error, Unreadable)
    assert "larger than" in error.detail
    assert peak < 3 * MAX_ANSWER


async def test_gzip_is_unpacked(wire: WireServer) -> None:
    wire.answer = http(200, gzip.compress(b'{"id": "1"}'), content_encoding="gzip")
    async with a_relay(wire.url) as relay:
        assert await relay.call(ASK) == {"id": "1"}


async def test_a_large_answer_is_decoded_beside_the_loop(wire: WireServer) -> None:
    decoded: list[int] = []

    def watch(frame: Any, event: str, _argument: Any) -> None:
        if event == "call" and frame.f_code is decipher.__code__:
            decoded.append(threading.get_ident())

    threading.setprofile(watch)
    sys.setprofile(watch)
    try:
        async with a_relay(wire.url) as relay:
            wire.answer = said(200, ["small"])
            assert await relay.call(ASK) == ["small"]
            wire.answer = said(200, ["x" * 300_000])
            assert await relay.call(ASK) == ["x" * 300_000]
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    here = threading.get_ident()
    assert [thread == here for thread in decoded] == [True, False]


# ---------------------------------------------------------------------------------------------------- secrets


@pytest.mark.parametrize(
    "answer",
    [
        said(401, {"error": {"message": f"Incorrect API key provided: {KEY}", "code": "invalid_api_key"}}),
        said(400, {"code": "bad", "message": f"bad key {KEY}"}),
        said(503, {"error": {"message": f"no channel for {KEY}"}}),
        http(400, f"what is {KEY}?".encode()),
        http(500, f"what is {KEY}?".encode()),
        http(200, f"what is {KEY}?".encode()),
        http(200, f'{{"x": "{KEY}'.encode()),
        http(302, location=f"/login?key={KEY}"),
        b"HTTP/1.1 200 O",
        f"{KEY} is not HTTP\r\n\r\n".encode(),
    ],
)
async def test_the_key_appears_nowhere(wire: WireServer, answer: bytes, caplog: pytest.LogCaptureFixture) -> None:
    wire.answer = answer
    with caplog.at_level(logging.DEBUG):
        error = await failure(wire)
    assert wire.requests[0][1]["authorization"].endswith(KEY)
    shown = [str(error), repr(error), str(error.text), error.detail, "".join(traceback.format_exception(error))]
    assert "relay call failed" in caplog.text
    for words in [*shown, caplog.text, repr([record.__dict__ for record in caplog.records])]:
        assert KEY not in words


async def test_what_is_no_http_is_repeated_in_the_detail_alone(wire: WireServer) -> None:
    wire.answer = b"a fox in the snow is not HTTP\r\n\r\n"
    error = await failure(wire)
    assert "a fox" in error.detail
    assert "a fox" not in f"{error.logged['error']} {error.logged['why']}"
    assert error.logged["why"]


async def test_an_answer_may_hold_the_key_of_others(wire: WireServer) -> None:
    wire.answer = said(200, {"id": "sk-of-somebody-else"})
    async with a_relay(wire.url) as relay:
        assert await relay.call(ASK) == {"id": "sk-of-somebody-else"}
        assert KEY not in repr(relay)


async def test_ten_pictures_may_take_more_room_than_other_answers(wire: WireServer) -> None:
    picture = "A" * (4 * 1024 * 1024)
    body = json.dumps({"data": [{"b64_json": picture}] * 10}).encode()
    assert len(body) > MAX_ANSWER
    wire.answer = http(200, body)
    async with a_relay(wire.url) as relay:
        answer = await relay.call(Image.make(prompt="a fox", model="gpt-image-1", n=10).call())
    assert len(answer["data"]) == 10
    assert "larger than" in (await failure(wire, Image.make(prompt="a fox", model="gpt-image-1").call())).detail
