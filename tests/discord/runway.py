"""What the tests of Runway share."""

import base64
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from simcord import InteractionResult, MemberActor

from bot.demo.simulator.pictures import make
from bot.task import Task
from tests.discord.kit import one_film
from tests.world import World, a_world

OFFICIAL, REVERSE = "/runwayml/v1", "/runway"
MP4 = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom"
CLIP = ("clip.mp4", MP4)
CDN = "https://cdn."


@asynccontextmanager
async def studio(folder: Path, **settings: Any) -> AsyncIterator[World]:
    """The world with Runway, where every video is the same film."""
    async with a_world(folder, PROVIDERS="luma,runway", **settings) as found:
        one_film(found)
        yield found


def picture(colour: str = "red") -> bytes:
    """A picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, "PNG")
    return out.getvalue()


FOX, OTHER = ("fox.png", picture()), ("owl.png", picture("blue"))


def film() -> tuple[str, bytes]:
    """A real video of three seconds."""
    return "act.mp4", make("video", "5ebbe2a2", "16:9", "mp4")


def packed(file: tuple[str, bytes]) -> str:
    """A file as data URI."""
    mime = "video/mp4" if file[0].endswith("mp4") else "image/png"
    return f"data:{mime};base64,{base64.b64encode(file[1]).decode()}"


async def runway(world: World, command: str, who: MemberActor | None = None, **options: Any) -> InteractionResult:
    """A command of ``/runway``."""
    return await (who or world.ann).slash(world.channel, f"runway {command}", **options)


async def made(world: World, command: str, seconds: float = 60, **options: Any) -> Task:
    """What a command came to."""
    await runway(world, command, **options)
    await world.pass_time(seconds, step=10.0)
    world.clock.now += 1
    return await world.task()


def sent(world: World) -> list[tuple[str, Any]]:
    """(path, body) of every request that may cost money."""
    calls = [call for call in world.relay.calls if call.method == "POST" and not call.path.endswith("/feed")]
    return [(call.path, call.json) for call in calls]


def asked(world: World) -> set[tuple[str, str]]:
    """(method, path) of every question about a task, with ``{id}`` in place of it."""
    ids = list(world.relay.jobs)
    found = set()
    for call in world.relay.calls:
        path = call.path
        for name in ids:
            path = path.replace(name, "{id}")
        if "{id}" in path or path.endswith("/feed"):
            found.add((call.method, path))
    return {(method, path) for method, path in found if "/media/" not in path}


async def offered(world: World, command: str, option: str, typed: str = "", **filled: Any) -> list[Any]:
    """The values that are offered for an option."""
    found = await world.ann.autocomplete(world.channel, f"runway {command}", option, typed, **filled)
    return [choice["value"] for choice in found]
