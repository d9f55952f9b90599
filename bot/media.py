"""Fetching a result's files and handing in a user's: streamed, and never where a stranger could aim us.

A relay's answer names URLs that we then connect to. Unless the operator allows it, an address that is not public is
refused, and that is decided about the very address a socket is made for: however a URL writes its host, whatever a
name resolves to and wherever a redirect leads, there is no way around it.
"""

import asyncio
import base64
import errno
import io
import ipaddress
import os
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import unquote_to_bytes

import aiohttp
import yarl
from aiohttp.abc import AbstractResolver

from bot.errors import Problem
from bot.scratch import Scratch
from bot.sniff import HEAD, Kind, by_mime, sniff
from bot.text import Text, _

_UNICAST = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
CHUNK = 256 * 1024
MAX_REDIRECTS = 5
GONE = {401, 403, 404, 410}
STRANGE = _("The link to the result leads to something that is no picture, video or sound.")
SILENT = _("The server of the result stopped answering.")
NOT_UPLOADED = _("The file could not be uploaded to the provider's storage.")


class MediaProblem(Problem):
    """A file could not be fetched or uploaded. ``gone`` means that this link will not work again, a fresh one may."""

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
    """A file on disk: its path, size in bytes and what it is."""

    path: Path
    size: int
    kind: Kind


