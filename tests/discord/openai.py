"""What the tests of OpenAI's media share."""

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from simcord import InteractionResult, MemberActor

from bot.demo.simulator.forms import Form
from bot.demo.simulator.openai import OpenAI
from bot.demo.simulator.openai_images import OpenAIImages
from bot.demo.simulator.openai_videos import OpenAIVideos
from bot.task import Task
from tests.world import World, a_world

FREE = "Nothing was charged."


@asynccontextmanager
async def workroom(folder: Path, **settings: Any) -> AsyncIterator[World]:
    """The world with OpenAI."""
    async with a_world(folder, **{"PROVIDERS": "luma,openai", **settings}) as found:
        yield found


def picture(width: int = 64, height: int = 48, *, colour: Any = "red", kind: str = "PNG", mode: str = "RGB") -> bytes:
    """A picture of one colour."""
    out = io.BytesIO()
    Image.new(mode, (width, height), colour).save(out, kind)
    return out.getvalue()


def half(width: int = 64, height: int = 48) -> bytes:
    """A mask whose left half is white."""
    whole, out = Image.new("L", (width, height), 0), io.BytesIO()
    whole.paste(255, (0, 0, width // 2, height))
    whole.save(out, "PNG")
    return out.getvalue()


FOX, OTHER = picture(), picture(colour="blue")
FILE, ELSE = ("fox.png", FOX), ("other.png", OTHER)


async def openai(world: World, command: str, who: MemberActor | None = None, **options: Any) -> InteractionResult:
    """A command of ``/openai``."""
    return await (who or world.ann).slash(world.channel, f"openai {command}", **options)


async def made(world: World, command: str, wait: float = 0, **options: Any) -> Task:
    """What a command came to."""
    await openai(world, command, **options)
    await world.pass_time(wait, step=10.0)
    world.clock.now += 1
    return await world.task()


def sent(world: World) -> list[tuple[str, Any]]:
    """(path below ``/v1/``, JSON body) of every request that reached the relay."""
    calls = [call for call in world.relay.calls if call.method == "POST"]
    assert all(call.path.startswith("/v1/") for call in calls)
    return [(call.path.removeprefix("/v1/"), call.json) for call in calls]


def forms(world: World, module: type[OpenAI | OpenAIImages | OpenAIVideos]) -> list[Form]:
    """Every form that a part of the relay was sent."""
    (found,) = [part for part in world.relay._modules if isinstance(part, module)]
    return found.forms


def form(world: World, module: type[OpenAI | OpenAIImages | OpenAIVideos]) -> Form:
    """The only one."""
    (only,) = forms(world, module)
    return only


async def files(world: World, task: Task) -> list[tuple[str, bytes]]:
    """Name and content of what is attached to the card."""
    return [(file.filename, await file.read()) for file in world.message(task).attachments]


async def pixels(world: World, task: Task) -> list[tuple[str | None, tuple[int, int]]]:
    """Format and size of every picture on the card."""
    opened = [Image.open(io.BytesIO(content)) for _name, content in await files(world, task)]
    return [(found.format, found.size) for found in opened]
