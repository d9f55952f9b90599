"""What the tests of this folder share."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import discord
import simcord
from simcord import InteractionResult, ResponseMessage

from bot.task import Task
from bot.text import Text
from bot.ui.i18n import say
from tests.world import World, alone, said

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0"
GIF = b"GIF89a\1\0\1\0\0\0\0;"
OF_A_VIDEO = ("Extend", "Upscale", "Restyle", "Lip-sync", "Last frame", "Use as input…")
"""The buttons of a finished Luma video between Again and Details, where every provider is offered."""
STRANGER = "Only the one who asked for this can do that."


def one_film(world: World) -> None:
    """Let every result be the same film, so that no time goes into making others."""
    world.relay.media_url = f"{world.relay.url}/media/video/5ebbe2a2-16x9.mp4"


def paid(world: World) -> list[tuple[str, Any]]:
    """(path, body) of every submission that reached the relay."""
    return [
        (call.path, call.json)
        for call in world.relay.calls
        if call.method == "POST" and ("generations" in call.path) and not call.path.endswith("/tasks")
    ]


def asked(world: World) -> set[tuple[str, str]]:
    """(method, path without the id) of every question about tasks that reached the relay."""
    found = [call for call in world.relay.calls if call.path.endswith("/tasks") or call.method == "GET"]
    return {
        (call.method, call.path if call.method == "POST" else call.path.rpartition("/")[0])
        for call in found
        if not call.path.startswith("/media/")
    }


def requests(world: World, method: str, part: str = "") -> list[simcord.HttpLogEntry]:
    """The requests to Discord with this method whose path contains ``part``."""
    return [entry for entry in world.env.http_requests if entry.method == method and part in entry.path]


def bodies(world: World, method: str, part: str = "") -> list[Any]:
    """The JSON of those requests."""
    return [entry.json for entry in requests(world, method, part)]


def drawn(message: discord.Message) -> str:
    """What a card says, in one string."""
    (embed,) = message.embeds
    return f"{embed.title}\n{embed.description}"


def edits(world: World, task: Task) -> list[simcord.HttpLogEntry]:
    """Every edit of the card of ``task``, by whichever way."""
    return requests(world, "PATCH", f"/messages/{task.place.message_id}")


def pictures(world: World, task: Task) -> list[str]:
    """What every edit of the card drew, as comparable words."""
    found = bodies(world, "PATCH", f"/messages/{task.place.message_id}")
    return [json.dumps([body["embeds"], body["components"]]) for body in found]


def forge(world: World, message: discord.Message, custom_id: str) -> None:
    """Put a button on a message that the bot never put there."""
    stored = world.env.backend.get_message(message.channel.id, message.id)
    button = {"type": 2, "style": 2, "label": "Forged", "custom_id": custom_id}
    stored.components = [*stored.components, {"type": 1, "components": [button]}]


def refusal(result: InteractionResult) -> str:
    """The sentence of an error, which only the asker sees and which ends with its number in the log."""
    assert alone(result)
    sentence, _line, number = said(result).rpartition("\n-# ")
    assert re.fullmatch("[0-9a-f]{6}", number)
    return sentence


def words_of(message: ResponseMessage | None) -> str:
    """Everything a Components V2 message says, one part per line."""
    assert message is not None
    return "\n".join(part["content"] for part in parts(message.components) if part.get("type") == 10)


def parts(components: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every component with those inside of it."""
    found: list[dict[str, Any]] = []
    for component in components:
        found.append(component)
        found += parts(component.get("components") or [])
        if component.get("accessory"):
            found.append(component["accessory"])
    return found


def buttons(message: ResponseMessage | None) -> dict[str, str]:
    """Label to custom id (or link) of every button."""
    assert message is not None
    return {
        part["label"]: part.get("custom_id") or part["url"]
        for part in parts(message.components)
        if part.get("type") == 2
    }


def here(result: InteractionResult) -> ResponseMessage:
    """The answer itself."""
    assert result.response is not None
    return result.response


def chinese(text: Text) -> str:
    """``text`` in Chinese; it has to be translated."""
    found = say(text, "zh-CN")
    assert found != str(text)
    return found


@asynccontextmanager
async def caught_sending(world: World) -> AsyncIterator[Task]:
    """A video whose request is on the wire, unanswered, until the context ends."""
    reached, go = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        reached.set()
        await go.wait()

    world.relay.faults.add(method="POST", path="/luma/generations", hook=wait)
    await world.video()
    step = asyncio.create_task(world.app.engine.step())
    await reached.wait()
    await world.app.messenger.flush()
    task = await world.task()
    yield task
    go.set()
    await step
