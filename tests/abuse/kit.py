"""Interactions as no client would send them: SimCord's actors press only what is really there."""

from collections.abc import Mapping, Sequence
from typing import Any

import discord
from simcord import InteractionResult, MemberActor, interactions
from simcord.backend import serializers

from tests.world import World

BUTTON, MENU = 2, 3
CLICK, FORM = 3, 5


def clicked(custom_id: str, values: Sequence[str] = ()) -> dict[str, Any]:
    """What comes of a click on a button, or of a choice in a menu."""
    data: dict[str, Any] = {"custom_id": custom_id, "component_type": MENU if values else BUTTON}
    return {**data, "values": list(values)} if values else data


async def click(
    world: World, who: MemberActor, message: discord.Message, custom_id: str, *values: str
) -> InteractionResult:
    """Press a button that may not be there on ``message``."""
    return await who._dispatch_interaction(
        CLICK,
        world.channel,
        clicked(custom_id, values),
        extra={"message": payload(world, message, clicked(custom_id, values))},
        source_message_id=message.id,
    )


def payload(world: World, message: discord.Message, data: Mapping[str, Any]) -> dict[str, Any]:
    """``message`` as Discord describes it in an interaction, with what was clicked on it."""
    stored = world.env.backend.get_message(message.channel.id, message.id)
    found: dict[str, Any] = dict(serializers.message_payload(world.env.backend, stored))
    options = [{"label": value, "value": value} for value in data.get("values", [])]
    part: dict[str, Any] = {"type": data["component_type"], "custom_id": data["custom_id"], "id": 99}
    part |= {"options": options} if options else {"style": 2, "label": "Forged"}
    return {**found, "components": [*(found["components"]), {"type": 1, "components": [part]}]}


async def submit(world: World, who: MemberActor, custom_id: str, typed: Mapping[str, str]) -> InteractionResult:
    """Send a form that may never have been shown."""
    rows = [{"type": 18, "component": {"type": 4, "custom_id": name, "value": text}} for name, text in typed.items()]
    return await who._dispatch_interaction(FORM, world.channel, {"custom_id": custom_id, "components": rows})


async def storm(
    world: World, who: MemberActor, count: int, kind: int, data: dict[str, Any], message: discord.Message | None = None
) -> list[InteractionResult]:
    """The same interaction ``count`` times, all of them on their way before the first is answered."""
    backend, found = world.env.backend, []
    for _time in range(count):
        record, sent = interactions.base_payload(
            backend, type=kind, channel_id=world.channel.id, guild_id=world.guild.id, user_id=who.id, data=data
        )
        if message is not None:
            record.source_message_id = message.id
            sent["message"] = payload(world, message, data)
        backend.emit("INTERACTION_CREATE", sent)
        found.append(InteractionResult(world.env, record))
    await world.env.settle()
    return found
