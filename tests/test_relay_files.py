"""Files that the relay gives away for its key only: they come in pieces, and the key goes nowhere else."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest

from bot import relay as module
from bot.errors import CallFailed, NotOffered, Refused, Unavailable, Unreadable
from bot.media import MediaProblem, MediaStore, TooLarge
from bot.relay import Opened, Relay
from bot.scratch import LOCK
from bot.sniff import MP4
from bot.wire import Call
from tests.wire_server import WireServer, http, wire_server

KEY = "sk-secret-of-the-operator"
CONTENT = Call("GET", "/v1/videos/v-1/content", one=True, timeout=5.0)
FILM = b"\0\0\0\x18ftypisom" + bytes(1000)


@pytest.fixture
async def wire() -> AsyncIterator[WireServer]:
    async with wire_server() as server:
        yield server


@asynccontextmanager
async def opened(wire: WireServer, seen: list[CallFailed | None] | None = None) -> AsyncIterator[Opened]:
    relay = Relay(wire.url, KEY, observe=lambda one: (seen if seen is not None else []).append(one.error))
    try:
        async with relay.opened(CONTENT, "/pro") as found:
            yield found
    finally:
        await relay.close()


@pytest.fixture
async def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[MediaStore]:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    found = MediaStore(allow_private=True)
    yield found
    await found.close()


def left(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if not path.is_dir() and path.suffix != LOCK]


async def test_a_file_is_saved_as_it_comes(wire: WireServer, store: MediaStore, tmp_path: Path) -> None:
    wire.answer = http(200, FILM, content_type="video/mp4")
    seen: list[CallFailed | None] = []
    async with opened(wire, seen) as found, store.saved(found.chunks, found.size, len(FILM)) as file:
        assert (file.size, file.kind, file.path.read_bytes(), found.link) == (len(FILM), MP4, FILM, "")
    ((line, headers, _body),) = wire.requests
    assert line == "GET /pro/v1/videos/v-1/content HTTP/1.1"
    assert (headers["authorization"], headers["accept-encoding"]) == (f"Bearer {KEY}", "identity")
    assert seen == [None] and left(tmp_path) == []


@pytest.mark.parametrize("length", [{}, {"content_length": "9"}], ids=["told", "untold"])
async def test_a_file_that_is_too_large(
    wire: WireServer, store: MediaStore, tmp_path: Path, length: dict[str, str]
) -> None:
    wire.answer = http(200, FILM, content_type="video/mp4")
    if length:
        wire.answer = b"HTTP/1.1 200 Said\r\nconnection: close\r\n\r\n" + FILM
    async with opened(wire) as found:
        with pytest.raises(TooLarge) as caught:
            async with store.saved(found.chunks, found.size, len(FILM) - 1):
                pass
    assert caught.value.size == (None if length else len(FILM)) and left(tmp_path) == []


@pytest.mark.parametrize("target", ["https://cdn.example/v.mp4?sig=1", "/files/v.mp4"])
async def test_where_the_relay_points_elsewhere_nothing_is_followed(wire: WireServer, target: str) -> None:
    wire.answer = http(302, location=target)
    async with opened(wire) as found:
        assert found.link == (target if target.startswith("https") else wire.url + target)
    assert len(wire.requests) == 1


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (http(400, b'{"error": {"message": "not ready"}}'), Refused),
        (http(404, b'{"error": {"message": "no video"}}'), Refused),
        (http(404, b"<html></html>", content_type="text/html"), NotOffered),
        (http(500), Unavailable),
        (http(200, b'{"error": {"message": "not ready"}}'), Refused),
        (http(200, b'{"id": "v-1", "status": "queued"}'), Unreadable),
        (http(304), CallFailed),
    ],
)
async def test_what_is_no_file(wire: WireServer, answer: bytes, kind: type[CallFailed]) -> None:
    wire.answer = answer
    seen: list[CallFailed | None] = []
    with pytest.raises(kind) as caught:
        async with opened(wire, seen):
            pass
    assert seen == [caught.value]


async def test_a_relay_that_is_not_there() -> None:
    async with wire_server() as gone:
        pass
    with pytest.raises(Unavailable) as caught:
        async with opened(gone):
            pass
    assert not caught.value.taken


async def test_a_file_that_breaks_off(wire: WireServer, store: MediaStore, tmp_path: Path) -> None:
    wire.answer = http(200, FILM[:100], content_type="video/mp4", content_length=str(len(FILM)))
    async with opened(wire) as found:
        with pytest.raises(Unavailable):
            async with store.saved(found.chunks, found.size, len(FILM)):
                pass
    assert left(tmp_path) == []


async def test_a_silent_relay(wire: WireServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SILENCE", 0.05)

    async def stop(writer: asyncio.StreamWriter) -> None:
        writer.write(http(200, FILM[:100], content_length=str(len(FILM))).replace(b"application/json", b"video/mp4"))
        await wire.hang(writer)

    wire.answer = stop
    async with opened(wire) as found, aclosing(found.chunks) as chunks:
        assert await anext(chunks) == FILM[:100]
        with pytest.raises(Unavailable):
            await anext(chunks)


async def test_a_relay_that_drips_for_ever(wire: WireServer) -> None:
    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(http(200, FILM, content_length=str(10**6)).replace(b"application/json", b"video/mp4"))
        while not wire.closing.is_set():
            writer.write(b"\0")
            await writer.drain()
            await asyncio.sleep(0.02)

    wire.answer = drip
    slow = MediaStore(allow_private=True, longest=0.3)
    async with opened(wire) as found:
        with pytest.raises(MediaProblem, match="stopped answering"):
            async with slow.saved(found.chunks, found.size, 10**6):
                pass
    await slow.close()


async def test_words_are_no_film(wire: WireServer, store: MediaStore) -> None:
    wire.answer = http(200, b"<html></html>", content_type="text/html")
    async with opened(wire) as found:
        with pytest.raises(MediaProblem):
            async with store.saved(found.chunks, found.size, 100):
                pass
