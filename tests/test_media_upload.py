"""Putting files into storage buckets that want them exactly so, or misbehave."""

import asyncio
import email
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.media import MediaProblem, MediaStore
from tests.test_media_addresses import Names, only_this, port
from tests.wire_server import WireServer, http, wire_server

MIB = 2**20
SOUND = b"ID3\x04" + bytes(range(256)) * 40
FIELDS = {"key": "uploads/${filename}", "Content-Type": "audio/mpeg", "AWSAccessKeyId": "AK", "policy": "eyJ=", "a": ""}


@pytest.fixture
async def wire() -> AsyncIterator[WireServer]:
    async with wire_server(http(204)) as server:
        yield server


@asynccontextmanager
async def a_store(**options: Any) -> AsyncIterator[MediaStore]:
    store = MediaStore(**{"allow_private": True, **options})
    try:
        yield store
    finally:
        await store.close()


async def upload(
    url: str, content: bytes | Path = SOUND, *, fields: dict[str, str] | None = None, **options: Any
) -> None:
    async with a_store(**options) as store:
        await store.upload(url, content, fields=FIELDS if fields is None else fields, name="a.mp3", mime="audio/mpeg")


async def problem(url: str, content: bytes | Path = SOUND, **options: Any) -> MediaProblem:
    """What stands in the way, as something must."""
    with pytest.raises(MediaProblem) as caught:
        await upload(url, content, **options)
    return caught.value


def parts(headers: dict[str, str], body: bytes) -> list[tuple[str | None, bytes]]:
    """The names and contents of a form, in their order."""
    form = email.message_from_bytes(f"content-type: {headers['content-type']}\r\n\r\n".encode() + body)
    assert form.get_content_type() == "multipart/form-data"
    found = form.get_payload()
    assert isinstance(found, list)
    return [
        (str(part.get_param("name", header="content-disposition")), bytes(part.get_payload(decode=True)))  # type: ignore[union-attr]
        for part in found
    ]


@pytest.mark.parametrize("on_disk", [True, False])
async def test_a_form_with_the_file_last(wire: WireServer, tmp_path: Path, on_disk: bool) -> None:
    path = tmp_path / "sound"
    path.write_bytes(SOUND)
    await upload(f"{wire.url}/bucket?x=a%2Bb", path if on_disk else SOUND)
    [(line, headers, body)] = wire.requests
    assert line == "POST /bucket?x=a%2Bb HTTP/1.1"
    assert parts(headers, body) == [*((name, value.encode()) for name, value in FIELDS.items()), ("file", SOUND)]
    assert b'name="file"; filename="a.mp3"' in body
    assert b"Content-Type: audio/mpeg\r\n" in body
    assert int(headers["content-length"]) == len(body)  # a bucket takes no chunks
    assert "transfer-encoding" not in headers
    assert path.read_bytes() == SOUND


@pytest.mark.parametrize("on_disk", [True, False])
async def test_without_fields_the_bare_bytes(wire: WireServer, tmp_path: Path, on_disk: bool) -> None:
    wire.answer = http(200)
    path = tmp_path / "sound"
    path.write_bytes(SOUND)
    await upload(f"{wire.url}/bucket/a.mp3", path if on_disk else SOUND, fields={})
    [(line, headers, body)] = wire.requests
    assert line == "PUT /bucket/a.mp3 HTTP/1.1"
    assert body == SOUND
    assert (headers["content-length"], headers["content-type"]) == (str(len(SOUND)), "audio/mpeg")


@pytest.mark.parametrize("fields", [FIELDS, {}])
async def test_a_bucket_refuses_credentials_and_gets_none(wire: WireServer, fields: dict[str, str]) -> None:
    async def strict(writer: asyncio.StreamWriter) -> None:
        _line, headers, _body = wire.requests[-1]
        writer.write(http(400 if {"authorization", "cookie"} & set(headers) else 204))
        await writer.drain()

    wire.answer = strict
    await upload(wire.url.replace("127.0.0.1", "user:word@localhost"), fields=fields)
    assert len(wire.requests) == 1


