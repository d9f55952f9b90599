"""What the tests of Midjourney share."""

import base64
import io
from typing import Any

from PIL import Image, ImageDraw
from simcord import InteractionResult, MemberActor

from bot.providers.midjourney.buttons import kept
from bot.task import Phase, Task
from tests.world import World

FOX = "a fox in the snow"
SUBMIT = "/mj/submit/"
File = tuple[str, bytes]


def picture(colour: str = "teal", size: tuple[int, int] = (64, 48)) -> File:
    """A picture that somebody brings."""
    return f"{colour}.png", png(Image.new("RGB", size, colour))


def png(drawn: Image.Image) -> bytes:
    """The file of a picture."""
    held = io.BytesIO()
    drawn.save(held, "PNG")
    return held.getvalue()


def marked(size: tuple[int, int], *, nothing: bool = False) -> File:
    """A mask, white in its middle, or nowhere."""
    mask = Image.new("L", size, 0)
    if not nothing:
        ImageDraw.Draw(mask).rectangle([size[0] // 4, size[1] // 4, size[0] // 2, size[1] // 2], fill=255)
    return "mask.png", png(mask)


def data_url(file: File) -> str:
    """A file as it goes onto the wire."""
    return "data:image/png;base64," + base64.b64encode(file[1]).decode()


async def mj(world: World, command: str, who: MemberActor | None = None, **options: Any) -> InteractionResult:
    """A command of ``/midjourney``; pictures are (name, bytes) pairs."""
    return await (who or world.ann).slash(world.channel, f"midjourney {command}", **options)


async def made(world: World, command: str, seconds: float = 20, **options: Any) -> Task:
    """What a command came to."""
    await mj(world, command, **options)
    return await arrived(world, seconds)


async def arrived(world: World, seconds: float = 20) -> Task:
    """The newest task, once it is there."""
    await world.pass_time(seconds)
    world.clock.now += 1
    return await world.task()


async def grid(world: World, prompt: str = FOX, **options: Any) -> Task:
    """Four pictures, delivered; later calls are the only ones kept."""
    task = await made(world, "imagine", prompt=prompt, **options)
    assert task.phase is Phase.DELIVERED, world.text(task)
    world.relay.calls.clear()
    return task


async def press(world: World, task: Task, name: str, who: MemberActor | None = None) -> InteractionResult:
    """Click the button that is called ``name``."""
    return await click(world, task, number_of(task, name), who)


async def click(world: World, task: Task, number: int, who: MemberActor | None = None) -> InteractionResult:
    """Click one of Midjourney's buttons by its number."""
    return await (who or world.ann).click(world.message(task), custom_id=f"v1:mj:{task.id}:{number}")


def number_of(task: Task, name: str) -> int:
    """Which button is called ``name``."""
    return [button.name for button in kept(task)].index(name)


async def followed(world: World, task: Task, name: str, seconds: float = 20) -> Task:
    """What pressing a button came to."""
    await press(world, task, name)
    return await arrived(world, seconds)


async def waiting(world: World, task: Task, name: str) -> Task:
    """The task of a pressed button, which waits for its user."""
    child = await followed(world, task, name, 1)
    assert child.phase is Phase.INPUT, world.text(child)
    return child


async def go_on(world: World, task: Task, who: MemberActor | None = None) -> InteractionResult:
    """Open the window behind Continue."""
    return await world.press(task, "mj-continue", who)


async def upscaled(world: World, **options: Any) -> Task:
    """One picture, delivered; later calls are the only ones kept."""
    task = await followed(world, await grid(world, **options), "U2", 15)
    assert task.phase is Phase.DELIVERED, world.text(task)
    world.relay.calls.clear()
    return task


def sent(world: World) -> list[tuple[str, Any]]:
    """(path, body) of every submission that reached the relay."""
    calls = [call for call in world.relay.calls if call.method == "POST" and "/task/" not in call.path]
    return [(call.path.replace(SUBMIT, "/").removeprefix("/"), call.json) for call in calls]


async def shapes(world: World, task: Task) -> list[tuple[int, int]]:
    """The sizes of the pictures on the card."""
    found = []
    for file in world.message(task).attachments:
        with Image.open(io.BytesIO(await file.read())) as opened:
            found.append(opened.size)
    return found
