"""/recraft image: on the wire, on the card, how it can end, and what cannot be asked for."""

import asyncio
import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from simcord import OptionError

from bot.task import Phase
from tests.discord.kit import refusal
from tests.discord.recraft import calls, content, files, gallery, made, picture, recraft, switches
from tests.world import World

GENERATE = "/images/generations"


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[World]:
    """A relay with Recraft."""
    async with gallery(tmp_path) as found:
        yield found


def sent(world: World) -> list[Any]:
    """The bodies of every request for pictures from words."""
    return [call.json for call in world.relay.calls if call.path.endswith(GENERATE)]


@pytest.mark.parametrize(
    ("options", "body"),
    [
        ({}, {}),
        (
            {"style": "digital_illustration", "substyle": "hand_drawn", "size": "1365x1024", "n": 2},
            {"style": "digital_illustration", "substyle": "hand_drawn", "size": "1365x1024", "n": 2},
        ),
        (
            {
                "model": "recraftv2",
                "negative_prompt": "rain",
                "colours": "#ff8800, #000",
                "background": "fff",
                "artistic_level": 2,
                "no_text": True,
                "seed": 7,
            },
            {
                "model": "recraftv2",
                "negative_prompt": "rain",
                "random_seed": 7,
                "controls": {
                    "colors": [{"rgb": [255, 136, 0]}, {"rgb": [0, 0, 0]}],
                    "background_color": {"rgb": [255, 255, 255]},
                    "artistic_level": 2,
                    "no_text": True,
                },
            },
        ),
    ],
)
async def test_image_on_the_wire(studio: World, options: dict[str, Any], body: dict[str, Any]) -> None:
    task = await made(studio, "image", **options)
    assert sent(studio) == [{"prompt": "a fox", **body}]
    assert task.phase is Phase.DELIVERED
    count = options.get("n", 1)
    assert files(studio, task) == (["a-fox.png"] if count == 1 else ["a-fox-1.png", "a-fox-2.png"])
    assert studio.card(task).title == "🖌️ Recraft · picture"
    assert studio.labels(task) == ["Again", "Upscale", "Edit", "Animate", "Use as input…", "Details", "Delete"]


async def test_what_the_card_says_of_the_options(studio: World) -> None:
    task = await made(studio, "image", style="realistic_image", substyle="hdr", colours="f80", n=2, no_text=True)
    fields = {field.name: field.value for field in studio.card(task).fields}
    assert sorted((fields["Options"] or "").split(" · ")) == [
        r"`colours` \#ff8800",
        "`n` 2",
        "`no_text` ✓",
        r"`style` realistic\_image",
        "`substyle` hdr",
    ]


async def test_again(studio: World) -> None:
    task = await made(studio, "image", seed=3)
    await studio.press(task, "again")
    await studio.work()
    assert sent(studio) == [{"prompt": "a fox", "random_seed": 3}] * 2


# ------------------------------------------------------------------------------------------------ what is offered


async def offered(world: World, option: str, typed: str = "", **options: Any) -> list[str]:
    found = await world.ann.autocomplete(world.channel, "recraft image", option, typed, **options)
    return [choice["value"] for choice in found]


async def test_the_substyles_of_the_style(studio: World) -> None:
    assert (await offered(studio, "substyle"))[:2] == ["b_and_w", "enterprise"]
    assert len(await offered(studio, "substyle", style="digital_illustration")) == 25
    assert await offered(studio, "substyle", "pop art", style="vector_illustration") == ["contour_pop_art"]
    assert await offered(studio, "substyle", style="logo_raster") == [
        "emblem_graffiti", "emblem_pop_art", "emblem_punk", "emblem_stamp", "emblem_vintage",
    ]  # fmt: skip


async def test_the_substyles_of_the_style_under_the_model(studio: World) -> None:
    assert await offered(studio, "substyle", "voxel", style="digital_illustration") == []
    assert await offered(studio, "substyle", "voxel", style="digital_illustration", model="recraftv2") == ["voxel"]
    assert await offered(studio, "substyle", "pic", style="icon", model="recraftv2") == ["pictogram"]
    for model in ("recraftv3", "recraftv4", "nonsense"):
        assert await offered(studio, "substyle", style="icon", model=model) == []


async def test_the_sizes_of_the_model(tmp_path: Path) -> None:
    async with gallery(tmp_path, RECRAFT_MODELS="recraftv4,recraftv3") as world:
        assert len(await offered(world, "size")) == 15
        assert await offered(world, "size", "16:9", model="recraftv4") == ["16:9"]
        assert await offered(world, "size", "2048", model="recraftv3") == ["2048x1024", "1024x2048"]
        assert await offered(world, "size", model="nonsense") == []
        assert await offered(world, "model") == ["recraftv4", "recraftv3"]
        assert await offered(world, "model", "V3") == ["recraftv3"]


async def test_the_newest_models(tmp_path: Path) -> None:
    async with gallery(tmp_path, RECRAFT_MODELS="recraftv4_vector") as world:
        switches(world).new_models = True
        prompt = "狐" * 400
        task = await made(world, "image", model="recraftv4_vector", prompt=prompt, size="16:9")
        assert sent(world) == [{"prompt": prompt, "model": "recraftv4_vector", "size": "16:9"}]
        assert [name.rpartition(".")[2] for name in files(world, task)] == ["svg", "png"]


# ------------------------------------------------------------------------------------------------ how it can end


