"""Fetching a result's files: streamed to disk, with a size cap, and never from where a stranger could aim us.

A relay's answer names URLs that we then connect to. Unless the operator allows it, an address that is not public is
refused, and that is decided about the very address a socket is made for: however a URL writes its host, whatever a
name resolves to and wherever a redirect leads, there is no way around it.
"""

import asyncio
import errno
import ipaddress
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import aiohttp
import yarl
from aiohttp.abc import AbstractResolver

from bot.errors import Problem
from bot.scratch import Scratch
from bot.sniff import Kind, sniff
from bot.text import Text, _

_UNICAST = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
CHUNK = 256 * 1024
MAX_REDIRECTS = 5


class MediaProblem(Problem):
    """A file could not be fetched. ``gone`` means that this link will not work again, a fresh one may."""

    def __init__(self, text: Text, *, gone: bool = False) -> None:
        super().__init__(text)
        self.gone = gone


class TooLarge(MediaProblem):
    """The file is larger than the cap; ``size`` is its size in bytes when the server said it."""

    def __init__(self, size: int | None) -> None:
        super().__init__(_("The file is too large to attach."))
        self.size = size


class ForbiddenAddress(OSError):
    """A media link points at an address that is not public."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file on disk: its path, size in bytes and what its first bytes say it is."""

    path: Path
    size: int
    kind: Kind


def is_public(address: str) -> bool:
    """Whether ``address`` (an IP literal) belongs to the public internet."""
    found = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    if isinstance(found, ipaddress.IPv4Address):
        return found.is_global and not found.is_multicast
    inside = found.ipv4_mapped or found.sixtofour
    if found in _NAT64:
        inside = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
    return is_public(str(inside)) if inside else found in _UNICAST and found.is_global


def _socket(public: Callable[[str], bool], info: tuple[Any, ...]) -> socket.socket:
    """A socket for ``info`` (as of ``getaddrinfo``), unless it would lead to an address that is not public."""
    family, kind, protocol, _name, address = info
    if not public(address[0]):
        raise ForbiddenAddress("not a public address")
    return socket.socket(family, kind, protocol)


class MediaStore:
    """Downloads into a private temporary directory that vanishes with it.

    ``timeout`` is how many seconds a server may be silent, ``longest`` how many a whole download may take. ``public``
    judges addresses unless ``allow_private``.
    """

    def __init__(
        self,
        *,
        allow_private: bool,
        timeout: float = 120.0,
        longest: float = 1800.0,
        resolver: AbstractResolver | None = None,
        public: Callable[[str], bool] = is_public,
    ) -> None:
        self._longest = longest
        self._folder = Scratch()
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=16,
                resolver=resolver,
                use_dns_cache=False,
                socket_factory=None if allow_private else partial(_socket, public),
            ),
            timeout=aiohttp.ClientTimeout(total=None, connect=30.0, sock_read=timeout),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            headers={"Accept": "*/*", "Accept-Encoding": "identity"},
        )

    @asynccontextmanager
    async def fetch(self, url: str, cap: int) -> AsyncIterator[Fetched]:
        """The file behind ``url``, at most ``cap`` bytes, deleted when the context ends.

        Raises :class:`TooLarge`, or :class:`MediaProblem` for anything else that stands in the way.
        """
        try:
            handle, name = await asyncio.to_thread(self._folder.new_file)
        except OSError as error:
            raise _problem(error) from error
        path = Path(name)
        try:
            size, head = await self._download(url, cap, handle)
            kind = sniff(head)
            if kind is None:
                raise MediaProblem(_("The link to the result leads to something that is no picture, video or sound."))
            yield Fetched(path, size, kind)
        finally:
            await asyncio.to_thread(path.unlink, missing_ok=True)

    async def _download(self, url: str, cap: int, handle: int) -> tuple[int, bytes]:
        try:
            with os.fdopen(
                handle, "wb"
            ) as file:  # inside: what is still buffered may find the disk full when it closes
                async with asyncio.timeout(self._longest), self._open(url) as response:
                    return await _save(response, cap, file)
        except TimeoutError:
            raise MediaProblem(_("The server of the result stopped answering.")) from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _problem(getattr(error, "os_error", error)) from error

    @asynccontextmanager
    async def _open(self, url: str) -> AsyncIterator[aiohttp.ClientResponse]:
        address = yarl.URL(url.strip())
        for _hop in range(MAX_REDIRECTS + 1):
            if address.scheme not in {"http", "https"} or not address.host:
                raise MediaProblem(_("The link to the result is no web address."))
            async with self._session.get(address, allow_redirects=False) as response:
                target = response.headers.get("Location")
                if not (300 <= response.status < 400 and target):
                    _check_answer(response)
                    yield response
                    return
                address = address.join(yarl.URL(target))
        raise MediaProblem(_("The link to the result redirects in circles."))

    async def close(self) -> None:
        """Close the connections and delete what is left."""
        await self._session.close()
        await asyncio.to_thread(self._folder.cleanup)


def _problem(error: BaseException) -> MediaProblem:
    if isinstance(error, ForbiddenAddress):
        text = _("The link to the result points into a private network and was not followed.")
        return MediaProblem(text, gone=True)
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return MediaProblem(_("The bot's disk is full. The operator has to look at it."))
    return MediaProblem(_("The result could not be downloaded."))


def _check_answer(response: aiohttp.ClientResponse) -> None:
    if response.status != 200:
        gone = response.status in {401, 403, 404, 410}
        raise MediaProblem(
            _("The link to the result no longer works (HTTP {status}).", status=response.status), gone=gone
        )
    if response.content_type in {"text/html", "application/json"}:
        raise MediaProblem(_("The link to the result leads to a web page instead of a file."), gone=True)


async def _save(response: aiohttp.ClientResponse, cap: int, file: BinaryIO) -> tuple[int, bytes]:
    if response.content_length is not None and response.content_length > cap:
        raise TooLarge(response.content_length)
    size, head = 0, b""
    async for chunk in response.content.iter_chunked(CHUNK):
        size += len(chunk)
        if size > cap:
            raise TooLarge(None)
        head = (head + chunk[:64])[:64]
        await asyncio.to_thread(file.write, chunk)
    if response.content_length is not None and size < response.content_length:
        raise MediaProblem(_("The result could not be downloaded."))
    return size, head
