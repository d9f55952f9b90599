"""/replicate in Discord: on the wire, results of every shape, cancelling, errors."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.providers.replicate.answers import REMOVED
from bot.task import Phase
from tests.discord.kit import drawn, one_film, refusal
from tests.discord.replicate import (
    FILE,
    FOX,
    HERE,
    KONTEXT,
    LLAMA,
    MUSIC,
    SCHNELL,
    WHISPER,
    ask,
    asked,
    data,
    made,
    sent,
)
from tests.world import World, a_world

SVG = "recraft-ai/recraft-v3-svg"
SDXL = "stability-ai/sdxl:39ed52f2a78e934b3ba6e2a89f5b1c712de7dfea535525255b1aa35c5565e08b"
WAV = b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0data\0\0\0\0"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The world with Replicate."""
    async with a_world(tmp_path, PROVIDERS="replicate") as found:
        yield found


async def names(world: World) -> list[str]:
    """The endings of the files on the newest card."""
    return [file.filename.rpartition(".")[2] for file in world.message(await world.task()).attachments]


# ------------------------------------------------------------------------------------------------ on the wire


@pytest.mark.parametrize(
    ("command", "options", "model", "given"),
    [
        ("image", {}, SCHNELL, {"prompt": "a fox"}),
        (
            "image",
            {"model": SCHNELL, "aspect_ratio": "16:9", "seed": 7, "n": 2, "inputs": "go_fast=true; megapixels=\"1\""},
            SCHNELL,
            {"prompt": "a fox", "aspect_ratio": "16:9", "seed": 7, "num_outputs": 2, "go_fast": True,
             "megapixels": "1"},
        ),
        ("image", {"image": FILE}, KONTEXT, {"prompt": "a fox", "input_image": data(FOX)}),
        ("image", {"model": SVG, "aspect_ratio": "1:1"}, SVG, {"prompt": "a fox", "aspect_ratio": "1:1"}),
        ("run", {"model": LLAMA, "inputs": "prompt=hi; max_tokens=9"}, LLAMA, {"prompt": "hi", "max_tokens": 9}),
        ("run", {"model": LLAMA, "inputs": '{"prompt": "hi"}'}, LLAMA, {"prompt": "hi"}),
        ("run", {"model": KONTEXT, "inputs": "prompt=x", "file1": FILE}, KONTEXT,
         {"prompt": "x", "input_image": data(FOX)}),
        ("run", {"model": "nightmareai/real-esrgan", "file2": FILE}, "nightmareai/real-esrgan", {"image": data(FOX)}),
        ("run", {"model": WHISPER, "file1": ("a.wav", WAV)}, WHISPER, {"audio": data(WAV, "audio/wav")}),
        ("run", {"model": "philz1337x/collage", "inputs": 'images=["@2", "@1"]', "file1": FILE, "file2": FILE},
         "philz1337x/collage", {"images": [data(FOX), data(FOX)]}),
    ],
)  # fmt: skip
async def test_what_is_sent(
    world: World, command: str, options: dict[str, Any], model: str, given: dict[str, Any]
) -> None:
    task = await made(world, command, **options)
    assert sent(world) == [(HERE, {"model": model, "input": given})]
    assert task.phase is Phase.DELIVERED, world.text(task)
    assert asked(world) == {("GET", f"{HERE}/{task.remote_id}")}


async def test_a_version(world: World) -> None:
    task = await made(world, "run", model=SDXL, inputs="prompt=a fox")
    assert sent(world) == [(HERE, {"version": SDXL, "input": {"prompt": "a fox"}})]
    assert task.phase is Phase.DELIVERED


async def test_a_video(world: World) -> None:
    one_film(world)
    task = await made(world, "video", image=FILE)
    body = {"model": "minimax/video-01", "input": {"prompt": "a fox", "first_frame_image": data(FOX)}}
    assert sent(world) == [(HERE, body)]
    assert (task.phase, await names(world)) == (Phase.DELIVERED, ["mp4"])


async def test_every_setting_at_once(tmp_path: Path) -> None:
    settings = {"PREFIX": "/pro", "SUBMIT": "models", "FILES": "url", "WAIT": "60"}
    named: dict[str, Any] = {f"REPLICATE_{name}": value for name, value in settings.items()}
    async with a_world(tmp_path, PROVIDERS="replicate", **named) as world:
        task = await made(world, "image", image=FILE)
        ((path, body),) = sent(world)
        assert path == f"/pro/replicate/v1/models/{KONTEXT}/predictions"
        assert set(body) == {"input"} and body["input"]["input_image"].startswith("https://cdn.simcord.invalid/")
        assert world.relay.calls[0].headers["Prefer"] == "wait=60"
        assert task.phase is Phase.DELIVERED and asked(world) == set()


