"""What the tests of Kling share."""

import base64
import io
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from PIL import Image
from simcord import InteractionResult, MemberActor

from bot.demo.simulator.pictures import make
from bot.task import Task
from tests.world import World, a_world

ROOT = "/kling/v1/"
WORDS = "a paper boat"


@asynccontextmanager
async def studio(folder: Path, providers: str = "kling", **settings: Any) -> AsyncIterator[World]:
    """The world with Kling."""
    async with a_world(folder, PROVIDERS=providers, **settings) as found:
        yield found


@lru_cache
def picture(width: int = 320, height: int = 300, *, colour: str = "red", kind: str = "PNG") -> bytes:
    """A picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, kind)
    return out.getvalue()


@lru_cache
def recording(seconds: int = 1, *, rate: int = 8000) -> bytes:
    """Silence as a WAV file."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(rate)
        file.writeframes(b"\x80" * rate * seconds)
    return out.getvalue()


def film() -> bytes:
    """A video of three seconds."""
    return make("video", "5ebbe2a2", "16:9", "mp4")


FOX, BOAT, COAT = picture(), picture(colour="blue"), picture(colour="green")
FILE, OTHER, THIRD = ("fox.png", FOX), ("boat.png", BOAT), ("coat.png", COAT)
SPEECH = ("speech.wav", recording())


def raw(content: bytes) -> str:
    """Bare base64."""
    return base64.b64encode(content).decode()


def named(model: str) -> dict[str, str]:
    """A model under both of its names."""
    return {"model_name": model, "model": model}


async def kling(world: World, command: str, who: MemberActor | None = None, **options: Any) -> InteractionResult:
    """A command of ``/kling``."""
    return await (who or world.ann).slash(world.channel, f"kling {command}", **options)


async def made(world: World, command: str, who: MemberActor | None = None, **options: Any) -> Task:
    """What a command came to."""
    await kling(world, command, who, **options)
    await world.pass_time(30)
    world.clock.now += 1
    return await world.task()


def sent(world: World) -> list[tuple[str, Any]]:
    """(kind, body) of every request that reached the relay."""
    calls = [call for call in world.relay.calls if call.method == "POST" and call.path.startswith(ROOT)]
    return [(call.path.removeprefix(ROOT), call.json) for call in calls]


def questions(world: World) -> set[str]:
    """The kinds that were asked about."""
    calls = [call for call in world.relay.calls if call.method == "GET" and "/v1/" in call.path]
    return {call.path.partition("/v1/")[2].rpartition("/")[0] for call in calls}
