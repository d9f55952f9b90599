"""Fetching a result's files: streamed to disk, with a size cap, and never from where a stranger could aim us.

A relay's answer names URLs that we then connect to. Unless the operator allows it, an address that is not public is
refused; the name is resolved once and the connection goes to what was checked, so a name that changes its address
in between gains nothing. Redirects are followed by hand, each hop checked alike.
"""

import asyncio
import errno
import ipaddress
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import AddressFamily
from typing import BinaryIO
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from bot.errors import Problem
from bot.sniff import Kind, sniff
from bot.text import Text, _

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
    mapped = getattr(found, "ipv4_mapped", None)
    return is_public(str(mapped)) if mapped else found.is_global and not found.is_multicast


class _PublicResolver(AbstractResolver):
    """Resolves names to public addresses only."""

    def __init__(self) -> None:
        self._resolver = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: AddressFamily = AddressFamily.AF_INET
    ) -> list[ResolveResult]:
        found = [entry for entry in await self._resolver.resolve(host, port, family) if is_public(entry["host"])]
        if not found:
            raise ForbiddenAddress(f"{host} has no public address")
        return found

    async def close(self) -> None:
        await self._resolver.close()


class MediaStore:
    """Downloads into a private temporary directory that vanishes with it."""

    def __init__(self, *, allow_private: bool, timeout: float = 120.0) -> None:
        self._allow_private = allow_private
        self._folder = tempfile.TemporaryDirectory(prefix="darkroom-")
        resolver = None if allow_private else _PublicResolver()
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=16, resolver=resolver, use_dns_cache=False),
            timeout=aiohttp.ClientTimeout(total=None, connect=30.0, sock_read=timeout),
            auto_decompress=False,
            headers={"Accept": "*/*", "Accept-Encoding": "identity"},
        )

    @asynccontextmanager
    async def fetch(self, url: str, cap: int) -> AsyncIterator[Fetched]:
        """The file behind ``url``, at most ``cap`` bytes, deleted when the context ends.

        Raises :class:`TooLarge`, or :class:`MediaProblem` for anything else that stands in the way.
        """
        handle, name = await asyncio.to_thread(tempfile.mkstemp, dir=self._folder.name)
        path = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                size, head = await self._download(url, cap, file)
            kind = sniff(head)
            if kind is None:
                raise MediaProblem(_("The link to the result leads to something that is no picture, video or sound."))
            yield Fetched(path, size, kind)
        finally:
            await asyncio.to_thread(path.unlink, missing_ok=True)

    async def _download(self, url: str, cap: int, file: BinaryIO) -> tuple[int, bytes]:
        try:
            async with self._open(url) as response:
                return await _save(response, cap, file)
        except TimeoutError:
            raise MediaProblem(_("The server of the result stopped answering.")) from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _problem(getattr(error, "os_error", error)) from error

    @asynccontextmanager
    async def _open(self, url: str) -> AsyncIterator[aiohttp.ClientResponse]:
        for _hop in range(MAX_REDIRECTS + 1):
            self._check(url)
            async with self._session.get(url, allow_redirects=False) as response:
                target = response.headers.get("Location")
                if not (300 <= response.status < 400 and target):
                    _check_answer(response)
                    yield response
                    return
                url = urljoin(url, target)
        raise MediaProblem(_("The link to the result redirects in circles."))

    def _check(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise MediaProblem(_("The link to the result is no web address."))
        try:
            public = is_public(parts.hostname)
        except ValueError:  # a name: the resolver looks at its addresses
            return
        if not (public or self._allow_private):
            raise ForbiddenAddress(parts.hostname)

    async def close(self) -> None:
        """Close the connections and delete what is left."""
        await self._session.close()
        await asyncio.to_thread(self._folder.cleanup)


def _problem(error: BaseException) -> MediaProblem:
    if isinstance(error, ForbiddenAddress):
        text = _("The link to the result points into a private network and was not followed.")
        return MediaProblem(text, gone=True)
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
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