@pytest.mark.parametrize("status", [200, 201, 204])
async def test_answers_that_mean_done(wire: WireServer, status: int) -> None:
    wire.answer = http(status, b"" if status == 204 else b"<PostResponse/>", content_type="application/xml")
    await upload(wire.url)
    assert len(wire.requests) == 1


@pytest.mark.parametrize(
    ("status", "gone"),
    [(202, False), (301, False), (307, False), (400, False), (403, True), (404, True), (413, False), (500, False)],
)
async def test_answers_that_mean_no(wire: WireServer, status: int, gone: bool) -> None:
    wire.answer = http(status, b"<Error/>", location=f"{wire.url}/elsewhere", content_type="application/xml")
    error = await problem(wire.url)
    assert str(error) == f"The file could not be uploaded to the provider's storage (HTTP {status})."
    assert error.gone is gone
    assert len(wire.requests) == 1


@pytest.mark.parametrize("answer", [b"", b"this is not HTTP\r\n\r\n"])
async def test_a_bucket_that_hangs_up(wire: WireServer, answer: bytes) -> None:
    wire.answer = answer
    error = await problem(wire.url)
    assert str(error) == "The file could not be uploaded to the provider's storage."
    assert not error.gone


async def test_a_bucket_that_is_not_there() -> None:
    async with wire_server() as gone:
        url = gone.url
    assert "could not be uploaded" in str(await problem(url))


@pytest.mark.parametrize("option", [{"timeout": 0.2}, {"longest": 0.2}])
async def test_a_bucket_that_falls_silent(wire: WireServer, option: dict[str, Any]) -> None:
    wire.answer = wire.hang
    assert "stopped answering" in str(await problem(wire.url, **option))


@pytest.mark.parametrize("url", ["", "x", "ftp://127.0.0.1/a", "file:///etc/passwd", "data:text/plain,x", "http://["])
async def test_what_is_no_web_address(url: str) -> None:
    assert "could not be uploaded" in str(await problem(url))


async def test_a_file_that_is_not_there(wire: WireServer, tmp_path: Path) -> None:
    assert "could not be uploaded" in str(await problem(wire.url, tmp_path / "none"))
    assert wire.requests == []


@pytest.mark.parametrize("fields", [FIELDS, {}])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "192.168.0.1"])
async def test_our_own_network_is_refused(wire: WireServer, host: str, fields: dict[str, str]) -> None:
    error = await problem(f"http://{host}:{port(wire)}/", fields=fields, allow_private=False)
    assert "in a private network and was not used" in str(error)
    assert error.gone
    assert wire.requests == []


async def test_a_name_that_leads_into_our_own_network(wire: WireServer) -> None:
    options: dict[str, Any] = {"allow_private": False, "public": only_this}
    await upload(f"http://storage.example:{port(wire)}/", resolver=Names(["127.0.0.1"]), **options)
    error = await problem(f"http://storage.example:{port(wire)}/", resolver=Names(["127.0.0.2"]), **options)
    assert "in a private network" in str(error)
    assert len(wire.requests) == 1


@pytest.mark.parametrize("fields", [FIELDS, {}])
async def test_sixty_megabytes_are_not_held_in_memory(tmp_path: Path, fields: dict[str, str]) -> None:
    received = 0

    async def swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal received
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.split("content-length: ")[1].split("\r\n")[0])
        while received < length:
            received += len(await reader.read(64 * 1024))
        writer.write(http(204))
        await writer.drain()
        writer.close()

    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(60 * MIB)
    server = await asyncio.start_server(swallow, "127.0.0.1", 0)
    async with server:
        url = "http://{}:{}".format(*server.sockets[0].getsockname())
        tracemalloc.start()
        try:
            await upload(url, path, fields=fields)
            _now, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert received >= 60 * MIB
    assert peak < 10 * MIB
