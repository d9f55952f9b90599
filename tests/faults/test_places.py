"""Files that do not come: whoever waits for other files, or elsewhere, does not wait for these."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from PIL import Image
from simcord import MemberActor

from bot.engine import places
from bot.engine.deliver import PER_CHANNEL, PER_SERVER, PER_USER, WIDTH
from bot.task import Media, Phase, Task
from tests.discord.midjourney import png
from tests.faults.test_files import at
from tests.world import World

IN_THE_ANSWER = f"data:image/png;base64,{base64.b64encode(png(Image.new('RGB', (2, 2)))).decode()}"
"""A picture that is on no server."""


@asynccontextmanager
async def silent(world: World) -> AsyncIterator[None]:
    """Files called "silent" come when this ends, and everything is delivered then."""
    speaks = asyncio.Event()
    world.relay.faults.add(path="/media/image/silent-*", times=None, hook=speaks.wait)
    await world.app.engine.recover()
    world.app.engine.start()
    try:
        yield
        speaks.set()
        await until(world, *await world.tasks())
    finally:
        speaks.set()
        await world.app.engine.stop()


async def finished(world: World, who: MemberActor, name: str, *, host: str = "", by_token: bool = True) -> Task:
    """A task of ``who`` that came to the picture called ``name``."""
    world.clock.now += 0.01
    await world.video(who)
    task = await world.task()
    url = IN_THE_ANSWER if name == "packed" else at(world, f"image/{name}-1x1.png")
    url = url.replace("127.0.0.1", host or "127.0.0.1")
    place = task.place if by_token else replace(task.place, token="", token_until=0.0)
    done = replace(task, phase=Phase.DONE, media=(Media(url, "image"),), due_at=world.clock.now, place=place)
    assert await world.app.engine.core.store.save(done) is not None
    world.app.engine.core.wake()
    return done


async def phases(world: World, *tasks: Task) -> list[Phase]:
    """What became of tasks."""
    found = [await world.app.engine.core.store.get(task.id) for task in tasks]
    return [task.phase for task in found if task is not None]


async def until(world: World, *tasks: Task) -> None:
    """Wait until all are delivered; what was put off comes at once."""
    async with asyncio.timeout(20):
        while {*await phases(world, *tasks)} != {Phase.DELIVERED}:
            await asyncio.sleep(0.1)
            world.clock.now += 0.25
            world.app.engine.core.wake()


def asked_for(world: World) -> int:
    """How many files that do not come are waited for."""
    return world.relay.count("GET", "/media/image/silent")


def users(world: World, how_many: int) -> list[MemberActor]:
    """Further members of the server."""
    return [world.guild.add_member(world.env.create_user(f"user{number}")) for number in range(how_many)]


async def test_one_s_slow_files_hold_up_one_s_own_only(world: World) -> None:
    waiting = [await finished(world, world.ann, "silent") for _number in range(PER_USER + 1)]
    other = await finished(world, world.ben, "quick")
    async with silent(world):
        await until(world, other)
        assert asked_for(world) == PER_USER
        assert {*await phases(world, *waiting)} == {Phase.DONE}


async def test_a_crowded_channel_holds_up_itself_only(world: World) -> None:
    """Old cards share the channel's budget of edits; those of an open interaction have one of their own."""
    waiting = [await finished(world, who, "silent", by_token=False) for who in users(world, PER_CHANNEL + 1)]
    other = await finished(world, world.ann, "quick")
    async with silent(world):
        await until(world, other)
        assert asked_for(world) == PER_CHANNEL
        assert {*await phases(world, *waiting)} == {Phase.DONE}


async def test_a_silent_server_holds_up_its_own_files_only(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Deliveries that take long stand aside, and no more begin of those that wait for the same server."""
    monkeypatch.setattr(places, "ASIDE_AFTER", 0.2)
    waiting = [await finished(world, who, "silent") for who in users(world, 2 * WIDTH)]
    other = await finished(world, world.ann, "quick", host="localhost")
    async with silent(world):
        await until(world, other)
        assert asked_for(world) == PER_SERVER
        assert {*await phases(world, *waiting)} == {Phase.DONE}


async def test_several_silent_servers(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands aside takes no place."""
    monkeypatch.setattr(places, "ASIDE_AFTER", 0.2)
    members = users(world, 2 * WIDTH)
    hosts = ["127.0.0.1", "localhost"] * WIDTH
    waiting = [await finished(world, who, "silent", host=host) for who, host in zip(members, hosts, strict=True)]
    other = await finished(world, world.ann, "packed")
    async with silent(world):
        await until(world, other)
        assert asked_for(world) == 2 * PER_SERVER
        assert {*await phases(world, *waiting)} == {Phase.DONE}
