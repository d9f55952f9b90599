"""What the tests of Replicate share."""

import base64
import io
from typing import Any

from PIL import Image
from simcord import InteractionResult, MemberActor

from bot.task import Task
from tests.world import World

HERE = "/replicate/v1/predictions"
SCHNELL, KONTEXT = "black-forest-labs/flux-schnell", "black-forest-labs/flux-kontext-pro"
LLAMA, WHISPER, MUSIC = "meta/meta-llama-3-8b-instruct", "openai/whisper", "meta/musicgen"
SECONDS = 30.0


def picture(width: int = 32, height: int = 24) -> bytes:
    """A red picture."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(out, "PNG")
    return out.getvalue()


FOX = picture()
FILE = ("fox.png", FOX)


def data(content: bytes, mime: str = "image/png") -> str:
    """A data URI."""
    return f"data:{mime};base64,{base64.b64encode(content).decode()}"


async def ask(world: World, command: str, who: MemberActor | None = None, **options: Any) -> InteractionResult:
    """A command of ``/replicate``; whatever it makes has a prompt unless another one is given."""
    given = {"prompt": "a fox", **options} if command in {"image", "video"} else options
    return await (who or world.ann).slash(world.channel, f"replicate {command}", **given)


async def made(world: World, command: str, seconds: float = SECONDS, **options: Any) -> Task:
    """What a command came to."""
    await ask(world, command, **options)
    await world.pass_time(seconds)
    world.clock.now += 1
    return await world.task()


def sent(world: World) -> list[tuple[str, Any]]:
    """(path, body) of every request that reached the relay, without those that cancel."""
    calls = [call for call in world.relay.calls if call.method == "POST" and not call.path.endswith("/cancel")]
    return [(call.path, call.json) for call in calls]


def asked(world: World) -> set[tuple[str, str]]:
    """(method, path) of everything that was asked about, the picture files left out."""
    found = {(call.method, call.path) for call in world.relay.calls if not call.path.startswith("/media/")}
    return found - {("POST", path) for path, _body in sent(world)}