async def test_under_a_prefix_it_is_asked_about_and_cancelled_there(tmp_path: Path) -> None:
    async with a_world(tmp_path, PROVIDERS="replicate", REPLICATE_PREFIX="/pro") as world:
        await ask(world, "image", prompt="a fox sim:slow")
        await world.pass_time(15)
        task = await world.task()
        await world.press(task, "cancel")
        await world.work()
        path = f"/pro{HERE}/{task.remote_id}"
        assert asked(world) == {("GET", path), ("POST", f"{path}/cancel")}
        assert "Stopped at the provider." in world.text(await world.task())


async def test_no_wait_is_asked_for_by_default(world: World) -> None:
    await ask(world, "image")
    await world.work()
    assert "Prefer" not in world.relay.calls[0].headers


@pytest.mark.parametrize("wire", ["enveloped", "nested"])
async def test_enveloped(world: World, wire: Any) -> None:
    world.relay.replicate.wire, world.relay.replicate.created = wire, 200
    task = await made(world, "image", n=3)
    assert (task.phase, await names(world)) == (Phase.DELIVERED, ["png"] * 3)


@pytest.mark.parametrize("first", ["predictions", "models"])
async def test_the_other_form_is_tried_once(tmp_path: Path, first: str) -> None:
    async with a_world(tmp_path, PROVIDERS="replicate", REPLICATE_SUBMIT=first) as world:
        options = world.relay.replicate
        options.predictions, options.by_model = first == "models", first == "predictions"
        task = await made(world, "image")
        both = [HERE, f"/replicate/v1/models/{SCHNELL}/predictions"]
        assert [path for path, _body in sent(world)] == (both if first == "predictions" else both[::-1])
        assert task.phase is Phase.DELIVERED and len(world.relay.paid()) == 1


# ------------------------------------------------------------------------------------------------ results


async def test_the_card_of_pictures(world: World) -> None:
    task = await made(world, "image", n=4, aspect_ratio="16:9", seed=7)
    assert await names(world) == ["png"] * 4
    assert world.card(task).title == "🧬 Replicate · picture"
    assert world.labels(task) == ["Again", "Edit", "Use as input…", "Details", "Delete"]
    options = {field.name: field.value for field in world.card(task).fields}["Options"]
    assert options == f"`model` {SCHNELL.replace('-', chr(92) + '-')} · `aspect_ratio` 16\\:9 · `seed` 7 · `n` 4"


async def test_pictures_appear_while_others_are_made(world: World) -> None:
    await ask(world, "image", n=4)
    await world.pass_time(8, step=1.0)
    task = await world.task()
    assert task.phase is Phase.RUNNING and task.percent is not None and 40 <= task.percent < 100
    assert world.card(task).image.url == task.preview and "/media/replicate/" in task.preview
    assert "▰" in world.text(task)


async def test_a_vector(world: World) -> None:
    await made(world, "image", model=SVG)
    assert await names(world) == ["svg"]


async def test_a_sound(world: World) -> None:
    await made(world, "run", model=MUSIC, inputs="prompt=a march")
    assert await names(world) == ["mp3"]


@pytest.mark.parametrize(
    ("model", "inputs", "words"),
    [
        (LLAMA, "prompt=hi", r"An answer to hi\: here it is."),
        ("salesforce/blip", "image=https://x.example/a.png; task=see", "An answer to"),
        (WHISPER, "audio=https://x.example/a.mp3", "detected\\_language"),
    ],
)
async def test_a_result_in_words(world: World, model: str, inputs: str, words: str) -> None:
    task = await made(world, "run", model=model, inputs=inputs)
    assert words in drawn(world.message(task))
    assert world.labels(task) == ["Again", "Details", "Delete"] and await names(world) == []


async def test_files_and_words_in_one_object(world: World) -> None:
    task = await made(world, "run", model="philz1337x/collage", inputs='images=["@1"]; caption=sea', file1=FILE)
    assert await names(world) == ["png"]
    assert "An answer to sea" in world.text(task)


async def test_a_dead_link_is_asked_for_again(world: World) -> None:
    task = await made(world, "image", prompt="a fox sim:expired")
    assert (task.phase, await names(world)) == (Phase.DELIVERED, ["png"])


