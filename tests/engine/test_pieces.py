"""Streams that relays really send: pings, foreign types, ends that are none, and halves."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from bot.engine.pieces import pieces
from bot.errors import CUT_OFF, NO_QUOTA, SILENT, CallFailed
from bot.providers.openai import OpenAIOptions
from bot.providers.openai import chat as openai
from bot.relay import Relay
from bot.talk import Manner, Piece, Role, Said, Stop
from tests.wire_server import WireServer, wire_server

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
DONE = b"data: [DONE]\n\n"
PING = b": PING\n\n"


def chunk(stop: str | None = None, **delta: Any) -> bytes:
    """An event of a stream."""
    return b"data: " + json.dumps({"choices": [{"delta": delta, "finish_reason": stop}]}).encode() + b"\n\n"


@pytest.fixture
async def wire() -> AsyncIterator[WireServer]:
    """A server that says what a test wants."""
    async with wire_server() as found:
        yield found


async def heard(wire: WireServer, first: float = 20.0, silence: float = 20.0, settle: float = 20.0) -> list[Piece]:
    """The pieces of an answer."""
    relay = Relay(wire.url, "sk-good")
    call = openai.ask([Said(Role.USER, "Hi")], Manner("m"), OpenAIOptions())
    try:
        stream = pieces(relay, openai.CHAT, call, "", first=first, silence=silence, settle=settle)
        return [piece async for piece in stream]
    finally:
        await relay.close()


def text(found: Sequence[Piece]) -> str:
    return "".join(piece.text for piece in found)


async def test_pings_are_no_life(wire: WireServer) -> None:
    async def pinging(writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + chunk(content="Hel"))
        while not wire.closing.is_set():
            writer.write(PING)
            await writer.drain()
            await asyncio.sleep(0.02)

    wire.answer = pinging
    with pytest.raises(CallFailed) as caught:
        await heard(wire, silence=0.2)
    assert caught.value.text == SILENT


async def test_pings_before_the_first_word_are_borne_longer(wire: WireServer) -> None:
    async def thinking(writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD)
        for _ping in range(8):
            writer.write(PING)
            await writer.drain()
            await asyncio.sleep(0.02)
        writer.write(chunk(content="Hello.") + chunk("stop") + DONE)

    wire.answer = thinking
    assert text(await heard(wire, first=20.0, silence=0.1)) == "Hello."


async def test_a_stream_that_is_held_open_after_the_end(wire: WireServer) -> None:
    async def held(writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + chunk(content="Hello.") + chunk("stop"))
        await wire.hang(writer)

    wire.answer = held
    found = await heard(wire, settle=0.1)
    assert (text(found), found[-1].stop) == ("Hello.", Stop.END)


async def test_a_stream_that_is_cut_after_the_end(wire: WireServer) -> None:
    async def cut(writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD.replace(b"connection: close", b"transfer-encoding: chunked"))
        body = chunk(content="Hello.") + chunk("stop")
        writer.write(f"{len(body):x}\r\n".encode() + body + b"\r\n")

    wire.answer = cut
    assert text(await heard(wire)) == "Hello."


async def test_a_stream_that_is_cut_in_the_middle(wire: WireServer) -> None:
    async def cut(writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD.replace(b"connection: close", b"transfer-encoding: chunked"))
        body = chunk(content="Hello.")
        writer.write(f"{len(body):x}\r\n".encode() + body + b"\r\n")

    wire.answer = cut
    with pytest.raises(CallFailed) as caught:
        await heard(wire)
    assert caught.value.text == CUT_OFF


async def test_a_stream_by_another_name(wire: WireServer) -> None:
    body = chunk(content="Hello.") + chunk("stop") + DONE
    wire.answer = HEAD.replace(b"text/event-stream", b"text/plain") + body
    assert text(await heard(wire)) == "Hello."


async def test_an_event_that_is_cut_off_is_none(wire: WireServer) -> None:
    wire.answer = HEAD + chunk(content="Hello") + b'data: {"choices":[{"del'
    found = await heard(wire)
    assert text(found) == "Hello" and all(piece.stop is None for piece in found)


async def test_the_last_event_without_an_end(wire: WireServer) -> None:
    wire.answer = HEAD + chunk(content="Hello") + chunk("stop").rstrip()
    assert (await heard(wire))[-1].stop is Stop.END


async def test_an_error_without_a_wrapping(wire: WireServer) -> None:
    error = {"message": "quota gone", "type": "upstream_error", "param": None, "code": "insufficient_user_quota"}
    wire.answer = HEAD + chunk(content="Hello") + b"data: " + json.dumps(error).encode() + b"\n\n"
    with pytest.raises(CallFailed) as caught:
        await heard(wire)
    assert caught.value.text == NO_QUOTA


async def test_a_refusal_is_said(wire: WireServer) -> None:
    wire.answer = HEAD + chunk(role="assistant", content=None, refusal="I cannot do that.") + chunk("stop") + DONE
    assert text(await heard(wire)) == "I cannot do that."


async def test_words_in_parts(wire: WireServer) -> None:
    parts = [{"type": "text", "text": "Hel"}, {"type": "text", "text": "lo."}]
    wire.answer = HEAD + chunk(content=parts) + chunk("stop") + DONE
    assert text(await heard(wire)) == "Hello."
