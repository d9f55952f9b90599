"""Fetching results from servers that misbehave."""

import asyncio
import os
import tempfile
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.media import MAX_REDIRECTS, MediaProblem, MediaStore, TooLarge
from bot.scratch import LOCK
from bot.sniff import MP4, PNG
from tests.wire_server import WireServer, http, wire_server

MIB = 2**20
VIDEO = b"\0\0\0\x18ftypisom" + bytes(5000)
HTML = b"<!doctype html><html><body>Just a moment</body></html>"


@pytest.fixture
async def wire() -> AsyncIterator[WireServer]:
    async with wire_server(http(200, VIDEO, content_type="video/mp4")) as server:
        yield server


@asynccontextmanager
async def a_store(**options: Any) -> AsyncIterator[MediaStore]:
    store = MediaStore(**{"allow_private": True, **options})
    try:
        yield store
    finally:
        await store.close()


@pytest.fixture
async def store() -> AsyncIterator[MediaStore]:
    async with a_store() as found:
        yield found


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made during the test."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def left(folder: Path) -> list[Path]:
    """Files anywhere below ``folder``, but for the lock that says whose it is."""
    return [path for path in folder.rglob("*") if not path.is_dir() and path.suffix != LOCK]


async def problem(store: MediaStore, url: str, cap: int = 10 * MIB) -> MediaProblem:
    """What stands in the way of ``url``, as something must."""
    with pytest.raises(MediaProblem) as caught:
        async with store.fetch(url, cap):
            pass
    return caught.value


# ---------------------------------------------------------------------------------------------------- files


async def test_a_file_is_there_while_it_is_needed(store: MediaStore, wire: WireServer, temporary: Path) -> None:
    async with store.fetch(f"{wire.url}/a.mp4?sig=a%2Bb%3D", 10 * MIB) as fetched:
        assert (fetched.size, fetched.kind) == (len(VIDEO), MP4)
        assert fetched.path.read_bytes() == VIDEO
        assert fetched.path.stat().st_mode & 0o077 == 0
    assert left(temporary) == []
    assert wire.requests[0][0] == "GET /a.mp4?sig=a%2Bb%3D HTTP/1.1"


async def test_nothing_is_left_when_the_user_of_the_file_fails(
    store: MediaStore, wire: WireServer, temporary: Path
) -> None:
    with pytest.raises(ZeroDivisionError):
        async with store.fetch(wire.url, 10 * MIB):
            assert len(left(temporary)) == 1
            raise ZeroDivisionError
    assert left(temporary) == []


async def test_closing_removes_the_folder(temporary: Path) -> None:
    async with a_store():
        assert len([path for path in temporary.iterdir() if path.is_dir()]) == 1
    assert list(temporary.iterdir()) == []


async def test_several_at_once(store: MediaStore, wire: WireServer) -> None:
    async with store.fetch(wire.url, MIB) as one, store.fetch(wire.url, MIB) as two:
        assert one.path != two.path
        assert one.path.read_bytes() == two.path.read_bytes() == VIDEO


async def test_the_kind_is_told_by_the_bytes(store: MediaStore, wire: WireServer) -> None:
    wire.answer = http(200, b"\x89PNG\r\n\x1a\n" + bytes(99), content_type="application/octet-stream")
    async with store.fetch(wire.url, MIB) as fetched:
        assert fetched.kind is PNG


@pytest.mark.parametrize(
    ("answer", "gone", "words"),
    [
        (http(404), True, "no longer works (HTTP 404)"),
        (http(403, b"<Error>expired</Error>"), True, "no longer works (HTTP 403)"),
        (http(401), True, "no longer works (HTTP 401)"),
        (http(410), True, "no longer works (HTTP 410)"),
        (http(500), False, "no longer works (HTTP 500)"),
        (http(304), False, "no longer works (HTTP 304)"),
        (http(200, HTML, content_type="text/html; charset=utf-8"), True, "web page instead of a file"),
        (http(200, b'{"error": "gone"}'), True, "web page instead of a file"),
        (http(200, HTML, content_type="video/mp4"), False, "no picture, video or sound"),
        (http(200, b"", content_type="video/mp4"), False, "no picture, video or sound"),
        (http(200, VIDEO[:100], content_type="video/mp4", content_length="5000"), False, "could not be downloaded"),
        (http(200, VIDEO, content_type="video/mp4", content_length="many"), False, "could not be downloaded"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n\0\0\0", False, "could not be downloaded"),
        (b"", False, "could not be downloaded"),
        (b"this is not HTTP\r\n\r\n", False, "could not be downloaded"),
    ],
)
async def test_answers_that_are_no_file(
    store: MediaStore, wire: WireServer, temporary: Path, answer: bytes, gone: bool, words: str
) -> None:
    wire.answer = answer
    error = await problem(store, wire.url)
    assert words in str(error)
    assert error.gone is gone
    assert left(temporary) == []


@pytest.mark.parametrize(
    "url", ["", "x", "ftp://127.0.0.1/a", "file:///etc/passwd", "blob:video", "http://", "http:///a", "//x/y"]
)
async def test_what_is_no_web_address(store: MediaStore, url: str) -> None:
    assert "is no web address" in str(await problem(store, url))


@pytest.mark.parametrize("url", ["http://[", "http://127.0.0.1:99999/", "http://127.0.0.1:x/", "http://a..b/"])
async def test_an_address_that_cannot_be_read(store: MediaStore, url: str) -> None:
    assert "could not be downloaded" in str(await problem(store, url))


async def test_a_server_that_is_not_there(store: MediaStore) -> None:
    async with wire_server() as gone:
        url = gone.url
    assert "could not be downloaded" in str(await problem(store, url))


# ---------------------------------------------------------------------------------------------------- size and time


def stream(wire: WireServer, size: int, *headers: str, piece: int = MIB) -> list[int]:
    """Make ``wire`` answer with a long video; what it has sent so far is counted in the list."""
    sent = [0]

    async def script(writer: asyncio.StreamWriter) -> None:
        lines = ["HTTP/1.1 200 OK", "content-type: video/mp4", *headers]
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + VIDEO[:12])
        block = bytes(piece)
        while sent[0] < size:
            writer.write(block)
            await writer.drain()
            sent[0] += piece

    wire.answer = script
    return sent