async def test_what_is_deleted_after_an_hour(world: World) -> None:
    await ask(world, "image")
    await world.work()
    task = await world.task()
    world.clock.now += 3590  # nobody looked at it meanwhile
    world.relay.finish(task.remote_id)
    world.relay.jobs[task.remote_id].forced = None
    world.clock.now += 3700
    await world.pass_time(90)
    assert str((await world.task()).reason) == str(REMOVED)


async def test_again_keeps_every_input_and_file(world: World) -> None:
    task = await made(world, "run", model=KONTEXT, inputs="prompt=x; seed=1", file1=FILE)
    await world.press(task, "again", world.ben)
    await world.pass_time(30)
    first, second = sent(world)
    assert first == second and len(world.relay.paid()) == 2


# ------------------------------------------------------------------------------------------------ cancelling


async def test_cancel_really_cancels(world: World) -> None:
    await ask(world, "image", prompt="a fox sim:slow")
    await world.pass_time(15)
    task = await world.task()
    await world.press(task, "cancel")
    await world.pass_time(10)
    assert [(call.method, call.json) for call in world.relay.calls if call.path.endswith("/cancel")] == [("POST", None)]
    assert "Stopped at the provider." in world.text(await world.task())
    assert world.relay.look(world.relay.jobs[task.remote_id]).reason == "canceled"


@pytest.mark.parametrize("how", ["missing", "forbidden"])
async def test_a_relay_that_cannot_cancel(world: World, how: Any) -> None:
    world.relay.replicate.cancel = how
    await ask(world, "image", prompt="a fox sim:slow")
    await world.pass_time(15)
    task = await world.task()
    await world.press(task, "cancel")
    await world.work()
    assert "The relay cannot be stopped" in world.text(await world.task())


async def test_what_was_cancelled_elsewhere(world: World) -> None:
    await ask(world, "image", prompt="a fox sim:slow")
    await world.work()
    world.relay.fail((await world.task()).remote_id, "canceled")
    await world.pass_time(10)
    assert (await world.task()).phase is Phase.CANCELLED


# ------------------------------------------------------------------------------------------------ errors


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"model": LLAMA, "inputs": "max_tokens=x"},
         f"{LLAMA} does not take these inputs: input.prompt is required - input.max_tokens should be an integer"),
        ({"model": "no/body", "inputs": "prompt=x"},
         "This relay does not have the model no/body: No available channel for model no/body"),
        ({"model": SCHNELL, "inputs": "prompt=x sim:quota"}, "The relay account has no credit left."),
        ({"model": SCHNELL, "inputs": "prompt=x sim:unsafe"}, "The relay refused: The prompt was flagged as sensitive"),
        ({"model": SCHNELL, "inputs": "prompt=x sim:fail"}, "The model could not finish this generation"),
    ],
)  # fmt: skip
async def test_what_the_relay_refuses(world: World, options: dict[str, Any], sentence: str) -> None:
    task = await made(world, "run", **options)
    assert task.phase is Phase.FAILED
    assert str(task.reason).startswith(sentence), str(task.reason)


async def test_a_model_without_a_price(world: World) -> None:
    world.relay.replicate.allowed.discard(SCHNELL)
    task = await made(world, "image")
    assert str(task.reason).startswith(f"This relay does not have the model {SCHNELL}: model {SCHNELL} price not set")


async def test_a_model_that_neither_form_knows(world: World) -> None:
    world.relay.faults.add(method="POST", path="/replicate/*", times=2, status=404, body={"detail": "Not found."})
    task = await made(world, "image")
    assert "Neither the relay nor Replicate knows the model" in str(task.reason)
    assert "Nothing was charged." in str(task.reason) and len(sent(world)) == 2


async def test_a_relay_without_replicate(world: World) -> None:
    world.relay.replicate.offered = False
    task = await made(world, "image")
    assert str(task.reason).startswith("This relay does not offer that feature.")
    assert len(sent(world)) == 2
    assert refusal(await ask(world, "image")).startswith("This relay does not offer that. It can be tried again")


async def test_a_throttled_request_waits_for_as_long_as_the_relay_says(world: World) -> None:
    await ask(world, "image", prompt="a fox sim:throttle")
    await world.work()
    task = await world.task()
    assert task.phase is Phase.QUEUED and task.due_at == world.clock.now + 30
    await world.pass_time(60)
    assert (await world.task()).phase is Phase.DELIVERED and len(sent(world)) == 2


async def test_a_task_that_the_relay_does_not_know_yet(world: World) -> None:
    world.relay.replicate.fresh_unknown = True
    assert (await made(world, "image")).phase is Phase.DELIVERED
