"""Pictures that somebody points at, before it is known what is to become of them."""

import asyncio

from bot.engine.core import Core
from bot.engine.inputs import PICTURE_LIMIT, check_size, input_of
from bot.engine.submit import FORGOTTEN_INPUT
from bot.errors import Problem
from bot.media import MediaProblem, TooLarge
from bot.provider import Given, Takes
from bot.store.repository import Input
from bot.text import _

NAME = "picture"


class Pictures:
    """Keeps and finds them. Every method raises :class:`Problem` with a sentence for the one who asks."""

    def __init__(self, core: Core) -> None:
        self.core = core

    async def keep(self, item: Input) -> None:
        """Store a picture for a request that may come."""
        await self.core.store.hold_input(item, self.core.clock())

    async def kept(self, name: str) -> Input:
        """A picture that was stored by its SHA-256."""
        item = await self.core.store.input(name)
        if item is None:
            raise Problem(FORGOTTEN_INPUT)
        return item

    async def facts(self, item: Input, takes: Takes) -> Given:
        """What a provider's limits are checked against."""
        _item, given = await asyncio.to_thread(input_of, item.content, item.url, NAME, takes)
        return given

    async def fetched(self, source: str, link: str) -> Input:
        """The picture behind the address ``source``; ``link`` is where it stands for others."""
        try:
            async with self.core.media.fetch(source, PICTURE_LIMIT) as file:
                content = await asyncio.to_thread(file.path.read_bytes)
        except TooLarge as error:
            check_size(PICTURE_LIMIT + 1, NAME, "picture")
            raise error from None
        except MediaProblem:
            raise Problem(_("The picture could not be fetched. Please try again.")) from None
        item, _given = await asyncio.to_thread(input_of, content, link, NAME, "picture")
        return item
