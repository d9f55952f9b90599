"""What a model says, piece by piece, as the relay streams it."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from bot.relay import WHOLE, Relay
from bot.talk import Piece, Talker
from bot.wire import Call, loads


async def pieces(relay: Relay, talker: Talker, call: Call, route: str) -> AsyncGenerator[Piece]:
    """The pieces of the answer to ``call``, up to the one that ends it. Raises a ``CallFailed``, also in the middle."""
    async with aclosing(relay.stream(call, route)) as events:
        async for event in events:
            piece = talker.whole(loads(event.data)) if event.name == WHOLE else talker.event(event)
            yield piece
            if piece.over:
                return
