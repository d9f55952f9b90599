"""Results that come inside of the answer itself, as ``data:`` URLs."""

import base64
import tempfile
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.media import MediaProblem, MediaStore, TooLarge, look
from bot.scratch import LOCK
from bot.sniff import LRC, MIDI, MP4, PNG, SRT, TEXT, WAV, Kind

MIB = 2**20
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
MELODY = b"MThd\0\0\0\x06\0\x01\0\x02\0\x60"


@pytest.fixture
async def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[MediaStore]:
    """A store that may ask nobody: what it fetches must be in the URL."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    found = MediaStore(allow_private=False)
    yield found
    await found.close()


def left(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if not path.is_dir() and path.suffix != LOCK]


def packed(content: bytes, mime: str) -> str:
    return f"data:{mime};base64,{base64.b64encode(content).decode()}"


@pytest.mark.parametrize(
    ("url", "content", "kind"),
    [
        (packed(b"hello", "text/plain"), b"hello", TEXT),
        (packed("héllo 你好".encode(), "text/plain;charset=utf-8"), "héllo 你好".encode(), TEXT),
        ("data:text/plain;charset=utf-8,%E4%BD%A0%20good%0Aday", "你 good\nday".encode(), TEXT),
        ("data:,plain", b"plain", TEXT),
        ("data:;charset=utf-8,plain", b"plain", TEXT),
        ("data:;base64,aGk=", b"hi", TEXT),
        ("data:text/x-lrc,[00:01.00]La, la", b"[00:01.00]La, la", LRC),
        ("DATA:Application/X-SubRip;BASE64,MQ==", b"1", SRT),
        ("\n data:text/plain,x%20 ", b"x ", TEXT),
        ("data:text/plain;base64,aGVs\r\n bG8", b"hello", TEXT),
        ("data:text/plain;base64,aGVsbG8%3D", b"hello", TEXT),
        ("data:text/plain,100%", b"100%", TEXT),
        (packed(MELODY, "audio/midi"), MELODY, MIDI),
        (packed(PICTURE, "image/png"), PICTURE, PNG),
        (packed(PICTURE, "video/mp4"), PICTURE, PNG),
        (packed(b"RIFF\x24\0\0\0WAVEfmt ", "audio/mpeg"), b"RIFF\x24\0\0\0WAVEfmt ", WAV),
        ("data:video/mp4,%00%00%00%18ftypisom", b"\0\0\0\x18ftypisom", MP4),
    ],
)
async def test_what_is_in_the_link(store: MediaStore, tmp_path: Path, url: str, content: bytes, kind: Kind) -> None:
    async with store.fetch(url, MIB) as fetched:
        assert (fetched.path.read_bytes(), fetched.size, fetched.kind) == (content, len(content), kind)
        assert fetched.path.stat().st_mode & 0o077 == 0
    assert left(tmp_path) == []


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("data:", "damaged"),
        ("data:text/plain", "damaged"),
        ("data:text/plain;base64", "damaged"),
        ("data:text/plain,", "damaged"),
        ("data:text/plain;base64,", "damaged"),
        ("data:text/plain;base64,a", "damaged"),
        ("data:text/plain;base64,aGVs*G8=", "damaged"),
        ("data:text/plain;base64,aGk=aGk=", "damaged"),
        ("data:text/plain;base64,é", "damaged"),
        ("data:text/html,<h1>hello</h1>", "no picture, video or sound"),
        ("data:application/octet-stream,x", "no picture, video or sound"),
        ("data:image/bmp,BM", "no picture, video or sound"),
        ("data:video/mp4,x", "no picture, video or sound"),
        (packed(b"hello", "image/png"), "no picture, video or sound"),
        (packed(b"hello", "audio/midi"), "no picture, video or sound"),
    ],
)
async def test_what_is_broken_will_not_get_better(store: MediaStore, tmp_path: Path, url: str, words: str) -> None:
    with pytest.raises(MediaProblem, match=words) as caught:
        async with store.fetch(url, MIB):
            pass
    assert caught.value.gone
    assert left(tmp_path) == []


@pytest.mark.parametrize("url", ["data:text/plain," + "x" * 1000, packed(b"x" * 1000, "text/plain")])
@pytest.mark.parametrize(("cap", "fits"), [(1000, True), (999, False), (10, False)])
async def test_the_cap(store: MediaStore, tmp_path: Path, url: str, cap: int, fits: bool) -> None:
    if fits:
        async with store.fetch(url, cap) as fetched:
            assert fetched.size == 1000
    else:
        with pytest.raises(TooLarge):
            async with store.fetch(url, cap):
                pass
    assert left(tmp_path) == []


async def test_what_is_far_too_large_is_not_even_unpacked(store: MediaStore) -> None:
    url = packed(bytes(30 * MIB), "image/png")
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge):
            async with store.fetch(url, MIB):
                pass
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 45 * MIB


async def test_a_file_of_our_own(store: MediaStore, tmp_path: Path) -> None:
    async with store.new_file() as path:
        assert path.read_bytes() == b""
        path.write_bytes(PICTURE)
        found = look(path)
        assert (found.path, found.size, found.kind) == (path, len(PICTURE), PNG)
        path.write_bytes(b"hello")
        with pytest.raises(MediaProblem, match="no picture, video or sound"):
            look(path)
    assert left(tmp_path) == []


async def test_nothing_is_left_when_the_maker_fails(store: MediaStore, tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        async with store.new_file():
            raise ZeroDivisionError
    assert left(tmp_path) == []
