"""Answers of a hostile relay: whatever it sends, the memory is bounded and it is a known error, or words."""

import asyncio
import json
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from itertools import repeat
from typing import Any

import brotli
import pytest

from bot import relay as relay_module
from bot import sse
from bot.errors import CallFailed, Unavailable, Unreadable
from bot.relay import Relay
from bot.sse import Decoder
from bot.wire import MAX_ANSWER, MAX_DEPTH, MAX_DIGITS, MAX_PARTS, Call
from tests.discord.kit import one_film
from tests.wire_server import WireServer, http, wire_server
from tests.world import World, a_world

MIB = 1024 * 1024
ASK = Call("GET", "/x")
TALK = Call("POST", "/x", json={}, paid=True)


async def asked(wire: WireServer, call: Call = ASK, **more: Any) -> Any:
    relay = Relay(wire.url, "sk-good-good", **more)
    try:
        return await relay.call(call)
    finally:
        await relay.close()


async def streamed(wire: WireServer) -> CallFailed:
    """How a stream ends."""
    relay = Relay(wire.url, "sk-good-good")
    try:
        with pytest.raises(CallFailed) as caught:
            async for _event in relay.stream(TALK):
                pass
    finally:
        await relay.close()
    return caught.value


# ---------------------------------------------------------------------------------------------------- JSON


@pytest.mark.parametrize(
    "body",
    [
        b'{"id": NaN}', b'{"id": -Infinity}', b'{"id": 1e999}', b'{"id": ' + b"9" * 5000 + b"}",
        b'{"id": -' + b"9" * MAX_DIGITS + b"}", b"[" * 200_000, b"[" * 50 + b"]" * 50,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000, b"[" + b"[]," * MAX_PARTS + b"1]", b"[" + b"1," * MAX_PARTS + b"1]",
        b"\xff\xfe{\0}\0", b'{"id": "\xff"}', b"", b"{",
    ],
    ids=lambda body: body[:12].decode("latin-1"),
)  # fmt: skip
async def test_json_that_is_none_or_too_much(body: bytes) -> None:
    async with wire_server(http(200, body)) as wire:
        with pytest.raises(Unreadable):
            await asked(wire)


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        (b'{"id": "a", "id": "b"}', {"id": "b"}),
        (b'{"id": "\\ud800"}', {"id": "\N{REPLACEMENT CHARACTER}"}),
        (b'{"\\udfff": "\\ud83d\\ude00"}', {"\N{REPLACEMENT CHARACTER}": "\N{GRINNING FACE}"}),
        (b'{"id": ' + b"9" * MAX_DIGITS + b"}", {"id": int("9" * MAX_DIGITS)}),
        (b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, None),
        (b'{"id": "a\\u0000b"}', {"id": "a\0b"}),
    ],
)
async def test_json_that_is_odd(body: bytes, answer: Any) -> None:
    async with wire_server(http(200, body)) as wire:
        assert await asked(wire) == (json.loads(body) if answer is None else answer)


