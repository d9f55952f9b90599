"""Results that have no link: they are made to fit, asked for longer, and kept until they can be shown."""

import base64
import io
import random
import wave
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.store import StoreProblem
from bot.task import Phase
from bot.workshop import Workshop
from tests.discord.midjourney import arrived, grid, press
from tests.discord.openai import files, made, workroom
from tests.faults.test_files import working_with
from tests.world import World, a_world

MIB = 1024 * 1024


def noise(side: int) -> bytes:
    """A PNG that can hardly be packed."""
    out = io.BytesIO()
    pixels = random.Random(1).randbytes(side * side * 3)
    Image.frombytes("RGB", (side, side), pixels).save(out, "PNG", compress_level=0)
    return out.getvalue()


def hiss(seconds: int) -> bytes:
    """A WAV of 48 kB a second."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(24_000)
        file.writeframes(random.Random(1).randbytes(seconds * 48_000))
    return out.getvalue()


def packed(picture: bytes) -> dict[str, Any]:
    """An answer that holds a picture."""
    return {"created": 1, "data": [{"b64_json": base64.b64encode(picture).decode()}]}


async def test_a_picture_that_is_too_large_is_packed_more_tightly(tmp_path: Path) -> None:
    async with workroom(tmp_path) as world:
        world.relay.faults.add(path="/v1/images/generations", body=packed(noise(1900)))
        task = await made(world, "image", 30, prompt="a boat")
        ((name, content),) = await files(world, task)
        assert (task.phase, name.rpartition(".")[2]) == (Phase.DELIVERED, "webp") and len(content) <= 10 * MIB
        assert Image.open(io.BytesIO(content)).size == (1900, 1900)
        assert "Made smaller to fit into Discord:" in world.text(task)


async def test_a_sound_that_is_too_large_is_packed_more_tightly(tmp_path: Path) -> None:
    async with workroom(tmp_path) as world:
        world.relay.faults.add(path="/v1/audio/speech", body=hiss(220))
        task = await made(world, "speech", 30, text="many words", format="wav")
        ((name, content),) = await files(world, task)
        assert (task.phase, name.rpartition(".")[2]) == (Phase.DELIVERED, "mp3") and MIB < len(content) <= 10 * MIB


async def test_what_cannot_be_made_smaller_is_kept(tmp_path: Path) -> None:
    async with workroom(tmp_path) as world:
        world.relay.faults.add(path="/v1/images/generations", body=packed(noise(1900)))
        async with working_with(world, Workshop(needs=("no_such_package",))):
            task = await made(world, "image", 30, prompt="a boat")
            assert (task.phase, task.due_at) == (Phase.DONE, None)
            assert "📦 Finished, kept for you" in world.text(task)
            assert "too large to be attached here, and there is no link to it" in world.text(task)
            assert world.labels(task) == ["Details"]
        await world.ann.slash(world.channel, "tasks show", id=task.id)
        await world.pass_time(10)
        task = await world.task()
        assert task.phase is Phase.DELIVERED and len(await files(world, task)) == 1
        assert world.relay.count("POST", "/v1/images/generations") == 1


async def test_a_file_that_only_the_relay_has_is_asked_for_until_it_comes(tmp_path: Path) -> None:
    async with workroom(tmp_path) as world:
        world.relay.openai.link = "content"
        broken = world.relay.faults.add(path="/v1/videos/*/content", status=502, times=None)
        await made(world, "video", 40, prompt="a boat")
        await world.pass_time(900, step=30)
        assert (await world.task()).phase is Phase.DONE
        world.relay.faults.remove(broken)
        await world.pass_time(900, step=30)
        task = await world.task()
        assert task.phase is Phase.DELIVERED and len(await files(world, task)) == 1


async def test_a_file_that_only_the_relay_has_and_that_does_not_come_is_kept(tmp_path: Path) -> None:
    async with workroom(tmp_path) as world:
        world.relay.openai.link = "content"
        broken = world.relay.faults.add(path="/v1/videos/*/content", status=502, times=None)
        await made(world, "video", 40, prompt="a boat")
        await world.pass_time(6 * 3600, step=300)
        task = await world.task()
        assert (task.phase, task.due_at) == (Phase.DONE, None)
        assert "`/tasks show` tries again" in world.text(task)
        world.relay.faults.remove(broken)
        await world.ann.slash(world.channel, "tasks show", id=task.id)
        await world.pass_time(30)
        task = await world.task()
        assert task.phase is Phase.DELIVERED and len(await files(world, task)) == 1


@pytest.mark.parametrize("status", [502, 429])
async def test_a_fresh_link_is_asked_for_until_there_is_an_answer(world: World, status: int) -> None:
    await world.video(prompt="a fox sim:expired")
    await world.pass_time(10)
    world.relay.faults.add(method="GET", path="/luma/generations/*", status=status, times=2)
    await world.pass_time(90)
    task = await world.task()
    assert task.phase is Phase.DELIVERED and len(world.message(task).attachments) == 1


def failing_once(monkeypatch: pytest.MonkeyPatch, world: World, name: str) -> Counter[str]:
    """Let the store fail the first time at something; how often it was asked for that."""
    store, tries = world.app.engine.core.store, Counter[str]()
    doing = getattr(store, name)

    async def fails_once(*arguments: Any) -> Any:
        tries[name] += 1
        if tries[name] == 1:
            raise StoreProblem("the connection was closed")
        return await doing(*arguments)

    monkeypatch.setattr(store, name, fails_once)
    return tries


async def test_a_database_that_fails_when_the_picture_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with workroom(tmp_path) as world:
        tries = failing_once(monkeypatch, world, "keep_inputs")
        world.relay.faults.add(path="/v1/images/generations", body=packed(noise(300)))
        task = await made(world, "image", 30, prompt="a boat")
        assert task.phase is Phase.DELIVERED and tries["keep_inputs"] == 2


async def test_a_database_that_fails_when_the_relay_asks(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    parent = await grid(world)
    world.relay.midjourney.remix = True
    await press(world, parent, "V1")
    tries = failing_once(monkeypatch, world, "settings_of")
    window = await arrived(world, 5)
    assert window.phase is Phase.INPUT and tries["settings_of"] >= 2


async def test_an_answer_without_the_number_of_its_task(tmp_path: Path) -> None:
    async with a_world(tmp_path, PROVIDERS="replicate") as world:
        body = {"output": ["https://x.example/a.png"], "status": "processing"}
        world.relay.faults.add(method="POST", path="/replicate/*", status=200, body=body)
        options = {"model": "black-forest-labs/flux-schnell", "inputs": '{"prompt": "a fox"}'}
        await world.ann.slash(world.channel, "replicate run", **options)
        await world.pass_time(60)
        task = await world.task()
        assert task.phase is Phase.UNKNOWN
        assert "The relay never told the number of this task" in world.text(task)
