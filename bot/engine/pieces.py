"""What a model says, piece by piece, as the relay streams it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import structlog

from bot.errors import SILENT, CallFailed, Unavailable
from bot.relay import SILENCE, WHOLE, Relay
from bot.sse import ServerEvent
from bot.talk import Piece, Talker
from bot.wire import Call, loads

log = structlog.get_logger(__name__)
FIRST = 300.0
"""Seconds that a model may think aloud of nothing, kept alive by pings, before its first words."""
SETTLE = 5.0
"""Seconds that a stream may go on after the model has stopped: the count of tokens still comes."""


async def pieces(
    relay: Relay,
    talker: Talker,
    call: Call,
    route: str,
    *,
    first: float = FIRST,
    silence: float = SILENCE,
    settle: float = SETTLE,
) -> AsyncGenerator[Piece]:
    """The pieces of the answer to ``call``, up to the one that ends it. Raises a ``CallFailed``, also in the middle.

    Pings do not count as life: ``first``, ``silence`` and ``settle`` are the seconds that nothing else may come before
    the first piece, after one, and after the model has said that it stopped. What fails then no longer matters.
    """
    stopped = False
    clock = asyncio.get_running_loop().time
    deadline = clock() + first
    try:
        async with aclosing(relay.stream(call, route, silence=silence, of=talker.provider.name)) as events:
            while (event := await _next(events, deadline)) is not None:
                piece = talker.whole(loads(event.data)) if event.name == WHOLE else talker.event(event)
                stopped = stopped or piece.stop is not None
                if piece.lives:
                    deadline = clock() + (settle if stopped else silence)
                yield piece
                if piece.over:
                    return
    except CallFailed as error:
        if not stopped:
            raise
        log.info("a stream broke after its end", **error.logged)


async def _next(events: AsyncGenerator[ServerEvent], deadline: float) -> ServerEvent | None:
    try:
        async with asyncio.timeout_at(deadline):
            return await anext(events, None)
    except TimeoutError:
        raise Unavailable(SILENT, why="nothing but pings", taken=True) from None
