"""What the tests of Ideogram share."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from simcord import InteractionResult, MemberActor

from bot.demo.simulator.forms import Form
from bot.demo.simulator.ideogram import Ideogram
from bot.task import Task
from tests.discord.recraft import mask, picture
from tests.world import World, a_world

ROOT, NEW = "/ideogram/", "v1/ideogram-v3/"


@asynccontextmanager
async def gallery(folder: Path, **settings: Any) -> AsyncIterator[World]:
    """The world with Ideogram."""
    async with a_world(folder, PROVIDERS="luma,ideogram", **settings) as found:
        yield found


def forms(world: World) -> list[Form]:
    """Every form that arrived."""
    (module,) = [module for module in world.relay._modules if isinstance(module, Ideogram)]
    return module.forms


def fields(form: Form) -> dict[str, Any]:
    """The parts of a form by their names: words, or the name of a file; what is repeated as a list."""
    found: dict[str, Any] = {}
    for part in form.parts:
        value = part.filename or (json.loads(part.data) if part.name == "image_request" else part.data.decode())
        found[part.name] = [*_listed(found[part.name]), value] if part.name in found else value
    return found


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def calls(world: World) -> list[str]:
    """The paths of every request for something."""
    return [call.path.removeprefix(ROOT) for call in world.relay.calls if call.path.startswith(ROOT)]


def bodies(world: World) -> list[Any]:
    """What was sent as JSON."""
    return [call.json for call in world.relay.calls if call.path.startswith(ROOT) and call.json is not None]


GIVEN: dict[str, dict[str, Any]] = {
    "image": {"prompt": "a fox"},
    "remix": {"prompt": "a fox", "image": ("fox.png", picture())},
    "edit": {"prompt": "a fox", "image": ("fox.png", picture()), "mask": ("mask.png", mask())},
    "reframe": {"resolution": "1024x640", "image": ("fox.png", picture())},
    "replace-background": {"prompt": "a fox", "image": ("fox.png", picture())},
    "upscale": {"image": ("fox.png", picture())},
    "describe": {"image": ("fox.png", picture())},
}
"""What the commands need."""


async def ideogram(world: World, command: str, who: MemberActor | None = None, **options: Any) -> InteractionResult:
    """A command of ``/ideogram``; what it needs is there unless something else is given."""
    return await (who or world.ann).slash(world.channel, f"ideogram {command}", **{**GIVEN[command], **options})


async def made(world: World, command: str, who: MemberActor | None = None, **options: Any) -> Task:
    """What a command came to."""
    await ideogram(world, command, who, **options)
    await world.work()
    world.clock.now += 1
    return await world.task()


async def offered(world: World, command: str, option: str, typed: str = "", **filled: Any) -> list[str]:
    """The values that are offered for an option."""
    found = await world.ann.autocomplete(world.channel, f"ideogram {command}", option, typed, **filled)
    return [choice["value"] for choice in found]