async def test_three_hundred_megabytes_are_refused_by_their_announced_size(
    store: MediaStore, wire: WireServer, temporary: Path
) -> None:
    sent = stream(wire, 300 * MIB, f"content-length: {300 * MIB + 12}")
    error = await problem(store, wire.url, 10 * MIB)
    assert isinstance(error, TooLarge)
    assert error.size == 300 * MIB + 12
    assert sent[0] < 20 * MIB
    assert left(temporary) == []


async def test_a_stream_without_a_size_is_cut_at_the_cap(store: MediaStore, wire: WireServer, temporary: Path) -> None:
    sent = stream(wire, 300 * MIB)
    error = await problem(store, wire.url, 10 * MIB)
    assert isinstance(error, TooLarge)
    assert error.size is None
    assert 9 * MIB < sent[0] < 40 * MIB
    assert left(temporary) == []


@pytest.mark.parametrize(("cap", "fits"), [(len(VIDEO), True), (len(VIDEO) - 1, False)])
async def test_the_cap_itself_is_allowed(store: MediaStore, wire: WireServer, cap: int, fits: bool) -> None:
    if fits:
        async with store.fetch(wire.url, cap) as fetched:
            assert fetched.size == cap
    else:
        assert isinstance(await problem(store, wire.url, cap), TooLarge)


async def test_sixty_megabytes_are_not_held_in_memory(store: MediaStore, wire: WireServer) -> None:
    stream(wire, 60 * MIB, f"content-length: {60 * MIB + 12}")
    tracemalloc.start()
    try:
        async with store.fetch(wire.url, 100 * MIB) as fetched:
            assert fetched.path.stat().st_size == fetched.size == 60 * MIB + 12
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20 * MIB


@pytest.mark.parametrize("start", [b"", http(200, VIDEO[:100], content_type="video/mp4", content_length="5000")])
async def test_a_server_that_falls_silent(wire: WireServer, temporary: Path, start: bytes) -> None:
    async def silent(writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        await wire.hang(writer)

    wire.answer = silent
    async with a_store(timeout=0.2) as store:
        assert "stopped answering" in str(await problem(store, wire.url))
        assert left(temporary) == []


async def test_a_server_that_drips_for_ever(wire: WireServer) -> None:
    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: video/mp4\r\n\r\n" + VIDEO[:12])
        while not wire.closing.is_set():
            writer.write(b"\0")
            await writer.drain()
            await asyncio.sleep(0.02)

    wire.answer = drip
    async with a_store(timeout=5.0, longest=0.3) as store:
        assert "stopped answering" in str(await problem(store, wire.url))


async def test_a_cancelled_download_leaves_nothing(store: MediaStore, wire: WireServer, temporary: Path) -> None:
    wire.answer = wire.hang
    task = asyncio.create_task(problem(store, wire.url))
    await wire.count(1)
    assert len(left(temporary)) == 1
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert left(temporary) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
@pytest.mark.parametrize("size", [100, 5000, 3 * MIB])
async def test_a_full_disk(
    store: MediaStore, wire: WireServer, temporary: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    def on_a_full_disk(**_where: Any) -> tuple[int, str]:
        name = temporary / "file"
        name.touch()
        return os.open("/dev/full", os.O_WRONLY), str(name)

    monkeypatch.setattr(tempfile, "mkstemp", on_a_full_disk)
    wire.answer = http(200, VIDEO[:12] + bytes(size), content_type="video/mp4")
    error = await problem(store, wire.url)
    assert "disk is full" in str(error)
    assert left(temporary) == []


# ---------------------------------------------------------------------------------------------------- redirects


async def test_a_chain_of_redirects_is_followed(store: MediaStore, wire: WireServer) -> None:
    async def script(writer: asyncio.StreamWriter) -> None:
        hop = len(wire.requests)
        if hop <= MAX_REDIRECTS:
            writer.write(
                http((301, 302, 303, 307, 308)[hop - 1], location=("/a/b", "c?x=1", "../d", "?y=2", "./e")[hop - 1])
            )
        else:
            writer.write(http(200, VIDEO, content_type="video/mp4"))
        await writer.drain()

    wire.answer = script
    async with store.fetch(f"{wire.url}/start", MIB) as fetched:
        assert fetched.size == len(VIDEO)
    asked = [line.split(" ")[1] for line, _headers, _body in wire.requests]
    assert asked == ["/start", "/a/b", "/a/c?x=1", "/d", "/d?y=2", "/e"]


async def test_a_redirect_loop(store: MediaStore, wire: WireServer) -> None:
    wire.answer = http(302, location="/again")
    assert "redirects in circles" in str(await problem(store, wire.url))
    assert len(wire.requests) == MAX_REDIRECTS + 1


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/", "javascript:alert(1)"])
async def test_a_redirect_to_what_is_no_web_address(store: MediaStore, wire: WireServer, target: str) -> None:
    wire.answer = http(302, location=target)
    assert "is no web address" in str(await problem(store, wire.url))
