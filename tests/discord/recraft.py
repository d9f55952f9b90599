"""What the tests of Recraft share."""

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from simcord import InteractionResult, MemberActor

from bot.demo.simulator import Simulator
from bot.demo.simulator.forms import Form
from bot.demo.simulator.recraft import Recraft
from bot.demo.simulator.recraft_rules import RecraftOptions
from bot.task import Task
from tests.world import World, a_world

ROOT = "/recraft/v1"


class Gallery(Simulator):
    """A relay with Recraft."""

    recraft: RecraftOptions

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        if not hasattr(self, "recraft"):
            self.recraft = RecraftOptions()
            self.add(Recraft(self, self.recraft))


@asynccontextmanager
async def gallery(folder: Path, **settings: Any) -> AsyncIterator[World]:
    """The world with Recraft."""
    async with a_world(folder, simulator=Gallery, PROVIDERS="luma,recraft", **settings) as found:
        yield found


def switches(world: World) -> RecraftOptions:
    """The simulator's switches."""
    assert isinstance(world.relay, Gallery)
    return world.relay.recraft


def forms(world: World) -> list[Form]:
    """Every form that arrived."""
    (module,) = [module for module in world.relay._modules if isinstance(module, Recraft)]
    return module.forms


def parts(form: Form) -> list[tuple[str, str]]:
    """The parts of a form: name, and value or file name."""
    return [(part.name, part.filename or part.data.decode()) for part in form.parts]


def calls(world: World) -> list[str]:
    """The paths of every request for something."""
    return [call.path.removeprefix(ROOT) for call in world.relay.calls if call.path.startswith(ROOT)]


def picture(side: int = 256, *, colour: str = "red", kind: str = "PNG") -> bytes:
    """A square picture."""
    out = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(out, kind)
    return out.getvalue()


def mask(side: int = 256) -> bytes:
    """A mask whose left half is to be changed."""
    out = io.BytesIO()
    whole = Image.new("L", (side, side), 0)
    whole.paste(255, (0, 0, side // 2, side))
    whole.save(out, "PNG")
    return out.getvalue()


GIVEN: dict[str, dict[str, Any]] = {
    "image": {"prompt": "a fox"},
    "image-to-image": {"prompt": "a fox", "image": ("fox.png", picture())},
    "replace-background": {"prompt": "a fox", "image": ("fox.png", picture())},
    "inpaint": {"prompt": "a fox", "image": ("fox.png", picture()), "mask": ("mask.png", mask())},
    "generate-background": {"prompt": "a fox", "image": ("fox.png", picture()), "mask": ("mask.png", mask())},
    "erase": {"image": ("fox.png", picture()), "mask": ("mask.png", mask())},
    "style create": {"name": "Mine", "image1": ("a.png", picture())},
}
"""What the commands need."""


async def recraft(world: World, command: str, who: MemberActor | None = None, **options: Any) -> InteractionResult:
    """A command of ``/recraft``; what it needs is there unless something else is given."""
    needed = GIVEN.get(command, {} if command.startswith("style ") else {"image": ("fox.png", picture())})
    return await (who or world.ann).slash(world.channel, f"recraft {command}", **{**needed, **options})


async def made(world: World, command: str, who: MemberActor | None = None, **options: Any) -> Task:
    """What a command came to."""
    await recraft(world, command, who, **options)
    await world.work()
    world.clock.now += 1
    return await world.task()


def files(world: World, task: Task) -> list[str]:
    """The names of the attached files, the task's own letters left out."""
    return [file.filename.replace(f"-{task.id[:4]}", "") for file in world.message(task).attachments]


async def content(world: World, task: Task, number: int = 0) -> bytes:
    """One of the attached files."""
    return await world.message(task).attachments[number].read()
