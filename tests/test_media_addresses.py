"""A stranger's link must not aim us at our own network.

Where a test needs a server that may be asked beside one that may not, 127.0.0.1 stands for the public internet and
127.0.0.2 for a private network: both are this machine.
"""

import socket
from collections.abc import AsyncIterator
from contextlib import closing
from urllib.parse import urlsplit

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.media import MediaProblem, MediaStore, is_public
from tests.wire_server import WireServer, http, wire_server

VIDEO = http(200, b"\0\0\0\x18ftypisom" + bytes(500), content_type="video/mp4")
PRIVATE = "points into a private network and was not followed"


class Names(AbstractResolver):
    """A resolver that gives one answer after the other; the last one again and again."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked.append(host)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        kind = {True: socket.AF_INET6, False: socket.AF_INET}
        return [
            ResolveResult(hostname=host, host=ip, port=port, family=kind[":" in ip], proto=0, flags=0) for ip in answer
        ]

    async def close(self) -> None:
        """Nothing to close."""


@pytest.fixture
async def wire() -> AsyncIterator[WireServer]:
    async with wire_server(VIDEO) as server:
        yield server


async def fetched(store: MediaStore, url: str) -> str:
    """``""``, or the reason why the file was not fetched."""
    try:
        async with store.fetch(url, 2**20):
            return ""
    except MediaProblem as problem:
        return str(problem)
    finally:
        await store.close()


def port(wire: WireServer) -> int:
    found = urlsplit(wire.url).port
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True), ("127.0.0.1", False), ("127.9.9.9", False), ("10.0.0.1", False), ("172.16.0.1", False),
        ("192.168.1.1", False), ("169.254.169.254", False), ("100.64.0.1", False), ("0.0.0.0", False),
        ("255.255.255.255", False), ("224.0.0.1", False), ("240.0.0.1", False), ("192.0.2.1", False),
        ("198.18.0.1", False), ("2606:4700::1", True), ("::1", False), ("::", False), ("fe80::1%eth0", False),
        ("fc00::1", False), ("fec0::1", False), ("ff02::1", False), ("2001:db8::1", False),
        ("::ffff:127.0.0.1", False), ("::ffff:8.8.8.8", True), ("::127.0.0.1", False), ("::ffff:0:127.0.0.1", False),
        ("2002:7f00:1::", False), ("2002:808:808::", True), ("64:ff9b::7f00:1", False), ("64:ff9b::808:808", True),
        ("64:ff9b:1::808:808", False), ("2001:0:7f00:1::", False),
    ],
)  # fmt: skip
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "127。0。0。1", "①②⑦.0.0.1", "127．0．0．1", "0.0.0.0", "[::1]", "[::]",
        "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "10.0.0.1", "192.168.0.1", "169.254.169.254",
        "[fe80::1]", "[fd00:ec2::254]", "user:word@127.0.0.1", "8.8.8.8@127.0.0.1", "127.0.0.2",
    ],
)  # fmt: skip
async def test_our_own_network_is_refused(wire: WireServer, host: str) -> None:
    assert PRIVATE in await fetched(MediaStore(allow_private=False), f"http://{host}:{port(wire)}/a.mp4")
    assert wire.requests == []


@pytest.mark.parametrize(
    "host",
    ["127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "127.0.0.1.",
     "%31%32%37.0.0.1", "127.0.0.1%00.example", "127.0.0.1\\@127.0.0.2", "127.0.0.1#@127.0.0.2", "[::ffff:0x7f.1]"],
)  # fmt: skip
async def test_however_it_is_written(wire: WireServer, host: str) -> None:
    """Some of these are refused before anything is resolved, depending on the HTTP library's version."""
    assert await fetched(MediaStore(allow_private=False), f"http://{host}:{port(wire)}/a.mp4") != ""
    assert wire.requests == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_a_private_address_is_asked_when_the_operator_allows_it(wire: WireServer, host: str) -> None:
    assert await fetched(MediaStore(allow_private=True), f"http://{host}:{port(wire)}/a.mp4") == ""
    assert len(wire.requests) == 1


@pytest.mark.parametrize("answer", [["127.0.0.1"], ["10.0.0.1", "127.0.0.1"], ["::1"], ["::ffff:127.0.0.1"]])
async def test_a_name_with_a_private_address(wire: WireServer, answer: list[str]) -> None:
    names = Names(answer)
    store = MediaStore(allow_private=False, resolver=names)
    assert PRIVATE in await fetched(store, f"http://media.example:{port(wire)}/a.mp4")
    assert names.asked == ["media.example"]
    assert wire.requests == []


def only_this(address: str) -> bool:
    return address == "127.0.0.1"


@pytest.fixture
async def inner(wire: WireServer) -> AsyncIterator[socket.socket]:
    """The private neighbour, on the same port; it must never get a connection."""
    with closing(socket.create_server(("127.0.0.2", port(wire)))) as listening:
        listening.setblocking(False)
        yield listening
        with pytest.raises(BlockingIOError):
            listening.accept()


@pytest.mark.parametrize("host", ["127.0.0.2", "127。0。0。2", "inner.example"])
async def test_a_redirect_into_the_private_network(wire: WireServer, inner: socket.socket, host: str) -> None:
    wire.answer = http(302, location=f"http://{host}:{port(wire)}/secret")
    names = Names(["127.0.0.2"])
    store = MediaStore(allow_private=False, public=only_this, resolver=names)
    assert PRIVATE in await fetched(store, f"{wire.url}/a.mp4")
    assert len(wire.requests) == 1


async def test_a_name_that_changes_its_address_gains_nothing(wire: WireServer, inner: socket.socket) -> None:
    names = Names(["127.0.0.1"], ["127.0.0.2"])
    url = f"http://media.example:{port(wire)}/a.mp4"
    assert await fetched(MediaStore(allow_private=False, public=only_this, resolver=names), url) == ""
    assert names.asked == ["media.example"]  # what was checked is what was connected to
    assert PRIVATE in await fetched(MediaStore(allow_private=False, public=only_this, resolver=names), url)
    assert len(wire.requests) == 1


async def test_a_name_with_both_kinds_of_addresses_is_asked_at_the_public_one(
    wire: WireServer, inner: socket.socket
) -> None:
    names = Names(["127.0.0.2", "127.0.0.1"])
    store = MediaStore(allow_private=False, public=only_this, resolver=names)
    assert await fetched(store, f"http://media.example:{port(wire)}/a.mp4") == ""
    assert len(wire.requests) == 1


async def test_no_cookie_is_kept(wire: WireServer) -> None:
    wire.answer = VIDEO.replace(b"\r\n", b"\r\nset-cookie: id=1\r\n", 1)
    store = MediaStore(allow_private=True)
    try:
        for _time in range(2):
            async with store.fetch(wire.url.replace("127.0.0.1", "localhost"), 2**20):
                pass
    finally:
        await store.close()
    assert "cookie" not in wire.requests[1][1]
