"""What the tests of conversations share."""

from typing import Any

import discord
from simcord import InteractionResult, MemberActor

from bot.talk import Exchange
from tests.world import World


async def asked(world: World, prompt: str, who: MemberActor | None = None, **options: Any) -> InteractionResult:
    """Ask Claude, and wait for the end of the answer."""
    result = await (who or world.ann).slash(world.channel, "claude chat", prompt=prompt, **options)
    await world.work()
    return result


async def exchange(world: World) -> Exchange:
    """The newest exchange."""
    rows = await world.app.talk.conversations.database.rows("SELECT id FROM exchanges ORDER BY created_at, number")
    return await world.app.talk.exchange(rows[-1]["id"])


def messages(world: World, found: Exchange) -> list[discord.Message]:
    """The messages of an answer."""
    return [world.message_at(found.place.channel_id, name) for name in (found.place.message_id, *found.messages)]


def text(world: World, found: Exchange) -> str:
    """What the messages of an answer say, one after the other."""
    return "\n".join(message.content for message in messages(world, found))


def note(world: World, found: Exchange) -> str:
    """What is said beside the answer."""
    return "\n".join(embed.description or "" for embed in messages(world, found)[-1].embeds)


async def press(world: World, found: Exchange, action: str, who: MemberActor | None = None) -> InteractionResult:
    """Press a button under an answer, and wait for what comes of it."""
    result = await (who or world.ann).click(messages(world, found)[-1], custom_id=f"v1:{action}:{found.id}")
    await world.work()
    return result
