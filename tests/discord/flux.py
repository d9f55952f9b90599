"""What the tests of Flux share."""

import base64
import io
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import discord
import pytest
from aiohttp import web
from PIL import Image
from simcord import InteractionResult, MemberActor
from simcord.backend.cdn import CdnStore

from bot.demo.simulator import Simulator
from bot.demo.simulator.flux import Flux, FluxOptions
from bot.demo.simulator.forms import Form
from bot.demo.simulator.openai_images import OpenAIImages
from bot.demo.simulator.recraft_rules import RecraftOptions
from bot.task import Task
from tests.world import World, a_world

ROOT, CDN = "/flux/v1/", "/media/discord"
WORDS = "a lighthouse"


class Studio(Simulator):
    """A relay with Flux, in both of its forms; and beside it what Discord's own storage would serve."""

    flux: FluxOptions
    stored: CdnStore | None = None

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        if not hasattr(self, "flux"):
            self.flux = FluxOptions()
            self.add(Flux(self, self.flux))
        if not any(isinstance(module, OpenAIImages) for module in self._modules):
            self.add(OpenAIImages(self, self.flux, RecraftOptions()))
        self.app.add_routes([web.get(f"{CDN}/{{name:.*}}", self._stored)])

    async def _stored(self, request: web.Request) -> web.Response:
        content = self.stored.get(str(request.url)) if self.stored is not None else None
        return web.Response(body=content, content_type="image/png") if content else web.Response(status=404)


@asynccontextmanager
async def studio(folder: Path, **settings: Any) -> AsyncIterator[World]:
    """The world with Flux."""
    async with a_world(folder, simulator=Studio, PROVIDERS="luma,flux", **settings) as found:
        yield found


def serve_attachments(world: World, patch: pytest.MonkeyPatch) -> None:
    """Let attachments be fetched by their links, as they can be from Discord."""
    assert isinstance(world.relay, Studio)
    world.relay.stored = world.env.backend.cdn
    patch.setattr("simcord.backend.cdn.CDN_BASE", world.relay.url + CDN)


def switches(world: World) -> FluxOptions:
    """The simulator's switches."""
    assert isinstance(world.relay, Studio)
    return world.relay.flux


def forms(world: World) -> list[Form]:
    """Every form that arrived in OpenAI's shape."""
    (module,) = [module for module in world.relay._modules if isinstance(module, OpenAIImages)]
    return module.forms


def picture(width: int = 64, height: int = 48, *, colour: Any = "red", kind: str = "PNG") -> bytes:
    """A picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, kind)
    return out.getvalue()


def mask(width: int = 64, height: int = 48) -> bytes:
    """A mask whose left half is white."""
    whole, out = Image.new("L", (width, height), 0), io.BytesIO()
    whole.paste(255, (0, 0, width // 2, height))
    whole.save(out, "PNG")
    return out.getvalue()


def archive() -> bytes:
    """A ZIP file with a picture in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as whole:
        whole.writestr("cat.png", picture())
    return out.getvalue()


FOX, OTHER = picture(), picture(colour="blue")
FILE, ELSE = ("fox.png", FOX), ("other.png", OTHER)
GIVEN: dict[str, dict[str, Any]] = {
    "image": {"prompt": WORDS},
    "edit": {"prompt": "at night", "image": FILE},
    "fill": {"image": FILE, "mask": ("mask.png", mask())},
    "expand": {"image": FILE, "top": 32},
    "canny": {"prompt": WORDS, "image": FILE},
    "depth": {"prompt": WORDS, "image": FILE},
    "finetuned": {"prompt": WORDS, "finetune": "f-1"},
    "finetune create": {"pictures": ("cats.zip", archive()), "name": "my cat", "mode": "character"},
}
"""What the commands need."""


def raw(content: bytes) -> str:
    """Bare base64."""
    return base64.b64encode(content).decode()


async def flux(world: World, command: str, who: MemberActor | None = None, **options: Any) -> InteractionResult:
    """A command of ``/flux``; what it needs is there unless something else is given."""
    given = {**GIVEN.get(command, {}), **options}
    named = {name: value for name, value in given.items() if value is not None}
    return await (who or world.ann).slash(world.channel, f"flux {command}", **named)


async def made(world: World, command: str, who: MemberActor | None = None, seconds: float = 30, **options: Any) -> Task:
    """What a command came to."""
    await flux(world, command, who, **options)
    await world.pass_time(seconds)
    world.clock.now += 1
    return await world.task()


def sent(world: World) -> list[tuple[str, Any]]:
    """(model or path, body) of every request that reached the relay."""
    calls = [call for call in world.relay.calls if call.method == "POST" and call.path.startswith(ROOT)]
    return [(call.path.removeprefix(ROOT), call.json) for call in calls]


def manager(world: World) -> MemberActor:
    """A member who may manage the server."""
    role = world.guild.create_role("keeper", permissions=discord.Permissions(manage_guild=True))
    return world.guild.add_member(world.env.create_user("kim"), roles=[role])


async def pixels(world: World, task: Task) -> tuple[str | None, tuple[int, int]]:
    """Format and size of the picture on the card."""
    (file,) = world.message(task).attachments
    with Image.open(io.BytesIO(await file.read())) as found:
        return found.format, found.size
