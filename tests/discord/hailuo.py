"""What the tests of Hailuo share."""

import base64
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from simcord import InteractionResult, MemberActor

from bot.task import Task
from tests.discord.kit import one_film
from tests.world import World, a_world

PREFIX = "/minimax"
TWO, LATER, FAST = "MiniMax-Hailuo-02", "MiniMax-Hailuo-2.3", "MiniMax-Hailuo-2.3-Fast"


@asynccontextmanager
async def cinema(folder: Path, **settings: Any) -> AsyncIterator[World]:
    """The world with Hailuo, where every video is the same one."""
    async with a_world(folder, **{"PROVIDERS": "hailuo", **settings}) as found:
        one_film(found)
        yield found


def picture(width: int = 400, height: int = 320, *, colour: str = "red", kind: str = "PNG") -> bytes:
    """A picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, kind)
    return out.getvalue()


FOX, OTHER = picture(), picture(colour="blue")
FILE, ELSE = ("fox.png", FOX), ("other.png", OTHER)


def data(content: bytes) -> str:
    """A PNG as a data URI."""
    return "data:image/png;base64," + base64.b64encode(content).decode()


async def hailuo(world: World, command: str, who: MemberActor | None = None, **options: Any) -> InteractionResult:
    """A command of ``/hailuo``."""
    return await (who or world.ann).slash(world.channel, f"hailuo {command}", **options)


async def made(world: World, command: str = "video", seconds: float = 40, **options: Any) -> Task:
    """What a command came to."""
    await hailuo(world, command, **options)
    await world.pass_time(seconds, step=10.0)
    return await world.task()


def sent(world: World, prefix: str = PREFIX) -> list[tuple[str, Any]]:
    """(path below ``/v1/``, body) of every request that reached the relay."""
    start = f"{prefix}/v1/"
    calls = [call for call in world.relay.calls if call.method == "POST"]
    assert all(call.path.startswith(start) for call in calls)
    return [(call.path.removeprefix(start), call.json) for call in calls]


def questions(world: World) -> set[str]:
    """The paths of every question that reached the relay."""
    return {call.path for call in world.relay.calls if call.method == "GET" and not call.path.startswith("/media/")}
