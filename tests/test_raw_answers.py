"""Answers that are no JSON, where a provider may answer with a sound or with words."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.errors import CallFailed, NotOffered, Refused, Throttled, Unavailable, Unreadable, decipher
from bot.relay import Relay
from bot.wire import CONTENT, MIME, Call
from tests.wire_server import WireServer, http, wire_server

SPEAK = Call("POST", "/v1/audio/speech", json={"input": "hi"}, raw=True, paid=True, timeout=5.0)
SOUND = b"ID3\x04\0\xff\xfb\x90"


@pytest.fixture
async def wire() -> AsyncIterator[WireServer]:
    async with wire_server() as server:
        yield server


async def asked(wire: WireServer, call: Call = SPEAK) -> Any:
    relay = Relay(wire.url, "sk-secret-of-the-operator")
    try:
        return await relay.call(call)
    finally:
        await relay.close()


@pytest.mark.parametrize(
    ("mime", "body", "told"),
    [
        ("audio/mpeg", SOUND, "audio/mpeg"),
        ("Text/Plain; charset=utf-8", b"1\n00:00:00,000 --> 00:00:01,000\nhi", "text/plain"),
        ("text/plain", b"42", "text/plain"),
        ("text/plain", b"{not JSON}", "text/plain"),
        ("text/plain", b"[music]", "text/plain"),
        ("text/plain", b"", "text/plain"),
        ("", SOUND, "application/octet-stream"),
        ("audio/mpeg", bytes(300_000), "audio/mpeg"),
    ],
)
async def test_what_is_no_json_is_handed_on(wire: WireServer, mime: str, body: bytes, told: str) -> None:
    wire.answer = http(200, body, content_type=mime)
    assert await asked(wire) == {MIME: told, CONTENT: body}
    assert wire.requests[0][1]["accept"] == "*/*"


@pytest.mark.parametrize("mime", ["application/json", "application/json; charset=utf-8", "text/plain", "audio/mpeg"])
async def test_json_is_read_as_json(wire: WireServer, mime: str) -> None:
    wire.answer = http(200, b' {"text": "hi"}', content_type=mime)
    assert await asked(wire) == {"text": "hi"}


ERROR = json.dumps({"error": {"message": "no such voice", "code": "invalid_audio_request"}}).encode()


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (http(200, ERROR), Refused),
        (http(200, ERROR, content_type="audio/mpeg"), Refused),
        (http(400, ERROR), Refused),
        (http(400, b"no", content_type="text/plain"), Refused),
        (http(404, SOUND, content_type="audio/mpeg"), NotOffered),
        (http(429, b"", content_type="text/plain"), Throttled),
        (http(502, b"<html>", content_type="text/html"), Unavailable),
        (http(200, b"<!doctype html><html></html>", content_type="text/html"), NotOffered),
        (http(200, b"<html></html>", content_type="audio/mpeg"), NotOffered),
        (http(200, b"", content_type="application/json"), Unreadable),
        (http(200, SOUND, content_type="application/json"), Unreadable),
    ],
)
async def test_errors_are_errors(wire: WireServer, answer: bytes, kind: type[CallFailed]) -> None:
    wire.answer = answer
    with pytest.raises(kind):
        await asked(wire)


def test_other_calls_are_read_as_before() -> None:
    with pytest.raises(Unreadable):
        decipher(200, {"Content-Type": "audio/mpeg"}, SOUND)