def look(path: Path) -> Fetched:
    """What the file at ``path`` is. Blocks. Raises :class:`MediaProblem` when it is no picture, video or sound."""
    with path.open("rb") as file:
        kind = sniff(file.read(HEAD))
    if kind is None:
        raise MediaProblem(STRANGE)
    return Fetched(path, path.stat().st_size, kind)


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
    """Downloads into a private temporary directory that vanishes with it; uploads from anywhere.

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
                limit=0,  # those who fetch bound how many there are, and a slow server must not hold up the others
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

        A ``data:`` URL holds the file itself; only there the MIME type counts, and may be one of a text.
        Raises :class:`TooLarge`, or :class:`MediaProblem` for anything else that stands in the way.
        """
        async with self._opened() as (handle, path):
            yield Fetched(path, *await self._download(url.strip(), cap, handle))

    @asynccontextmanager
    async def saved(self, chunks: AsyncGenerator[bytes], size: int | None, cap: int) -> AsyncIterator[Fetched]:
        """A file that comes from elsewhere in ``chunks`` (of ``size`` bytes, if that is known), like a fetched one."""
        async with self._opened() as (handle, path):
            try:
                with os.fdopen(handle, "wb") as file:
                    async with asyncio.timeout(self._longest):
                        found = await _save(chunks, size, cap, file)
            except TimeoutError:
                raise MediaProblem(SILENT) from None
            except OSError as error:
                raise _problem(error) from error
            finally:
                await chunks.aclose()
            yield Fetched(path, *found)

    @asynccontextmanager
    async def new_file(self) -> AsyncIterator[Path]:
        """An empty file for what is made by ourselves, deleted when the context ends. Raises :class:`MediaProblem`."""
        async with self._opened() as (handle, path):
            os.close(handle)
            yield path

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[tuple[int, Path]]:
        try:
            handle, name = await asyncio.to_thread(self._folder.new_file)
        except OSError as error:
            raise _problem(error) from error
        path = Path(name)
        try:
            yield handle, path
        finally:
            await asyncio.to_thread(path.unlink, missing_ok=True)

    async def _download(self, url: str, cap: int, handle: int) -> tuple[int, Kind]:
        try:
            with os.fdopen(
                handle, "wb"
            ) as file:  # inside: what is still buffered may find the disk full when it closes
                if url[:5].lower() == "data:":
                    return await asyncio.to_thread(_unpack, url, cap, file)
                async with asyncio.timeout(self._longest), self._open(url) as response:
                    return await _save(response.content.iter_chunked(CHUNK), response.content_length, cap, file)
        except TimeoutError:
            raise MediaProblem(SILENT) from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _problem(getattr(error, "os_error", error)) from error

    @asynccontextmanager
    async def _open(self, url: str) -> AsyncIterator[aiohttp.ClientResponse]:
        address = yarl.URL(url)
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

    async def upload(self, url: str, content: bytes | Path, *, fields: Mapping[str, str], name: str, mime: str) -> None:
        """Put ``content`` (a file, when it is a path) into a provider's storage bucket, called ``name`` there.

        A form with ``fields`` in their order and the file last; without fields a plain PUT. It goes without any
        credentials: ``url`` itself or the fields hold the permission (reference ``relay-suno-…md`` 7.7 b, step 2).
        Raises :class:`MediaProblem`.
        """
        try:
            with await asyncio.to_thread(_readable, content) as file:
                async with asyncio.timeout(self._longest), self._sent(url, file, fields, name, mime) as response:
                    status = response.status
        except TimeoutError:
            raise MediaProblem(_("The provider's storage stopped answering.")) from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            if isinstance(getattr(error, "os_error", error), ForbiddenAddress):
                text = _("The provider's storage is in a private network and was not used.")
                raise MediaProblem(text, gone=True) from error
            raise MediaProblem(NOT_UPLOADED) from error
        if status not in {200, 201, 204}:
            text = _("The file could not be uploaded to the provider's storage (HTTP {status}).", status=status)
            raise MediaProblem(text, gone=status in GONE)

    def _sent(
        self, url: str, file: BinaryIO, fields: Mapping[str, str], name: str, mime: str
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        address = yarl.URL(url.strip())
        if address.scheme not in {"http", "https"} or not address.host:
            raise MediaProblem(NOT_UPLOADED, gone=True)
        address = address.with_user(None)  # it would become an Authorization header
        if not fields:
            return self._session.put(address, data=file, headers={"Content-Type": mime}, allow_redirects=False)
        form = aiohttp.FormData()
        for field, value in fields.items():
            form.add_field(field, value)
        form.add_field("file", file, filename=name, content_type=mime)
        return self._session.post(address, data=form, allow_redirects=False)

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
        text = _("The link to the result no longer works (HTTP {status}).", status=response.status)
        raise MediaProblem(text, gone=response.status in GONE)
    if response.content_type in {"text/html", "application/json"}:
        raise MediaProblem(_("The link to the result leads to a web page instead of a file."), gone=True)


def _readable(content: bytes | Path) -> BinaryIO:
    return content.open("rb") if isinstance(content, Path) else io.BytesIO(content)


def _unpack(url: str, cap: int, file: BinaryIO) -> tuple[int, Kind]:
    """Write what a ``data:`` URL holds (RFC 2397). Blocks."""
    about, comma, packed = url.partition(",")
    is_base64 = about.rstrip().lower().endswith(";base64")
    if len(packed) // (4 if is_base64 else 3) > cap:  # so many characters are at least a byte
        raise TooLarge(None)
    content = unquote_to_bytes(packed)
    if is_base64:
        letters = content.translate(None, b" \t\r\n\f").rstrip(b"=")
        try:
            content = base64.b64decode(letters + b"=" * (-len(letters) % 4), validate=True)
        except ValueError:
            content = b""
    if not (comma and content):
        raise MediaProblem(_("The result came damaged from the provider."), gone=True)
    if len(content) > cap:
        raise TooLarge(len(content))
    kind = by_mime(about[5:].partition(";")[0].strip() or "text/plain")
    if kind is not None and kind.family != "text":
        kind = sniff(content[:HEAD])
    if kind is None:
        raise MediaProblem(STRANGE, gone=True)
    file.write(content)
    return len(content), kind


async def _save(chunks: AsyncIterator[bytes], length: int | None, cap: int, file: BinaryIO) -> tuple[int, Kind]:
    if length is not None and length > cap:
        raise TooLarge(length)
    size, head = 0, b""
    async for chunk in chunks:
        size += len(chunk)
        if size > cap:
            raise TooLarge(None)
        head = (head + chunk[:HEAD])[:HEAD]
        await asyncio.to_thread(file.write, chunk)
    if length is not None and size < length:
        raise MediaProblem(_("The result could not be downloaded."))
    kind = sniff(head)
    if kind is None:
        raise MediaProblem(STRANGE)
    return size, kind