@pytest.mark.parametrize(
    ("prompt", "phase", "words"),
    [
        ("sim:fail", Phase.UNKNOWN, "no certain answer came. It may have been charged."),
        ("sim:banned", Phase.FAILED, "refused by content moderation Nothing was charged."),
        ("sim:quota", Phase.FAILED, "The relay account has no credit left."),
        ("sim:html", Phase.FAILED, "This relay does not offer that feature. Nothing was charged."),
        ("sim:full", Phase.QUEUED, "The relay is overloaded right now."),
        ("sim:throttle", Phase.QUEUED, "The relay is overloaded right now."),
    ],
)
async def test_how_it_can_end(studio: World, prompt: str, phase: Phase, words: str) -> None:
    task = await made(studio, "image", prompt=prompt)
    assert (task.phase, words in studio.text(task)) == (phase, True), studio.text(task)
    assert studio.relay.paid() == []


async def test_what_was_turned_away_is_sent_again(studio: World) -> None:
    await made(studio, "image", prompt="sim:throttle")
    await studio.pass_time(10)
    assert (await studio.task()).phase is Phase.DELIVERED
    assert len(sent(studio)) == 2 and len(studio.relay.paid()) == 1


@pytest.mark.parametrize("fault", [{"cut": "after"}, {"cut": "before"}, {"status": 502, "work": True}, {"status": 504}])
async def test_a_cut_connection_is_never_sent_again(studio: World, fault: dict[str, Any]) -> None:
    studio.relay.faults.add(method="POST", path="/recraft/*", **fault)
    task = await made(studio, "image")
    assert task.phase is Phase.UNKNOWN
    await studio.pass_time(3600, step=600)
    assert len(sent(studio)) == 1
    assert studio.labels(await studio.task()) == ["Retry", "Details", "Delete"]  # there is no number to ask for


async def test_the_card_while_it_is_made(studio: World) -> None:
    reached, go = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        reached.set()
        await go.wait()

    studio.relay.faults.add(method="POST", path="/recraft/*", hook=wait)
    await recraft(studio, "image")
    step = asyncio.create_task(studio.app.engine.step())
    await reached.wait()
    await studio.app.messenger.flush()
    task = await studio.task()
    assert task.phase is Phase.SENDING
    assert "🎨 Being made" in studio.text(task)
    go.set()
    await step
    await studio.work()
    assert (await studio.task()).phase is Phase.DELIVERED


async def test_a_relay_without_recraft(studio: World) -> None:
    switches(studio).offered = False
    task = await made(studio, "image")
    assert task.phase is Phase.FAILED
    assert "This relay does not offer that feature. Nothing was charged." in studio.text(task)
    assert refusal(await recraft(studio, "image")).startswith("This relay does not offer that.")


async def test_pictures_in_the_answer(studio: World) -> None:
    packed = base64.b64encode(picture(900, kind="WEBP")).decode()
    studio.relay.faults.add(method="POST", path="/recraft/*", status=200, body={"data": [{"b64_json": packed}]})
    task = await made(studio, "image")
    assert (task.phase, files(studio, task)) == (Phase.DELIVERED, ["a-fox.webp"])
    assert await content(studio, task) == picture(900, kind="WEBP")


@pytest.mark.parametrize("body", [{"created": 1, "data": []}, {"image": None}])
async def test_an_answer_without_a_picture(studio: World, body: dict[str, Any]) -> None:
    studio.relay.faults.add(method="POST", path="/recraft/*", status=200, body=body)
    task = await made(studio, "image")
    assert task.phase is Phase.FAILED
    assert "Recraft answered without a picture. It may have been charged." in studio.text(task)


# ------------------------------------------------------------------------------------------------ mistakes


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"prompt": "  "}, "“prompt” is empty."),
        ({"prompt": "x" * 1001}, "The prompt is too long for Recraft: 1001 bytes, at most 1000."),
        ({"prompt": "狐" * 334}, "The prompt is too long for Recraft: 1002 bytes, at most 1000."),
        ({"style": "icon"}, "The style icon does not go with recraftv3, only with recraftv2."),
        (
            {"style": "realistic_image", "substyle": "grain"},
            "The substyle grain does not belong to the style realistic_image, but to digital_illustration.",
        ),
        ({"size": "4000x4000"}, "recraftv3 makes no pictures of the size 4000x4000."),
        ({"model": "recraftv4"}, "There is no model “recraftv4” here. Known: recraftv3, recraftv2."),
        ({"colours": "orange"}, "“orange” is not a colour. Write colours like #ff8800."),
        ({"own_style": "nothing"}, "There is no task “nothing”."),
    ],
)
async def test_what_cannot_be_asked_for(studio: World, options: dict[str, Any], sentence: str) -> None:
    assert refusal(await recraft(studio, "image", **options)).startswith(sentence)
    await studio.work()
    assert await studio.tasks() == [] and calls(studio) == []


async def test_how_many_the_relay_makes(tmp_path: Path) -> None:
    async with gallery(tmp_path, RECRAFT_MOST="2") as world:
        result = await recraft(world, "image", n=3)
        assert refusal(result) == "This bot's relay makes at most 2 pictures at once."
        assert (await made(world, "image", n=2)).phase is Phase.DELIVERED


@pytest.mark.parametrize("options", [{"n": 0}, {"n": 7}, {"style": "any"}, {"artistic_level": 6}, {"seed": -1}])
async def test_what_discord_itself_refuses(studio: World, options: dict[str, Any]) -> None:
    with pytest.raises(OptionError):
        await recraft(studio, "image", **options)