async def test_what_unfolds_to_many_parts_is_not_unfolded() -> None:
    body = b"[" + b"{}," * (MAX_ANSWER // 4) + b"1]"
    async with wire_server(http(200, body)) as wire:
        tracemalloc.start()
        try:
            with pytest.raises(Unreadable):
                await asked(wire)
            _now, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 5 * len(body)


async def test_the_operator_says_how_much_is_read() -> None:
    async with wire_server(http(200, b'"' + b"x" * MIB + b'"')) as wire:
        with pytest.raises(Unreadable):
            await asked(wire, most=MIB)
        assert len(await asked(wire, most=2 * MIB)) == MIB
        assert len(await asked(wire, Call("GET", "/x", most=2 * MIB), most=MIB)) == MIB


async def test_the_words_of_a_failure_reach_the_card_whatever_they_are(world: World) -> None:
    one_film(world)
    await world.video()
    await world.pass_time(5)
    task = await world.task()
    reason = "half \\ud800 of \\u0000 a \\u202e pair @everyone"
    dto = f'{{"task_id": "{task.remote_id}", "status": "FAILURE", "fail_reason": "{reason}", "progress": 1{"0" * 250}}}'
    body = f'{{"code": "success", "data": [{dto}]}}'.encode()
    headers = {"Content-Type": "application/json"}
    world.relay.faults.add(method="POST", path="/luma/tasks", body=body, headers=headers, times=None)
    await world.pass_time(20)
    assert (await world.task()).phase.value == "failed"
    assert "half \N{REPLACEMENT CHARACTER} of a pair \\@everyone" in world.text(task)


# ---------------------------------------------------------------------------------------------------- compression


def zipped(window: int) -> Callable[[bytes], bytes]:
    packer = zlib.compressobj(9, zlib.DEFLATED, window)
    return lambda data: packer.compress(data) + packer.flush(zlib.Z_FULL_FLUSH)


def brotlied() -> Callable[[bytes], bytes]:
    packer = brotli.Compressor(quality=4)
    return lambda data: packer.process(data) + packer.flush()


PACKERS = {"gzip": lambda: zipped(31), "deflate": lambda: zipped(15), "br": brotlied}


def bomb(encoding: str) -> Iterator[bytes]:
    """Two GiB of spaces, packed: after the first, every piece of four MiB looks the same."""
    pack = PACKERS[encoding]()
    first, more = (pack(b" " * (4 * MIB)) for _time in range(2))
    yield first
    yield from repeat(more, 511)


@pytest.mark.parametrize("kind", ["application/json", "text/event-stream"])
@pytest.mark.parametrize("encoding", PACKERS)
async def test_two_gigabytes_in_a_small_parcel(encoding: str, kind: str) -> None:
    async def unpack(writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-encoding: {encoding}\r\n\r\n".encode())
        for piece in bomb(encoding):
            writer.write(piece)
            await writer.drain()

    async with wire_server(unpack) as wire:
        tracemalloc.start()
        try:
            if kind == "application/json":
                with pytest.raises(Unreadable):
                    await asked(wire)
            else:
                assert isinstance(await streamed(wire), Unreadable)
            _now, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 3 * MAX_ANSWER


# ---------------------------------------------------------------------------------------------------- streams


def stream(*pieces: bytes, times: int = 10**9, pause: float = 0.0) -> Any:
    """An answer that says ``pieces`` again and again until nobody listens."""

    async def run(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n" + pieces[0])
        for _time in range(times):
            writer.write(pieces[-1])
            await writer.drain()
            await asyncio.sleep(pause)

    return run


@pytest.mark.parametrize(
    "pieces",
    [
        (b"data: ", b"x" * 65536),
        (b"data: x\n", b"data: xxxxxxxxxxxxxxx\n" * 4096),
        (b"data:\n", b"data:\n" * 8192),
        (b"event: ", b"x" * 65536),
        (b": ", b"x" * 65536),
    ],
    ids=["line", "event", "empty lines", "name", "comment"],
)
async def test_an_endless_line_or_event(pieces: tuple[bytes, ...]) -> None:
    async with wire_server(stream(*pieces)) as wire:
        error = await streamed(wire)
    assert isinstance(error, Unreadable)
    assert f"more than {sse.LONGEST}" in error.detail


async def test_endless_small_events_are_cut() -> None:
    async with wire_server(stream(b": x\n\n" * 8192)) as wire:
        error = await streamed(wire)
    assert isinstance(error, Unreadable)
    assert "a stream of more than" in error.detail


async def test_a_stream_that_never_falls_silent_and_never_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay_module, "LONGEST_STREAM", 0.2)
    async with wire_server(stream(b": ping\n\n", pause=0.02)) as wire:
        assert isinstance(await streamed(wire), Unavailable)


def test_a_line_in_a_million_pieces_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at = 0
    found = sse._LINE_END

    class Counting:
        def finditer(self, text: str) -> Any:
            nonlocal looked_at
            looked_at += len(text)
            return found.finditer(text)

    monkeypatch.setattr(sse, "_LINE_END", Counting())
    decoder, size = Decoder(), 100_000
    events = [event for _time in range(size) for event in decoder.feed(b"x")]
    events += decoder.feed(b"\r")
    events += decoder.feed(b"\ndata: y\r\r")
    events += decoder.end()
    assert [event.data for event in events] == ["y"]
    assert looked_at < size + 100


@pytest.mark.parametrize("wanted", ["answer", "setting"])
async def test_the_setting_reaches_the_relay(tmp_path: Any, wanted: str) -> None:
    async with a_world(tmp_path, MAX_ANSWER_MB="1") as world:
        size = 2 * MIB if wanted == "answer" else MIB // 2
        body = b'{"code": "success", "data": {"id": "a"}, "x": "' + b"x" * size + b'"}'
        headers = {"Content-Type": "application/json"}
        world.relay.faults.add(method="POST", path="/luma/generations", body=body, headers=headers)
        await world.video()
        await world.work()
        assert ((await world.task()).remote_id == "a") is (wanted == "setting")
