"""The files of a result on disk: fetched, or made by ourselves from what was fetched."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import structlog

from bot.drawing import is_active
from bot.engine.core import Core
from bot.errors import CallFailed, NotOffered, Refused
from bot.media import GONE, Fetched, MediaProblem, TooLarge, look
from bot.provider import INPUT
from bot.sniff import SVG, by_mime
from bot.task import BY_KEY, Media
from bot.text import _
from bot.wire import Call
from bot.workshop import WorkshopProblem

log = structlog.get_logger(__name__)
OPENS_WITHIN = 120.0
"""Seconds that the relay has to begin with a file."""
SHRUNK_FROM = 100 * 1024 * 1024
"""Bytes of a file that is made smaller at most; a larger one is not worth the download."""
SMALLER = {"video": "smaller", "image": "lighter", "audio": "softer"}
"""By which recipe each kind is made smaller."""


def is_link(media: Media) -> bool:
    """Whether a reader can be sent to a file: what came in an answer itself, or is asked for by key, has no link."""
    return media.url.startswith("http")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file that fits; ``shrunk`` when it is a smaller rendition of what the link leads to."""

    file: Fetched
    shrunk: bool = False


class Files:
    """Prepares the files of results."""

    def __init__(self, core: Core) -> None:
        self.core = core

    @property
    def most(self) -> int:
        """Bytes of one file that are downloaded at most."""
        return self.core.config.settings.max_media_mb * 1024 * 1024

    @asynccontextmanager
    async def prepared(self, media: Media, limit: int, route: str = "") -> AsyncIterator[Prepared]:
        """The file of ``media`` in at most ``limit`` bytes, deleted when the context ends.

        ``route`` is the path prefix under which the relay made it. Raises ``TooLarge``, ``MediaProblem``, or
        ``WorkshopProblem`` when it cannot be made.
        """
        cap = min(limit, self.most)
        async with AsyncExitStack() as stack:
            if media.recipe:
                yield Prepared(await stack.enter_async_context(self._from_recipe(media, cap, route)))
                return
            try:
                found = Prepared(await stack.enter_async_context(self._fetched(media.url, cap, route)))
            except TooLarge as error:
                if not self._can_shrink(media, error.size):
                    raise
                found = Prepared(await stack.enter_async_context(self._shrunk(media, cap, route)), shrunk=True)
            if found.file.kind is SVG and await asyncio.to_thread(_is_active, found.file.path):
                found = Prepared(await stack.enter_async_context(self._made("inert", [found.file.path], cap)))
            yield found

    def _can_shrink(self, media: Media, size: int | None) -> bool:
        """Whether a smaller rendition is worth a try; where a link will do, only a video's, and nobody waits for
        another's."""
        workshop = self.core.workshop
        if not workshop.available or (size or 0) > SHRUNK_FROM:
            return False
        return media.kind in SMALLER if not is_link(media) else media.kind == "video" and not workshop.busy

    @asynccontextmanager
    async def _shrunk(self, media: Media, cap: int, route: str) -> AsyncIterator[Fetched]:
        async with AsyncExitStack() as stack:
            try:
                most = min(self.most, SHRUNK_FROM)
                large = await stack.enter_async_context(self._fetched(media.url, most, route))
                smaller = await stack.enter_async_context(self._made(SMALLER[media.kind], [large.path], cap, limit=cap))
            except (WorkshopProblem, MediaProblem) as problem:
                log.info("no smaller rendition", why=str(problem))
                raise TooLarge(None) from None
            yield smaller

    @asynccontextmanager
    async def _from_recipe(self, media: Media, cap: int, route: str) -> AsyncIterator[Fetched]:
        async with AsyncExitStack() as stack:
            sources = [(await stack.enter_async_context(self._fetched(media.url, self.most, route))).path]
            with suppress(MediaProblem):  # without its cover it is still worth having
                if media.picture:
                    sources.append((await stack.enter_async_context(self.core.media.fetch(media.picture, cap))).path)
            recipe, _colon, number = media.recipe.partition(":")
            parameters = {"number": int(number)} if number else {}
            yield await stack.enter_async_context(self._made(recipe, sources, cap, **parameters))

    @asynccontextmanager
    async def _fetched(self, url: str, cap: int, route: str) -> AsyncIterator[Fetched]:
        """What is behind ``url``, at the relay itself, or came in its answer and is kept in the store."""
        if url.startswith(BY_KEY):
            async with self._by_key(url.removeprefix(BY_KEY), cap, route) as found:
                yield found
            return
        if not url.startswith(INPUT):
            async with self.core.media.fetch(url, cap) as found:
                yield found
            return
        stored = await self.core.store.input(url.removeprefix(INPUT))
        if stored is None:
            raise MediaProblem(_("The file is no longer kept."), gone=True)
        if len(stored.content) > cap:
            raise TooLarge(len(stored.content))
        async with self.core.media.new_file() as path:
            await asyncio.to_thread(path.write_bytes, stored.content)
            kind = by_mime(stored.mime)
            if kind is not None and kind.family == "text":
                yield Fetched(path, len(stored.content), kind)
            else:
                yield await asyncio.to_thread(look, path)

    @asynccontextmanager
    async def _by_key(self, path: str, cap: int, route: str) -> AsyncIterator[Fetched]:
        """A file of the relay itself. Where that points elsewhere, the key does not go along."""
        call, media = Call("GET", path, one=True, timeout=OPENS_WITHIN), self.core.media
        async with AsyncExitStack() as stack:
            try:
                opened = await stack.enter_async_context(self.core.relay.opened(call, route))
                found = await stack.enter_async_context(
                    media.fetch(opened.link, cap) if opened.link else media.saved(opened.chunks, opened.size, cap)
                )
            except CallFailed as error:
                gone = isinstance(error, NotOffered) or (isinstance(error, Refused) and error.status in GONE)
                raise MediaProblem(error.text, gone=gone) from None
            yield found

    @asynccontextmanager
    async def _made(self, recipe: str, sources: list[Path], cap: int, **parameters: int) -> AsyncIterator[Fetched]:
        async with self.core.media.new_file() as target:
            await self.core.workshop.make(recipe, sources, target, **parameters)
            made = await asyncio.to_thread(look, target)
            if made.size > cap:
                raise TooLarge(made.size)
            yield made


def _is_active(path: Path) -> bool:
    return is_active(path.read_bytes())
